// A browser's ways through the gate in workerd, with the stand-in for Clerk on loopback, in the style
// of a development instance and of a production one: sign-in, handshake, refresh, sign-out, rotation.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bindings, startClerk } from "../../demo/clerk/server.mjs";
import { Visitor } from "../stage/visitor.mjs";
import { raw } from "./raw.mjs";

const STYLES = ["development", "production"];
const RULES = [
  { path: "/", allow: "anyone" },
  { path: "/optional", allow: "optional" },
  { path: "/members/*", allow: "signed-in" },
  { path: "/admin/*", allow: { role: "admin" }, otherwise: "/unauthorized" },
  { path: "/unauthorized", allow: "anyone" },
  { path: "/billing/*", allow: { permission: "org:billing:manage" } },
  { path: "/reports/*", allow: { permission: "org:reports:manage" } },
  { path: "/teams/:team/*", allow: { org: ":team" } },
  { path: "/plan/*", allow: { plan: "team" } },
  { path: "/welcome", allow: "signed-in", send: { admin: "/admin", "*": "/members" } },
];
const MIRROR = `export default {
  fetch: (request) => Response.json(Object.fromEntries(request.headers)),
};`;

/** A stand-in and a gate before a mirror, each ended with the test. */
async function stage(t, { type = "development", settings, vars = {} } = {}) {
  const clerk = await startClerk({ type, settings });
  const more = { ROUTES: RULES, LOG: "off", ...vars };
  const gate = await raw({ ...bindings(clerk.stage), ...more }, { origin: MIRROR });
  t.after(async () => {
    await gate.stop();
    await clerk.close();
  });
  // The stand-in's production cookies belong to its host, which the site then shares.
  const site = `http://${type === "production" ? "127.0.0.1" : "localhost"}:${gate.port}`;
  clerk.stage.site = site;
  const control = async (path, body = {}) => {
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    return (await fetch(`${clerk.url}/stage/${path}`, init)).json();
  };
  const counts = () => clerk.stage.calls.all().counts;
  return { clerk, site, control, counts, stage: clerk.stage };
}

async function signedIn(site, person, path = "/members") {
  const visitor = new Visitor();
  const door = await visitor.open(`${site}${path}`);
  const inside = await visitor.press(door, { person });
  assert.equal(inside.url, `${site}${path}`, inside.text);
  return visitor;
}

/** Puts into the jar what a browser holds seventy seconds after its last token. */
async function grow(visitor, control, site, person) {
  const { token, suffix } = await control("token", { person, party: site, age_seconds: 70 });
  for (const name of ["__session", `__session_${suffix}`]) visitor.setCookie(site, name, token);
}

const status = async (visitor, url) => (await visitor.fetch(url)).status;

