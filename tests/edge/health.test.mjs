// The bundle as it is deployed: it starts in workerd and answers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { boot } from "./harness.mjs";
import { Instance } from "./mint.mjs";

let gate;
before(async () => {
  const clerk = await Instance.make();
  const vars = { CLERK_PUBLISHABLE_KEY: clerk.publishableKey, CLERK_JWT_KEY: clerk.pem };
  gate = await boot({ vars, assets: { "index.html": "<h1>public</h1>" } });
});
after(() => gate?.close());

test("health tells of a gate that can work", async () => {
  const { status, headers, json } = await gate.ask("/.clerk-edge/health");
  assert.equal(status, 200);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(json.status, "ok");
  assert.equal(json.instance, "development");
});

test("without a publishable key it tells what is wrong, and the gate is closed", async () => {
  const { vars } = gate;
  await gate.configure({});
  const health = await gate.ask("/.clerk-edge/health");
  assert.equal(health.status, 503);
  assert.equal(health.json.status, "misconfigured");
  const page = await gate.ask("/");
  assert.equal(page.status, 500);
  assert.equal(page.json.code, "configuration");
  await gate.configure(vars);
  assert.equal((await gate.ask("/.clerk-edge/health")).status, 200);
});

test("no bundle that is deployed has the routes that panic", async () => {
  // Without a rule, the path needs a session like any other.
  const { status, json } = await gate.ask("/.panic/now");
  assert.equal(status, 401);
  assert.equal(json.code, "signed-out");
});
