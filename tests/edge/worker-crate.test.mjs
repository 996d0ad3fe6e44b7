// The crate for Workers that are written in Rust, in workerd. The program is `tests/worker-crate`.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { boot } from "./harness.mjs";
import { Instance } from "./mint.mjs";

const clerk = await Instance.make({ live: true });
const ORIGIN = "https://origin.example.com";

let gate;
before(async () => {
  gate = await boot({
    bundle: "worker-crate",
    vars: { CLERK_PUBLISHABLE_KEY: clerk.publishableKey, CLERK_JWT_KEY: clerk.pem, LOG: "off" },
    secrets: { CLERK_SECRET_KEY: "sk_live_program" },
    origin: true,
    outbound: {},
  });
});
after(() => gate?.close());

const o = { id: "org_1", slg: "acme", rol: "admin", per: "manage", fpm: "1" };
const member = { metadata: { role: "member" }, o, fea: "o:billing,u:reports", pla: "u:pro" };
const ann = await clerk.token({ sub: "user_ann", sid: "sess_ann", ...member });
const admin = await clerk.token({ sub: "user_adm", metadata: { role: ["admin", "owner"] } });
const as = (token, init = {}) => ({ ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });

describe("handle", () => {
  test("asks for a session where the rules say so, and answers the gate's own addresses", async () => {
    assert.equal((await gate.ask("/member/x")).status, 401);
    assert.equal((await gate.ask("/member/x", as(ann))).status, 200);
    assert.equal((await gate.ask("/.clerk-edge/health")).status, 200);
  });

  test("the auth object has all its members", async () => {
    const { auth, headers } = (await gate.ask("/member/x", as(ann, { headers: { "x-clerk-role": "no" } }))).json;
    assert.deepEqual(auth, {
      status: "SignedIn",
      reason: null,
      debug: "Auth { status: SignedIn, .. }",
      user_id: "user_ann",
      session_id: "sess_ann",
      actor: null,
      org_id: "org_1",
      org_slug: "acme",
      org_role: "org:admin",
      role: "member",
      roles: ["member"],
      has: { role: true, org_role: true, permission: true, feature: true, plan: true },
      sub: "user_ann",
      claim: "member",
      claims: true,
      token_bytes: ann.length,
    });
    assert.equal(headers["x-clerk-role"], "member");
  });

  test("nobody and not asked are told apart", async () => {
    const nobody = (await gate.ask("/x")).json.auth;
    assert.deepEqual([nobody.status, nobody.reason], ["SignedOut", "session-token-and-uat-missing"]);
    const open = (await gate.ask("/open/x", as(ann))).json.auth;
    assert.deepEqual([open.status, open.user_id, open.has.role], ["NotAsked", null, false]);
  });

  test("a closure refuses as the gate does", async () => {
    assert.equal((await gate.ask("/admin", as(ann))).json.code, "not-allowed");
    assert.equal((await gate.ask("/admin", as(admin))).status, 200);
    assert.equal((await gate.ask("/hidden", as(ann))).json.code, "not-found");
    assert.equal((await gate.ask("/private")).json.code, "signed-out");
    const page = await gate.ask("/private", { headers: { accept: "text/html" } });
    assert.equal(page.status, 307);
  });

  test("a condition looks up what the token lacks", async () => {
    const bare = await clerk.token({ sub: "user_d" });
    const user = { id: "user_d", public_metadata: { role: "editor" } };
    gate.outbound.set("https://api.clerk.com/v1/users/user_d", { body: user });
    assert.equal((await gate.ask("/can", as(bare))).json, true);
    assert.equal((await gate.ask("/can", as(ann))).json, false);
  });
});

describe("guard, forward, problems", () => {
  test("guard is one rule for every path", async () => {
    assert.equal((await gate.ask("/guard/x", as(admin))).status, 200);
    assert.equal((await gate.ask("/guard/x", as(ann))).status, 404);
    assert.equal((await gate.ask("/guard/x")).status, 401);
  });

  test("forward sends to the upstream of the bindings", async () => {
    const { json, headers } = await gate.ask("/forward/x", as(ann, { method: "POST", body: "text" }));
    assert.deepEqual([json.method, json.body], ["POST", "text"]);
    assert.equal(json.headers["x-clerk-user-id"], "user_ann");
    assert.match(headers.get("cache-control"), /private/);
  });

  test("faulty bindings close the gate and are listed", async () => {
    assert.equal((await gate.ask("/problems")).text, "[]");
    const { CLERK_JWT_KEY, ...vars } = gate.vars;
    await gate.configure({ ...vars, CLERK_JWT_KEY, UPSTREAM: ORIGIN });
    assert.equal((await gate.ask("/problems")).text, "[]", "forward may use it");
    assert.equal((await gate.ask("/member/x", as(ann))).status, 500);
    await gate.configure({ ...vars, CLERK_JWT_KEY: "none" });
    assert.match((await gate.ask("/problems")).text, /CLERK_JWT_KEY/);
    assert.equal((await gate.ask("/member/x", as(ann))).status, 500);
  });
});
