// What strangers and operators see of a gate before an origin: preflights, own addresses in odd
// spellings, health without details, invented nonces, and requests that go past Cloudflare's cache.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { boot } from "./harness.mjs";
import { Instance } from "./mint.mjs";

const ORIGIN = "https://origin.example.net";
const NONCES = "https://api.clerk.com/v1/clients/handshake_payload";
const PREFLIGHT = { origin: "https://a.example", "access-control-request-method": "PUT" };
/** What the local runtime adds on the way to the test. */
const OF_THE_HARNESS = ["content-length", "date", "mf-content-encoding", "transfer-encoding"];
const live = await Instance.make({ live: true });

const vars = {
  CLERK_PUBLISHABLE_KEY: live.publishableKey,
  CLERK_JWT_KEY: live.pem,
  UPSTREAM: ORIGIN,
  ROUTES: [{ path: "/open/*", allow: "anyone" }, { path: "/same/*", cache: "shared" }],
  LOG: "off",
};

let gate;
before(async () => {
  const answer = {
    status: 200,
    headers: {
      "access-control-allow-origin": "https://a.example",
      "access-control-allow-methods": "PUT",
      allow: "PUT",
      vary: "Origin",
      "set-cookie": "secret=1",
      "x-secret": "1",
      "content-type": "text/plain",
      "x-accel-expires": "600",
      "edge-control": "max-age=600",
      "vercel-cdn-cache-control": "max-age=600",
    },
    body: "content",
  };
  const outbound = { [NONCES]: { status: 404, body: { errors: [] } } };
  for (const path of ["/open/a", "/same/a", "/members/a"]) outbound[ORIGIN + path] = answer;
  gate = await boot({ vars, secrets: { CLERK_SECRET_KEY: live.secretKey }, outbound });
});
after(() => gate?.close());
beforeEach(() => gate.outbound.clear());

test("a preflight takes no credentials there and brings no content back", async () => {
  const headers = { ...PREFLIGHT, cookie: await live.cookies(), authorization: "Bearer x", "x-clerk-role": "admin" };
  const answer = await gate.ask("/members/a", { method: "OPTIONS", headers, body: "secret" });
  assert.equal(answer.status, 200);
  assert.equal(answer.text, "");
  const names = [...answer.headers.keys()].filter((name) => !OF_THE_HARNESS.includes(name)).sort();
  const kept = ["access-control-allow-methods", "access-control-allow-origin", "allow", "vary"];
  assert.deepEqual(names, kept);
  const [call] = gate.outbound.calls(`${ORIGIN}/members/a`);
  assert.equal(call.method, "OPTIONS");
  assert.equal(call.body, "");
  for (const name of ["cookie", "authorization", "x-clerk-role", "x-clerk-auth-status"]) {
    assert.equal(call.headers[name], undefined, name);
  }
  assert.equal(call.headers["access-control-request-method"], "PUT");
});

test("a request that is no preflight keeps both", async () => {
  const headers = { cookie: await live.cookies(), "content-type": "text/plain" };
  const answer = await gate.ask("/members/a", { method: "POST", headers, body: "mine" });
  assert.equal(answer.text, "content");
  const [call] = gate.outbound.calls(`${ORIGIN}/members/a`);
  assert.equal(call.body, "mine");
  assert.match(call.headers.cookie, /__session=/);
  assert.equal(answer.headers.get("x-secret"), "1");
  for (const name of ["x-accel-expires", "edge-control", "vercel-cdn-cache-control"]) {
    assert.equal(answer.headers.get(name), null, name);
  }
});

test("guarded requests go past Cloudflare's cache, others do not", async () => {
  const ask = async (path) => {
    gate.outbound.clear();
    await gate.ask(path, { headers: { cookie: await live.cookies() } });
    // The runtime asks an origin so where `cache: "no-store"` was set.
    return gate.outbound.calls(ORIGIN + path)[0].headers["cache-control"];
  };
  assert.equal(await ask("/members/a"), "no-cache");
  assert.equal(await ask("/same/a"), undefined);
  assert.equal(await ask("/open/a"), undefined);
});

test("the gate's folder is its own in every spelling", async () => {
  for (const path of ["/.clerk-edge/x", "/.clerk-edge%2Fhealth", "/.clerk-edge;a/health", "//.clerk-edge/health"]) {
    const { status, json } = await gate.ask(`https://app.example.com${path}`);
    assert.equal(status, 404, path);
    assert.equal(json.code, "not-found");
  }
  assert.equal((await gate.ask("/.clerk-edge/health", { method: "OPTIONS", headers: PREFLIGHT })).status, 405);
  assert.deepEqual(gate.outbound.calls(), []);
});

test("health tells strangers its status and version, and people get a page", async () => {
  const { json } = await gate.ask("/.clerk-edge/health");
  assert.deepEqual(Object.keys(json), ["status", "version"]);
  const page = await gate.ask("/.clerk-edge/health", { headers: { accept: "text/html" } });
  assert.match(page.text, /<h1>Health: ok<\/h1>/);
  assert.match(page.headers.get("content-security-policy"), /frame-ancestors 'none'/);
});

test("sixty invented nonces cause five calls", async () => {
  const ask = (at) => {
    const headers = { cookie: `__clerk_handshake_nonce=n${at}`, "cf-connecting-ip": "192.0.2.1" };
    return gate.fetch("/members/a", { headers });
  };
  for (let at = 0; at < 60; at += 1) await (await ask(at)).body?.cancel();
  assert.equal(gate.outbound.calls(NONCES).length, 5);
});

test("a misspelt binding closes the gate, with the name that was meant in the log", async () => {
  gate.clearLogs();
  await gate.configure({ ...vars, CLERK_AUTHORISED_PARTIES: "https://app.example.com" });
  assert.equal((await gate.ask("/open/a")).json.code, "configuration");
  assert.match(gate.logs().join("\n"), /did you mean `CLERK_AUTHORIZED_PARTIES`/);
});
