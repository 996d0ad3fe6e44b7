// A page and its files in workerd: the site map comes through the real assets binding, and what the
// asset server serves is judged by the rules of its page.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { boot, SITE } from "./harness.mjs";
import { Instance } from "./mint.mjs";

const RULES = [
  { path: "/", allow: "anyone" },
  { path: "/about/*", allow: "anyone" },
  { path: "/assets/*", allow: "anyone" },
  { path: "/api/*", allow: "anyone" },
  { path: "/unauthorized", allow: "anyone" },
  { path: "/admin/*", allow: { role: "admin" }, otherwise: "/unauthorized" },
];
const SECRET = "MARK: the plan of the coming winter";

const site = {
  "index.html": "home",
  "about.html": "about",
  "unauthorized.html": "sorry",
  "admin/index.html": SECRET,
  "admin.txt": SECRET,
  "about.txt": "about",
  "admin/__data.json": SECRET,
  "admin.data": SECRET,
  "assets/admin.js": SECRET,
  "assets/@admin,1.js": SECRET,
  "assets/shared.js": "shared",
  "assets/other.js": "other",
  "api/search": SECRET,
};
const LINES = [
  "/about.txt\tt\t/about",
  "/admin.txt\tt\t/admin",
  "/api/search\tt\t/admin",
  "/assets/@admin%2C1.js\tt\t/admin",
  "/assets/admin.js\tt\t/admin",
  "/assets/shared.js\tl\t/,/admin",
];
const map = (lines) => [`clerk-edge-site 1 ${lines.length}`, ...lines, "end", ""].join("\n");

const clerk = await Instance.make({ live: true });
const vars = {
  CLERK_PUBLISHABLE_KEY: clerk.publishableKey,
  CLERK_JWT_KEY: clerk.pem,
  ROUTES: RULES,
  LOG: "off",
};
const person = async (role) => {
  return { headers: { cookie: await clerk.cookies({ metadata: { role } }) } };
};
const PEOPLE = [{}, await person("member"), await person("admin")];

/** What each person gets: the status, and never a text that is not theirs. */
async function people(gate, path) {
  const statuses = [];
  for (const [at, init] of PEOPLE.entries()) {
    const { status, text } = await gate.ask(path, init);
    assert(at === 2 || !text.includes("MARK"), `${path} as person ${at}`);
    statuses.push(status);
  }
  return statuses;
}

const SINGLE_PAGE = { not_found_handling: "single-page-application" };
const ADMINS = [401, 403, 200];
const OPEN = [200, 200, 200];

describe("a site with its map", () => {
  let gate;
  before(async () => {
    gate = await boot({ vars, assets: { ...site, "_clerk-edge.txt": map(LINES) } });
  });
  after(() => gate?.close());

  // First, so that the isolate has not read the map yet.
  test("a file without an extension is one where the map names it", async () => {
    assert.deepEqual(await people(gate, "/api/search"), ADMINS);
  });

  test("files have the rules of their pages", async () => {
    for (const path of ["/admin.txt", "/assets/admin.js", "/assets/%40admin%2C1.js"]) {
      assert.deepEqual(await people(gate, path), ADMINS, path);
    }
    // The asset server leads from this spelling to the other.
    assert.deepEqual(await people(gate, "/assets/@admin,1.js"), [401, 403, 307]);
    for (const path of ["/", "/about", "/about.txt", "/assets/shared.js", "/assets/other.js"]) {
      assert.deepEqual(await people(gate, path), OPEN, path);
    }
  });

  test("nobody is served the map", async () => {
    const doubled = `${SITE}//_clerk-edge.txt`;
    for (const path of ["/_clerk-edge.txt", "/%5fclerk-edge.txt", doubled, "/_clerk-edge.txt/"]) {
      assert.deepEqual(await people(gate, path), [404, 404, 404], path);
    }
  });

  test("refused data requests lead to the page", async () => {
    const [, member, admin] = PEOPLE;
    const to = "/.clerk-edge/page?to=%2Fadmin%3Fq%3D1";
    const data = await gate.ask("/admin/__data.json?x-sveltekit-invalidated=1&q=1", member);
    assert.deepEqual([data.status, data.json], [200, { type: "redirect", location: to }]);
    const remix = await gate.ask("/admin.data?q=1&_routes=a", member);
    assert.deepEqual([remix.status, remix.headers.get("x-remix-redirect")], [204, to]);
    assert.equal(remix.headers.get("x-remix-reload-document"), "true");
    const page = await gate.ask(to);
    assert.deepEqual([page.status, page.headers.get("location")], [303, "/admin?q=1"]);
    assert.equal((await gate.ask("/.clerk-edge/page?to=//evil.test")).status, 400);
    assert.match(await (await gate.fetch("/admin/__data.json", admin)).text(), /MARK/);
  });

  test("a script asked for as a page is refused as one", async () => {
    const [, member] = PEOPLE;
    const headers = { ...member.headers, accept: "text/html", "sec-fetch-dest": "document" };
    const answer = await gate.ask("/assets/admin.js", { headers });
    assert.deepEqual([answer.status, answer.headers.get("location")], [307, "/unauthorized"]);
    assert.doesNotMatch(answer.text, /MARK/);
  });

  test("a guarded file is kept from shared caches", async () => {
    const { headers } = await gate.ask("/assets/admin.js", PEOPLE[2]);
    assert.match(headers.get("cache-control"), /^private/);
  });
});

for (const [what, options, expected] of [
  ["no map", {}, OPEN],
  ["no map, and a page for every path", { assetsConfig: SINGLE_PAGE }, OPEN],
  ["a map that is cut off", { map: map(LINES).slice(0, -2) }, [503, 503, 503]],
  ["a map that is larger than is read", { map: "x".repeat(2 * 1024 * 1024 + 1) }, [503, 503, 503]],
  ["no map where one is required", { more: { SITE_MAP: "required" } }, [503, 503, 503]],
]) {
  test(`a site with ${what}`, async () => {
    const assets = { ...site, ...(options.map && { "_clerk-edge.txt": options.map }) };
    const bound = { ...vars, ...options.more, HEALTH_DETAILS: "true" };
    const gate = await boot({ vars: bound, assets, assetsConfig: options.assetsConfig });
    try {
      assert.deepEqual(await people(gate, "/assets/other.js"), expected);
      const [status] = await people(gate, "/admin.txt");
      assert([401, 503].includes(status));
      assert.deepEqual(await people(gate, "/about"), OPEN);
      const { json } = await gate.ask("/.clerk-edge/health");
      assert.match(json.notes.join(" "), /SITE_MAP/);
    } finally {
      await gate.close();
    }
  });
}

test("before another Worker the map counts where assets are bound", async () => {
  const assets = { "_clerk-edge.txt": map(LINES) };
  const gate = await boot({ vars: { ...vars, UPSTREAM: "service" }, assets, origin: true });
  try {
    assert.deepEqual(await people(gate, "/assets/admin.js"), ADMINS);
    assert.deepEqual(await people(gate, "/assets/other.js"), OPEN);
  } finally {
    await gate.close();
  }
});
