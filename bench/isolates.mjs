// How often keys are fetched from Clerk by fresh isolates, beside the usual way: many Workers of one
// process, each an isolate of its own, are asked once, one after the other, with one KV namespace
// between them.
//   node bench/isolates.mjs FOLDER [--isolates 50]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { open } from "./load.mjs";
import { PAGE } from "./rules.mjs";
import * as requests from "./requests.mjs";
import { instance, token } from "./tokens.mjs";
import { OURS, YARDSTICK, alone, variants } from "./variants.mjs";
import { prepare, start } from "./workerd.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { isolates: { type: "string", default: "50" } },
});
const count = Number(values.isolates);
const clerk = instance();
const all = await variants(clerk, { ours: positionals[0] ?? "build" });
for (const [name, place] of [[OURS, "fetching-assets"], [YARDSTICK, "answer"]]) {
  const fetches = await fetched(all.find((variant) => variant.name === name), place);
  console.log(`${Math.round((fetches * 1000) / count)} fetches per 1,000 fresh isolates: ${name}`);
}
process.exit(0);

async function fetched(variant, place) {
  const single = alone(variant, place);
  const one = single.workers.find((worker) => worker.name === place);
  const { CLERK_JWT_KEY: _, ...bindings } = one.bindings;
  const names = Array.from({ length: count }, (_, at) => `${place}-${at}`);
  const copies = names.map((name) => ({ ...one, name, bindings }));
  const sockets = [...names, "outside"].map((name) => ({ name, service: name }));
  const others = single.workers.filter((worker) => worker !== one);
  const folder = mkdtempSync(path.join(tmpdir(), "clerk-edge-isolates-"));
  const file = prepare(folder, { ...single, workers: [...copies, ...others], sockets });
  const workerd = await start(file, sockets);
  try {
    const bytes = requests.page(PAGE, requests.signedIn(clerk, token(clerk, 1)));
    for (const name of names) (await open(workerd.ports.get(name), bytes, 1)).close();
    const counts = await fetch(`http://127.0.0.1:${workerd.ports.get("outside")}/counts`);
    return (await counts.json()).fetches;
  } finally {
    await workerd.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
