// Runs recorded cases of Clerk's SDK through several ways of using the gate, in workerd with a
// stopped clock, and tells what each answered.

/**
 * `{ cases: [{ env, url, method, headers, now_ms, jwks, bapi }] }`, as they were recorded. Each way
 * is called as a Worker's `fetch`.
 */
export async function run(request, ways) {
  const { cases } = await request.json();
  const results = [];
  for (const each of cases) {
    const result = {};
    for (const [name, way] of Object.entries(ways)) result[name] = await one(each, way);
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
    const ctx = { waitUntil() {} };
    const response = await way(new Request(url, { method, headers }), { ...recorded.env }, ctx);
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
