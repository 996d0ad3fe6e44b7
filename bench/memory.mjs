// Memory under a flood of tokens that are all different, first valid ones, then forged ones. Signing a
// million would take minutes, so each is signed once and sent in four spellings: a verifier that follows
// Clerk's ignores surplus `=` at the end, yet must take the spellings for different tokens, as it
// remembers them by their bytes. Where the spellings are refused, each is sent in one.
import path from "node:path";
import { open } from "./load.mjs";
import { LOADS, judge } from "./loads.mjs";
import { WELCOME } from "./rules.mjs";
import * as requests from "./requests.mjs";
import { forged, token } from "./tokens.mjs";
import { alone } from "./variants.mjs";
import { prepare, start } from "./workerd.mjs";

const SAMPLES = 10;
const SPELLINGS = 4;
const FORGED_SHARE = 5;
const [VALID, FORGED] = ["miss", "forged"].map((name) => LOADS.find((load) => load.name === name));

export async function memory(clerk, variant, folder, tokens, say) {
  const single = alone(variant, "answer");
  const workerd = await start(prepare(path.join(folder, "memory", variant.name), single), single.sockets);
  const bytes = (text) => requests.page(WELCOME, requests.signedIn(clerk, text));
  const flood = { workerd, variant, bytes, say };
  const first = token(clerk, 0);
  const lanes = await open(workerd.ports.get("answer"), bytes(first));
  const trial = { next: () => bytes(`${first}=`), requests: 1, right: judge(VALID, variant) };
  const refused = Object.keys((await lanes.run(trial)).wrong).length > 0;
  const total = refused ? tokens / SPELLINGS : tokens;
  const valid = spelled(clerk, refused ? 1 : SPELLINGS);
  const resident = [workerd.resident_bytes(), ...(await pour(lanes, VALID, total, valid, flood))];
  const after = await pour(lanes, FORGED, total / FORGED_SHARE, distorted(first), flood);
  lanes.close();
  await workerd.stop();
  return {
    tokens: total,
    resident_bytes: resident,
    forged: total / FORGED_SHARE,
    after_forged_bytes: after.at(-1),
  };
}

// Sends that many of the texts, and answers what memory was held on the way.
async function pour(lanes, load, total, texts, { workerd, variant, bytes, say }) {
  const resident = [];
  const next = () => bytes(texts());
  const right = judge(load, variant);
  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    const { wrong } = await lanes.run({ next, requests: total / SAMPLES, right });
    if (Object.keys(wrong).length) throw new Error(`wrong answers under the flood: ${JSON.stringify(wrong)}`);
    resident.push(workerd.resident_bytes());
    const sent = (total / SAMPLES) * sample;
    say(`memory of ${variant.name}: ${sent} tokens, ${load.title}: ${Math.round(resident.at(-1) / 1e6)} MB`);
  }
  return resident;
}

function spelled(clerk, spellings) {
  let [person, spelling, text] = [0, spellings, ""];
  return () => {
    if (spelling === spellings) [person, spelling, text] = [person + 1, 0, token(clerk, person + 1)];
    return text + "=".repeat(spelling++);
  };
}

// Endlessly many forgeries of one token, told apart by the middle of their signatures.
function distorted(text) {
  const base = forged(text);
  const [from, to] = [base.length - 200, base.length - 192];
  let count = 0;
  return () => base.slice(0, from) + (count++).toString(36).padStart(to - from, "A") + base.slice(to);
}
