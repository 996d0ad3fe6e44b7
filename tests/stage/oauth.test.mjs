// The instance as an authorization server: found by its description, asked by code and PKCE as a
// client that registered itself, and its tokens accepted by Clerk's SDK.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { createClerkClient } from "@clerk/backend";
import { setTheStage } from "./setting.mjs";
import { Visitor } from "./visitor.mjs";

const BACK = "http://localhost:1/back";
const VERIFIER = "v".repeat(43);
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");
const RESOURCE = "http://localhost:1/mcp";

for (const format of ["opaque", "jwt"]) {
  test(`${format}: from the description to a token that the SDK accepts`, async (t) => {
    const { server, oauth, register, agree, redeem } = await stageWithServer(t, format);
    const id = await register([BACK]);
    const { code, state } = await agree(id, { state: "s", scope: "a b", resource: RESOURCE });
    assert.equal(state, "s");
    const token = await redeem(id, code);
    assert.deepEqual([token.token_type, token.scope], ["Bearer", "a b"]);
    assert.equal(token.access_token.startsWith("oat_"), format === "opaque");
    const seen = await oauth(token.access_token, RESOURCE);
    assert.deepEqual([seen.status, seen.toAuth().clientId], ["signed-in", id]);
    assert.deepEqual(seen.toAuth().scopes, ["a", "b"]);
    if (format === "jwt") {
      assert.equal((await oauth(token.access_token, "http://other.example")).status, "signed-out");
    }
    assert.equal(new URL(server.token_endpoint).origin, server.issuer);
  });
}

test("a code is good once, for its client, its address and its verifier", async (t) => {
  const { register, agree, redeem } = await stageWithServer(t);
  const [id, other] = [await register([BACK]), await register([BACK])];
  const attempt = async (changed) => redeem(id, (await agree(id)).code, changed);
  assert.match((await attempt({})).access_token, /^oat_/);
  assert.equal((await attempt({ client_id: other })).error, "invalid_grant");
  assert.equal((await attempt({ code_verifier: "w".repeat(43) })).error, "invalid_grant");
  assert.equal((await attempt({ redirect_uri: `${BACK}x` })).error, "invalid_grant");
  assert.equal((await attempt({ grant_type: "password" })).error, "invalid_grant");
  const { code } = await agree(id);
  assert.match((await redeem(id, code)).access_token, /^oat_/);
  assert.equal((await redeem(id, code)).error, "invalid_grant");
});

test("a browser is sent to registered addresses alone, and those are on loopback", async (t) => {
  const { server, clerk, control } = await stageWithServer(t);
  const register = async (redirect_uris) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ redirect_uris });
    return (await fetch(server.registration_endpoint, { method: "POST", headers, body })).json();
  };
  const elsewhere = await register(["https://evil.example/"]);
  assert.equal(elsewhere.error, "invalid_redirect_uri");
  const { client_id } = await register([BACK]);
  const ask = async (changed) => {
    const query = new URLSearchParams({ ...wanted(client_id), ...changed });
    const url = `${server.authorization_endpoint}?${query}`;
    return (await fetch(url, { redirect: "manual" })).status;
  };
  assert.equal(await ask({}), 303, "to sign in first");
  assert.equal(await ask({ redirect_uri: "http://localhost:1/other" }), 400);
  assert.equal(await ask({ client_id: "client_unknown" }), 400);
  assert.equal(await ask({ code_challenge_method: "plain" }), 400);
  const { browser } = await control("token", { person: "uma" });
  const agree = async (origin) => {
    const headers = { origin, cookie: `standin_client=${browser}` };
    const body = new URLSearchParams(wanted(client_id));
    const sent = { method: "POST", body, headers, redirect: "manual" };
    return (await fetch(server.authorization_endpoint, sent)).status;
  };
  assert.equal(await agree("http://evil.example"), 400, "a form of another site agrees to nothing");
  assert.equal(await agree(clerk.url), 303);
});

test("a page elsewhere may read the description, and a revoked token is inactive", async (t) => {
  const { clerk, control } = await stageWithServer(t);
  const url = `${clerk.url}/.well-known/oauth-authorization-server`;
  const answer = await fetch(url, { headers: { origin: "https://page.example" } });
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  const { token, id } = await control("machine-tokens", { kind: "oauth_token", scopes: ["a"] });
  const info = async () => {
    const body = new URLSearchParams({ token });
    return (await fetch(`${clerk.url}/oauth/token_info`, { method: "POST", body })).json();
  };
  assert.deepEqual([(await info()).active, (await info()).scope], [true, "a"]);
  await control("machine-tokens/end", { id });
  assert.deepEqual(await info(), { active: false });
});

function wanted(client_id) {
  const pkce = { code_challenge: CHALLENGE, code_challenge_method: "S256" };
  return { response_type: "code", client_id, redirect_uri: BACK, ...pkce };
}

async function stageWithServer(t, oauth_format = "opaque") {
  const made = await setTheStage(t, { settings: { oauth_format } });
  const { clerk, vars } = made;
  const found = await fetch(`${clerk.url}/.well-known/oauth-authorization-server`);
  const server = await found.json();
  const register = async (redirect_uris) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ redirect_uris });
    const sent = { method: "POST", headers, body };
    return (await (await fetch(server.registration_endpoint, sent)).json()).client_id;
  };
  const agree = async (id, more) => {
    const query = new URLSearchParams({ ...wanted(id), ...more });
    return agreed(`${server.authorization_endpoint}?${query}`);
  };
  const redeem = async (client_id, code, changed) => {
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      code_verifier: VERIFIER,
      redirect_uri: BACK,
      client_id,
      code,
      ...changed,
    });
    return (await fetch(server.token_endpoint, { method: "POST", body })).json();
  };
  return { ...made, server, register, agree, redeem, oauth: sdk(vars) };
}

/** Signs in as Uma, agrees, and stops where the client would be called. */
async function agreed(url) {
  const visitor = new Visitor();
  const page = await visitor.press(await visitor.open(url), { person: "uma" });
  assert.match(page.text, /asks to act for Uma/);
  const end = await visitor.press(page, {}, {}, (at) => at.href.startsWith(BACK));
  return Object.fromEntries(new URL(end.url).searchParams);
}

function sdk({ CLERK_API_URL: apiUrl, CLERK_SECRET_KEY: secretKey, CLERK_PUBLISHABLE_KEY }) {
  const client = createClerkClient({ apiUrl, secretKey });
  return (token, audience) => {
    const headers = { authorization: `Bearer ${token}` };
    const request = new Request("http://localhost:1/", { headers });
    const options = { secretKey, publishableKey: CLERK_PUBLISHABLE_KEY, audience };
    return client.authenticateRequest(request, { ...options, acceptsToken: "oauth_token" });
  };
}
