// What ends a WASM instance costs the requests it held, and nothing after them.
//
// Runs a bundle with routes that end the instance on purpose. The neighbour of each is the same
// request without the panic, before and after.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { boot } from "./harness.mjs";
import { Instance } from "./mint.mjs";

const UPSTREAM = "https://upstream.example.com";
const SLOW = "https://slow.example.com/";

let gate;
before(async () => {
  const clerk = await Instance.make();
  const vars = {
    CLERK_PUBLISHABLE_KEY: clerk.publishableKey,
    CLERK_JWT_KEY: clerk.pem,
    ROUTES: [{ path: "/guarded", allow: "optional" }],
    UPSTREAM,
  };
  gate = await boot({ bundle: "panicking", vars });
});
after(() => gate?.close());
afterEach(async () => {
  const { status, text } = await gate.ask("/.clerk-edge/health");
  assert.equal(status, 200, `the next request is served: ${text}`);
});

for (const way of ["now", "later", "overflow", "throw"]) {
  test(`${way}: this request is answered with a fault`, async () => {
    const answer = await gate.ask(`/.panic/${way}`);
    assert.equal(answer.status, 500);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.equal(answer.json.code, "internal");
  });

  test(`${way}: a request in flight is answered, not left to hang`, async () => {
    const { promise: held, resolve: release } = Promise.withResolvers();
    gate.outbound.clear();
    gate.outbound.set(SLOW, () => held);
    const inFlight = gate.ask(`/.panic/wait?for=${encodeURIComponent(SLOW)}`);
    await gate.outbound.called(SLOW);
    assert.equal((await gate.ask(`/.panic/${way}`)).status, 500);
    // Its fetch has not come back: only the end of the instance can have answered it.
    const answer = await inFlight;
    assert.equal(answer.status, 500);
    assert.equal(answer.json.code, "internal");
    release({ body: "too late" });
  });
}

test("without a panic the request in flight gets its own answer", async () => {
  gate.outbound.set(SLOW, { body: "in time" });
  const answer = await gate.ask(`/.panic/wait?for=${encodeURIComponent(SLOW)}`);
  assert.equal(answer.status, 200);
  assert.equal(answer.text, "in time");
});

test("an answer of the upstream's goes out guarded, or not at all, once its instance has ended", async () => {
  const address = `${UPSTREAM}/guarded`;
  const body = { headers: { "cache-control": "public, s-maxage=600" }, body: "somebody's" };
  for (const again of [false, true]) {
    const { promise: held, resolve: release } = Promise.withResolvers();
    gate.outbound.clear();
    gate.outbound.set(address, () => held);
    const headers = { authorization: "Bearer x" };
    const inFlight = gate.ask("/guarded", { headers });
    await gate.outbound.called(address);
    assert.equal((await gate.ask("/.panic/now")).status, 500);
    // With and without a fresh instance in its place.
    if (again) assert.equal((await gate.ask("/.clerk-edge/health")).status, 200);
    release(body);
    const answer = await inFlight;
    if (answer.status === 500) assert.equal(answer.json.code, "internal");
    else assert.equal(answer.headers.get("cache-control"), "private, no-store");
  }
});
