// Clerk and KV misbehaving in every way they can. Nobody who is allowed is refused while keys of the
// last 24 hours exist, "could not ask" is never "signed out", and nobody else is let in, ever.

import assert from "node:assert/strict";
import { afterEach, before, describe, test } from "node:test";
import { boot, HANG } from "./harness.mjs";
import { Instance } from "./mint.mjs";

const RULES = [
  { path: "/members/*", allow: "signed-in" },
  { path: "/maybe/*", allow: "optional" },
  { path: "/admin/*", allow: { role: "admin" } },
];
const HOUR_MS = 3_600_000;
const BACKEND_KEYS = "https://api.clerk.com/v1/jwks";
const HTML = { headers: { "content-type": "text/html" }, body: "<html>All is well</html>" };

let [clerk, stranger, gate] = [];

before(async () => {
  clerk = await Instance.make({ live: true });
  stranger = await Instance.make({ live: true, kid: clerk.kid });
});
afterEach(async () => {
  await gate?.close();
  gate = undefined;
});

async function start({ secret = false, keys = { body: clerk.jwks }, outbound = {} } = {}) {
  gate = await boot({
    vars: { CLERK_PUBLISHABLE_KEY: clerk.publishableKey, ROUTES: RULES, LOG: "refusals", HEALTH_DETAILS: true },
    secrets: secret ? { CLERK_SECRET_KEY: clerk.secretKey } : {},
    kv: true,
    watched: true,
    front: true,
    origin: true,
    outbound: { [clerk.jwksUrl]: keys, ...outbound },
  });
}

/** The cookies of somebody whose session outlasts the test, whatever becomes of the clock. */
async function member(claims = {}, instance = clerk) {
  const seconds = Math.floor(Date.now() / 1000);
  const long = { iat: seconds - 90_000, nbf: seconds - 90_000, exp: seconds + 4_000_000, ...claims };
  return { cookie: `__session=${await instance.token(long)}; __client_uat=${seconds - 100_000}` };
}

const ask = async (path, headers) => gate.ask(path, { headers });

/** Allowed, not allowed and unknown: what all three get while keys are at hand. */
async function serves(what) {
  const good = await ask("/members/x", await member());
  assert.equal(good.status, 200, `${what}: ${good.text}`);
  assert.equal((await ask("/members/x", await member({}, stranger))).status, 401, `${what}: a forged token`);
  assert.equal((await ask("/members/x", {})).status, 401, `${what}: no token`);
}

/** The same where no key can be had. */
async function unavailable(what) {
  for (const headers of [await member(), await member({}, stranger)]) {
    const answer = await ask("/members/x", headers);
    assert.equal(answer.status, 503, `${what}: ${answer.text}`);
    assert.equal(answer.json.code, "keys-unavailable", what);
    assert(Number(answer.headers.get("retry-after")) >= 1, `${what}: when to come back`);
    assert.equal(answer.headers.get("x-clerk-auth-status"), null, `${what}: not "signed out"`);
    assert.equal(answer.headers.get("location"), null);
    const page = await ask("/members/x", { ...headers, "sec-fetch-dest": "document" });
    assert.equal(page.status, 503, `${what}: a page is not sent away`);
    const optional = await ask("/maybe/x", headers);
    assert.equal(optional.status, 200, what);
    assert.equal(optional.json.headers["x-clerk-auth-status"], "unavailable");
    assert.equal(optional.json.headers["x-clerk-user-id"], undefined);
  }
  assert.equal((await ask("/members/x", {})).status, 401, `${what}: who brings no token is signed out`);
}

let ahead_ms = 0;
async function later(ms) {
  ahead_ms += ms;
  await gate.watch({ ahead_ms });
}

const KEY_FAULTS = {
  "500": { status: 500, body: "oops" },
  "404": { status: 404, body: {} },
  "HTML": HTML,
  "broken JSON": { headers: { "content-type": "application/json" }, body: '{"keys":[' },
  "an empty set": { body: { keys: [] } },
  "a set of keys for something else": { body: { keys: [{ kty: "oct", k: "AAAA", kid: "ins_key_1" }] } },
  "5 MB": { body: { keys: [], filler: "x".repeat(5_000_000) } },
  "a redirect": { status: 302, headers: { location: "https://evil.example/keys" } },
  "an empty answer": { body: "" },
};

