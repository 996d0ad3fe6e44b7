// Machines through the gate in workerd, with the stand-in for Clerk: keys and tokens of all kinds,
// revocation, and one call for requests at the same time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bindings, startClerk } from "../../demo/clerk/server.mjs";
import { raw } from "./raw.mjs";

const RULES = [
  { path: "/", allow: "anyone" },
  { path: "/keys/*", allow: { api_key: true, scope: "read:boats" } },
  { path: "/hook/*", allow: { machine: true } },
  { path: "/app/*", allow: { oauth: true } },
  { path: "/both/*", allow: { any: ["signed-in", { api_key: true }] } },
  { path: "/people/*", allow: "signed-in" },
];
const MIRROR = `export default {
  fetch: (request) => Response.json(Object.fromEntries(request.headers)),
};`;

async function stage(t, vars = {}) {
  const clerk = await startClerk();
  const all = { ...bindings(clerk.stage), ROUTES: RULES, LOG: "off", ...vars };
  const gate = await raw(all, { origin: MIRROR });
  t.after(async () => {
    await gate.stop();
    await clerk.close();
  });
  const control = async (path, body = {}) => {
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    return (await fetch(`${clerk.url}/stage/${path}`, init)).json();
  };
  const call = (path, body) =>
    fetch(`${clerk.url}${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${clerk.stage.instance.secretKey}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(body ?? {}),
    }).then((answer) => answer.json());
  const ask = (path, token, headers = {}) =>
    fetch(`${gate.url}${path}`, {
      redirect: "manual",
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
    });
  const calls = (name) => clerk.stage.calls.all().counts[name] ?? 0;
  const key = (more) =>
    call("/api_keys", { name: "k", subject: "user_1", scopes: ["read:boats"], ...more });
  return { clerk, control, call, ask, calls, key };
}

test("a key enters, is told to the upstream, and ends the moment it is revoked", async (t) => {
  const { ask, key, call, calls } = await stage(t);
  const made = await key({ subject: "org_1", claims: { tenant: "t1" } });
  const inside = await ask("/keys/a", made.secret, { "x-clerk-user-id": "user_made_up" });
  assert.equal(inside.status, 200);
  const told = await inside.json();
  assert.equal(told["x-clerk-auth-type"], "api_key");
  assert.equal(told["x-clerk-org-id"], "org_1");
  assert.equal(told["x-clerk-user-id"], undefined);
  assert.equal(told["x-clerk-scopes"], "read:boats");
  assert.equal(told.authorization, undefined);
  assert.equal(atob(told["x-clerk-claims"]), `{"tenant":"t1"}`);
  await call(`/api_keys/${made.id}/revoke`);
  const outside = await ask("/keys/a", made.secret);
  assert.equal(outside.status, 401);
  assert.match(outside.headers.get("www-authenticate"), /^Bearer error="invalid_token"$/);
  assert.equal(calls("api_keys"), 2);
});

test("a key on a page for people costs nothing and shows nobody", async (t) => {
  const { ask, key, calls } = await stage(t);
  const { secret } = await key();
  const before = calls("api_keys");
  for (const path of ["/", "/people/a", "/hook/a", "/app/a", "/nowhere"]) {
    const answer = await ask(path, secret);
    assert.equal(answer.status, path === "/" ? 200 : 401, path);
  }
  assert.equal(calls("api_keys"), before);
  assert.equal((await ask("/both/a", secret)).status, 200);
  assert.equal((await ask("/keys/a", (await key({ scopes: [] })).secret)).status, 403);
});

test("requests at the same time share one call, and each later one asks", async (t) => {
  const { ask, key, calls, control } = await stage(t);
  const { secret } = await key();
  const before = calls("api_keys");
  await control("faults", { endpoint: "api_keys", delay_ms: 300, times: 1 });
  const all = await Promise.all(Array.from({ length: 12 }, () => ask("/keys/a", secret)));
  assert.deepEqual([...new Set(all.map(({ status }) => status))], [200]);
  assert.equal(calls("api_keys"), before + 1);
  for (let n = 0; n < 3; n++) assert.equal((await ask("/keys/a", secret)).status, 200);
  assert.equal(calls("api_keys"), before + 4);
});

test("with a time to live an isolate asks once", async (t) => {
  const { ask, key, calls } = await stage(t, { MACHINE_TTL_SECONDS: 60 });
  const { secret } = await key();
  const before = calls("api_keys");
  for (let n = 0; n < 50; n++) assert.equal((await ask("/keys/a", secret)).status, 200);
  assert.equal(calls("api_keys"), before + 1);
});

test("an outage of Clerk is no refusal", async (t) => {
  const { ask, key, control } = await stage(t);
  const { secret } = await key();
  for (const fault of [{ status: 500 }, { status: 429, retry_after: 7 }, { status: 401 }]) {
    await control("faults", { endpoint: "api_keys", times: 1, ...fault });
    const answer = await ask("/keys/a", secret);
    assert.equal(answer.status, 503, JSON.stringify(fault));
    assert.equal((await answer.json()).code, "claims-unavailable");
    assert.ok(Number(answer.headers.get("retry-after")) >= 1);
  }
  assert.equal((await ask("/keys/a", secret)).status, 200);
});
