// The published SDK meets the stand-in in the flows of a browser: what it issues must be what
// Clerk's own code accepts, and what is wrong must be refused for the reason the SDK names.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTheStage } from "./setting.mjs";
import { Visitor } from "./visitor.mjs";

const STYLES = ["development", "production"];

for (const type of STYLES) {
  test(`${type}: a stranger is sent to sign in and lands where they wanted`, async (t) => {
    const { site, clerk } = await setTheStage(t, { type });
    const visitor = new Visitor();
    const door = await visitor.open(`${site}/members?a=b+c`);
    assert.equal(new URL(door.url).origin, clerk.url);
    assert.match(door.text, /This is not Clerk/);
    const inside = await visitor.press(door, { person: "ada" });
    assert.equal(inside.url, `${site}/members?a=b+c`);
    const seen = JSON.parse(inside.text);
    assert.equal(seen.userId, "user_2stageAda00000000000000000");
    assert.deepEqual(seen.claims.metadata, { role: "admin" });
    assert.equal(seen.claims.azp, site);
    assert.equal(seen.claims.exp - seen.claims.iat, 60);
    const again = await visitor.open(`${site}/members`);
    assert.equal(again.hops.length, 1, "a fresh session needs no redirect");
  });

  test(`${type}: an expired token is renewed by a handshake, without any script`, async (t) => {
    const settings = { session_age_seconds: 300 };
    const { site, control } = await setTheStage(t, { type, settings });
    const visitor = await signedIn(site, "uma");
    await grow(visitor, control, site, "uma");
    const page = await visitor.open(`${site}/members`);
    assert.equal(page.status, 200);
    assert.match(page.hops.at(0).headers.get("x-clerk-auth-reason"), /^session-token-expired/);
    assert.ok(page.hops.some((hop) => hop.url.includes("/v1/client/handshake?")));
    const script = await visitor.fetch(`${site}/members`);
    assert.equal(script.status, 200, "the renewed cookie serves scripts too");
  });

  test(`${type}: an expired token is refreshed in place with a refresh cookie`, async (t) => {
    const settings = { session_age_seconds: 300, refresh_cookie: true };
    const { site, control, stage } = await setTheStage(t, { type, settings });
    const visitor = await signedIn(site, "uma");
    await grow(visitor, control, site, "uma");
    stage.calls.clear();
    const answer = await visitor.fetch(`${site}/members`);
    assert.equal(answer.status, 200);
    assert.equal(stage.calls.all().counts.refresh, 1);
    assert.equal(stage.calls.all().counts.handshake, undefined);
    const name = `__refresh_${stage.instance.suffix}`;
    visitor.setCookie(site, name, "somebody-elses");
    await grow(visitor, control, site, "uma");
    const refused = await visitor.fetch(`${site}/members`);
    assert.equal(refused.status, 401);
    const reason = refused.headers.get("x-clerk-auth-reason");
    assert.equal(reason, "session-token-expired-refresh-refresh_token_invalid");
  });

  test(`${type}: signing out locks the member area, for pages and scripts`, async (t) => {
    const { site, clerk } = await setTheStage(t, { type });
    const visitor = await signedIn(site, "mo");
    const ask = await visitor.open(`${clerk.url}/sign-out?redirect_url=${site}/optional`);
    assert.match(ask.text, /signed in as Mo/);
    assert.equal((await visitor.fetch(`${site}/members`)).status, 200, "asking ends nothing");
    const out = await visitor.press(ask, {});
    assert.equal(JSON.parse(out.text).userId, null);
    assert.equal(visitor.cookie(site, "__session"), undefined);
    assert.equal(visitor.cookie(site, "__client_uat"), "0");
    assert.equal((await visitor.fetch(`${site}/members`)).status, 401);
    const door = await visitor.open(`${site}/members`);
    assert.match(door.text, /Sign in as/);
  });

  test(`${type}: after a rotation old tokens hold, and new ones at once`, async (t) => {
    const { site, clerk, control } = await setTheStage(t, { type });
    const published = async () => {
      const { keys } = await (await fetch(`${clerk.url}/.well-known/jwks.json`)).json();
      return keys.map(({ kid }) => kid);
    };
    const [first] = await published();
    const old = await signedIn(site, "uma");
    const { kid: second } = await control("rotate", { keep: true });
    assert.deepEqual(await published(), [first, second]);
    const fresh = await signedIn(site, "ada");
    assert.equal((await old.fetch(`${site}/members`)).status, 200);
    assert.equal((await fresh.fetch(`${site}/members`)).status, 200);
    const { kid: third } = await control("rotate", { keep: false });
    assert.deepEqual(await published(), [third]);
  });

  test(`${type}: a token signed with a key that nobody published opens nothing`, async (t) => {
    const { site, control } = await setTheStage(t, { type });
    await control("rotate", { mismatch: true });
    const visitor = new Visitor();
    const door = await visitor.open(`${site}/members`);
    const after = await visitor.press(door, { person: "ada" });
    assert.match(after.text, /Sign in as/, "the SDK gives up and asks again");
    const counted = after.hops.flatMap((hop) => hop.headers.getSetCookie());
    const looped = counted.some((line) => line.startsWith("__clerk_redirect_count=3;"));
    // In development nothing of a failed handshake stays in the browser, so it is not repeated; in
    // production `__client_uat` stays and promises a session that never comes.
    assert.equal(looped, type === "production");
    assert.equal((await visitor.fetch(`${site}/members`)).status, 401);
  });

  test(`${type}: a pending session counts as signed out until its task is done`, async (t) => {
    const { site } = await setTheStage(t, { type });
    const visitor = new Visitor();
    const door = await visitor.open(`${site}/members`);
    const tasks = await visitor.press(door, { person: "pia" });
    assert.equal(new URL(tasks.url).pathname, "/sign-in/tasks");
    assert.equal((await visitor.fetch(`${site}/members`)).status, 401);
    const inside = await visitor.press(tasks, {});
    const seen = JSON.parse(inside.text);
    assert.equal(seen.sessionStatus, "active");
    assert.equal(seen.orgSlug, "acme");
  });
}

