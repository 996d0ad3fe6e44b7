// The oracle as a long-lived process, for tests that generate their requests: one question per
// line of standard input (options, request, now_ms, jwks, bapi, has_params), one expectation per
// line of standard output, in order. What cannot be read is answered with `{"error": …}`.

import { createInterface } from "node:readline";
import { judge, version } from "./oracle.mjs";

if (process.argv.includes("--version")) {
  console.log(await version());
  process.exit(0);
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line.trim() === "") continue;
  const found = await answer(line);
  process.stdout.write(`${JSON.stringify(found)}\n`);
}

async function answer(line) {
  try {
    return await judge(JSON.parse(line));
  } catch (error) {
    return { error: String(error.message) };
  }
}
