// Organizations by path through the gate in workerd, with the stand-in for Clerk: a link to another
// organization's page lands there, a prefetch switches nothing, and there is no loop.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bindings, startClerk } from "../../demo/clerk/server.mjs";
import { Visitor } from "../stage/visitor.mjs";
import { raw } from "./raw.mjs";

const RULES = [
  { path: "/home", allow: "signed-in" },
  { path: "/teams/:team/*", allow: { org: ":team" }, activate: ":team", otherwise: "/no-member" },
  { path: "/own/*", allow: "signed-in", activate: "personal" },
  { path: "/no-member", allow: "anyone" },
];
const MIRROR = `export default {
  fetch: (request) => Response.json({
    path: new URL(request.url).pathname,
    slug: request.headers.get("x-clerk-org-slug"),
  }),
};`;

async function signedIn(t, type) {
  const clerk = await startClerk({ type });
  const vars = { ...bindings(clerk.stage), ROUTES: RULES, LOG: "off" };
  const gate = await raw(vars, { origin: MIRROR });
  t.after(async () => {
    await gate.stop();
    await clerk.close();
  });
  const site = `http://${type === "production" ? "127.0.0.1" : "localhost"}:${gate.port}`;
  clerk.stage.site = site;
  const visitor = new Visitor();
  const door = await visitor.open(`${site}/home`);
  const inside = await visitor.press(door, { person: "otto" });
  assert.equal(inside.url, `${site}/home`, inside.text);
  // The visitor keeps cookies beyond their end: the browser's counter lives for two seconds.
  const later = () => visitor.setCookie(site, "__clerk_redirect_count", "0");
  const at = async (path) => {
    later();
    return JSON.parse((await visitor.open(`${site}${path}`)).text);
  };
  return { visitor, site, at };
}

for (const type of ["development", "production"]) {
  test(`${type}: a page activates its organization, or ends at otherwise`, async (t) => {
    const { at } = await signedIn(t, type);
    assert.equal((await at("/home")).slug, "acme");
    assert.deepEqual(await at("/teams/globex/a"), { path: "/teams/globex/a", slug: "globex" });
    assert.deepEqual(await at("/teams/acme/b"), { path: "/teams/acme/b", slug: "acme" });
    assert.deepEqual(await at("/own/c"), { path: "/own/c", slug: null });
    assert.equal((await at("/teams/initech/a")).path, "/no-member");
    assert.equal((await at("/teams/globex/a")).slug, "globex");
  });

  test(`${type}: neither a prefetch nor a call switches anything`, async (t) => {
    const { visitor, site, at } = await signedIn(t, type);
    const asked = [
      { "sec-purpose": "prefetch", "sec-fetch-dest": "document", accept: "text/html" },
      { "sec-fetch-dest": "empty", accept: "application/json" },
    ];
    for (const headers of asked) {
      const answer = await visitor.fetch(`${site}/teams/globex/a`, headers);
      assert.equal(answer.status, 403, JSON.stringify(headers));
    }
    assert.equal((await at("/home")).slug, "acme");
  });
}
