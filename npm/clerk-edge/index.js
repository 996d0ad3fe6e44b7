// `clerk-edge`: the gate before a program of your own, and who asks, for that program. Documented
// in `index.d.ts`. Who may enter is decided in the WASM alone.

export { ClerkEdgeError, getAuth } from "./auth.js";
export { withAccess, withAuth, withOrganization, withPermission, withRole } from "./wrappers.js";

import worker from "./worker.js";
import { callable, isHandler, isSettings, withMembersOf } from "./handler.js";
import { Gate } from "./seam.js";

/** The gate: alone, with settings in code, or before a handler. */
export function gate(...given) {
  if (given.length === 0) return worker;
  const [first, settings] = isSettings(given[0]) ? [undefined, given[0]] : given;
  if (given.length > 2 || (first === undefined && given.length > 1)) throw new TypeError(USAGE);
  if (first !== undefined && !isHandler(first)) throw new TypeError(USAGE);
  if (settings !== undefined && !isSettings(settings)) throw new TypeError(USAGE);
  const made = new Gate({ settings, handler: first === undefined ? undefined : callable(first) });
  const fetch = (request, env, ctx) => made.enter(request, env, ctx);
  return first === undefined ? { fetch } : withMembersOf(first, fetch);
}

const USAGE =
  "gate(handler, settings?) takes a function or an object with `fetch`, and settings such as " +
  "{ ROUTES: [...] }. Write `export default gate({ fetch(request, env, ctx) { ... } })`; a class " +
  "cannot be put behind the gate: give the object's `fetch`.";
