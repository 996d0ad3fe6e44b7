// `cargo xtask start` ends here: the demo for people. It starts everything, prints where it is and
// who can sign in, and stops everything on Ctrl-C. No account is needed, and nothing leaves this
// machine.

import { once } from "node:events";
import { fstatSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BUNDLE, free, startDemo } from "./demo.mjs";

const OPTIONS = {
  port: { type: "string", default: "8787" },
  "clerk-port": { type: "string", default: "8788" },
  origin: { type: "boolean", default: false },
  production: { type: "boolean", default: false },
  refresh: { type: "boolean", default: false },
  worker: { type: "string" },
  quiet: { type: "boolean", default: false },
  check: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
};

const PORT_MAX = 65_535;
const REPORT_EVERY_MS = 3000;

const HELP = `cargo xtask start: the demo of clerk-edge, on this machine alone.

  --port N        the port of the site (8787)
  --clerk-port N  the port of the stand-in for Clerk (8788)
  --origin        put the rules in front of a small HTTP origin instead of static assets
  --production    behave like a production instance: handshake results travel in cookies
  --refresh       hand out refresh cookies, so that expired tokens are renewed in place
  --worker FILE   run another Worker than build/index.js
  --quiet         do not print the log of the Worker
  --check         check the options and the ports, and end`;

try {
  await main(parseArgs({ options: OPTIONS }).values);
} catch (error) {
  if (error.name !== "AbortError") console.error(error.message);
  process.exit(error.name === "AbortError" ? 0 : 1);
}

async function main(values) {
  if (values.help) return console.log(HELP);
  const port = await freePort(values, "port", "the site");
  const clerkPort = await freePort(values, "clerk-port", "the stand-in for Clerk");
  if (port === clerkPort) throw new Error(`--port and --clerk-port are both ${port}.`);
  if (values.check) return;
  const leaving = stopSignal();
  const stopReporting = reportStart();
  const demo = await startDemo({
    folder: join(fileURLToPath(new URL("../", import.meta.url)), "target", "demo"),
    type: values.production ? "production" : "development",
    // Cookies know hosts, not ports: in production style both must have the same name.
    host: values.production ? "127.0.0.1" : "localhost",
    port,
    clerkPort,
    origin: values.origin,
    settings: { refresh_cookie: values.refresh },
    worker: values.worker ? resolve(values.worker) : BUNDLE,
    keepKeys: true,
    watch: true,
    signal: leaving,
    log: values.quiet ? undefined : (line) => console.log(line),
  }).finally(stopReporting);
  console.log(greeting(demo, values));
  await once(leaving, "abort");
  await demo.close();
  process.exit(0);
}

/** The port that an option names; fails with the option's name if it is in use. */
async function freePort(values, option, what) {
  const port = Number(values[option]);
  if (!/^\d+$/.test(values[option]) || port > PORT_MAX) {
    throw new Error(`--${option} must be a port number, not ${values[option]}.`);
  }
  return free(port, what).catch((error) => {
    throw new Error(`${error.message} Choose another port with --${option} N.`);
  });
}

/** Aborts on Ctrl-C and the like, and when the program that started this one has ended. */
function stopSignal() {
  const leaving = new AbortController();
  const leave = () => {
    if (!leaving.signal.aborted) console.log("\nStopping the demo.");
    leaving.abort();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(name, leave);
  const input = fstatSync(0);
  if (input.isFIFO() || input.isSocket()) process.stdin.resume().once("end", leave);
  return leaving.signal;
}

/** Prints the time every few seconds, until the function that it returns is called. */
function reportStart() {
  console.log("→ workerd and the demo site");
  const begun = performance.now();
  const print = () => console.log(`  … ${Math.round((performance.now() - begun) / 1000)} s`);
  const timer = setInterval(print, REPORT_EVERY_MS);
  return () => clearInterval(timer);
}

function greeting({ site, clerk, stage }, { origin }) {
  const behind = origin ? "a small HTTP origin; /received shows its headers" : "static files";
  const people = stage.people.all().map(({ name, what }) => `    ${name.padEnd(11)} ${what}`);
  return `
  The demo site      ${site}
  Stand-in for Clerk ${clerk.url}   (this is not Clerk)
  Behind the gate    ${behind}

  You can sign in as:
${people.join("\n")}

  Press Ctrl-C to stop.
`;
}
