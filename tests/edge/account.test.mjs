// The account addresses in workerd, with the stand-in for Clerk on loopback: bodies, cookies and
// redirects as browsers send and get them, in the style of both kinds of instances.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { bindings, startClerk } from "../../demo/clerk/server.mjs";
import { Visitor } from "../stage/visitor.mjs";
import { exchange, raw } from "./raw.mjs";

const STYLES = ["development", "production"];
const RULES = [
  { path: "/", allow: "anyone" },
  { path: "/members/*", allow: "signed-in" },
  { path: "/onboarding", allow: "signed-in" },
  {
    path: "/club",
    allow: { claim: { "metadata.onboardingComplete": true } },
    otherwise: "/onboarding",
  },
];
const FIELDS = { onboardingComplete: [true], plan: { one_of: ["free", "pro"], once: true } };
const MIRROR = `export default {
  fetch: (request) => Response.json(Object.fromEntries(request.headers)),
};`;
const OWN = { "sec-fetch-site": "same-origin" };
const AT = "/.clerk-edge";
const UNASKED = { revoke: undefined, metadata: undefined, sessions: undefined };

async function stage(t, { type = "development", settings, vars = {} } = {}) {
  const clerk = await startClerk({ type, settings: { refresh_cookie: true, ...settings } });
  const known = { ROUTES: RULES, SELF_METADATA: FIELDS, LOG: "off", ...vars };
  const gate = await raw({ ...bindings(clerk.stage), ...known }, { origin: MIRROR });
  t.after(async () => {
    await gate.stop();
    await clerk.close();
  });
  const site = `http://${type === "production" ? "127.0.0.1" : "localhost"}:${gate.port}`;
  clerk.stage.site = site;
  const control = async (path, body = {}) => {
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    return (await fetch(`${clerk.url}/stage/${path}`, init)).json();
  };
  const counts = () => clerk.stage.calls.all().counts;
  return { clerk, site, port: gate.port, control, counts, stage: clerk.stage };
}

async function signedIn(site, person, headers) {
  const visitor = new Visitor();
  await visitor.signIn(`${site}/members`, person, headers);
  return visitor;
}

const post = (visitor, url, form, headers = {}) =>
  visitor.open(url, { method: "POST", form, headers: { ...OWN, ...headers } });
const status = async (visitor, url) => (await visitor.fetch(url)).status;
const json = async (visitor, url) => (await visitor.fetch(url)).json();