test("tokens that are expired when issued make a loop, which the SDK ends at three", async (t) => {
  const settings = { session_age_seconds: 300, token_age_seconds: 70 };
  const { site } = await setTheStage(t, { settings });
  const visitor = new Visitor();
  const door = await visitor.open(`${site}/members`);
  const after = await visitor.press(door, { person: "ada" });
  assert.match(after.text, /Sign in as/);
  const counted = after.hops.flatMap((hop) => hop.headers.getSetCookie());
  assert.ok(counted.some((line) => line.startsWith("__clerk_redirect_count=3;")));
});

test("the older form of the handshake, a signed token, is accepted in both styles", async (t) => {
  for (const type of STYLES) {
    const { site } = await setTheStage(t, { type, settings: { format: "token" } });
    const visitor = await signedIn(site, "gale");
    const answer = await visitor.fetch(`${site}/members`);
    assert.equal((await answer.json()).claims.metadata, undefined);
  }
});

test("organization, permissions and plan are what the SDK reads", async (t) => {
  const { site } = await setTheStage(t);
  const visitor = await signedIn(site, "otto");
  const seen = await (await visitor.fetch(`${site}/members`)).json();
  assert.equal(seen.orgRole, "org:member");
  const expected = ["org:billing:read", "org:billing:manage", "org:reports:read"];
  assert.deepEqual(seen.orgPermissions, expected);
  assert.equal(seen.manages_billing, true);
  assert.equal(seen.manages_reports, false);
  assert.equal(seen.team_plan, true);
  const other = await signedIn(site, "uma");
  assert.equal((await (await other.fetch(`${site}/members`)).json()).manages_billing, false);
});

test("an impersonated session names its actor, the person's own does not", async (t) => {
  const { site } = await setTheStage(t);
  const byAda = await (await (await signedIn(site, "uma-by-ada")).fetch(`${site}/members`)).json();
  const herself = await (await (await signedIn(site, "uma")).fetch(`${site}/members`)).json();
  assert.equal(byAda.actor.sub, "user_2stageAda00000000000000000");
  assert.equal(herself.actor, undefined);
  assert.equal(byAda.userId, herself.userId);
});

async function signedIn(site, person) {
  const visitor = new Visitor();
  const door = await visitor.open(`${site}/members`);
  const inside = await visitor.press(door, { person });
  assert.equal(inside.url, `${site}/members`, inside.text);
  return visitor;
}

/** Puts into the jar what a browser holds seventy seconds after its last token. */
async function grow(visitor, control, site, person) {
  const { token, suffix } = await control("token", { person, party: site, age_seconds: 70 });
  for (const name of ["__session", `__session_${suffix}`]) visitor.setCookie(site, name, token);
}
