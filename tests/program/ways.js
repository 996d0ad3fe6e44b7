// The three ways that a request can take in JavaScript. Where it goes on, what arrives is the answer.

import { gate, getAuth, withAccess } from "clerk-edge";
import worker from "clerk-edge/worker";

const ROUTES = [{ path: "/*", allow: "optional" }];

/** The ways, by name. */
export const WAYS = {
  worker: (request, env, ctx) => worker.fetch(request, { ...env, ROUTES, ORIGIN: new Fetcher() }, ctx),
  handler: gate((request) => arrived(request, getAuth(request)), { ROUTES }).fetch,
  wrapped: withAccess("optional", (request, auth) => arrived(request, auth)),
};

// The gate knows a binding's kind by this name.
class Fetcher {
  fetch(request) {
    return Promise.resolve(arrived(request));
  }
}

/** What arrived behind the gate. The auth object says the same as the headers. */
function arrived(request, auth) {
  const headers = Object.fromEntries([...request.headers].filter(([name]) => name.startsWith("x-clerk-")));
  if (auth && (auth.userId ?? undefined) !== headers["x-clerk-user-id"]) throw new Error("another user");
  if (auth && auth.status !== headers["x-clerk-auth-status"]) throw new Error("another status");
  return Response.json({ url: request.url, headers });
}
