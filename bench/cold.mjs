// The cold start: a fresh process with one Worker, from being started to its first right answer, and
// the floor's own taken off. Variants take turns, so that a slow moment of the machine hits them all.
import path from "node:path";
import { open } from "./load.mjs";
import { WELCOME } from "./rules.mjs";
import * as requests from "./requests.mjs";
import { lowerQuartile, median, spread } from "./statistics.mjs";
import { token } from "./tokens.mjs";
import { FLOOR, alone } from "./variants.mjs";
import { prepare, start } from "./workerd.mjs";

export async function coldStarts(clerk, all, folder, starts) {
  const bytes = requests.page(WELCOME, requests.signedIn(clerk, token(clerk, 1)));
  const ready = all.map((variant) => {
    const single = alone(variant, "answer");
    return { name: variant.name, single, file: prepare(path.join(folder, "cold", variant.name), single) };
  });
  const taken = {};
  for (let turn = 0; turn < starts; turn += 1) {
    for (const { name, single, file } of ready) {
      (taken[name] ??= []).push(await one(file, single.sockets, bytes));
    }
  }
  return overFloor(taken);
}

async function one(file, sockets, bytes) {
  const workerd = await start(file, sockets);
  const lanes = await open(workerd.ports.get("answer"), bytes, 1);
  const figure = { ms: performance.now() - workerd.begun, cpu_us: workerd.cpu_us() };
  lanes.close();
  await workerd.stop();
  return figure;
}

// Both estimates, as for the loads, of the wall time; and of the CPU time where the system tells it.
function overFloor(taken) {
  const over = {};
  for (const name of Object.keys(taken)) {
    over[name] = { ...estimates(taken, name, "ms", 1) };
    if (taken[name][0].cpu_us !== undefined) over[name].cpu = estimates(taken, name, "cpu_us", 1000);
  }
  return over;
}

function estimates(taken, name, what, per_ms) {
  const [own, floor] = [name, FLOOR].map((who) => taken[who].map((one) => one[what] / per_ms));
  const differences = own.map((value, turn) => value - floor[turn]);
  return {
    median_ms: median(differences),
    quiet_ms: lowerQuartile(own) - lowerQuartile(floor),
    spread_ms: spread(differences),
  };
}
