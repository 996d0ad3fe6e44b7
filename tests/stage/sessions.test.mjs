// Sessions at the Backend API, asked by Clerk's SDK: what is listed, what a revocation ends for the
// browser that holds the session, and which tokens are made.

import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyToken } from "@clerk/backend";
import { setTheStageWithSdk } from "./setting.mjs";
import { Visitor } from "./visitor.mjs";

const UMA = "user_2stageUma00000000000000000";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

test("a user's sessions are listed with device and place, and nobody else's", async (t) => {
  const { site, clerk, control, sessions } = await setTheStageWithSdk(t);
  const visitor = new Visitor();
  await visitor.signIn(`${site}/members`, "uma", { "user-agent": FIREFOX });
  const place = { city: "Graz", country: "AT", browser_name: "Firefox", is_mobile: false };
  const second = await control("token", { person: "uma", new_session: true, activity: place });
  await control("token", { person: "ada" });
  const { data, totalCount } = await sessions.getSessionList({ userId: UMA, status: "active" });
  assert.equal(totalCount, 2);
  assert.deepEqual(data.map(({ userId }) => userId), [UMA, UMA]);
  assert.equal(data[0].id, second.session_id, "the newest comes first");
  assert.equal(data[0].latestActivity.city, "Graz");
  const { browserName, browserVersion, deviceType, isMobile } = data[1].latestActivity;
  assert.deepEqual([browserName, browserVersion], ["Firefox", "140.0"]);
  assert.deepEqual([deviceType, isMobile], ["Linux", false]);
  assert.equal(data[1].latestActivity.city, undefined, "what is not known is left out");
  const page = await sessions.getSessionList({ userId: UMA, limit: 1 });
  assert.deepEqual([page.data.length, page.totalCount], [1, 2]);
  await assert.rejects(sessions.getSessionList({ status: "active" }), { status: 422 });
  const bare = await fetch(`${clerk.url}/v1/sessions?user_id=${UMA}`);
  assert.equal(bare.status, 401, "the list wants the secret key");
});

for (const type of ["development", "production"]) {
  test(`${type}: a revoked session is over for its browser, another one is not`, async (t) => {
    const { site, stage, control, sessions } = await setTheStageWithSdk(t, {
      type,
      settings: { refresh_cookie: true, session_age_seconds: 300 },
    });
    const [lost, kept] = [new Visitor(), new Visitor()];
    for (const each of [lost, kept]) await each.signIn(`${site}/members`, "uma");
    const mine = sidOf(lost, site);
    const revoked = await sessions.revokeSession(mine);
    assert.deepEqual([revoked.id, revoked.status], [mine, "revoked"]);
    assert.equal((await sessions.getSession(mine)).status, "revoked");
    assert.equal((await sessions.revokeSession(mine)).status, "revoked", "twice is once");
    const { data } = await sessions.getSessionList({ userId: UMA, status: "active" });
    assert.deepEqual(data.map(({ id }) => id), [sidOf(kept, site)]);

    assert.equal((await lost.fetch(`${site}/members`)).status, 200, "its token still holds");
    for (const each of [lost, kept]) expire(stage, each, site);
    const refused = await lost.fetch(`${site}/members`);
    assert.equal(refused.status, 401);
    const reason = refused.headers.get("x-clerk-auth-reason");
    assert.equal(reason, "session-token-expired-refresh-session_not_active");
    assert.equal((await kept.fetch(`${site}/members`)).status, 200);
    assert.match((await lost.open(`${site}/members`)).text, /Sign in as/);
    assert.equal(lost.cookie(site, "__client_uat"), "0");
    assert.equal((await kept.open(`${site}/members`)).status, 200);
    await assert.rejects(sessions.getSession("sess_unknown"), { status: 404 });
    await assert.rejects(sessions.revokeSession("sess_unknown"), { status: 404 });
    assert.equal((await control("sessions", { id: "sess_unknown" })).unknown[0], "sess_unknown");
  });
}

