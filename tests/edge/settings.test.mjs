// The settings from real bindings: every kind that wrangler can bind, as such and as text; and what
// the gate says where a binding is missing, of the wrong kind, or contradicts another.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { boot } from "./harness.mjs";
import { Instance } from "./mint.mjs";

const RULES = [
  { path: "/", allow: "anyone" },
  { path: "/admin/*", allow: { role: "admin" }, otherwise: "/" },
  { path: "/:team/board", allow: { all: [{ org: ":team" }, { not: { role: "guest" } }] } },
];

/** Each binding as wrangler's configuration has it, by its kind. */
const TYPED = {
  ROUTES: RULES,
  CLERK_AUTHORIZED_PARTIES: ["https://app.example.com"],
  CLERK_CLOCK_SKEW_SECONDS: 5,
  CLERK_CROSS_ORIGIN_SYNC: false,
  ROLE_CLAIMS: ["metadata.role"],
  CLAIM_HEADERS: { "x-app-team": "o.slg" },
  LOOKUP_TTL_SECONDS: 60,
  DEBUG_ROLE: false,
  HEALTH_DETAILS: true,
  LOG: "off",
};

const live = await Instance.make({ live: true });
const development = await Instance.make();

function vars(instance, more) {
  return { CLERK_PUBLISHABLE_KEY: instance.publishableKey, CLERK_JWT_KEY: instance.pem, ...more };
}

let gate;
before(async () => {
  gate = await boot({ vars: vars(live, TYPED), assets: { "index.html": "home" }, kv: true, origin: true });
});
after(() => gate?.close());

const health = () => gate.ask("/.clerk-edge/health");

describe("bindings that are right", () => {
  let typed;

  test("lists, tables, numbers and booleans are read as such", async () => {
    typed = await health();
    assert.equal(typed.status, 200, typed.text);
    assert.equal(typed.json.status, "ok");
    assert.equal(typed.json.instance, "production");
    assert.equal(typed.json.rules.count, RULES.length);
    assert.deepEqual(typed.json.keys, { source: "binding", age_seconds: 0, count: 1 });
    assert.equal(typed.headers.get("cache-control"), "no-store");
    assert.equal(typed.headers.get("x-content-type-options"), "nosniff");
  });

  test("the same as text, as a secret or `.dev.vars` holds it", async () => {
    const texts = Object.entries(TYPED).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    await gate.configure(vars(live, Object.fromEntries(texts)), { CLERK_SECRET_KEY: live.secretKey });
    const { status, json } = await health();
    assert.equal(status, 200);
    assert.deepEqual(json.rules, typed.json.rules, "the hash tells that they are the same rules");
  });

  test("other rules have another hash", async () => {
    await gate.configure(vars(live, { ...TYPED, ROUTES: RULES.slice(1) }));
    const { json } = await health();
    assert.equal(json.rules.count, 2);
    assert.notEqual(json.rules.hash, typed.json.rules.hash);
  });

  test("a list that is comma-separated text, and the three spellings of a PEM", async () => {
    const body = live.pem.split("\n").slice(1, -2).join("");
    for (const CLERK_JWT_KEY of [live.pem, live.pem.replaceAll("\n", "\\n"), body]) {
      const CLERK_AUTHORIZED_PARTIES = "https://other.example.com, https://app.example.com";
      await gate.configure(vars(live, { CLERK_JWT_KEY, CLERK_AUTHORIZED_PARTIES, UPSTREAM: "service" }));
      const headers = { cookie: await live.cookies() };
      const { status, text } = await gate.ask("/x", { headers });
      assert.equal(status, 200, text);
    }
  });

  test("letters beyond ASCII are the same letters on the other side", async () => {
    // On both sides of the length from which a text crosses otherwise, and with the letter first and last.
    for (const role of ["ä", "größe", "日本😀".repeat(30), `${"a".repeat(200)}é`, `é${"a".repeat(200)}`]) {
      const ROUTES = [{ path: "/vault", allow: { role } }];
      await gate.configure(vars(live, { ROUTES, UPSTREAM: "service", LOG: "off" }));
      const as = async (own) => {
        const headers = { cookie: await live.cookies({ metadata: { role: own } }) };
        return (await gate.ask("/vault", { headers })).status;
      };
      assert.deepEqual([await as(role), await as(`${role}a`)], [200, 403], role);
    }
  });
});

describe("bindings that are wrong", () => {
  const WRONG = {
    ROUTES: [{ path: "/a", alow: "anyone" }],
    CLERK_CLOCK_SKEW_SECONDS: 301,
    CLERK_CACHE: "a text",
    DEBUG_ROLE: "perhaps",
  };

  for (const [kind, instance] of Object.entries({ live, development })) {
    test(`${kind}: the gate is closed, and ${kind === "live" ? "does not say" : "says"} why`, async () => {
      const other = kind === "live" ? development : live;
      gate.clearLogs();
      await gate.configure(vars(instance, WRONG), { CLERK_SECRET_KEY: other.secretKey });
      const answer = await gate.ask("/");
      assert.equal(answer.status, 500);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.equal(answer.json.code, "configuration");
      const sick = await health();
      assert.equal(sick.status, 503);
      assert.equal(sick.json.status, "misconfigured");
      for (const { problems } of [answer.json, sick.json]) {
        if (kind === "live") assert.equal(problems, undefined);
        else assert.deepEqual(problems.map(({ place }) => place).sort(), PLACES);
      }
      for (const text of [answer.text, sick.text]) assert.doesNotMatch(text, /sk_(live|test)_/);
      const log = gate.logs().join("\n");
      for (const place of PLACES) assert(log.includes(place), `the log names ${place}:\n${log}`);
      assert.doesNotMatch(log, /sk_(live|test)_/);
    });
  }

  const PLACES = ["CLERK_CACHE", "CLERK_CLOCK_SKEW_SECONDS", "CLERK_SECRET_KEY", "DEBUG_ROLE", "ROUTES[0].alow"];

  test("no binding at all", async () => {
    await gate.configure({}, {});
    assert.equal((await gate.ask("/")).json.code, "configuration");
    assert.equal((await health()).json.status, "misconfigured");
  });
});

test("the gate's own addresses take GET and HEAD alone", async () => {
  await gate.configure(vars(live, TYPED));
  for (const path of ["/.clerk-edge/health", "/.clerk-edge/access"]) {
    for (const [method, expected] of [["GET", 200], ["HEAD", 200], ["POST", 405], ["DELETE", 405], ["OPTIONS", 405]]) {
      const { status, text, headers } = await gate.ask(path, { method });
      assert.equal(status, expected, `${method} ${path}`);
      assert.equal(headers.get("cache-control"), "no-store");
      if (method === "HEAD") assert.equal(text, "");
    }
  }
});
