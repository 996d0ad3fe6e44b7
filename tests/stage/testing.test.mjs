// `clerk-edge/testing` as users' tests have it: somebody signed in whom Clerk's SDK accepts, the
// failures by name, and nothing but Node's own modules behind it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClerkClient } from "@clerk/backend";
import { build } from "esbuild";
import { startClerk } from "../../npm/testing/index.js";

const SITE = "http://localhost:8787";

test("a person's token and cookies are accepted, with role and organization", async (t) => {
  const { clerk, ask } = await start(t);
  const org = { slug: "north", role: "admin", permissions: ["org:billing:manage"] };
  const person = clerk.person({ role: "editor", metadata: { plan: "pro" }, org, id: "user_2x" });
  for (const headers of [
    { authorization: `Bearer ${person.token}` },
    { cookie: person.cookieHeader },
  ]) {
    const auth = (await ask(headers)).toAuth();
    assert.deepEqual([auth.userId, auth.sessionId], ["user_2x", person.sessionId]);
    assert.deepEqual(auth.sessionClaims.metadata, { plan: "pro", role: "editor" });
    assert.deepEqual([auth.orgSlug, auth.orgRole], ["north", "org:admin"]);
    assert.equal(auth.has({ permission: "org:billing:manage" }), true);
    assert.equal(auth.has({ permission: "org:billing:read" }), false);
    assert.equal(auth.sessionClaims.azp, SITE);
  }
  const header = Object.entries(person.cookies).map(([name, value]) => `${name}=${value}`);
  assert.equal(person.cookieHeader, header.join("; "));
  const other = clerk.person();
  assert.notEqual(other.userId, person.userId);
  const plain = (await ask({ cookie: other.cookieHeader })).toAuth();
  assert.deepEqual([plain.orgId ?? null, plain.sessionClaims.metadata], [null, undefined]);
});

test("somebody may be pending, impersonated, expired, or known by look-up alone", async (t) => {
  const { clerk, ask, sdk } = await start(t);
  const bearer = async (options) => {
    const { token, userId } = clerk.person(options);
    return { userId, state: await ask({ authorization: `Bearer ${token}` }) };
  };
  assert.equal((await bearer({ pending: true })).state.toAuth().userId, null);
  const { state: byAda } = await bearer({ actor: "user_2ada" });
  assert.equal(byAda.toAuth().actor.sub, "user_2ada");
  const { state: expired } = await bearer({ expiresIn: -10 });
  assert.deepEqual([expired.status, expired.reason.slice(0, 21)], ["signed-out", EXPIRED]);
  assert.equal((await bearer({ expiresIn: 10 })).state.status, "signed-in");
  const { state, userId } = await bearer({ role: "admin", metadataInToken: false });
  assert.equal(state.toAuth().sessionClaims.metadata, undefined);
  assert.deepEqual((await sdk.users.getUser(userId)).publicMetadata, { role: "admin" });
  assert.throws(() => clerk.person({ org: { slug: "x", permissions: ["billing"] } }), TypeError);
  assert.throws(() => clerk.person({ expiresIn: 1.5 }), TypeError);
});

test("an expired page session is renewed by a handshake", async (t) => {
  const { clerk, ask } = await start(t);
  const page = { accept: "text/html", "sec-fetch-dest": "document" };
  const { cookieHeader: cookie, sessionId } = clerk.person({ expiresIn: -10 });
  const state = await ask({ cookie, ...page });
  assert.equal(state.status, "handshake");
  const back = await fetch(state.headers.get("location"), { redirect: "manual" });
  const { searchParams } = new URL(back.headers.get("location"));
  const nonce = searchParams.get("__clerk_handshake_nonce");
  const headers = { authorization: `Bearer ${clerk.secretKey}` };
  const url = `${clerk.url}/v1/clients/handshake_payload?nonce=${nonce}`;
  const { directives } = await (await fetch(url, { headers })).json();
  const [, token] = /^__session=([^;]+)/.exec(directives[0]);
  const renewed = await ask({ authorization: `Bearer ${token}` });
  assert.deepEqual([renewed.status, renewed.toAuth().sessionId], ["signed-in", sessionId]);
});

