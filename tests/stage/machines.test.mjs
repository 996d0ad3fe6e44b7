// Machines: API keys, M2M tokens and OAuth access tokens, made by the stand-in and verified by
// Clerk's SDK, opaque and as JWT. Beside each that holds stands one that does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClerkClient } from "@clerk/backend";
import { setTheStage } from "./setting.mjs";

const UMA = "user_2stageUma00000000000000000";
const KINDS = ["api_key", "m2m_token", "oauth_token"];

test("an API key is made, verified, listed and revoked by the SDK", async (t) => {
  const { apiKeys } = await stageWithSdk(t);
  const made = await apiKeys.create({ name: "ci", subject: UMA, scopes: ["read:x"] });
  assert.match(made.id, /^ak_[0-9a-f]{32}$/);
  const verified = await apiKeys.verify(made.secret);
  const { id, subject, scopes, revoked, expired, expiration } = verified;
  assert.deepEqual({ id, subject, scopes }, { id: made.id, subject: UMA, scopes: ["read:x"] });
  assert.deepEqual([revoked, expired, expiration], [false, false, null]);
  assert.equal(verified.secret, undefined, "the secret is shown once");
  assert.equal((await apiKeys.getSecret(made.id)).secret, made.secret);
  await assert.rejects(apiKeys.verify(`${made.secret}x`), { status: 404 });
  await assert.rejects(apiKeys.create({ name: "ci", subject: "mch_1" }), { status: 422 });
  assert.equal((await apiKeys.list({ subject: UMA })).totalCount, 1);
  const gone = await apiKeys.revoke({ apiKeyId: made.id, revocationReason: "leaked" });
  assert.deepEqual([gone.revoked, gone.revocationReason], [true, "leaked"]);
  await assert.rejects(apiKeys.verify(made.secret), { status: 404 });
  assert.equal((await apiKeys.list({ subject: UMA })).totalCount, 0);
  assert.equal((await apiKeys.list({ subject: UMA, includeInvalid: true })).totalCount, 1);
});

test("an M2M token is seen by the machines it is meant for, and by the instance", async (t) => {
  const { m2m, machine, apiKeys } = await stageWithSdk(t);
  const [billing, reports, lonely] = ["billing", "reports", "lonely"].map(machine);
  const made = await m2m.createToken({ machineSecretKey: billing.secret, claims: { job: 7 } });
  const seen = await m2m.verify({ token: made.token, machineSecretKey: reports.secret });
  assert.deepEqual([seen.id, seen.subject, seen.scopes], [made.id, billing.id, [reports.id]]);
  assert.deepEqual(seen.claims, { job: 7 });
  assert.equal((await m2m.verify({ token: made.token })).id, made.id, "by the secret key");
  const strange = m2m.verify({ token: made.token, machineSecretKey: lonely.secret });
  await assert.rejects(strange, { status: 404 });
  const unknown = m2m.verify({ token: made.token, machineSecretKey: "ak_unknown" });
  await assert.rejects(unknown, { status: 401 });
  const notOwn = { m2mTokenId: made.id, machineSecretKey: lonely.secret };
  await assert.rejects(m2m.revokeToken(notOwn), { status: 404 });
  await assert.rejects(apiKeys.get(made.id), { status: 404 }, "it is no API key");
  await m2m.revokeToken({ m2mTokenId: made.id });
  await assert.rejects(m2m.verify({ token: made.token }), { status: 404 });
  assert.equal((await m2m.list({ subject: billing.id })).totalCount, 1);
  await assert.rejects(m2m.createToken({}), { status: 401 });
});

test("an M2M token as JWT is verified by its signature", async (t) => {
  const { m2m, machine, control } = await stageWithSdk(t);
  const { secret, id } = machine("billing");
  const made = await m2m.createToken({ machineSecretKey: secret, tokenFormat: "jwt" });
  const seen = await m2m.verify({ token: made.token });
  assert.deepEqual([seen.subject, seen.scopes], [id, [machine("reports").id]]);
  await assert.rejects(m2m.verify({ token: changedSignature(made.token) }));
  const expired = await control("machine-tokens", {
    kind: "m2m_token",
    format: "jwt",
    seconds_until_expiration: -60,
  });
  await assert.rejects(m2m.verify({ token: expired.token }), /expired/i);
});

test("an OAuth access token is verified, for its audience and no other", async (t) => {
  const { idPOAuthAccessToken: oauth, control } = await stageWithSdk(t);
  const audience = "https://site.example/mcp";
  const made = await control("machine-tokens", {
    kind: "oauth_token",
    scopes: ["read:x"],
    audience,
    seconds_until_expiration: 3600,
  });
  const seen = await oauth.verify(made.token, { audience });
  assert.deepEqual([seen.subject, seen.clientId, seen.scopes], [UMA, "client_standin", ["read:x"]]);
  assert.ok(seen.expiration < 1e11, "OAuth counts in seconds");
  await assert.rejects(oauth.verify(made.token, { audience: "https://other.example" }));
  const free = await control("machine-tokens", { kind: "oauth_token" });
  await assert.rejects(oauth.verify(free.token, { audience }));
  await control("machine-tokens/end", { id: made.id });
  await assert.rejects(oauth.verify(made.token), { status: 404 });
});

