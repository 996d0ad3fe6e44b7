// Memory under a flood of tokens that are all different and all valid. Signing a million takes minutes,
// so each is signed once and then spelled differently: a verifier that follows Clerk's ignores surplus
// `=` at the end, yet must take the spellings for different tokens, as it remembers them by their bytes.
// Where the spellings are refused, only signed tokens are sent and the count says so.
import path from "node:path";
import { open } from "./load.mjs";
import { LOADS, POOL, judge } from "./loads.mjs";
import { WELCOME } from "./rules.mjs";
import * as requests from "./requests.mjs";
import { token } from "./tokens.mjs";
import { alone } from "./variants.mjs";
import { prepare, start } from "./workerd.mjs";

const SAMPLES = 10;
const MISS = LOADS.find(({ name }) => name === "miss");

export async function memory(clerk, variant, folder, tokens, say) {
  const single = alone(variant, "answer");
  const workerd = await start(prepare(path.join(folder, "memory"), single), single.sockets);
  const people = Array.from({ length: POOL }, (_, person) => token(clerk, person));
  const spelled = (at) => people[at % POOL] + "=".repeat(Math.floor(at / POOL));
  const bytes = (at) => requests.page(WELCOME, requests.signedIn(clerk, spelled(at)));
  const right = judge(MISS, variant);
  const lanes = await open(workerd.ports.get("answer"), bytes(0));
  const trial = await lanes.run({ next: () => bytes(POOL), requests: 1, right });
  const total = Object.keys(trial.wrong).length ? POOL : tokens;
  const resident = [workerd.resident_bytes()];
  let at = 0;
  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    const { wrong } = await lanes.run({ next: () => bytes(at++), requests: total / SAMPLES, right });
    if (Object.keys(wrong).length) throw new Error(`wrong answers under the flood: ${JSON.stringify(wrong)}`);
    resident.push(workerd.resident_bytes());
    say(`memory: ${at} tokens, ${Math.round(resident.at(-1) / 1e6)} MB`);
  }
  lanes.close();
  await workerd.stop();
  return { tokens: total, resident_bytes: resident };
}
