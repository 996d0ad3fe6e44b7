// Outcomes as a browser and a program see them, before the asset server and before a service: what is
// refused and how, what is logged, what caches may keep, and what stands in headers that are too large.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { boot } from "./harness.mjs";
import { Instance } from "./mint.mjs";
import { exchange, raw } from "./raw.mjs";

const RULES = [
  { path: "/", allow: "anyone" },
  { path: "/public/*", allow: "anyone" },
  { path: "/members/*", allow: "signed-in" },
  { path: "/admin/*", allow: { role: "admin" }, otherwise: "/unauthorized" },
  { path: "/unauthorized", allow: "anyone" },
  { path: "/hidden/*", allow: { role: "admin" }, otherwise: 404 },
  { path: "/trial/*", allow: { role: "admin" }, report_only: true },
  { path: "/welcome", allow: "signed-in", send: { admin: "/admin", "*": "/members" } },
];
const PAGE = { "sec-fetch-dest": "document", accept: "text/html" };

const clerk = await Instance.make();
const live = await Instance.make({ live: true });

/** Cookies of a development instance: the mark of the browser belongs to them. */
async function member(claims, instance = clerk) {
  return { cookie: `${await instance.cookies(claims)}; __clerk_db_jwt=dvb_1` };
}

const settings = (instance) => ({
  CLERK_PUBLISHABLE_KEY: instance.publishableKey,
  CLERK_JWT_KEY: instance.pem,
  ROUTES: RULES,
});

