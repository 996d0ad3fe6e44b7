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

test("health is answered by the gate itself", async () => {
  const { status } = await gate.ask("/.clerk-edge/health");
  assert.equal(status, 200);
});

test("no bundle that is deployed has the routes that panic", async () => {
  const { text } = await gate.ask("/.panic/now");
  assert.doesNotMatch(text, /"internal"/);
});
