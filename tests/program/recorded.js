// Runs recorded cases of Clerk's SDK through the Worker, through a gate before a handler, and
// through a wrapped function, each in workerd with a stopped clock, and tells what each answered.

import { gate, getAuth, withAccess } from "clerk-edge";
import worker from "clerk-edge/worker";

/** The three ways that a request can take. Where it goes on, what arrives is the answer. */
const WAYS = {
  worker: (request, env, ctx) => worker.fetch(request, { ...env, ORIGIN: new Fetcher() }, ctx),
  handler: gate((request) => arrived(request, getAuth(request))).fetch,
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

/** `{ cases: [{ env, url, method, headers, now_ms, jwks, bapi }] }`, as they were recorded. */
export async function run(request) {
  const { cases } = await request.json();
  const results = [];
  for (const each of cases) {
    const result = {};
    for (const [name, way] of Object.entries(WAYS)) result[name] = await one(each, way);
    results.push(result);
  }
  return Response.json(results);
}

async function one(recorded, way) {
  const { fetch } = globalThis;
  const { now } = Date;
  const calls = [];
  globalThis.fetch = async (address, { method = "GET" } = {}) => {
    calls.push(`${method} ${address}`);
    return clerk(recorded, method, new URL(address).pathname);
  };
  Date.now = () => recorded.now_ms;
  try {
    const { url, method, headers } = recorded;
    const env = way === WAYS.wrapped ? recorded.env : { ...recorded.env, ROUTES };
    const response = await way(new Request(url, { method, headers }), env, { waitUntil() {} });
    const told = [...response.headers].filter(([name]) => name !== "server-timing");
    const text = (await response.text()).replace(REQUEST_ID, "id");
    return { status: response.status, headers: told, text, calls };
  } finally {
    globalThis.fetch = fetch;
    Date.now = now;
  }
}

/** What Clerk answered when the case was recorded. */
function clerk({ jwks, bapi = [] }, method, path) {
  const route = bapi.find((each) => each.method === method && each.path === path);
  if (route?.network_error) throw new TypeError("network");
  if (route) {
    const type = route.content_type ?? "application/json";
    const body = typeof route.body === "string" ? route.body : JSON.stringify(route.body ?? "");
    return new Response(body, { status: route.status ?? 200, headers: { "content-type": type } });
  }
  if (jwks && (path.endsWith("/jwks.json") || path === "/v1/jwks")) return Response.json(jwks);
  return Response.json({ errors: [{ code: "resource_not_found" }] }, { status: 404 });
}

/** Drawn for each refusal. */
const REQUEST_ID = /\b[0-9a-f]{16}\b/g;
const ROUTES = [{ path: "/*", allow: "optional" }];
