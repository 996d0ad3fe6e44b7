// What a request asks outside in the steady state: fetches and reads of the KV namespace, counted by
// the stand-ins themselves after a warm-up, with keys that have to be fetched.
import { open } from "./load.mjs";
import { LOADS, judge, makeRound } from "./loads.mjs";

const REQUESTS = 2000;

export async function steady(clerk, { variant, workerd }) {
  const load = LOADS.find(({ name }) => name === "fetching");
  const next = makeRound(clerk, 0)("miss");
  const port = workerd.ports.get(load.place);
  const lanes = await open(port, next());
  const before = await counts(workerd);
  const { wrong } = await lanes.run({ next, requests: REQUESTS, right: judge(load, variant) });
  const after = await counts(workerd);
  lanes.close();
  if (Object.keys(wrong).length) throw new Error(`wrong answers: ${JSON.stringify(wrong)}`);
  const grown = Object.keys(after).map((what) => [what, after[what] - before[what]]);
  return { requests: REQUESTS, first: before, then: Object.fromEntries(grown) };
}

async function counts(workerd) {
  const answer = await fetch(`http://127.0.0.1:${workerd.ports.get("outside")}/counts`);
  return answer.json();
}