describe("before the asset server", () => {
  let gate;
  before(async () => {
    const assets = {
      "index.html": "home",
      "members/a.txt": "abcdefghij",
      "admin/index.html": "admin",
      "unauthorized.html": "sorry",
      "trial/a.txt": "trial",
      "public/a.txt": "open",
    };
    gate = await boot({ vars: { ...settings(clerk), LOG: "all" }, assets });
  });
  after(() => gate?.close());

  const lines = () => gate.logs().filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  const logged = async (path, init) => {
    gate.clearLogs();
    const answer = await gate.ask(path, init);
    const [line, ...more] = lines();
    assert.deepEqual(more, [], "one line per decision");
    return { ...answer, line };
  };

  test("a file, its parts, and what has not changed", async () => {
    const headers = await member();
    const whole = await gate.ask("/members/a.txt", { headers });
    assert.deepEqual([whole.status, whole.text], [200, "abcdefghij"]);
    assert.match(whole.headers.get("cache-control"), /^private, /);
    assert.doesNotMatch(whole.headers.get("cache-control"), /public|s-maxage/);
    assert.match(whole.headers.get("vary"), /Cookie, Authorization/);
    const etag = whole.headers.get("etag");
    assert(etag);
    const same = { headers: { ...headers, "if-none-match": etag } };
    assert.equal((await gate.ask("/members/a.txt", same)).status, 304);
    // Signed out, the same question is decided before it is answered.
    assert.equal((await gate.ask("/members/a.txt", { headers: { "if-none-match": etag } })).status, 401);
    const head = await gate.ask("/members/a.txt", { headers, method: "HEAD" });
    assert.deepEqual([head.status, head.text], [200, ""]);
    const open = await gate.ask("/public/a.txt");
    assert.match(open.headers.get("cache-control"), /public/, "what is open may be kept by all");
  });

  test("methods that files do not have are the asset server's to refuse", async () => {
    const headers = await member();
    for (const method of ["POST", "PROPFIND", "DELETE"]) {
      assert.equal((await gate.ask("/members/a.txt", { method, headers })).status, 405, method);
      assert.equal((await gate.ask("/members/a.txt", { method })).status, 401, method);
    }
  });

  test("a preflight is answered without permission, an `OPTIONS` that is none is judged", async () => {
    const preflight = { origin: "https://a.example", "access-control-request-method": "PUT" };
    const { status, headers, text } = await gate.ask("/members/a.txt", { method: "OPTIONS", headers: preflight });
    assert.deepEqual([status, text], [204, ""]);
    assert(![...headers.keys()].some((name) => name.startsWith("access-control-")));
    const { origin } = preflight;
    assert.equal((await gate.ask("/members/a.txt", { method: "OPTIONS", headers: { origin } })).status, 401);
  });

  test("who is not allowed: a page is redirected, a program gets 403, and 404 where that is wanted", async () => {
    const headers = await member({ metadata: { role: "member" } });
    const page = await gate.ask("/admin", { headers: { ...headers, ...PAGE } });
    assert.deepEqual([page.status, page.headers.get("location")], [307, "/unauthorized"]);
    assert.equal(page.headers.get("cache-control"), "no-store");
    const program = await logged("/admin", { headers });
    assert.deepEqual([program.status, program.json.code, program.json.status], [403, "not-allowed", 403]);
    assert.equal(program.json.request_id, program.line.request_id);
    for (const more of [{}, PAGE]) {
      assert.equal((await gate.ask("/hidden/x", { headers: { ...headers, ...more } })).status, 404);
    }
    assert.equal((await gate.ask("/admin/", { headers: await member({ metadata: { role: "admin" } }) })).status, 200);
  });

  test("pages go where the role belongs, programs go on", async () => {
    const location = async (role) => {
      const headers = { ...(await member({ metadata: { role } })), ...PAGE };
      return (await gate.ask("/welcome", { headers })).headers.get("location");
    };
    assert.deepEqual([await location("admin"), await location("other")], ["/admin", "/members"]);
    assert.equal((await gate.ask("/welcome", { headers: await member() })).status, 404);
  });

  test("an ambiguous path is refused with its code, in every kind of answer", async () => {
    const headers = await member();
    for (const path of ["/public%2F..%2Fadmin", "/%2561dmin", "/admin;x", "/public/%zz", "/public/..%5cadmin"]) {
      const program = await gate.ask(path, { headers });
      assert.deepEqual([program.status, program.json.code], [400, "path-ambiguous"], path);
      const page = await gate.ask(path, { headers: PAGE });
      assert.equal(page.status, 400);
      assert.match(page.headers.get("content-type"), /^text\/html/);
      assert.match(page.headers.get("content-security-policy"), /default-src 'none'/);
    }
  });

  test("a page of ours holds nothing that a client sent unescaped", async () => {
    const headers = { ...PAGE, "cf-ray": '"><script>alert(1)</script>', referer: "https://a.example/<script>" };
    const { text } = await gate.ask("/admin;<script>alert(1)</script>?x=<script>", { headers });
    assert.doesNotMatch(text, /<script/i);
  });

  test("a rule that merely reports forwards, and says what it held back", async () => {
    const { status, text, line, headers } = await logged("/trial/a.txt", {});
    assert.deepEqual([status, text], [200, "trial"]);
    assert.match(headers.get("cache-control"), /private/);
    assert.deepEqual([line.outcome, line.would, line.rule], ["forward", "refuse", "/trial/*"]);
    const allowed = await logged("/trial/a.txt", { headers: await member({ metadata: { role: "admin" } }) });
    assert.equal(allowed.line.would, undefined);
  });

  test("the log says who, what and why, and never how", async () => {
    const headers = await member({ metadata: { role: "admin", hobby: "sailing" } });
    const { line } = await logged("/admin/?secret=query", { headers });
    const { time, micros, request_id, claims_age_seconds: age, ...others } = line;
    assert.deepEqual(others, {
      method: "GET",
      host: "app.example.com",
      path: "/admin/",
      rule: "/admin/*",
      outcome: "forward",
      status: 200,
      user: "user_1",
      role_source: "metadata.role",
      key_source: "binding",
      lookups: 0,
    });
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert(Number.isInteger(micros) && request_id.length > 0);
    assert(Number.isInteger(age) && age >= 0 && age < 60, `${age}`);
    const text = JSON.stringify(line);
    assert.doesNotMatch(text, /eyJ|sailing|secret|query|dvb_1|__session/);
    const named = await logged("/members/a.txt", { headers: { "cf-ray": "8f00ba4-FRA" } });
    assert.equal(named.line.request_id, "8f00ba4-FRA");
    assert.equal(named.line.reason, "dev-browser-missing");
  });

  test("with a development key the browser's tools see what the gate did", async () => {
    const { headers } = await gate.ask("/members/a.txt", { headers: await member() });
    assert.match(headers.get("server-timing") ?? "", /^auth;dur=\d+(\.\d+)?;desc="/);
  });
});

describe("before a service", () => {
  let gate;
  before(async () => {
    const CLAIM_HEADERS = { "x-app-filler": "metadata.filler" };
    gate = await boot({ vars: { ...settings(live), CLAIM_HEADERS, LOG: "refusals" }, origin: true });
  });
  after(() => gate?.close());

  test("claims that are too large are left out, and that is said", async () => {
    const seen = async (bytes) => {
      const cookie = await live.cookies({ metadata: { role: "admin", filler: "x".repeat(bytes) } });
      const { status, json, text } = await gate.ask("/members/x", { headers: { cookie } });
      assert.equal(status, 200, text);
      return json.headers;
    };
    const small = await seen(100);
    assert(small["x-clerk-claims"].length > 100);
    assert.equal(small["x-clerk-claims-omitted"], undefined);
    // Together with a header of the operator's own it is above 16 kB.
    const large = await seen(8_000);
    assert.equal(large["x-clerk-claims"], undefined);
    assert.equal(large["x-clerk-claims-omitted"], "too-large");
    assert.equal(large["x-app-filler"].length, 8_000);
    assert.equal(large["x-clerk-role"], "admin");
    assert.equal(large["x-clerk-user-id"], "user_1");
  });

  test("without a development key nothing is told that helps nobody but the curious", async () => {
    const cookie = await live.cookies();
    const { headers } = await gate.ask("/members/x", { headers: { cookie } });
    assert.equal(headers.get("server-timing"), null);
    const { json } = await gate.ask("/debug-role", { headers: { cookie } });
    assert.equal(json.url, "https://app.example.com/debug-role", "no page of ours");
  });

  test("`refusals` logs these alone", async () => {
    gate.clearLogs();
    await gate.ask("/members/x", { headers: { cookie: await live.cookies() } });
    await gate.ask("/public/x");
    assert.deepEqual(gate.logs(), []);
    await gate.ask("/members/x");
    assert.equal(gate.logs().length, 1);
  });
});

describe("whatever stands in the first line of a request", () => {
  const ORIGIN = `export default { fetch: (request) => new Response("inside " + new URL(request.url).pathname) };`;
  let gate;
  before(async () => {
    gate = await raw({ ...settings(live), LOG: "off" }, { origin: ORIGIN });
  });
  after(() => gate?.stop());

  const TARGETS = [
    "/public/../admin", "/public/..\\admin", "\\admin", "/\\admin", "//admin", "///admin", "/./admin",
    "/public/%2e%2e/admin", "/public/.%2E/admin", "/public%2F..%2Fadmin", "/admin#x", "/public#/../admin",
    "/%61dmin", "/%2561dmin", "/admin%00", "/admin%09", "/\tadmin", "/admin\t", "/public/..;/admin", "/admin;x",
    "http://app.example.com/admin", "http://evil.example/public/../admin", "HTTP://app.example.com/admin",
    "//evil.example/admin", "/admin?", "/admin/", "/admin/.", "/admin//", "/public/x/..\\..\\admin", "admin",
    "/public/\u00ff/../../admin", "/public\\..\\admin", "/?/../admin", "/admin%", "/%", "/public/%c0%ae%c0%ae/admin",
  ];

  for (const target of TARGETS) {
    test(`${JSON.stringify(target)} leads no stranger into /admin`, async () => {
      for (const host of ["app.example.com", "APP.example.com.", "evil.example"]) {
        const { status, body } = await exchange(gate.port, [`GET ${target} HTTP/1.1`, `Host: ${host}`]);
        assert(Number.isNaN(status) || (status >= 200 && status < 500), `${status}`);
        assert.doesNotMatch(body.toString(), /^inside \/+admin/i);
      }
    });
  }

  test("while the neighbours are served", async () => {
    const { status, body } = await exchange(gate.port, ["GET /public/../public/x HTTP/1.1", "Host: app.example.com"]);
    assert.deepEqual([status, body.toString()], [200, "inside /public/x"]);
  });
});
