// The cold start: a fresh process with one Worker, from being started to its first right answer, and
// the floor's own taken off. Variants take turns, so that a slow moment of the machine hits them all.
import path from "node:path";
import { open } from "./load.mjs";
import { WELCOME } from "./rules.mjs";
import * as requests from "./requests.mjs";
import { median, spread } from "./statistics.mjs";
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

function overFloor(taken) {
  const over = {};
  for (const [name, list] of Object.entries(taken)) {
    const wall = list.map(({ ms }, turn) => ms - taken[FLOOR][turn].ms);
    const cpu = list.map(({ cpu_us }, turn) => (cpu_us - taken[FLOOR][turn].cpu_us) / 1000);
    over[name] = {
      wall_ms: median(wall),
      wall_spread_ms: spread(wall),
      ...(list[0].cpu_us === undefined ? {} : { cpu_ms: median(cpu), cpu_spread_ms: spread(cpu) }),
    };
  }
  return over;
}
