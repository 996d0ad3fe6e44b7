// The package from its tarball, in workerd: a program behind the gate, who asks, wrapped functions,
// Hono. The program is `tests/program/index.js`.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { transform } from "esbuild";
import { boot, SITE } from "./harness.mjs";
import { Instance } from "./mint.mjs";

const root = join(import.meta.dirname, "../..");
const clerk = await Instance.make({ live: true });
const API = "https://api.clerk.com/v1";

let gate;
before(async () => {
  gate = await boot({
    bundle: "program",
    vars: { CLERK_PUBLISHABLE_KEY: clerk.publishableKey, CLERK_JWT_KEY: clerk.pem, LOG: "off", HEALTH_DETAILS: true },
    secrets: { CLERK_SECRET_KEY: "sk_live_program" },
    outbound: {},
  });
});
after(() => gate?.close());

const ann = await clerk.token({ sub: "user_ann", metadata: { role: "admin" }, sid: "sess_ann" });
const bob = await clerk.token({ sub: "user_bob", metadata: { role: "member" }, sid: "sess_bob" });
const as = (token, init = {}) => ({ ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
const query = (value) => encodeURIComponent(JSON.stringify(value));

describe("a gate before a handler", () => {
  test("asks for a session by default and answers its own addresses", async () => {
    assert.equal((await gate.ask("/auth")).status, 401);
    assert.equal((await gate.ask("/auth", as(ann))).status, 200);
    assert.equal((await gate.ask("/admin/auth", as(bob))).status, 403);
    assert.equal((await gate.ask("/.clerk-edge/health")).json.rules.count, 3);
  });

  test("hands over the headers that a service gets, and none of a client's", async () => {
    const init = as(ann, { headers: { "x-clerk-role": "owner", "x-clerk-new": "1" } });
    const { json } = await gate.ask("/headers", init);
    assert.equal(json["x-clerk-user-id"], "user_ann");
    assert.equal(json["x-clerk-role"], "admin");
    assert.equal(json["x-clerk-new"], undefined);
    const open = await gate.ask("/open/headers", init);
    assert.equal(open.json["x-clerk-role"], undefined);
  });

  test("keeps the answer from shared caches, and streams bodies through", async () => {
    const answer = await gate.ask("/body", as(ann, { method: "POST", body: "text" }));
    assert.deepEqual([answer.status, answer.text], [201, "text"]);
    assert.match(answer.headers.get("cache-control"), /private/);
    const open = await gate.ask("/open/body", { method: "POST", body: "text" });
    assert.equal(open.headers.get("cache-control"), "public");
  });

  test("what the handler throws goes through as it is", async () => {
    for (const [path, message] of [
      ["/throw", "thrown by the program"],
      ["/nothing", "no Response"],
      ["/past", "pass the gate by"],
    ]) {
      const answer = await gate.ask(path, as(ann)).catch((error) => ({ text: String(error), status: 500 }));
      assert.equal(answer.status, 500);
      assert.match(answer.text, new RegExp(message), path);
    }
    assert.equal((await gate.ask("/wait", as(ann))).text, "waited");
  });
});

test("what cannot be put behind the gate is a TypeError when it is loaded", async () => {
  const { thrown, right } = (await gate.ask("/open/usage")).json;
  assert.deepEqual(right, Array(4).fill("function"));
  for (const [name, error] of Object.entries(thrown)) assert.equal(error?.[0], "TypeError", name);
  assert.match(thrown.class[1], /export default gate\(/);
  assert.match(thrown.condition[1], /^allow\.role: /);
  assert.match(thrown.option[1], /did you mean `otherwise`/);
});

describe("getAuth", () => {
  test("has Clerk's fields and never the token", async () => {
    const { json, text } = await gate.ask("/auth", as(ann));
    const { auth, typed, same } = json;
    assert.equal(same, true);
    assert.deepEqual(typed, ["function", "function", "function"]);
    assert.equal(auth.isAuthenticated, true);
    assert.equal(auth.userId, "user_ann");
    assert.equal(auth.sessionId, "sess_ann");
    assert.equal(auth.tokenType, "session_token");
    assert.deepEqual([auth.status, auth.role, auth.roles], ["signed-in", "admin", ["admin"]]);
    assert.equal(auth.sessionClaims.metadata.role, "admin");
    assert(!text.includes(ann.split(".")[2]));
  });

  test("is signed out where a session is optional, and throws where nobody was asked for", async () => {
    const { auth } = (await gate.ask("/maybe/auth")).json;
    assert.deepEqual([auth.isAuthenticated, auth.userId, auth.status], [false, null, "signed-out"]);
    assert.equal(auth.reason, "session-token-and-uat-missing");
    const nobody = { code: "no-auth", type: "ClerkEdgeError", ours: true };
    assert.deepEqual((await gate.ask("/open/no-auth", as(ann))).json, nobody);
    assert.deepEqual((await gate.ask("/copy", as(ann))).json, nobody);
    assert.deepEqual((await gate.ask("/alone/no-auth", as(ann))).json, nobody);
  });

  test("has() asks the organization, can() asks the rules", async () => {
    const member = await clerk.token({ sub: "user_c", o: { id: "org_1", rol: "admin" }, metadata: { role: "member" } });
    const has = async (asked) => (await gate.ask(`/has?q=${query(asked)}`, as(member))).json;
    assert.equal(await has({ role: "org:admin" }), true);
    assert.equal(await has({ role: "org:member" }), false);
    assert.equal(await has({}), false);
    const can = async (asked) => (await gate.ask(`/can?q=${query(asked)}`, as(member))).json;
    assert.deepEqual(await can({ role: "member" }), { value: true });
    assert.deepEqual(await can({ role: "admin" }), { value: false });
    assert.equal((await can({ rol: "admin" })).code, "condition-invalid");
  });

  test("can() looks up what the token lacks, and says where that failed", async () => {
    const bare = (sub) => clerk.token({ sub, sid: "sess_bare" });
    const can = async (sub) => (await gate.ask(`/can?q=${query({ role: "editor" })}`, as(await bare(sub)))).json;
    gate.outbound.set(`${API}/users/user_d`, { body: { id: "user_d", public_metadata: { role: "editor" } } });
    gate.outbound.set(`${API}/users/user_e`, { status: 500, body: {} });
    assert.deepEqual(await can("user_d"), { value: true });
    assert.deepEqual(await can("user_e"), { code: "claims-unavailable", type: "ClerkEdgeError", ours: true });
  });

  test("getToken() is the token that came, or one of a template", async () => {
    const token = async (asked) => (await gate.ask(`/token?q=${query(asked)}`, as(ann))).json;
    assert.deepEqual(await token(null), { value: ann });
    gate.outbound.set(`${API}/sessions/sess_ann/tokens/db`, { body: { object: "token", jwt: "a.b.c" } });
    gate.outbound.set(`${API}/sessions/sess_ann/tokens/none`, { status: 404, body: { errors: [] } });
    assert.deepEqual(await token({ template: "db" }), { value: "a.b.c" });
    assert.equal((await token({ template: "none" })).code, "template-not-found");
    assert.equal((await token({ expiresInSeconds: 1.5 })).type, "TypeError");
    assert.deepEqual((await gate.ask(`/maybe/token?q=${query(null)}`)).json, { value: null });
  });
});

describe("a wrapped function", () => {
  const CASES = [
    ["admins", ann, 200],
    ["admins", bob, 403],
    ["members", bob, 200],
    ["teams", bob, 403],
    ["hidden", bob, 404],
  ];

  for (const before of ["/alone/", "/maybe/"]) {
    test(`judges by its own rule, ${before === "/alone/" ? "alone" : "behind a gate"}`, async () => {
      for (const [name, token, status] of CASES) {
        const answer = await gate.ask(before + name, as(token));
        assert.equal(answer.status, status, name);
        if (status === 200) assert.match(answer.json.you, /^user_/);
      }
      assert.equal((await gate.ask(`${before}admins`)).status, 401);
      assert.equal((await gate.ask(`${before}hidden`)).status, 404);
      const page = await gate.ask(`${before}admins`, { headers: { accept: "text/html" } });
      assert.equal(page.status, 307);
    });
  }

  test("knows organizations by slug and by id", async () => {
    for (const [o, status] of [
      [{ id: "org_1", slg: "acme" }, 200],
      [{ id: "org_2", slg: "other" }, 200],
      [{ id: "org_3", slg: "other" }, 403],
    ]) {
      const token = await clerk.token({ sub: "user_f", o });
      assert.equal((await gate.ask("/alone/teams", as(token))).status, status);
    }
  });

  test("alone reads the path as the gate does", async () => {
    const { json } = await gate.ask("/alone/x/../members", as(ann));
    assert.equal(json.url, `${SITE}/alone/members`);
    assert.equal((await gate.ask("/alone/members/%", as(ann))).status, 400);
  });

  test("behind a gate on an open path takes its own line", async () => {
    assert.equal((await gate.ask("/open/members")).status, 401);
    assert.equal((await gate.ask("/open/members", as(ann))).json.you, "user_ann");
  });
});

describe("Hono", () => {
  test("clerkMiddleware, getAuth and protect, behind a gate and alone", async () => {
    for (const place of ["", "/maybe", "/alone"]) {
      const answer = await gate.ask(`${place}/hono/x`, as(ann));
      assert.deepEqual(answer.json, { you: "user_ann", same: "user_ann" });
      assert.match(answer.headers.get("cache-control"), /private/);
      assert.equal((await gate.ask(`${place}/hono/admin/x`, as(ann))).status, 200);
      assert.equal((await gate.ask(`${place}/hono/admin/x`, as(bob))).status, 403);
    }
    assert.deepEqual((await gate.ask("/alone/hono/x")).json, { you: null, same: null });
    assert.equal((await gate.ask("/alone/hono/admin/x")).status, 401);
  });
});

describe("the package", () => {
  const files = async (folder) => {
    const names = await readdir(join(root, folder));
    return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(root, folder, name))])));
  };

  test("holds the Worker's WASM to the byte, once, and no Worker has the stand-in or the command", async () => {
    const built = await readFile(join(root, "build/gate_bg.wasm"));
    for (const folder of ["target/edge/program", "target/edge/packaged"]) {
      const uploaded = [...(await files(folder))];
      const modules = uploaded.filter(([name]) => name.endsWith(".wasm"));
      assert.equal(modules.length, 1, folder);
      assert(modules[0][1].equals(built), folder);
      const scripts = uploaded.filter(([name]) => name.endsWith(".js")).map(([, bytes]) => String(bytes));
      for (const theirs of ["sk_test_", "nodeHost"]) assert(!scripts.join("").includes(theirs), folder);
    }
  });

  test("brings the command and the schemas", () => {
    const bin = join(root, "target/program/node_modules/.bin/clerk-edge");
    const { status, stdout } = spawnSync(process.execPath, [bin, "schema", "rules"], { encoding: "utf8" });
    assert.equal(status, 0);
    assert.equal(JSON.parse(stdout).$schema, "http://json-schema.org/draft-07/schema#");
  });

  test("gate and getAuth add less than 4 kB", async () => {
    const sources = ["index", "handler", "seam", "auth", "wrappers"].map((name) => `npm/clerk-edge/${name}.js`);
    const text = (await Promise.all(sources.map((name) => readFile(join(root, name), "utf8")))).join("\n");
    const { code } = await transform(text.replace(/^(import|export) .* from .*$/gm, ""), { minify: true });
    assert(gzipSync(code, { level: 9 }).length < 4_000);
  });
});
