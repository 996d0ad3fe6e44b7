// `cargo xtask start` ends here: the demo for people. It starts everything, says where it is and
// whom to sign in as, and ends everything on Ctrl-C. No account is needed, nothing leaves the
// machine.

import { once } from "node:events";
import { fstatSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BUNDLE, startDemo } from "./demo.mjs";

const OPTIONS = {
  port: { type: "string", default: "8787" },
  "clerk-port": { type: "string", default: "8788" },
  origin: { type: "boolean", default: false },
  production: { type: "boolean", default: false },
  refresh: { type: "boolean", default: false },
  worker: { type: "string" },
  quiet: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
};

const HELP = `The demo of clerk-edge, on this machine alone.

  --port N        the site (8787)
  --clerk-port N  the stand-in for Clerk (8788)
  --origin        the same rules before a small HTTP origin instead of static assets
  --production    the style of a production instance: results travel in cookies
  --refresh       hand out refresh cookies, so that expired tokens are renewed in place
  --worker FILE   another Worker than build/index.js
  --quiet         do not print what the Worker logs`;

try {
  await main(parseArgs({ options: OPTIONS }).values);
} catch (error) {
  console.error(error.name === "AbortError" ? "\nEnding." : error.message);
  process.exit(error.name === "AbortError" ? 0 : 1);
}

async function main(values) {
  if (values.help) return console.log(HELP);
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(name, leave);
  // Whoever started us with a pipe holds its other end: if that closes, nobody is left to ask.
  const input = fstatSync(0);
  if (input.isFIFO() || input.isSocket()) process.stdin.resume().once("end", leave);
  const demo = await startDemo({
    folder: join(fileURLToPath(new URL("../", import.meta.url)), "target", "demo"),
    type: values.production ? "production" : "development",
    // Cookies know hosts, not ports: in production style both must have the same name.
    host: values.production ? "127.0.0.1" : "localhost",
    port: Number(values.port),
    clerkPort: Number(values["clerk-port"]),
    origin: values.origin,
    settings: { refresh_cookie: values.refresh },
    worker: values.worker ? resolve(values.worker) : BUNDLE,
    keepKeys: true,
    watch: true,
    signal: leaving.signal,
    log: values.quiet ? undefined : (line) => console.log(line),
  });
  console.log(greeting(demo, values));
  await once(leaving.signal, "abort");
  console.log("\nEnding.");
  await demo.close();
  process.exit(0);
}

function greeting({ site, clerk, stage }, { origin }) {
  const people = stage.people.all().map(({ name, what }) => `    ${name.padEnd(11)} ${what}`);
  return `
  The demo is at      ${site}
  The stand-in is at  ${clerk.url}   (this is not Clerk)
  Behind the gate:    ${origin ? "a small HTTP origin; see /received" : "static files"}

  Sign in as:
${people.join("\n")}

  Ctrl-C ends all of it.
`;
}
