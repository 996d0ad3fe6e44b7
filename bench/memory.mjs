// Memory under a flood of tokens that are all different and all valid. Signing a million takes minutes,
// so each is signed once and then spelled differently: a verifier that follows Clerk's ignores surplus
// `=` at the end, yet must take the spellings for different tokens, as it remembers them by their bytes.
// Where the spellings are refused, only signed tokens are sent and the count says so.
import path from "node:path";
import { open } from "./load.mjs";
import { LOADS, POOL, judge } from "./loads.mjs";
import { WELCOME } from "./rules.mjs";
import * as requests from "./requests.mjs";
import { forged, token } from "./tokens.mjs";
import { alone } from "./variants.mjs";
import { prepare, start } from "./workerd.mjs";

const SAMPLES = 10;
const [VALID, FORGED] = ["miss", "forged"].map((name) => LOADS.find((load) => load.name === name));

export async function memory(clerk, variant, folder, tokens, say) {
  const single = alone(variant, "answer");
  const workerd = await start(prepare(path.join(folder, "memory"), single), single.sockets);
  const people = Array.from({ length: POOL }, (_, person) => token(clerk, person));
  const bytes = (text) => requests.page(WELCOME, requests.signedIn(clerk, text));
  const flood = { workerd, variant, bytes, say };
  const lanes = await open(workerd.ports.get("answer"), bytes(people[0]));
  const trial = { next: () => bytes(`${people[0]}=`), requests: 1, right: judge(VALID, variant) };
  const refused = Object.keys((await lanes.run(trial)).wrong).length > 0;
  const total = refused ? POOL : tokens;
  const resident = [workerd.resident_bytes()];
  resident.push(...(await pour(lanes, VALID, total, people, flood)));
  const after = await pour(lanes, FORGED, total / 5, people.map(forged), flood);
  lanes.close();
  await workerd.stop();
  return { tokens: total, resident_bytes: resident, forged: total / 5, after_forged_bytes: after.at(-1) };
}

// Sends that many different spellings of the texts, and answers what memory was held on the way.
async function pour(lanes, load, total, texts, { workerd, variant, bytes, say }) {
  const resident = [];
  let at = 0;
  const next = () => {
    const lap = Math.floor(at / texts.length);
    return bytes(texts[at++ % texts.length] + "=".repeat(lap));
  };
  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    const { wrong } = await lanes.run({ next, requests: total / SAMPLES, right: judge(load, variant) });
    if (Object.keys(wrong).length) throw new Error(`wrong answers under the flood: ${JSON.stringify(wrong)}`);
    resident.push(workerd.resident_bytes());
    say(`memory: ${at} tokens, ${load.title}: ${Math.round(resident.at(-1) / 1e6)} MB`);
  }
  return resident;
}
