// Functions with a rule of their own: `withAuth` and the like. Alone each takes the whole line of
// the gate with its one rule; behind a gate the identity found there is judged by it.

import { core } from "./edge/entry.js";
import { getAuth } from "./auth.js";
import { again, found, Gate, SHARED } from "./seam.js";

/** Lets in whom `allow` allows. */
export function withAccess(allow, handler, options = {}) {
  if (typeof handler !== "function") throw new TypeError("the second argument is a function");
  const { signed_out, otherwise, ...unknown } = options;
  const rule = JSON.stringify({ allow: allow ?? null, signed_out, otherwise, ...unknown });
  const problems = core().problems(rule);
  if (problems !== "") throw new TypeError(problems);
  const call = (request, env, ctx) => handler(request, authOf(request), env, ctx);
  const alone = new Gate({ id: SHARED, handler: call, rule });
  return async (request, env, ctx) => {
    if (env === undefined || env === null) {
      throw new TypeError("the environment is missing: call it with (request, env, ctx)");
    }
    return found.has(request) ? again(request, env, ctx, rule, call) : alone.enter(request, env, ctx);
  };
}

/** Lets in who is signed in. */
export function withAuth(handler) {
  return withAccess("signed-in", handler);
}

/** Lets in who has the role, or one of a list. */
export function withRole(role, handler) {
  return withAccess({ role }, handler);
}

/** Lets in who has the permission, or one of a list. */
export function withPermission(permission, handler) {
  return withAccess({ permission }, handler);
}

/** Lets in who has an organization active: any, this one, or one of a list. */
export function withOrganization(...given) {
  const [org, handler] = given.length === 1 ? [true, given[0]] : given;
  const allow = Array.isArray(org) ? { any: org.map((each) => ({ org: each })) } : { org };
  return withAccess(allow, handler);
}

/** Nothing where nobody was asked for. */
function authOf(request) {
  return found.has(request) ? getAuth(request) : undefined;
}
