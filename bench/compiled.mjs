// What a first request compiles: the runtime compiles a WASM function when it is first called, and
// a visitor who meets a fresh isolate waits for that. Same on every machine.
//   node bench/compiled.mjs FOLDER… [--names N]
// `--names` lists the N largest of them, which have names after `cargo xtask build --named`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { open } from "./load.mjs";
import { PAGE } from "./rules.mjs";
import * as requests from "./requests.mjs";
import { instance, token } from "./tokens.mjs";
import { OURS, alone, variants } from "./variants.mjs";
import { functions } from "./wasm.mjs";
import { prepare, start } from "./workerd.mjs";

// A function costs the compiler as much as so many more bytes, whatever its size.
export const FUNCTION_BYTES = 75;

// The first requests that are looked at: which deployment, which path.
export const FIRSTS = [
  { name: "guarded asset, key in a binding", place: "assets", path: PAGE },
  { name: "guarded asset, keys from KV", place: "fetching-assets", path: PAGE, stored: true },
  { name: "guarded asset, keys fetched", place: "fetching-assets", path: PAGE },
  { name: "`anyone` asset", place: "assets", path: "/blog/2026/first" },
];

/** What each first request compiles: bytes, functions, both as one number, and the functions. */
export async function compiled(ours) {
  const clerk = instance();
  const variant = (await variants(clerk, { ours })).find(({ name }) => name === OURS);
  const { bytes } = variant.workers[0].modules.find(({ name }) => name.endsWith(".wasm"));
  const all = functions(bytes);
  const figures = [];
  for (const first of FIRSTS) {
    const called = (await indices(clerk, variant, first)).map((index) => all.get(index));
    const sum = called.reduce((total, { size }) => total + size, 0);
    const weight = sum + called.length * FUNCTION_BYTES;
    figures.push({ ...first, bytes: sum, functions: called.length, weight, called });
  }
  return figures;
}

async function indices(clerk, variant, first) {
  // What an isolate before this one has left in KV.
  const stored = first.stored ? (await asked(clerk, variant, first, [])).stored : [];
  return (await asked(clerk, variant, first, stored)).indices;
}

// Puts the first request to a fresh process.
async function asked(clerk, variant, { place, path: page, stored: wanted }, stored) {
  const folder = mkdtempSync(path.join(tmpdir(), "clerk-edge-compiled-"));
  const single = alone(variant, place);
  const file = prepare(folder, single);
  const config = readFileSync(file, "utf8");
  writeFileSync(file, config.replace(":Workerd.Config = (", `$&v8Flags = ["--perf-basic-prof"],`));
  // In the folder, since the runtime leaves logs of its own where it runs.
  const workerd = await start(file, single.sockets, { cwd: folder });
  let left;
  const map = `/tmp/perf-${workerd.child.pid}.map`; // the runtime writes it there
  try {
    const outside = `http://127.0.0.1:${workerd.ports.get("outside")}`;
    for (const [name, body] of stored) await fetch(outside + name, { method: "PUT", body });
    const bytes = requests.page(page, requests.signedIn(clerk, token(clerk, 1)));
    const lanes = await open(workerd.ports.get(place), bytes, 1);
    lanes.close();
    if (wanted) left = await storedBehindTheAnswer(outside);
  } finally {
    await workerd.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const lines = readFileSync(map, "utf8").split("\n");
  rmSync(map);
  const found = lines.map((line) => /-(\d+)-liftoff$/.exec(line)?.[1]);
  return { indices: [...new Set(found.filter(Boolean).map(Number))], stored: left };
}

async function storedBehindTheAnswer(outside) {
  for (;;) {
    const stored = await (await fetch(`${outside}/stored`)).json();
    if (stored.length) return stored;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { names: { type: "string", default: "0" } },
  });
  for (const folder of positionals) {
    console.log(folder);
    for (const { name, bytes, functions: count, weight, called } of await compiled(folder)) {
      console.log(`  ${kB(bytes)} in ${count} functions, as much as ${kB(weight)}: ${name}`);
      called.sort((a, b) => b.size - a.size);
      for (const { size, name } of called.slice(0, Number(values.names))) {
        console.log(`    ${String(size).padStart(6)}  ${name}`);
      }
    }
  }
  process.exit(0);
}

function kB(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
