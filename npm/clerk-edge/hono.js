// `clerk-edge/hono`: the habits of `@clerk/hono` and `@hono/clerk-auth` on the gate of this package.

import { ClerkEdgeError, getAuth as authOfRequest } from "./auth.js";
import { withAccess } from "./wrappers.js";

/** Who asks; everybody goes on. */
export function clerkMiddleware() {
  return protect("optional");
}

/** Lets in whom `allow` allows. */
export function protect(allow, options) {
  return async (c, next) => {
    const enter = withAccess(allow, handler, options);
    const response = await enter(c.req.raw, c.env, contextOf(c));
    if (response === c.res) return undefined;
    // Hono would add the headers of the old answer to the new one.
    c.res = undefined;
    c.res = response;
    return undefined;

    async function handler(request) {
      c.req.raw = request;
      c.set("clerkAuth", (given) => getAuth(c, given));
      await next();
      return c.res;
    }
  };
}

/** Who asks in this context. */
export function getAuth(c, { acceptsToken = "session_token" } = {}) {
  if (acceptsToken !== "session_token") {
    throw new TypeError("acceptsToken: the gate accepts session tokens alone");
  }
  return authOfRequest(c.req.raw);
}

/** Hono throws where there is none, as in tests. */
function contextOf(c) {
  try {
    return c.executionCtx;
  } catch {
    return undefined;
  }
}

export { ClerkEdgeError };