for (const type of STYLES) {
  test(`${type}: a stranger is sent to sign in and lands where they wanted`, async (t) => {
    const { site, clerk } = await stage(t, { type });
    const visitor = new Visitor();
    const door = await visitor.open(`${site}/members/x?a=b+c`);
    assert.equal(new URL(door.url).origin, clerk.url);
    assert.match(door.text, /This is not Clerk/);
    const inside = await visitor.press(door, { person: "ada" });
    assert.equal(inside.url, `${site}/members/x?a=b+c`);
    assert.equal(inside.status, 200);
    const told = JSON.parse(inside.text);
    assert.equal(told["x-clerk-user-id"], "user_2stageAda00000000000000000");
    assert.equal(told["x-clerk-role"], "admin");
    const again = await visitor.open(`${site}/members/x`);
    assert.equal(again.hops.length, 1, "a fresh session needs no redirect");
    for (const hop of [...door.hops, ...inside.hops]) {
      if (hop.url.startsWith(site) && hop.status === 307) assert.equal(hop.headers.get("cache-control"), "no-store");
    }
  });

  test(`${type}: an open page asks nobody anything`, async (t) => {
    const { site, counts } = await stage(t, { type });
    const page = await new Visitor().open(`${site}/`);
    assert.equal(page.hops.length, 1);
    assert.deepEqual(counts(), {});
  });

  test(`${type}: an expired token is renewed by a handshake, without any script`, async (t) => {
    const { site, control } = await stage(t, { type, settings: { session_age_seconds: 300 } });
    const visitor = await signedIn(site, "uma");
    await grow(visitor, control, site, "uma");
    const page = await visitor.open(`${site}/members`);
    assert.equal(page.status, 200);
    assert.match(page.hops.at(0).headers.get("x-clerk-auth-reason"), /^session-token-expired/);
    assert.ok(page.hops.some((hop) => hop.url.includes("/v1/client/handshake?")));
    assert.doesNotMatch(page.url, /__clerk/, "no mark of Clerk's stays in the address");
    assert.equal(await status(visitor, `${site}/members`), 200, "the renewed cookie serves scripts too");
  });

  test(`${type}: an expired token is refreshed in place with a refresh cookie`, async (t) => {
    const settings = { session_age_seconds: 300, refresh_cookie: true };
    const { site, control, stage: clerk, counts } = await stage(t, { type, settings });
    const visitor = await signedIn(site, "uma");
    await grow(visitor, control, site, "uma");
    clerk.calls.clear();
    assert.equal(await status(visitor, `${site}/members`), 200);
    assert.equal(counts().refresh, 1);
    assert.equal(counts().handshake, undefined);
    visitor.setCookie(site, `__refresh_${clerk.instance.suffix}`, "somebody-elses");
    await grow(visitor, control, site, "uma");
    const refused = await visitor.fetch(`${site}/members`);
    assert.equal(refused.status, 401);
    assert.equal(
      refused.headers.get("x-clerk-auth-reason"),
      "session-token-expired-refresh-refresh_token_invalid",
    );
  });

  test(`${type}: signing out locks the member area, for pages and scripts`, async (t) => {
    const { site, clerk } = await stage(t, { type });
    const visitor = await signedIn(site, "mo");
    const ask = await visitor.open(`${clerk.url}/sign-out?redirect_url=${site}/optional`);
    const out = await visitor.press(ask, {});
    assert.equal(JSON.parse(out.text)["x-clerk-auth-status"], "signed-out");
    assert.equal(await status(visitor, `${site}/members`), 401);
    assert.match((await visitor.open(`${site}/members`)).text, /Sign in as/);
  });

  test(`${type}: a rotation is noticed by the first new token, and the old ones hold`, async (t) => {
    const { site, control } = await stage(t, { type });
    const old = await signedIn(site, "uma");
    await control("rotate", { keep: true });
    const fresh = await signedIn(site, "ada");
    assert.equal(await status(old, `${site}/members`), 200);
    assert.equal(await status(fresh, `${site}/members`), 200);
  });

  test(`${type}: a token signed with a key that nobody published opens nothing`, async (t) => {
    const { site, control } = await stage(t, { type });
    await control("rotate", { mismatch: true });
    const visitor = new Visitor();
    const door = await visitor.open(`${site}/members`);
    const after = await visitor.press(door, { person: "ada" });
    // Either the loop is ended with its page, or the person is asked again; never are they inside.
    assert(after.status === 508 || /Sign in as/.test(after.text), `${after.status} ${after.url}`);
    assert.equal(await status(visitor, `${site}/members`), 401);
  });

  test(`${type}: a pending session counts as signed out until its task is done`, async (t) => {
    const { site } = await stage(t, { type });
    const visitor = new Visitor();
    const door = await visitor.open(`${site}/members`);
    const tasks = await visitor.press(door, { person: "pia" });
    assert.equal(new URL(tasks.url).pathname, "/sign-in/tasks");
    assert.equal(await status(visitor, `${site}/members`), 401);
    const inside = await visitor.press(tasks, {});
    assert.equal(JSON.parse(inside.text)["x-clerk-org-slug"], "acme");
  });

  test(`${type}: the older form of the handshake, a signed token, is accepted`, async (t) => {
    const { site } = await stage(t, { type, settings: { format: "token" } });
    const visitor = await signedIn(site, "gale");
    assert.equal(await status(visitor, `${site}/members`), 200);
  });

  test(`${type}: without a secret a handshake still works in its older form`, async (t) => {
    const vars = { CLERK_SECRET_KEY: "" };
    const { site, counts } = await stage(t, { type, vars, settings: { format: "token" } });
    await signedIn(site, "uma");
    assert.equal(counts().exchange, undefined);
  });
}