test("jwtKey verifies without the network", async (t) => {
  const { clerk, askWith } = await start(t);
  const { token } = clerk.person();
  clerk.fail("unreachable");
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await askWith({ jwtKey: clerk.jwtKey })(headers)).status, "signed-in");
  assert.equal((await askWith({})(headers)).status, "signed-out");
});

test("every failure is what its name says, and none ends it", async (t) => {
  const { clerk, sdk } = await start(t);
  const { userId } = clerk.person();
  const user = () => sdk.users.getUser(userId).then(() => 200, (error) => error.status);
  const keys = () => fetch(`${clerk.url}/.well-known/jwks.json`);
  const expected = {
    none: [200, 200],
    unavailable: [503, 503],
    unreachable: [undefined, "cut"],
    "not-json": [200, 200],
    "backend-unavailable": [503, 200],
    "rate-limited": [429, 200],
    "keys-unavailable": [200, 503],
    "secret-key-refused": [401, 200],
    "unknown-key": [200, 200],
  };
  for (const [kind, [backend, frontend]] of Object.entries(expected)) {
    clerk.fail(kind);
    assert.equal(await user(), backend, kind);
    assert.equal(await keys().then(({ status }) => status, () => "cut"), frontend, kind);
    if (kind === "not-json") assert.match(await (await keys()).text(), /^<!doctype html>/);
    clerk.fail("none");
    assert.equal((await keys()).status, 200);
  }
  assert.throws(() => clerk.fail("no such"), /There is no failure "no such": none, unavailable/);
});

test("silence lasts until whoever asks gives up", async (t) => {
  const { clerk } = await start(t);
  clerk.fail("silent");
  const patience = new AbortController();
  const asked = fetch(`${clerk.url}/.well-known/jwks.json`, { signal: patience.signal });
  const told = asked.then(() => "answered", (error) => error.name);
  const arrived = async () => (await (await fetch(`${clerk.url}/stage/calls`)).json()).counts.jwks;
  while ((await arrived()) !== 1);
  assert.equal(await Promise.race([told, arrived().then(() => "silent")]), "silent");
  patience.abort();
  assert.equal(await told, "AbortError");
});

test("tokens of an unknown key open nothing; afterwards old and new ones do", async (t) => {
  const { clerk, askWith } = await start(t);
  const state = async ({ token }) => {
    const options = { skipJwksCache: true };
    return (await askWith(options)({ authorization: `Bearer ${token}` })).status;
  };
  const before = clerk.person();
  clerk.fail("unknown-key");
  assert.equal(await state(clerk.person()), "signed-out");
  assert.equal(await state(before), "signed-in");
  clerk.fail("none");
  assert.equal(await state(clerk.person()), "signed-in");
  assert.equal(await state(before), "signed-in");
});

test("two stand-ins know nothing of each other, and a stopped one is gone", async (t) => {
  const [one, other] = [await start(t), await start(t)];
  const { cookieHeader: cookie } = one.clerk.person();
  assert.equal((await one.ask({ cookie })).status, "signed-in");
  assert.notEqual((await other.ask({ cookie })).status, "signed-in");
  await one.clerk.stop();
  await assert.rejects(fetch(one.clerk.url));
  assert.equal((await fetch(other.clerk.url)).status, 200);
});

test("it needs nothing but Node's own modules, and fits into one file", async () => {
  const entry = new URL("../../npm/testing/index.js", import.meta.url);
  const { metafile } = await build({
    entryPoints: [entry.pathname],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  assert.ok(outside.length > 0);
  assert.deepEqual(outside.filter(({ path }) => !path.startsWith("node:")), []);
  const inside = Object.keys(metafile.inputs).filter((path) => path.includes("node_modules"));
  assert.deepEqual(inside, []);
});

async function start(t) {
  const clerk = await startClerk({ site: SITE });
  t.after(() => clerk.stop());
  const { publishableKey, secretKey, url } = clerk;
  const sdk = createClerkClient({ apiUrl: url, secretKey });
  const askWith = (more) => (headers) => {
    const { CLERK_PROXY_URL: proxyUrl, CLERK_SIGN_IN_URL: signInUrl } = clerk.vars;
    const options = { publishableKey, secretKey, proxyUrl, signInUrl, ...more };
    return sdk.authenticateRequest(new Request(`${SITE}/x`, { headers }), options);
  };
  return { clerk, sdk, ask: askWith({}), askWith };
}

const EXPIRED = "session-token-expired";
