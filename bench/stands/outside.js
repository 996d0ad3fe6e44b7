// All that the gate could ask outside: the key set, and the service under a KV namespace. Both count
// what they are asked; neither forgets or delays.
const counts = { fetches: 0, kv_reads: 0, kv_writes: 0 };
const stored = new Map();

export default {
  async fetch(request, env) {
    const { hostname, pathname } = new URL(request.url);
    if (pathname === "/counts") return Response.json(counts);
    if (pathname === "/stored") return Response.json([...stored].map(asText));
    if (hostname === env.FRONTEND_API) {
      counts.fetches += 1;
      return pathname === "/.well-known/jwks.json"
        ? new Response(env.JWKS, { headers: { "content-type": "application/json" } })
        : new Response("not found", { status: 404 });
    }
    // As Clerk's Backend API serves the same set to those who have a secret key.
    if (hostname === "api.clerk.com" && pathname === "/v1/jwks") {
      counts.fetches += 1;
      return new Response(env.JWKS, { headers: { "content-type": "application/json" } });
    }
    return keyValue(request, pathname);
  },
};

const asText = ([name, bytes]) => [name, new TextDecoder().decode(bytes)];

async function keyValue(request, key) {
  if (request.method === "PUT") {
    counts.kv_writes += 1;
    stored.set(key, await request.arrayBuffer());
    return new Response(null, { status: 204 });
  }
  counts.kv_reads += 1;
  const value = stored.get(key);
  return value ? new Response(value) : new Response("not found", { status: 404 });
}