for (const type of STYLES) {
  test(`${type}: sign-out ends the session at Clerk and here`, async (t) => {
    const { site, stage: clerk, counts } = await stage(t, { type });
    const visitor = await signedIn(site, "uma");
    const { session_id: id } = await json(visitor, `${site}${AT}/session`);
    const ask = await visitor.open(`${site}${AT}/sign-out?to=/members`);
    assert.match(ask.headers.get("content-security-policy"), /frame-ancestors 'none'/);
    assert.equal(await status(visitor, `${site}/members`), 200, "a page alone ends nothing");
    const out = await visitor.press(ask, {}, OWN);
    assert.match(out.text, /Sign in as/, "the member area asks to sign in");
    assert.equal(out.hops[0].status, 303);
    assert.equal(clerk.clients.session(id).status, "revoked");
    assert.equal(counts().revoke, 1);
    assert.equal(await status(visitor, `${site}/members`), 401);
    const names = out.hops[0].headers.getSetCookie().map((line) => line.split("=")[0]);
    assert.equal(names.filter((name) => name === "__session").length, 2);
  });

  test(`${type}: while Clerk does not answer, nobody is signed out`, async (t) => {
    const { site, control } = await stage(t, { type });
    const visitor = await signedIn(site, "uma");
    await control("faults", { endpoint: "revoke", status: 500 });
    const failed = await post(visitor, `${site}${AT}/sign-out`, { to: "/" });
    assert.equal(failed.status, 503);
    assert.equal(failed.headers.get("retry-after"), "5");
    assert.deepEqual(failed.headers.getSetCookie(), []);
    assert.equal(await status(visitor, `${site}/members`), 200);
    await control("faults");
    assert.equal((await post(visitor, `${site}${AT}/sign-out`, { to: "/" })).url, `${site}/`);
  });

  test(`${type}: another device is listed, revoked, and locked within a token's life`, async (t) => {
    const { site, stage: clerk } = await stage(t, { type });
    const agent = { "user-agent": "Mozilla/5.0 (iPhone) Version/17.4 Mobile Safari/604" };
    const [here, there] = [await signedIn(site, "uma"), await signedIn(site, "uma", agent)];
    const { sessions } = await json(here, `${site}${AT}/sessions`);
    assert.equal(sessions.length, 2);
    const [other] = sessions.filter(({ current }) => !current);
    assert.equal(other.device, "iPhone");
    const page = await here.open(`${site}${AT}/sessions`);
    assert.match(page.text, new RegExp(`value="${other.id}"`));
    const form = { id: other.id, to: `${AT}/sessions` };
    const after = await post(here, `${site}${AT}/sessions/revoke`, form);
    assert.equal(after.url, `${site}${AT}/sessions`);
    assert.equal((await json(here, `${site}${AT}/sessions`)).sessions.length, 1);
    // Its token lives on for a minute; then it can be renewed no more.
    assert.equal(await status(there, `${site}/members`), 200);
    const { suffix } = clerk.instance;
    const old = there.cookie(site, "__session");
    there.setCookie(site, "__session", aged(clerk, old));
    there.setCookie(site, `__session_${suffix}`, aged(clerk, old));
    assert.equal(await status(there, `${site}/members`), 401);
    assert.equal(await status(here, `${site}/members`), 200);
  });

  test(`${type}: a form without script finishes the onboarding and opens the club`, async (t) => {
    const { site, counts } = await stage(t, { type });
    const gale = await signedIn(site, "gale");
    assert.equal((await gale.open(`${site}/club`)).url, `${site}/onboarding`);
    const form = { onboardingComplete: "true", to: "/club?x=1" };
    const club = await post(gale, `${site}${AT}/metadata`, form);
    assert.equal(club.url, `${site}/club?x=1`);
    assert.equal(club.status, 200);
    const claims = JSON.parse(Buffer.from(JSON.parse(club.text)["x-clerk-claims"], "base64url"));
    assert.deepEqual(claims.metadata, { onboardingComplete: true });
    assert.equal(counts().metadata, 1);
    assert.equal(counts().users, 1, "looked up before; the new token says it");
    // Again, at once: the mark of the round before does not keep the new claims away.
    const again = await post(gale, `${site}${AT}/metadata`, { plan: "free", to: "/club" });
    const told = JSON.parse(Buffer.from(JSON.parse(again.text)["x-clerk-claims"], "base64url"));
    assert.equal(told.metadata.plan, "free");
    const other = await post(gale, `${site}${AT}/metadata`, { plan: "pro", to: "/club" });
    assert.equal(other.status, 422);
  });

  test(`${type}: refresh brings the claims of this moment, to pages and to scripts`, async (t) => {
    const { site, stage: clerk } = await stage(t, { type });
    const visitor = await signedIn(site, "gale");
    const { user_id: user } = await json(visitor, `${site}${AT}/session`);
    clerk.people.merge(user, "public", { role: "admin" });
    const fresh = await visitor.fetch(`${site}${AT}/refresh`);
    assert.equal(fresh.status, 200);
    assert.equal((await fresh.json()).role, "admin");
    assert.equal((await json(visitor, `${site}${AT}/session`)).role, "admin", "in the cookie, too");
    clerk.people.merge(user, "public", { role: "moderator" });
    const page = await visitor.open(`${site}${AT}/refresh?to=/members/x`);
    assert.equal(page.url, `${site}/members/x`);
    assert.equal(JSON.parse(page.text)["x-clerk-role"], "moderator");
    clerk.people.merge(user, "public", { role: "user" });
    const second = await visitor.open(`${site}${AT}/refresh?to=/members/x`);
    assert.equal(second.hops.length, 2, "a second round within 10 s is skipped");
  });
}

/** The same token, seventy seconds older. */
function aged(clerk, token) {
  const claims = clerk.keys.open(token);
  const at = (name) => claims[name] - 70;
  const header = { cat: "cl_B7d4PD111AAA" };
  return clerk.keys.sign(header, { ...claims, iat: at("iat"), nbf: at("nbf"), exp: at("exp") });
}

test("sign-out everywhere and of this browser", async (t) => {
  const { site, stage: clerk } = await stage(t);
  const [one, two] = [await signedIn(site, "uma"), await signedIn(site, "uma")];
  const live = () => clerk.clients.sessions().filter(({ status }) => status === "active").length;
  assert.equal(live(), 2);
  await post(one, `${site}${AT}/sign-out`, { scope: "everywhere", to: "/" });
  assert.equal(live(), 0);
  assert.equal(await status(one, `${site}/members`), 401);
  assert.equal((await two.fetch(`${site}/members`)).status, 200, "until its token ends");
  const ada = await signedIn(site, "ada");
  await post(ada, `${site}${AT}/sign-out`, { scope: "browser", to: "/" });
  assert.equal(live(), 0);
});