describe("the Frontend API", () => {
  test("down from the start, in each way: 503, and well again afterwards", async () => {
    ahead_ms = 0;
    await start();
    for (const [name, answer] of Object.entries(KEY_FAULTS)) {
      gate.outbound.set(clerk.jwksUrl, answer);
      await unavailable(name);
      const health = await ask("/.clerk-edge/health");
      assert.deepEqual([health.status, health.json.status], [503, "unavailable"], name);
      await later(60_000);
    }
    const calls = gate.outbound.calls(clerk.jwksUrl).length;
    // One round and what a pause of a second lets through, not one for each of the ten requests.
    assert(calls <= 3 * Object.keys(KEY_FAULTS).length, `${calls} calls`);
    gate.outbound.set(clerk.jwksUrl, { body: clerk.jwks });
    await serves("well again");
    assert.equal((await ask("/.clerk-edge/health")).status, 200);
  });

  test("silent: given up after three seconds", async () => {
    ahead_ms = 0;
    await start({ keys: HANG });
    const answer = await ask("/members/x", await member());
    assert.deepEqual([answer.status, answer.json.code], [503, "keys-unavailable"]);
    assert.equal(gate.outbound.calls(clerk.jwksUrl).length, 1);
  });

  test("down later, in each way: keys of the last day serve, and not older ones", async () => {
    ahead_ms = 0;
    await start();
    await serves("fresh");
    const names = Object.entries(KEY_FAULTS);
    for (const [at, [name, answer]] of names.entries()) {
      gate.outbound.set(clerk.jwksUrl, answer);
      await later(at === 0 ? 10 * 60_000 : 2 * HOUR_MS);
      await serves(`${name}, for ${at * 2} hours`);
    }
    await later(24 * HOUR_MS - 60_000 - ahead_ms);
    await serves("not quite a day");
    await later(120_000);
    await unavailable("more than a day");
    gate.outbound.set(clerk.jwksUrl, { body: clerk.jwks });
    await later(60_000);
    await serves("well again");
  });

  test("a stale set is renewed behind the answer", async () => {
    ahead_ms = 0;
    await start();
    await serves("fresh");
    gate.outbound.clear();
    await later(10 * 60_000);
    await serves("stale");
    assert.equal(gate.outbound.calls(clerk.jwksUrl).length, 0, "KV's copy is fresh for an hour");
    await later(2 * HOUR_MS);
    await serves("stale in KV too");
    await gate.outbound.called(clerk.jwksUrl);
    assert.equal(gate.outbound.calls(clerk.jwksUrl).length, 1);
  });

  test("the Backend API is asked where there is a secret, and with it alone", async () => {
    ahead_ms = 0;
    await start({ secret: true, keys: { status: 500 }, outbound: { [BACKEND_KEYS]: { body: clerk.jwks } } });
    await serves("by the Backend API");
    const [{ headers }] = gate.outbound.calls(BACKEND_KEYS);
    assert.equal(headers.authorization, `Bearer ${clerk.secretKey}`);
    assert(gate.outbound.calls(clerk.jwksUrl).every((call) => call.headers.authorization === undefined));
    assert.equal((await ask("/.clerk-edge/health")).json.keys.source, "backend-api");
  });

  test("both down, in each way", async () => {
    ahead_ms = 0;
    await start({ secret: true, keys: { status: 500 } });
    const faults = { "401": { status: 401, body: { errors: [] } }, ...KEY_FAULTS };
    for (const [name, answer] of Object.entries(faults)) {
      gate.outbound.set(BACKEND_KEYS, answer);
      await unavailable(name);
      await later(60_000);
    }
    const log = gate.logs().join("\n");
    assert.match(log, /refuses CLERK_SECRET_KEY/);
    assert(!log.includes(clerk.secretKey) && !log.includes("eyJ"), "neither secret nor token is logged");
  });

  test("the clock jumps: keys still serve, and nobody asks on and on", async () => {
    ahead_ms = 0;
    await start();
    await serves("now");
    for (const hours of [3, -6, 9, -5, -1]) {
      await later(hours * HOUR_MS);
      await serves(`${hours} hours`);
      await serves(`${hours} hours, again`);
    }
    assert(gate.outbound.calls(clerk.jwksUrl).length <= 6);
  });
});

