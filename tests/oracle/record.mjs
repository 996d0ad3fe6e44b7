// Makes the expectations of the vectors anew from the published @clerk/backend, and shows where
// they differ from those on file: `node tests/oracle/record.mjs [--write] [FILE]`.
// Without `--write` nothing is changed; the exit code is 1 where anything differs. A new case is
// one more line without `expect`; a new token one more entry without `jwt`, which is then minted.

import { readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { judge, version } from "./oracle.mjs";
import { row, TABLES } from "./tables.mjs";
import { inOrder, mint, named, question } from "./vectors.mjs";

const DEFAULT_FILE = new URL("../vectors/clerk-cases.json", import.meta.url);

const { values, positionals } = parseArgs({
  options: { write: { type: "boolean", default: false }, only: { type: "string" } },
  allowPositionals: true,
});
const file = positionals.at(0) ?? DEFAULT_FILE;
const vectors = JSON.parse(readFileSync(file, "utf8"));
const changed = [];
mint(vectors);

for (const entry of vectors.cases) {
  if (values.only && !entry.id.startsWith(values.only)) continue;
  const found = named(vectors, await judge(question(vectors, entry)));
  if (isDeepStrictEqual(found, entry.expect)) continue;
  changed.push(entry.id);
  report(entry.id, entry.expect, found);
  entry.expect = inOrder(found, entry.expect);
}

const rows = Object.keys(TABLES).flatMap((table) => {
  const entries = values.only ? [] : (vectors.aux?.[table] ?? []);
  return entries.map((entry, at) => ({ table, entry, at }));
});
for (const { table, entry, at } of rows) {
  const found = await row(table, entry);
  if (isDeepStrictEqual(found, entry)) continue;
  changed.push(`${table}[${at}]`);
  report(`${table}[${at}]`, entry, found);
  vectors.aux[table][at] = inOrder(found, entry);
}

const read = `${vectors.cases.length} cases and ${rows.length} rows`;
console.log(`@clerk/backend ${await version()}: ${read}, ${changed.length} differ from the file.`);
if (values.write && changed.length > 0) {
  writeFileSync(file, layOut(vectors));
  console.log("Written. Read the diff before it is committed.");
}
process.exitCode = changed.length > 0 && !values.write ? 1 : 0;

function report(id, before = {}, found) {
  for (const key of new Set([...Object.keys(before), ...Object.keys(found)])) {
    if (isDeepStrictEqual(before[key], found[key])) continue;
    console.log(`${id} ${key}:`);
    console.log(`  on file ${JSON.stringify(before[key])}`);
    console.log(`  now     ${JSON.stringify(found[key])}`);
  }
}

/** One case per line, so that a diff shows the cases that changed and nothing else. */
function layOut({ cases, ...rest }) {
  const lines = `[\n${cases.map((entry) => JSON.stringify(entry)).join(",\n")}]`;
  const fields = Object.keys(vectors).map(
    (key) => `${JSON.stringify(key)}:${key === "cases" ? lines : JSON.stringify(rest[key])}`,
  );
  return `{${fields.join(",")}}`;
}