test("tokens that are expired when issued make a loop, which is ended with a page that says why", async (t) => {
  const { site } = await stage(t, { settings: { session_age_seconds: 300, token_age_seconds: 70 } });
  const visitor = new Visitor();
  const door = await visitor.open(`${site}/members`);
  const after = await visitor.press(door, { person: "ada" });
  assert.equal(after.status, 508);
  const counted = after.hops.flatMap((hop) => hop.headers.getSetCookie());
  assert.ok(counted.some((line) => line.startsWith("__clerk_redirect_count=3;")));
});

test("rules see role, permission, plan and organization as Clerk issues them", async (t) => {
  const { site } = await stage(t);
  const [uma, ada, otto] = [await signedIn(site, "uma"), await signedIn(site, "ada"), await signedIn(site, "otto")];
  const table = [
    [ada, "/admin/x", 200],
    [uma, "/admin/x", 403],
    [otto, "/billing/x", 200],
    [uma, "/billing/x", 403],
    [otto, "/reports/x", 403],
    [otto, "/teams/acme/x", 200],
    [otto, "/teams/other/x", 403],
    [uma, "/teams/acme/x", 403],
    [otto, "/plan/x", 200],
    [uma, "/plan/x", 403],
  ];
  for (const [visitor, path, expected] of table) assert.equal(await status(visitor, `${site}${path}`), expected, path);
  const refused = await uma.open(`${site}/admin/x`);
  assert.equal(refused.url, `${site}/unauthorized`);
  assert.equal((await ada.open(`${site}/welcome`)).url, `${site}/admin`);
  assert.equal((await uma.open(`${site}/welcome`)).url, `${site}/members`);
});

test("a role that the token lacks is looked up, once", async (t) => {
  const { site, counts } = await stage(t);
  const lou = await signedIn(site, "lou");
  assert.equal(counts().users, undefined, "a page that needs no role asks for none");
  assert.equal(await status(lou, `${site}/admin/x`), 200);
  assert.equal(await status(lou, `${site}/admin/y`), 200);
  assert.equal(counts().users, 1);
  const gale = await signedIn(site, "gale");
  assert.equal(await status(gale, `${site}/admin/x`), 403);
  assert.equal(await status(gale, `${site}/admin/x`), 403);
  assert.equal(counts().users, 2, "that there is no role is kept too");
});

test("an impersonated session names its actor, the person's own does not", async (t) => {
  const { site } = await stage(t);
  const told = async (person) => (await (await signedIn(site, person)).fetch(`${site}/members`)).json();
  const [by_ada, herself] = [await told("uma-by-ada"), await told("uma")];
  assert.equal(by_ada["x-clerk-actor"], "user_2stageAda00000000000000000");
  assert.equal(herself["x-clerk-actor"], undefined);
  assert.equal(by_ada["x-clerk-user-id"], herself["x-clerk-user-id"]);
});

test("what the caller may reach, for menus", async (t) => {
  const { site } = await stage(t);
  const areas = async (visitor) => {
    const answer = await (await visitor.fetch(`${site}/.clerk-edge/access`)).json();
    return { ...answer, areas: answer.areas.filter(({ allowed }) => allowed).map(({ path }) => path) };
  };
  const ada = await areas(await signedIn(site, "ada"));
  assert.equal(ada.status, "signed-in");
  assert.equal(ada.role, "admin");
  assert(ada.areas.includes("/admin/*") && !ada.areas.includes("/billing/*"));
  const nobody = await areas(new Visitor());
  assert.equal(nobody.status, "signed-out");
  assert.deepEqual(nobody.areas.sort(), ["/", "/optional", "/unauthorized"]);
});
