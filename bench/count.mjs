// Instructions per request instead of time, which other work on the machine does not change. What is
// counted for WASM repeats nearly to the instruction; the sum of the process does not: it moves by some 25,000
// with garbage collections and with how far the runtime has warmed up, so compare within one run. For
// whoever changes the hot path; it wants valgrind.
//   node bench/count.mjs FOLDER|PEER… [--loads hit,page] [--warm 4000] [--requests 800] [--top 0] [--baseline]
// Prints, per load, what each takes over the floor and how much of that is WASM; `--top` lists the
// dearest functions of WASM; `--baseline` counts code that is not optimised yet, as in an isolate's first
// thousands of requests. Functions have names after `cargo xtask build --named`. Counted is the whole
// process, its runtime and garbage collector included; the optimising compiler has done its work before.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { open } from "./load.mjs";
import { LOADS, POOL, judge, makeRound } from "./loads.mjs";
import { instance } from "./tokens.mjs";
import { FLOOR, OURS, alone, variants } from "./variants.mjs";
import { prepare } from "./workerd.mjs";

// One thread, so that nothing is counted that only happens to fall into the window; and WASM as it is
// once it has run for a while. The map says where the functions lie.
const FLAGS = ["--single-threaded", "--perf-basic-prof"];
const OPTIMISED = ["--no-liftoff"];
const BASELINE = ["--liftoff-only"];
const LINE = /^(0x[0-9a-f]+|[+-]\d+|\*) (?:\S+ )?(\d+)$/;
const WASM = /-\d+-(turbofan|liftoff)$/;
const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    loads: { type: "string", default: "hit,page,api,assets,service" },
    warm: { type: "string", default: "4000" },
    requests: { type: "string", default: "800" },
    top: { type: "string", default: "0" },
    baseline: { type: "boolean", default: false },
  },
});
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
const workerd = createRequire(import.meta.url)("workerd").default;
const clerk = instance();

const loadOf = (name) => LOADS.find((known) => known.name === name);
for (const load of options.loads.split(",").map(loadOf)) {
  const floor = await counted(await named(FLOOR), loadOf(load.beside ?? load.name));
  console.log(`${load.title}: the floor takes ${thousands(floor.total)}`);
  for (const name of asked) {
    const { total, functions } = await counted(await named(name), load);
    const wasm = [...functions].filter(([each]) => WASM.test(each));
    const sum = wasm.reduce((all, [, count]) => all + count, 0);
    console.log(`  ${thousands(total - floor.total).padStart(7)} more, ${thousands(sum)} of it WASM: ${name}`);
    wasm.sort((a, b) => b[1] - a[1]);
    for (const [each, count] of wasm.slice(0, Number(options.top))) {
      console.log(`    ${Math.round(count).toString().padStart(7)}  ${each}`);
    }
  }
}
process.exit(0);

// A peer by its name, or the product from a folder.
async function named(name) {
  const peer = (await variants(clerk, {})).find((known) => known.name === name);
  return peer ?? (await variants(clerk, { ours: name })).find((known) => known.name === OURS);
}

async function counted(variant, load) {
  const folder = mkdtempSync(path.join(tmpdir(), "clerk-edge-count-"));
  try {
    return await within(folder, variant, load);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function within(folder, variant, load) {
  const single = alone(variant, load.place);
  const file = prepare(folder, single);
  const all = [...FLAGS, ...(options.baseline ? BASELINE : OPTIMISED)];
  const flags = `v8Flags = [${all.map((flag) => JSON.stringify(flag)).join(", ")}],`;
  writeFileSync(file, readFileSync(file, "utf8").replace(":Workerd.Config = (", `$&${flags}`));
  const { child, ports } = await started(folder, file, single.sockets.length);
  const [warm, requests] = [options.warm, options.requests].map(Number);
  const rounds = load.new ? Math.ceil((warm + requests + 1) / POOL) : 1;
  const turns = Array.from({ length: rounds }, (_, round) => makeRound(clerk, round)(load.name));
  let at = 0;
  const next = () => turns[Math.floor(at++ / POOL) % rounds]();
  const lanes = await open(ports.get(load.place), next(), 1);
  const ask = async (count) => {
    const { wrong } = await lanes.run({ next, requests: count, right: judge(load, variant) });
    if (Object.keys(wrong).length) throw new Error(`wrong answers: ${JSON.stringify(wrong)}`);
  };
  await ask(warm);
  await control("-z", child.pid);
  await ask(requests);
  await control("-d", child.pid);
  lanes.close();
  child.kill("SIGKILL");
  running.delete(child);
  const [dump] = readdirSync(folder).filter((name) => /^counts\.\d+$/.test(name));
  const map = path.join("/tmp", `perf-${child.pid}.map`); // the runtime writes it there
  const sums = read(readFileSync(path.join(folder, dump), "utf8"), readFileSync(map, "utf8"));
  rmSync(map);
  return {
    total: sums.total / requests,
    functions: new Map([...sums.functions].map(([name, count]) => [name, count / requests])),
  };
}

function started(folder, file, count) {
  const out = `--callgrind-out-file=${path.join(folder, "counts")}`;
  const tool = ["--tool=callgrind", "--smc-check=all-non-file", "--dump-instr=yes", "--dump-line=no", out];
  const args = [...tool, workerd, "serve", file, "--control-fd=3"];
  // In the folder, since the runtime leaves logs of its own where it runs.
  const child = spawn("valgrind", args, { cwd: folder, stdio: ["ignore", "ignore", "ignore", "pipe"] });
  running.add(child);
  return new Promise((resolve, reject) => {
    child.once("error", () => reject(new Error("valgrind is not installed")));
    child.once("exit", (code) => reject(new Error(`valgrind ended with ${code}`)));
    const ports = new Map();
    let told = "";
    child.stdio[3].on("data", (chunk) => {
      const lines = (told + chunk).split("\n");
      told = lines.pop();
      for (const line of lines.filter(Boolean)) ports.set(JSON.parse(line).socket, JSON.parse(line).port);
      if (ports.size >= count) resolve({ child, ports });
    });
  });
}

// Puts the counts to zero, or has them written down.
function control(what, pid) {
  const command = spawn("callgrind_control", [what, String(pid)], { stdio: "ignore" });
  return new Promise((resolve) => command.once("exit", resolve));
}

// Sums up a dump: all instructions, and those of compiled functions by their name (the runtime's own
// have none here). A line behind `calls=` repeats what the callee took.
function read(dump, map) {
  const places = map
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split(" "))
    .map(([from, size, ...name]) => [parseInt(from, 16), parseInt(size, 16), name.join(" ")])
    .sort((a, b) => a[0] - b[0]);
  const functions = new Map();
  let [total, address, repeats] = [0, 0, false];
  for (const line of dump.split("\n")) {
    if (line.startsWith("calls=")) {
      repeats = true;
      continue;
    }
    const found = LINE.exec(line);
    if (!found) continue;
    const [, where, count] = found;
    if (where.startsWith("0x")) address = parseInt(where, 16);
    else if (where !== "*") address += Number(where);
    if (repeats) {
      repeats = false;
      continue;
    }
    total += Number(count);
    const name = nameAt(places, address);
    functions.set(name, (functions.get(name) ?? 0) + Number(count));
  }
  return { total, functions };
}

// The last function that begins at or before an address and reaches it.
function nameAt(places, address) {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle][0] <= address) low = middle + 1;
    else high = middle;
  }
  const [from, size, name] = places[low - 1] ?? [0, 0, ""];
  return address < from + size ? name : "";
}

function thousands(count) {
  return `${Math.round(count / 1000)} k`;
}
