// The comparison with the peers: one run, one table, one JSON.
//   node bench/run.mjs [--quick] [--json FILE] [--readme FILE] [--only NAME,NAME]
//                      [--estimate median|quiet] [--ours FOLDER] [--workers-rs FOLDER]
// It measures on this machine what can be measured here, says what could not be, and refuses to time a
// variant that answers wrongly. `quiet` is for a machine with other work: see `rounds.mjs`.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { coldStarts } from "./cold.mjs";
import { memory } from "./memory.mjs";
import { measure, overFloor, verify } from "./rounds.mjs";
import { steady } from "./steady.mjs";
import { table, writeBetweenMarkers } from "./table.mjs";
import { instance } from "./tokens.mjs";
import { FLOOR, OURS, YARDSTICK, variants } from "./variants.mjs";
import { pinLoad, prepare, start, version } from "./workerd.mjs";

const FULL = { rounds: 15, milliseconds: 80, starts: 11, tokens: 1_000_000 };
const QUICK = { rounds: 3, milliseconds: 50, starts: 3, tokens: 30_000 };

const { values: options } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    only: { type: "string" },
    estimate: { type: "string", default: "median" },
    ours: { type: "string", default: "build" },
    "workers-rs": { type: "string", default: "target/bench/workers-rs" },
    readme: { type: "string" },
  },
});
if (!["median", "quiet"].includes(options.estimate)) throw new Error("--estimate is median or quiet");
const say = (line) => process.stderr.write(`${line}\n`);
const folder = mkdtempSync(path.join(tmpdir(), "clerk-edge-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

if (options.help) {
  say(readFileSync(import.meta.filename, "utf8").match(/^\/\/[^]*?(?=\nimport)/)[0]);
  process.exit(0);
}
const results = await run(options.quick ? QUICK : FULL).catch((error) => {
  say(`error: ${error.message}`);
  process.exit(1);
});
if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
if (options.readme) writeBetweenMarkers(options.readme, results);
process.stdout.write(`${table(results)}\n`);
process.exit(0);

async function run(size) {
  const begun = performance.now();
  const pinned = pinLoad();
  const clerk = instance();
  const [ours, compiled] = [options.ours, options["workers-rs"]].map(built);
  const all = chosen(await variants(clerk, { ours, compiled }));
  say(`verifying ${all.length} variants`);
  const running = await Promise.all(all.map((variant) => launch(variant)));
  await verify(clerk, running);
  const conditions = describe(running[0].workerd, pinned, size);
  const figures = await measure(clerk, running, { ...size, say });
  const own = running.find(({ variant }) => variant.name === OURS);
  const asked = own && (await steady(clerk, own));
  for (const { workerd } of running) await workerd.stop();
  say(`cold starts: ${size.starts} of each`);
  const cold = await coldStarts(clerk, all, folder, size.starts);
  const held = own && (await memory(clerk, own.variant, folder, size.tokens, say));
  // What the runtime's own heap grows to under the same requests.
  if (held) held.floor = await memory(clerk, all[0], folder, size.tokens / 10, say);
  say(`done in ${Math.round((performance.now() - begun) / 1000)} s`);
  return {
    conditions,
    variants: all.map(({ name, label, size: bytes }) => ({ name, label, ...bytes })),
    over_floor: overFloor(figures),
    figures,
    cold_start_over_floor: cold,
    steady: asked,
    memory: held,
  };
}

async function launch(variant) {
  const file = prepare(path.join(folder, variant.name), variant);
  return { variant, workerd: await start(file, variant.sockets) };
}

function built(where) {
  if (existsSync(path.join(where, "index.js"))) return where;
  say(`nothing is built in ${where}: measured without it`);
  return undefined;
}

// The floor and the yardstick are always there: without them no figure means anything.
function chosen(all) {
  if (!options.only) return all;
  const names = new Set([FLOOR, YARDSTICK, ...options.only.split(",")]);
  const unknown = [...names].filter((name) => !all.some((variant) => variant.name === name));
  if (unknown.length) throw new Error(`no variant is called ${unknown.join(", ")}`);
  return all.filter(({ name }) => names.has(name));
}

function describe(workerd, pinned, size) {
  return {
    date: new Date().toISOString().slice(0, 10),
    workerd: version(),
    node: process.version,
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    measured: workerd.cpu_us() === undefined ? "wall time" : "cpu",
    pinned,
    estimate: options.estimate,
    busy: loadavg()[0], // what else the machine did before the first measurement
    ...size,
  };
}
