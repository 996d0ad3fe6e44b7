// How often Clerk and KV are asked, counted: never in steady state, once where something is new, and
// not more often because a client makes things up.

import assert from "node:assert/strict";
import { afterEach, before, test } from "node:test";
import { boot } from "./harness.mjs";
import { Instance } from "./mint.mjs";

const RULES = [
  { path: "/open/*", allow: "anyone" },
  { path: "/members/*", allow: "signed-in" },
  { path: "/admin/*", allow: { role: "admin" } },
];

let [clerk, gate] = [];

/** A gate that has just started, before Clerk's key set. */
async function start(options = {}) {
  const vars = {
    CLERK_PUBLISHABLE_KEY: clerk.publishableKey,
    HEALTH_DETAILS: true,
    ROUTES: RULES,
    LOG: "refusals",
    ...options.vars,
  };
  const outbound = { [clerk.jwksUrl]: { body: clerk.jwks }, ...options.outbound };
  gate = await boot({ kv: true, watched: true, front: true, origin: ORIGIN, ...options, vars, outbound });
  return gate;
}

const ORIGIN = `export default { fetch: () => new Response("inside") };`;

before(async () => {
  clerk = await Instance.make({ live: true });
});
afterEach(async () => {
  await gate?.close();
  gate = undefined;
});

const asks = () => gate.outbound.calls(clerk.jwksUrl).length;

