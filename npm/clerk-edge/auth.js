// `getAuth`: the auth object of a request that a gate handed over. Its questions are answered in
// the WASM, which gets the object's text back.

import { core } from "./edge/entry.js";
import { pending } from "./edge/pending.js";
import { found } from "./seam.js";

/** What a question or a call came to, with a stable `code`. */
export class ClerkEdgeError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "ClerkEdgeError";
    this.code = code;
  }
}

/** Who asks. */
export function getAuth(request) {
  const known = found.get(request);
  if (known === undefined) throw new ClerkEdgeError("no-auth", NO_AUTH);
  return (known.object ??= authObject(known));
}

function authObject({ seam, text }) {
  const { auth, status, reason, roles } = JSON.parse(text);
  const object = { ...auth, status, reason, role: roles[0] ?? null, roles };
  // Functions of their own, so that `const { has } = getAuth(request)` works; the token is in none
  // of the fields.
  const functions = {
    has: (params) => core().has(text, JSON.stringify(params) ?? "null"),
    can: (allow) => can(seam, text, allow),
    getToken: (options) => getToken(seam, text, options),
  };
  for (const [name, value] of Object.entries(functions)) Object.defineProperty(object, name, { value });
  return object;
}

async function can(seam, text, allow) {
  const condition = JSON.stringify(allow) ?? "null";
  const answer = await asked(core().can(text, condition, seam.env, seam.ctx, seam));
  if (answer !== "yes" && answer !== "no") throw failure(answer);
  return answer === "yes";
}

async function getToken(seam, text, { template, expiresInSeconds } = {}) {
  if (expiresInSeconds !== undefined && !(Number.isInteger(expiresInSeconds) && expiresInSeconds > 0)) {
    throw new TypeError("expiresInSeconds is a whole number above 0");
  }
  const answer = await asked(core().token(text, template, expiresInSeconds, seam.env, seam));
  if (answer === "") return null;
  if (!answer.startsWith(" ")) throw failure(answer);
  return answer.slice(1);
}

/** The answer to a question, or an error if the WASM instance ended. */
async function asked(promise) {
  const answer = await pending(promise);
  return typeof answer === "string" ? answer : "internal\nThe gate failed.";
}

/** A code and a sentence. */
function failure(answer) {
  const end = answer.indexOf("\n");
  return new ClerkEdgeError(answer.slice(0, end), answer.slice(end + 1));
}

const NO_AUTH =
  "Nobody was asked for: the gate did not hand this request over (a copy does not count), or its " +
  "rule says `anyone`. Write `optional` where you want to know who is there.";