test("somebody else's session is 404 and stays", async (t) => {
  const { site, stage: clerk, counts } = await stage(t);
  const [uma, ada] = [await signedIn(site, "uma"), await signedIn(site, "ada")];
  const { session_id: id } = await json(ada, `${site}${AT}/session`);
  const refused = await post(uma, `${site}${AT}/sessions/revoke`, { id });
  const unknown = await post(uma, `${site}${AT}/sessions/revoke`, { id: "sess_unknown" });
  assert.deepEqual([refused.status, unknown.status], [404, 404]);
  assert.equal(clerk.clients.session(id).status, "active");
  assert.equal(counts().revoke, undefined);
});

test("a body arrives whole, and one above 16 kB is refused", async (t) => {
  const { site, port, counts } = await stage(t);
  const uma = await signedIn(site, "uma");
  const cookie = ["__session", "__client_uat", "__clerk_db_jwt"]
    .map((name) => `${name}=${uma.cookie(site, name)}`)
    .join("; ");
  const send = (body, headers) => {
    const lines = [
      `POST ${AT}/metadata HTTP/1.1`,
      `Host: localhost:${port}`,
      `Cookie: ${cookie}`,
      "Sec-Fetch-Site: same-origin",
      "Content-Type: application/json",
      ...headers,
    ];
    return exchange(port, lines, body);
  };
  const length = (body) => [`Content-Length: ${Buffer.byteLength(body)}`];
  const code = ({ body }) => JSON.parse(body).code;
  const small = JSON.stringify({ onboardingComplete: true });
  const padded = small + " ".repeat(16 * 1024 - small.length);
  assert.equal((await send(padded, length(padded))).status, 200);
  const large = await send(`${padded} `, length(`${padded} `));
  assert.deepEqual([large.status, code(large)], [413, "too-large"]);
  const hex = (text) => text.length.toString(16);
  const chunks = `${hex(small)}\r\n${small}\r\n0\r\n\r\n`;
  assert.equal((await send(chunks, ["Transfer-Encoding: chunked"])).status, 200);
  const endless = `${hex(padded)}\r\n${padded}\r\n`.repeat(40);
  const refused = await send(`${endless}0\r\n\r\n`, ["Transfer-Encoding: chunked"]);
  assert.deepEqual([refused.status, code(refused)], [413, "too-large"]);
  const empty = await send("", ["Content-Length: 0"]);
  assert.deepEqual([empty.status, code(empty)], [422, "metadata-invalid"]);
  assert.equal(counts().metadata, 2);
});

test("what another site sends changes nothing", async (t) => {
  const { site, counts } = await stage(t);
  const uma = await signedIn(site, "uma");
  const origin = site;
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site", origin },
    { origin: "null" },
    { origin: "https://evil.test" },
    {},
  ]) {
    for (const path of ["sign-out", "sessions/revoke", "metadata"]) {
      const form = { scope: "everywhere", others: "true", onboardingComplete: "true" };
      const answer = await uma.open(`${site}${AT}/${path}`, { method: "POST", form, headers });
      assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
    }
  }
  const { revoke, metadata, sessions } = counts();
  assert.deepEqual({ revoke, metadata, sessions }, UNASKED);
  const old = await uma.open(`${site}${AT}/sign-out`, {
    method: "POST",
    form: { to: "/" },
    headers: { origin },
  });
  assert.equal(old.url, `${site}/`, "an older browser sends Origin alone");
});

test("session.js is small, typed and known again", async (t) => {
  const { site } = await stage(t);
  const answer = await fetch(`${site}${AT}/session.js`);
  const text = await answer.text();
  const file = join(import.meta.dirname, "../../crates/gate/assets/session.js");
  assert.equal(text, readFileSync(file, "utf8"));
  assert(gzipSync(text).length < 4000, `${gzipSync(text).length} bytes`);
  assert.match(answer.headers.get("content-type"), /^text\/javascript/);
  assert.equal(answer.headers.get("cache-control"), "no-cache");
  const headers = { "if-none-match": answer.headers.get("etag") };
  const again = await fetch(`${site}${AT}/session.js`, { headers });
  assert.deepEqual([again.status, await again.text()], [304, ""]);
});

test("without a secret key nothing is pretended", async (t) => {
  const { site } = await stage(t, { settings: { format: "token" }, vars: { CLERK_SECRET_KEY: "" } });
  const uma = await signedIn(site, "uma");
  const refused = await post(uma, `${site}${AT}/sign-out`, { to: "/" });
  assert.equal(refused.status, 503);
  assert.deepEqual(refused.headers.getSetCookie(), []);
  assert.equal((await json(uma, `${site}${AT}/session`)).status, "signed-in");
});