for (const kind of KINDS) {
  for (const format of kind === "api_key" ? ["opaque"] : ["opaque", "jwt"]) {
    test(`${kind}, ${format}: authenticateRequest takes it where it is accepted`, async (t) => {
      const { ask, control } = await stageWithSdk(t);
      const wanted = { kind, format, seconds_until_expiration: 3600 };
      const made = await control("machine-tokens", wanted);
      const state = await ask(made.token, kind);
      assert.deepEqual([state.status, state.tokenType], ["signed-in", kind]);
      assert.equal(state.toAuth().subject, made.subject);
      assert.equal((await ask(made.token, "any")).status, "signed-in");
      for (const other of [...KINDS, "session_token"].filter((each) => each !== kind)) {
        assert.equal((await ask(made.token, other)).status, "signed-out", other);
      }
      const past = { ...wanted, seconds_until_expiration: -60 };
      const expired = await control("machine-tokens", past);
      assert.equal((await ask(expired.token, kind)).status, "signed-out");
      await control("machine-tokens/end", { id: made.id });
      const after = await ask(made.token, kind);
      const stillOpen = format === "jwt" ? "signed-in" : "signed-out";
      assert.equal(after.status, stillOpen, "a JWT is verified by its signature alone");
    });
  }
}

test("a session token is refused where a machine's is wanted", async (t) => {
  const { ask, control } = await stageWithSdk(t);
  const { token } = await control("token", { person: "uma" });
  assert.equal((await ask(token, "session_token")).status, "signed-in");
  for (const kind of KINDS) assert.equal((await ask(token, kind)).status, "signed-out", kind);
});

test("what a revoked or expired token answers is a setting", async (t) => {
  const { control, verify } = await stageWithSdk(t);
  for (const kind of KINDS) {
    const { id, token } = await control("machine-tokens", { kind });
    assert.equal((await verify(kind, token)).status, 200);
    await control("machine-tokens/end", { id, how: "expired" });
    assert.equal((await verify(kind, token)).status, 404);
    await control("settings", { machine_refusal: 400 });
    assert.equal((await verify(kind, token)).status, 400);
    await control("settings", { machine_refusal: "inactive" });
    assert.deepEqual(await (await verify(kind, token)).json(), { active: false });
    await control("settings", { machine_refusal: "object" });
    const { expired, revoked, id: same } = await (await verify(kind, token)).json();
    assert.deepEqual([expired, revoked, same], [true, false, id]);
    await control("settings", { machine_refusal: 404 });
  }
});

test("verification can be made to fail in every way, each counted", async (t) => {
  const { control, verify, stage, ask } = await stageWithSdk(t);
  const endpoints = { api_key: "api_keys", m2m_token: "m2m_tokens", oauth_token: "oauth_tokens" };
  for (const [kind, endpoint] of Object.entries(endpoints)) {
    const { token } = await control("machine-tokens", { kind });
    const limited = { status: 429, headers: { "retry-after": "7" }, times: 1 };
    await control("faults", { endpoint, ...limited });
    const answer = await verify(kind, token);
    assert.deepEqual([answer.status, answer.headers.get("retry-after")], [429, "7"]);
    assert.equal((await verify(kind, token)).status, 200, "the fault is spent");
    await control("faults", { endpoint, status: 500 });
    assert.equal((await ask(token, kind)).reason, "unexpected-error");
    await control("faults", { endpoint, status: 200, body: "html" });
    await assert.rejects((await verify(kind, token)).json());
    await control("faults", { endpoint, json: { object: "user", id: "user_1" } });
    assert.equal((await (await verify(kind, token)).json()).object, "user");
    await control("faults", { endpoint, body: "reset" });
    await assert.rejects(verify(kind, token));
    await control("faults");
    assert.equal((await ask(token, kind)).status, "signed-in");
    assert.equal(stage.calls.all().counts[endpoint], 7);
  }
});

test("both spellings of the paths are served, and neither without a key", async (t) => {
  const { control, clerk, vars } = await stageWithSdk(t);
  const { token } = await control("machine-tokens", { kind: "api_key" });
  const status = async (path, authorization) => {
    const headers = { "content-type": "application/json", ...(authorization && { authorization }) };
    const body = JSON.stringify({ secret: token });
    return (await fetch(`${clerk.url}${path}`, { method: "POST", headers, body })).status;
  };
  const bearer = `Bearer ${vars.CLERK_SECRET_KEY}`;
  assert.equal(await status("/api_keys/verify", bearer), 200);
  assert.equal(await status("/v1/api_keys/verify", bearer), 200);
  assert.equal(await status("/api_keys/verify", undefined), 401);
  assert.equal(await status("/api_keys/verify", `${bearer}x`), 401);
});

async function stageWithSdk(t) {
  const stage = await setTheStage(t);
  const { CLERK_API_URL: apiUrl, CLERK_SECRET_KEY: secretKey } = stage.vars;
  const client = createClerkClient({ apiUrl, secretKey });
  const publishableKey = stage.vars.CLERK_PUBLISHABLE_KEY;
  return {
    ...stage,
    ...client,
    machine: (name) => stage.stage.machines.find((each) => each.name === name),
    ask: (token, acceptsToken) => {
      const headers = { authorization: `Bearer ${token}` };
      const request = new Request("http://localhost:1/", { headers });
      return client.authenticateRequest(request, { publishableKey, secretKey, acceptsToken });
    },
    verify: (kind, token) => askDirectly(apiUrl, secretKey, kind, token),
  };
}

function askDirectly(apiUrl, secretKey, kind, token) {
  const [path, field] = {
    api_key: ["/api_keys/verify", "secret"],
    m2m_token: ["/m2m_tokens/verify", "token"],
    oauth_token: ["/oauth_applications/access_tokens/verify", "access_token"],
  }[kind];
  return fetch(`${apiUrl}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${secretKey}`, "content-type": "application/json" },
    body: JSON.stringify({ [field]: token }),
  });
}

/** The same token with one character of its signature changed. */
function changedSignature(token) {
  const at = token.lastIndexOf(".") + 10;
  return `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
}
