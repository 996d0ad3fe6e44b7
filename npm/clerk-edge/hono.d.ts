// Types of `clerk-edge/hono`.

import type { Context, MiddlewareHandler } from "hono";
import type { AccessOptions, Auth } from "./index.js";
import type { Allow } from "./settings.js";

export { ClerkEdgeError } from "./index.js";

/** Which tokens are accepted: session tokens alone. */
export interface GetAuthOptions {
  acceptsToken?: "session_token";
}

/** Finds out who asks; everybody goes on. A handshake redirects. */
export function clerkMiddleware(): MiddlewareHandler;

/** Lets in whom `allow` allows. */
export function protect(allow: Allow, options?: AccessOptions): MiddlewareHandler;

/** Who asks. Throws a `ClerkEdgeError` of code `no-auth` where nobody was asked for. */
export function getAuth(c: Context<any, any, any>, options?: GetAuthOptions): Auth;

declare module "hono" {
  interface ContextVariableMap {
    clerkAuth: (options?: GetAuthOptions) => Auth;
  }
}
