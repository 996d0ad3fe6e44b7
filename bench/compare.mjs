// Two or more builds of the product against each other, turn by turn, for whoever changes the hot path:
//   node bench/compare.mjs FOLDER FOLDER… [--rounds 15] [--loads hit,miss,page,assets]
// Prints, per load, each build's CPU over the floor as the difference of lower quartiles (`rounds.mjs`
// says why). Not the table of docs/bench.md: no peers, no cold starts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { LOADS } from "./loads.mjs";
import { measure, overFloor, verify } from "./rounds.mjs";
import { instance } from "./tokens.mjs";
import { FLOOR, OURS, variants } from "./variants.mjs";
import { pinLoad, prepare, start } from "./workerd.mjs";

const MILLISECONDS = 200;
const { values: options, positionals: builds } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "15" },
    loads: { type: "string", default: LOADS.map(({ name }) => name).join(",") },
  },
});
if (!builds.length) throw new Error("usage: node bench/compare.mjs FOLDER FOLDER…");
const folder = mkdtempSync(path.join(tmpdir(), "clerk-edge-compare-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const say = (line) => process.stderr.write(`${line}\n`);

pinLoad();
const clerk = instance();
const floor = (await variants(clerk, {})).find(({ name }) => name === FLOOR);
const all = [floor, ...(await Promise.all(builds.map(product)))];
const running = await Promise.all(all.map(launch));
const asked = options.loads.split(",");
// With each load the one that it is compared with.
const loads = LOADS.filter(({ name }) => asked.includes(name)).flatMap(({ name, beside }) => [name, beside]);
await verify(clerk, running, loads);
const rounds = Number(options.rounds);
const over = overFloor(await measure(clerk, running, { rounds, milliseconds: MILLISECONDS, loads, say }));
for (const load of asked) {
  const figures = builds.map((name) => over[name]?.[load]?.quiet_us.toFixed(1).padStart(8) ?? "");
  console.log(load.padEnd(14), ...figures);
}
process.exit(0);

async function product(build) {
  const found = (await variants(clerk, { ours: build })).find(({ name }) => name === OURS);
  return { ...found, name: build, kind: OURS };
}

async function launch(variant, at) {
  const file = prepare(path.join(folder, String(at)), variant);
  return { variant, workerd: await start(file, variant.sockets) };
}