/** The answers by status. */
function tally(answers) {
  const counts = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** One call with cookies of its own for each member of a list. */
async function visits(tokens, url = "/members/x") {
  const uat = Math.floor(Date.now() / 1000) - 60;
  return tokens.map((token) => ({ url, headers: { cookie: `__session=${token}; __client_uat=${uat}` } }));
}

test("10,000 requests in steady state read no KV and fetch nothing", async () => {
  await start();
  const persons = Array.from({ length: 50 }, (_, at) => clerk.token({ sub: `user_${at}`, exp: inSeconds(600) }));
  const calls = await visits(await Promise.all(persons));
  assert.deepEqual(tally(await gate.askAll(calls, { lanes: 1 })), { 200: 50 });
  assert.equal(asks(), 1, "a cold start asks once for all that come one by one");
  await gate.watch({ reads: 0, writes: 0 });
  gate.outbound.clear();
  const steady = Array.from({ length: 10_000 }, (_, at) => calls[at % calls.length]);
  assert.deepEqual(tally(await gate.askAll(steady)), { 200: 10_000 });
  assert.equal((await gate.watch()).reads, 0);
  assert.equal((await gate.watch()).writes, 0);
  assert.equal(gate.outbound.calls().length, 0);
});

test("a cold isolate with a warm KV reads once and fetches nothing", async () => {
  await start();
  const call = await visits([await clerk.token({ exp: inSeconds(600) })]);
  assert.deepEqual(tally(await gate.askAll(call)), { 200: 1 });
  const kept = await storedKeys();
  await gate.close();

  await start({ outbound: { [clerk.jwksUrl]: { status: 500 } } });
  const { CLERK_CACHE } = await gate.env();
  for (const [name, text] of kept) await CLERK_CACHE.put(name, text);
  assert.deepEqual(tally(await gate.askAll(call)), { 200: 1 });
  assert.equal((await gate.watch()).reads, 1);
  assert.equal(asks(), 0);
});

test("1,000 random key ids cost one fetch, and nobody with a good key is held up", async () => {
  await start();
  const good = await visits([await clerk.token({ exp: inSeconds(600) })]);
  assert.deepEqual(tally(await gate.askAll(good)), { 200: 1 });
  gate.outbound.clear();
  await gate.watch({ reads: 0 });
  const made_up = await Promise.all(
    Array.from({ length: 1_000 }, (_, at) => clerk.token({}, { kid: `ins_made_up_${at}` })),
  );
  // The first alone, so that what it learnt is known to the others.
  const [first, ...others] = await visits(made_up);
  const refused = [...(await gate.askAll([first])), ...(await gate.askAll(others))];
  assert.deepEqual(tally(refused), { 401: 1_000 });
  assert.equal(asks(), 1);
  assert.deepEqual(tally(await gate.askAll(good)), { 200: 1 });
  assert.equal((await gate.watch()).reads, 0, "random ids do not read KV either");
});

test("1,000 random key ids at once cost one fetch", async () => {
  await start();
  assert.deepEqual(tally(await gate.askAll(await visits([await clerk.token()]))), { 200: 1 });
  gate.outbound.clear();
  const { promise: held, resolve: release } = Promise.withResolvers();
  gate.outbound.set(clerk.jwksUrl, () => held);
  const made_up = Array.from({ length: 1_000 }, (_, at) => clerk.token({}, { kid: `ins_made_up_${at}` }));
  const storm = gate.askAll(await visits(await Promise.all(made_up)), { lanes: 1_000 });
  await gate.outbound.called(clerk.jwksUrl);
  release({ body: clerk.jwks });
  const counts = tally(await storm);
  // While somebody asks, the others are told to come back; never are they let in.
  assert.equal((counts[401] ?? 0) + (counts[503] ?? 0), 1_000);
  assert.equal(asks(), 1);
});

test("after a rotation the first token with the new key is accepted, with one fetch", async () => {
  await start();
  const old = await visits([await clerk.token({ exp: inSeconds(600) })]);
  assert.deepEqual(tally(await gate.askAll(old)), { 200: 1 });
  const before_rotation = clerk.jwks.keys;
  await clerk.rotate("ins_key_2");
  gate.outbound.clear();
  gate.outbound.set(clerk.jwksUrl, { body: { keys: [...before_rotation, ...clerk.jwks.keys] } });
  const fresh = await visits([await clerk.token({ exp: inSeconds(600) })]);
  assert.deepEqual(tally(await gate.askAll(fresh)), { 200: 1 });
  assert.equal(asks(), 1);
  assert.deepEqual(tally(await gate.askAll([...old, ...fresh, ...old])), { 200: 3 });
  assert.equal(asks(), 1);
});

test("under load, a rotation refuses nobody", async () => {
  await start();
  const old = await visits([await clerk.token({ exp: inSeconds(600) })]);
  assert.deepEqual(tally(await gate.askAll(old)), { 200: 1 });
  const keys = clerk.jwks.keys;
  await clerk.rotate("ins_key_3");
  gate.outbound.clear();
  gate.outbound.set(clerk.jwksUrl, { body: { keys: [...keys, ...clerk.jwks.keys] } });
  const fresh = await visits([await clerk.token({ exp: inSeconds(600) })]);
  const load = Array.from({ length: 2_000 }, (_, at) => (at % 2 ? old : fresh)[0]);
  assert.deepEqual(tally(await gate.askAll(load, { lanes: 64 })), { 200: 2_000 });
  assert(asks() <= 64, `${asks()} fetches: no more than were waiting at once`);
});

test("a missing role is looked up once for all requests of its time", async () => {
  const users = "https://api.clerk.com/v1/users/user_1";
  const user = { id: "user_1", public_metadata: { role: "admin" } };
  await start({
    secrets: { CLERK_SECRET_KEY: clerk.secretKey },
    outbound: { [users]: { body: user } },
  });
  const call = await visits([await clerk.token({ exp: inSeconds(600) })], "/admin/x");
  assert.deepEqual(tally(await gate.askAll(call)), { 200: 1 });
  await gate.watch({ reads: 0, writes: 0 });
  const load = Array.from({ length: 1_000 }, () => call[0]);
  assert.deepEqual(tally(await gate.askAll(load)), { 200: 1_000 });
  assert.equal(gate.outbound.calls(users).length, 1);
  assert.equal((await gate.watch()).reads, 0);
  const [{ headers }] = gate.outbound.calls(users);
  assert.equal(headers.authorization, `Bearer ${clerk.secretKey}`);
  assert.equal(headers["clerk-api-version"], "2026-05-12");
  const { json } = await gate.ask("/.clerk-edge/health");
  assert.deepEqual(json.lookups, { count: 1, failures: 0 });
  const said = gate.logs().filter((line) => line.includes("{{user.public_metadata}}"));
  assert.equal(said.length, 1, "the sentence that tells how to end these calls, once per call");
});

test("what any rule needs is asked for, and what a header could carry is not", async () => {
  await start({ secrets: { CLERK_SECRET_KEY: clerk.secretKey } });
  const calls = [
    ...(await visits([await clerk.token()])),
    ...(await visits([await clerk.token({ metadata: { role: "admin" } })], "/admin/x")),
    ...(await visits([await clerk.token({ metadata: { role: "member" } })], "/admin/x")),
    { url: "/open/x" },
    { url: "/members/x" },
  ];
  const statuses = (await gate.askAll(calls)).map(({ status }) => status);
  assert.deepEqual(statuses, [200, 200, 403, 200, 401]);
  assert.deepEqual([...new Set(gate.outbound.calls().map(({ url }) => url))], [clerk.jwksUrl]);
});

test("no request of a stranger makes a call", async () => {
  await start();
  const junk = ["", "x", "a.b.c", `${"a".repeat(17_000)}`, ".".repeat(15_000)];
  const calls = junk.map((token) => ({ url: "/members/x", headers: { authorization: `Bearer ${token}` } }));
  const counts = tally(await gate.askAll([...calls, { url: "/members/x" }, { url: "/open/x" }]));
  assert.deepEqual(counts, { 200: 1, 400: 1, 401: 5 });
  assert.equal(gate.outbound.calls().length, 0);
  assert.equal((await gate.watch()).reads, 0);
});

/** What the gate wrote into KV, once it has; it writes behind its answer. */
async function storedKeys() {
  const { CLERK_CACHE } = await gate.env();
  for (;;) {
    const { keys } = await CLERK_CACHE.list();
    const texts = keys.map(async ({ name }) => [name, await CLERK_CACHE.get(name)]);
    if (keys.length > 0) return Promise.all(texts);
    await new Promise((go) => setImmediate(go));
  }
}

function inSeconds(seconds) {
  return Math.floor(Date.now() / 1000) + seconds;
}
