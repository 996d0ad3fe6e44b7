// The rounds: within one, every variant is put under every load, in an order that turns from round to
// round; figures are differences to the floor of the same round, and the median over rounds. The first
// round warms up and counts for nothing.
import { open } from "./load.mjs";
import { LOADS, POOL, judge, makeRound } from "./loads.mjs";
import { lowerQuartile, median, spread } from "./statistics.mjs";
import { FLOOR, kind } from "./variants.mjs";

const CHECKED = 20;
const SETTLING_MS = 40;

// Asks everything of everybody before anything is timed, and stops at the first wrong answer.
export async function verify(clerk, running, loads) {
  const bytes = makeRound(clerk, 0);
  for (const { load, variant, workerd } of pairs(running, 0, loads)) {
    const next = bytes(load.name);
    const lanes = await open(workerd.ports.get(load.place), next(), 1);
    await ask(lanes, load, variant, { next, requests: CHECKED });
    lanes.close();
  }
}

// Answers `figures[variant][load]`: lists with one entry per round that counted.
export async function measure(clerk, running, { rounds, milliseconds, loads, say }) {
  const figures = {};
  for (let round = 0; round <= rounds; round += 1) {
    const begun = performance.now();
    const bytes = makeRound(clerk, round + 1);
    for (const { load, variant, workerd } of pairs(running, round, loads)) {
      const figure = await segment(workerd, load, variant, bytes(load.name), milliseconds);
      if (round > 0) ((figures[variant.name] ??= {})[load.name] ??= []).push(figure);
    }
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    say(round ? `round ${round} of ${rounds}: ${seconds} s` : `warm-up: ${seconds} s`);
  }
  return figures;
}

// What each variant costs over the floor, in microseconds per request. `median_us` is the median of the
// differences within a round. `quiet_us` is the difference of the lower quartiles over all rounds: other
// work on the machine only ever adds, so on a busy one this is the nearer to the truth, and on an idle
// one the two agree.
export function overFloor(figures) {
  const over = {};
  for (const [name, loads] of Object.entries(figures)) {
    over[name] = {};
    for (const [load, list] of Object.entries(loads)) {
      const { beside } = LOADS.find((known) => known.name === load);
      const [own, floor] = [list, figures[FLOOR][beside ?? load]].map((all) => all.map(({ us }) => us));
      const differences = own.map((us, round) => us - floor[round]);
      over[name][load] = {
        median_us: median(differences),
        quiet_us: lowerQuartile(own) - lowerQuartile(floor),
        spread_us: spread(differences),
      };
    }
  }
  return over;
}

// Who is put under which load, in the order of this round. `loads`: these alone, by name.
function* pairs(running, round, loads) {
  const wanted = LOADS.filter(({ name }) => loads?.includes(name) ?? true);
  for (const load of wanted) {
    const able = running.filter(({ variant }) => load.only?.includes(kind(variant)) ?? true);
    for (let i = 0; i < able.length; i += 1) yield { load, ...able[(i + round) % able.length] };
  }
}

async function segment(workerd, load, variant, next, milliseconds) {
  const lanes = await open(workerd.ports.get(load.place), next());
  // Others ran in between: the first answers pay for cold caches, and for nothing that is compared. How
  // long that takes could not be told from the noise of the machine; this is meant to be plenty.
  const settling = load.seen ? { requests: POOL } : { milliseconds: SETTLING_MS };
  const settled = await ask(lanes, load, variant, { next, ...settling });
  const before = workerd.cpu_us();
  const requests = load.new ? POOL - settled.answers - 1 : Infinity;
  const { answers, wall_ms } = await ask(lanes, load, variant, { next, requests, milliseconds });
  const used_us = before === undefined ? wall_ms * 1000 : workerd.cpu_us() - before;
  lanes.close();
  return { us: used_us / answers, per_second: (answers / wall_ms) * 1000, answers };
}

async function ask(lanes, load, variant, what) {
  const done = await lanes.run({ ...what, right: judge(load, variant) });
  const wrong = Object.entries(done.wrong).map(([status, count]) => `${count} times ${status}`);
  if (!wrong.length) return done;
  throw new Error(`${variant.name} under "${load.title}" answered wrongly: ${wrong.join(", ")}`);
}