describe("KV", () => {
  test("in each way it can fail: Clerk is asked, and where it is down too, 503", async () => {
    const MOODS = {
      failing: { kv: "failing" },
      rubbish: { text: "not what we write" },
      "of an old format": { text: JSON.stringify({ v: 0, keys: {} }) },
      "of a coming format": { text: JSON.stringify({ v: 2, fetched_at: 1, keys: [] }) },
      "of an empty set": { text: JSON.stringify({ v: 1, fetched_at: Date.now(), keys: [] }) },
      "of a list": { text: "[]" },
      "2 MB": { text: "x".repeat(2_000_000) },
      silent: { kv: "silent" },
    };
    ahead_ms = 0;
    await start();
    for (const [name, mood] of Object.entries(MOODS)) {
      // By then nothing that memory holds serves any more.
      await later(25 * HOUR_MS);
      await gate.watch({ kv: "well", text: null, ...mood });
      gate.clearLogs();
      gate.outbound.set(clerk.jwksUrl, { status: 500 });
      const answer = await ask("/members/x", await member());
      assert.deepEqual([answer.status, answer.json.code], [503, "keys-unavailable"], name);
      gate.outbound.set(clerk.jwksUrl, { body: clerk.jwks });
      await later(60_000);
      await serves(name);
      assert.match(gate.logs().join("\n"), /keys: (the entry in )?CLERK_CACHE/, name);
    }
  });

  test("another instance's keys, under its own name, are never ours", async () => {
    ahead_ms = 0;
    await start();
    await serves("ours");
    const { CLERK_CACHE } = await gate.env();
    const { keys } = await CLERK_CACHE.list();
    assert.equal(keys.length, 1);
    assert(keys[0].name.includes("clerk.example.com"), keys[0].name);
    const text = await CLERK_CACHE.get(keys[0].name);
    await CLERK_CACHE.put(keys[0].name.replace("clerk.example.com", "clerk.evil.example"), text);
    assert.doesNotMatch(text, /sk_live|eyJ/);
  });
});

describe("missing claims", () => {
  const ADMIN = { role: "admin" };
  const user = (at, metadata) => ({ id: `user_${at}`, public_metadata: metadata });
  const gone = { status: 404, body: { errors: [{ code: "resource_not_found" }] } };

  /** What the API answers about a user, and what the user gets. */
  const OUTCOMES = [
    ["a user with the role", (at) => ({ body: user(at, ADMIN) }), 200],
    ["a user with another role", (at) => ({ body: user(at, { role: "member" }) }), 403],
    ["a user without metadata", (at) => ({ body: user(at, {}) }), 403],
    ["no such user", () => gone, 403],
    ["JSON with a charset", (at) => json(user(at, ADMIN), "application/json; charset=utf-8"), 200],
    ["JSON called a text", (at) => json(user(at, ADMIN), "text/plain"), 200],
    ["another user", () => ({ body: user("other", ADMIN) }), 503],
    ["401", () => ({ status: 401, body: { errors: [{ code: "x" }] } }), 503],
    ["403", () => ({ status: 403, body: { errors: [{ code: "x" }] } }), 503],
    ["404 of somebody else's", () => ({ ...HTML, status: 404 }), 503],
    ["429", () => ({ status: 429, headers: { "retry-after": "7" }, body: "" }), 503, 7],
    ["500", () => ({ status: 500, body: "oops" }), 503],
    ["HTML", () => HTML, 503],
    ["broken JSON", () => json('{"id":', "application/json"), 503],
    ["a list", () => ({ body: [] }), 503],
    ["5 MB", (at) => ({ body: { ...user(at, ADMIN), filler: "x".repeat(5_000_000) } }), 503],
    ["a redirect", () => ({ status: 302, headers: { location: "https://evil.example/" } }), 503],
    ["silence", () => HANG, 503],
  ];

  test("each answer has its outcome, and its line in the log", async () => {
    ahead_ms = 0;
    await start({ secret: true });
    for (const [at, [name, answer, status, wait]] of OUTCOMES.entries()) {
      const address = `https://api.clerk.com/v1/users/user_${at}`;
      gate.outbound.set(address, answer(at));
      gate.clearLogs();
      const got = await ask("/admin/x", await member({ sub: `user_${at}` }));
      assert.equal(got.status, status, `${name}: ${got.text}`);
      assert.equal(gate.outbound.calls(address).length, 1, `${name}: one call`);
      const log = gate.logs().join("\n");
      assert.match(log, /lookup: a claim was looked up because/);
      assert(!log.includes(clerk.secretKey));
      if (status === 503) {
        assert.equal(got.json.code, "claims-unavailable", name);
        assert(Number(got.headers.get("retry-after")) >= (wait ?? 1), name);
        assert.match(log, /lookup: failed: /, name);
        // Where no role is asked for, a failure costs nobody anything.
        assert.equal((await ask("/members/x", await member({ sub: `user_${at}` }))).status, 200, name);
      }
      await later(150_000);
    }
    const { lookups } = (await ask("/.clerk-edge/health")).json;
    const failures = OUTCOMES.filter(([, , status]) => status === 503).length;
    assert.deepEqual(lookups, { count: OUTCOMES.length, failures });
  });

  test("after failures the API is left alone, and one probe goes through", async () => {
    ahead_ms = 0;
    await start({ secret: true });
    const calls = () => gate.outbound.calls().filter(({ url }) => url.includes("/v1/users/")).length;
    const one = async (at) => (await ask("/admin/x", await member({ sub: `user_${at}` }))).status;
    for (let at = 0; at < 20; at += 1) {
      gate.outbound.set(`https://api.clerk.com/v1/users/user_${at}`, { status: 500 });
      assert.equal(await one(at), 503);
    }
    assert.equal(calls(), 3, "after three failures nobody calls");
    await later(6_000);
    assert.equal(await one(3), 503);
    assert.equal(await one(4), 503);
    assert.equal(calls(), 4, "the probe, and nobody beside it");
    await later(70_000);
    for (const at of [5, 6]) gate.outbound.set(`https://api.clerk.com/v1/users/user_${at}`, { body: user(at, ADMIN) });
    assert.deepEqual([await one(5), await one(6)], [200, 200]);
  });

  test("a role that was taken away, and a user that was deleted, are gone within the time", async () => {
    ahead_ms = 0;
    await start({ secret: true });
    const address = "https://api.clerk.com/v1/users/user_1";
    const admin = await member();
    const status = async () => (await ask("/admin/x", admin)).status;
    gate.outbound.set(address, { body: user(1, ADMIN) });
    assert.equal(await status(), 200);
    gate.outbound.set(address, gone);
    await later(59_000);
    assert.equal(await status(), 200);
    await later(2_000);
    assert.equal(await status(), 403);
    gate.outbound.set(address, { body: user(1, ADMIN) });
    await later(61_000);
    assert.equal(await status(), 200);
    gate.outbound.set(address, { status: 500 });
    await later(61_000);
    assert.equal(await status(), 503, "what is too old is not used because Clerk is down");
  });

  test("without a secret a role that the token lacks is absent, and health says so", async () => {
    ahead_ms = 0;
    await start();
    assert.equal((await ask("/admin/x", await member())).status, 403);
    assert.equal((await ask("/admin/x", await member({ metadata: ADMIN }))).status, 200);
    const { notes } = (await ask("/.clerk-edge/health")).json;
    assert(notes.some((note) => note.includes("CLERK_SECRET_KEY")), JSON.stringify(notes));
  });
});

