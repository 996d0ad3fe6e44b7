// Where the time of one variant goes under one load, function by function, as the runtime's sampling
// profiler sees it: for whoever wants to make a figure of the table smaller.
//   node bench/profile.mjs [--load hit] [--variant clerk-edge] [--seconds 4] [--top 40] [--ours FOLDER]
//                          [--workers-rs FOLDER] [--save FILE.cpuprofile]
// An inspected process is slower than a plain one, so its shares count and its sums do not.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { open } from "./load.mjs";
import { LOADS, POOL, judge, makeRound } from "./loads.mjs";
import { instance } from "./tokens.mjs";
import { alone, variants } from "./variants.mjs";
import { INSPECTOR, pinLoad, prepare, start } from "./workerd.mjs";

const INTERVAL_US = 100;
const WARM_MS = 1000;
const { values: options } = parseArgs({
  options: {
    load: { type: "string", default: "hit" },
    variant: { type: "string", default: "clerk-edge" },
    seconds: { type: "string", default: "4" },
    top: { type: "string", default: "40" },
    ours: { type: "string", default: "build" },
    "workers-rs": { type: "string" },
    save: { type: "string" },
  },
});
const folder = mkdtempSync(path.join(tmpdir(), "clerk-edge-profile-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const load = LOADS.find(({ name }) => name === options.load);
if (!load) throw new Error(`the loads are ${LOADS.map(({ name }) => name).join(", ")}`);
pinLoad();
const clerk = instance();
const all = await variants(clerk, { ours: options.ours, compiled: options["workers-rs"] });
const variant = all.find(({ name }) => name === options.variant);
if (!variant) throw new Error(`the variants are ${all.map(({ name }) => name).join(", ")}`);
const single = alone(variant, load.place);
const workerd = await start(prepare(folder, single), single.sockets, { inspected: true });
const profiler = await connect(workerd.ports.get(INSPECTOR), load.place);
const { profile, done } = await profiled();
if (options.save) writeFileSync(options.save, JSON.stringify(profile));
report(profile, done);
process.exit(0);

async function profiled() {
  const next = endless();
  const lanes = await open(workerd.ports.get(load.place), next());
  const right = judge(load, variant);
  await lanes.run({ next, right, milliseconds: WARM_MS });
  await profiler("Profiler.enable");
  await profiler("Profiler.setSamplingInterval", { interval: INTERVAL_US });
  await profiler("Profiler.start");
  const done = await lanes.run({ next, right, milliseconds: Number(options.seconds) * 1000 });
  const { profile } = await profiler("Profiler.stop");
  return { profile, done };
}

// What the load sends, round after round; tokens that must be new are signed while nothing is timed.
function endless() {
  const rounds = load.new ? Math.ceil(Number(options.seconds) * 3) : 1;
  const turns = Array.from({ length: rounds }, (_, round) => makeRound(clerk, round)(load.name));
  let at = 0;
  return () => turns[Math.floor(at++ / POOL) % rounds]();
}

function report({ nodes, samples, timeDeltas }, { answers, wrong }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const self = new Map();
  let total = 0;
  samples.forEach((id, at) => {
    const { functionName, url, lineNumber } = byId.get(id).callFrame;
    if (functionName === "(idle)") return;
    const place = url ? ` ${url.split("/").at(-1)}:${lineNumber + 1}` : "";
    const name = `${functionName || "(anonymous)"}${place}`;
    self.set(name, (self.get(name) ?? 0) + timeDeltas[at]);
    total += timeDeltas[at];
  });
  const rows = [...self].sort((a, b) => b[1] - a[1]).slice(0, Number(options.top));
  console.log(`${variant.name}, "${load.title}": ${answers} answers, wrong: ${JSON.stringify(wrong)}`);
  console.log("  share  µs/request  function");
  for (const [name, us] of rows) {
    const share = `${((100 * us) / total).toFixed(1)} %`.padStart(7);
    console.log(`${share}  ${(us / answers).toFixed(2).padStart(10)}  ${name}`);
  }
}

// A session with the inspector of one Worker.
async function connect(port, place) {
  const targets = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const { webSocketDebuggerUrl } = targets.find(({ id, title }) => `${id}${title}`.includes(place));
  const socket = new WebSocket(webSocketDebuggerUrl);
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
  const waiting = new Map();
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const [resolve, reject] = waiting.get(id) ?? [];
    waiting.delete(id);
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
  };
  let last = 0;
  return (method, params = {}) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, [resolve, reject]);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
}
