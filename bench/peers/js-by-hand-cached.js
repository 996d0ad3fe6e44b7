// The same with a bounded `Map` of verified tokens: the least that any cached verifier can cost.
import { gate, tokenOf } from "./frame.js";
import { verifiedClaims, inTime } from "./js-verify.js";

const REMEMBERED_MAX = 10_000;
const remembered = new Map();

export default gate((request, env) => {
  const token = tokenOf(request, env);
  if (!token) return false;
  const known = remembered.get(token);
  return known ? inTime(known) : learn(token, env);
});

async function learn(token, env) {
  const claims = await verifiedClaims(token, env);
  if (!claims || !inTime(claims)) return false;
  if (remembered.size >= REMEMBERED_MAX) remembered.clear(); // taking out the oldest costs more than that
  remembered.set(token, claims);
  return true;
}