describe("a request that is given up", () => {
  test("while it fetches keys: leaves nothing that blocks the next", async () => {
    ahead_ms = 0;
    await start();
    const { promise: held, resolve: release } = Promise.withResolvers();
    gate.outbound.set(clerk.jwksUrl, () => held);
    const call = { url: "/members/x", headers: await member(), abort_ms: 300 };
    const [given_up] = await gate.askAll([call]);
    assert.equal(given_up.status, 0, "it was given up while it waited");
    assert.equal(gate.outbound.calls(clerk.jwksUrl).length, 1);
    gate.outbound.set(clerk.jwksUrl, { body: clerk.jwks });
    await serves("the next one");
    release({ status: 500 });
    await serves("and what comes too late changes nothing");
  });

  test("while it fetches a new key: the next with that key is served", async () => {
    ahead_ms = 0;
    await start();
    await serves("the old key");
    const rotated = await Instance.make({ live: true, kid: "ins_key_2" });
    const { promise: held, resolve: release } = Promise.withResolvers();
    gate.outbound.set(clerk.jwksUrl, () => held);
    const headers = await member({}, rotated);
    const [given_up] = await gate.askAll([{ url: "/members/x", headers, abort_ms: 300 }]);
    assert.equal(given_up.status, 0);
    gate.outbound.set(clerk.jwksUrl, { body: { keys: [...clerk.jwks.keys, ...rotated.jwks.keys] } });
    assert.equal((await ask("/members/x", headers)).status, 200);
    await serves("the old key still");
    release({ status: 500 });
  });

  test("while it looks a user up: the next is served", async () => {
    ahead_ms = 0;
    await start({ secret: true });
    await serves("the key");
    const address = "https://api.clerk.com/v1/users/user_1";
    const { promise: held, resolve: release } = Promise.withResolvers();
    gate.outbound.set(address, () => held);
    const headers = await member();
    const [given_up] = await gate.askAll([{ url: "/admin/x", headers, abort_ms: 300 }]);
    assert.equal(given_up.status, 0);
    gate.outbound.set(address, { body: { id: "user_1", public_metadata: { role: "admin" } } });
    assert.equal((await ask("/admin/x", headers)).status, 200);
    release({ status: 500 });
  });

  test("a hundred of them, in every stage: the gate goes on", async () => {
    ahead_ms = 0;
    await start({ secret: true });
    const { promise: held, resolve: release } = Promise.withResolvers();
    gate.outbound.set(clerk.jwksUrl, () => held);
    const call = { url: "/members/x", headers: await member(), abort_ms: 300 };
    const all = await gate.askAll(Array.from({ length: 100 }, () => call), { lanes: 100 });
    assert(all.every(({ status }) => status === 0));
    gate.outbound.set(clerk.jwksUrl, { body: clerk.jwks });
    await later(11_000);
    await serves("after a hundred");
    release({ status: 500 });
  });
});

function json(body, type) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { headers: { "content-type": type }, body: text };
}