test("tokens are made for a session that counts, plain and by template", async (t) => {
  const made = await setTheStageWithSdk(t);
  const { stage, control, sessions, clerk, vars, authenticateRequest } = made;
  await control("templates", {
    name: "service",
    claims: { role: "{{user.public_metadata.role}}", org: "{{org.slug}}", kept: { deep: [1] } },
  });
  const { session_id: id } = await control("token", { person: "uma" });
  const verify = ({ jwt }) =>
    verifyToken(jwt, { secretKey: vars.CLERK_SECRET_KEY, apiUrl: clerk.url });
  const plain = await verify(await sessions.getToken(id));
  assert.deepEqual([plain.sid, plain.sub, plain.exp - plain.iat], [id, UMA, 60]);
  const long = await verify(await sessions.getToken(id, undefined, 600));
  assert.equal(long.exp - long.iat, 600);
  const { jwt } = await sessions.getToken(id, "service");
  const claims = stage.keys.open(jwt);
  assert.deepEqual([claims.role, claims.org, claims.kept], ["user", null, { deep: [1] }]);
  assert.equal(claims.sid, undefined, "a template's token is no session token");
  const asked = (token) => authenticateRequest(withToken(token), keysOf(vars));
  assert.equal((await asked(jwt)).reason, "token-type-mismatch");
  assert.equal((await asked((await sessions.getToken(id)).jwt)).status, "signed-in");
  await assert.rejects(sessions.getToken(id, "unknown"), { status: 404 });
  await assert.rejects(sessions.getToken(id, "service", 29), { status: 422 });
  await sessions.revokeSession(id);
  await assert.rejects(sessions.getToken(id), { status: 404 });
});

test("the SDK refreshes a session by token and by cookies, but not a revoked one", async (t) => {
  const settings = { refresh_cookie: true };
  const { site, control, sessions } = await setTheStageWithSdk(t, { settings });
  const old = await control("token", { person: "uma", age_seconds: 70 });
  const params = {
    expired_token: old.token,
    refresh_token: old.refresh_token,
    request_origin: site,
  };
  const { jwt } = await sessions.refreshSession(old.session_id, { ...params, format: "token" });
  assert.equal(JSON.parse(Buffer.from(jwt.split(".")[1], "base64url")).sid, old.session_id);
  const { cookies } = await sessions.refreshSession(old.session_id, {
    ...params,
    format: "cookie",
  });
  assert.ok(cookies.some((line) => line.startsWith("__session=")));
  await sessions.revokeSession(old.session_id);
  const again = sessions.refreshSession(old.session_id, { ...params, format: "token" });
  await assert.rejects(again, { status: 401 });
});

test("a client shows the sessions of one browser, and not its credential", async (t) => {
  const { control, sessions, clients } = await setTheStageWithSdk(t);
  const one = await control("token", { person: "uma" });
  const other = await control("token", { person: "ada" });
  const { clientId } = await sessions.getSession(one.session_id);
  assert.equal(clientId, one.client_id);
  const client = await clients.getClient(clientId);
  assert.deepEqual(client.sessionIds, [one.session_id]);
  assert.equal(client.lastActiveSessionId, one.session_id);
  assert.ok(!JSON.stringify(client).includes(one.browser));
  const byClient = await sessions.getSessionList({ clientId: other.client_id });
  assert.deepEqual(byClient.data.map(({ id }) => id), [other.session_id]);
  await sessions.revokeSession(one.session_id);
  assert.deepEqual((await clients.getClient(clientId)).sessionIds, []);
  await assert.rejects(clients.getClient(one.browser), { status: 404 });
});

test("the header field oiat says how old the claims are, where it is asked for", async (t) => {
  const { control } = await setTheStageWithSdk(t);
  const header = ({ token }) => JSON.parse(Buffer.from(token.split(".")[0], "base64url"));
  assert.equal("oiat" in header(await control("token", { person: "uma" })), false);
  const made = await control("token", { person: "uma", claims_age_seconds: 90 });
  const { iat } = JSON.parse(Buffer.from(made.token.split(".")[1], "base64url"));
  assert.equal(header(made).oiat, iat - 90);
});

function withToken(token) {
  return new Request("http://localhost:1/", { headers: { authorization: `Bearer ${token}` } });
}

function keysOf(vars) {
  return { publishableKey: vars.CLERK_PUBLISHABLE_KEY, secretKey: vars.CLERK_SECRET_KEY };
}

function sidOf(visitor, site) {
  const [, claims] = visitor.cookie(site, "__session").split(".");
  return JSON.parse(Buffer.from(claims, "base64url")).sid;
}

/** Puts into the jar the session's own token as it would be seventy seconds after it was made. */
function expire(stage, visitor, site) {
  const claims = stage.keys.open(visitor.cookie(site, "__session"));
  const past = { iat: claims.iat - 70, exp: claims.exp - 70, nbf: claims.nbf - 70 };
  const token = stage.keys.sign({ cat: "cl_B7d4PD111AAA" }, { ...claims, ...past });
  for (const name of ["__session", `__session_${stage.instance.suffix}`]) {
    visitor.setCookie(site, name, token);
  }
}
