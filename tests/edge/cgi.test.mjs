// A stranger before the gate, and a program behind it that reads headers as CGI gives them: no
// spelling of a name makes an admin, no spelling of a path or host leads where a rule forbids it.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Instance } from "./mint.mjs";
import { exchange, raw } from "./raw.mjs";

const PYTHON = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);
const skip = PYTHON ? false : "no Python 3 here: there is no origin that speaks WSGI";
const RECORD = JSON.parse(readFileSync(join(import.meta.dirname, "../vectors/servers.json")));
/** All that some server takes for `x-clerk-role`, and more. */
const NAMES = RECORD.headers.map(({ name }) => name).filter((name) => /^x[^a-z0-9]clerk[^a-z0-9]/i.test(name));

const RULES = [
  { path: "/*", allow: "anyone" },
  { path: "/maybe", allow: "optional" },
  { path: "/members", allow: "signed-in" },
  { path: "/admin/*", allow: { role: "admin" } },
  { path: "/*", host: "admin.example", allow: { role: "admin" } },
];

const clerk = await Instance.make({ live: true });
const member = await clerk.cookies({ metadata: { role: "member", team: "red" } });

async function origin(...options) {
  const child = spawn(PYTHON, [join(import.meta.dirname, "origin.py"), ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const stop = () => (child.kill(), once(child, "exit"));
  return { port: Number(line), stop };
}

for (const kind of ["folding", "plain"]) {
  describe(`an origin with ${kind} variables`, { skip }, () => {
    let behind, gate;
    before(async () => {
      behind = await origin(kind);
      gate = await raw({
        CLERK_PUBLISHABLE_KEY: clerk.publishableKey,
        CLERK_JWT_KEY: clerk.pem,
        ROUTES: RULES,
        CLAIM_HEADERS: { "x-app-team": "metadata.team" },
        UPSTREAM: `http://127.0.0.1:${behind.port}`,
        LOG: "off",
      });
    });
    after(() => Promise.all([gate?.stop(), behind?.stop()]));

    const ask = async (port, path, headers = [], host = "app.example.com", method = "GET") => {
      const answer = await exchange(port, [`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...headers]);
      const told = answer.status === 200 ? JSON.parse(answer.body) : {};
      return { status: answer.status, code: /"code":"([a-z-]+)"/.exec(answer.body)?.[1], ...told };
    };
    const through = (...request) => ask(gate.port, ...request);

    test("the origin alone believes what it is told", async () => {
      const believed = [];
      for (const name of NAMES) {
        if ((await ask(behind.port, "/", [`${name}: admin`])).role === "admin") believed.push(name);
      }
      assert(believed.length >= (kind === "folding" ? 40 : 4), `only ${believed}`);
      assert.equal((await ask(behind.port, "/admin%20")).page, "admin");
    });

    test("no spelling of a header's name makes a stranger an admin", async () => {
      assert(NAMES.length > 40, `only ${NAMES.length}: not the record`);
      for (const name of NAMES) {
        for (const path of ["/", "/maybe"]) {
          const { status, role } = await through(path, [`${name}: admin`]);
          assert.deepEqual([status, role], [200, null], `${name} at ${path}`);
        }
        const seen = await through("/members", [`Cookie: ${member}`, `${name}: admin`]);
        assert.deepEqual([seen.status, seen.role], [200, "member"], name);
      }
    });

    test("no spelling of a configured header's name passes either", async () => {
      for (const name of NAMES.map((name) => name.toLowerCase().replace("clerk", "app").replace("role", "team"))) {
        assert.equal((await through("/maybe", [`${name}: blue`])).team, null, name);
        assert.equal((await through("/members", [`Cookie: ${member}`, `${name}: blue`])).team, "red", name);
      }
      assert.equal((await through("/maybe", ["x-other-team: blue"])).status, 200);
    });

    test("no header chooses another method", async () => {
      for (const name of ["X-HTTP-Method-Override", "x_http_method_override", "x.http.method.override"]) {
        assert.equal((await through("/", [`${name}: DELETE`])).method, "GET", name);
      }
    });

    test("no spelling of a path reaches what is guarded", async () => {
      const ambiguous = ["/admin%20", "/admin%0A", "/admin%09/x", "/(S(a))/admin", "/x/%c0%ae%c0%ae/admin", "//app.example.com/admin"];
      for (const path of ambiguous) {
        assert.deepEqual(await through(path), { status: 400, code: "path-ambiguous" }, path);
      }
      assert.deepEqual(await through("/admin/x"), { status: 401, code: "signed-out" });
      for (const path of ["/x%20", "/x%20/y", "/%20admin", "/(a)/admin", "/x/%C3%A9/admin", "/x//y"]) {
        assert.deepEqual(await through(path).then(({ status, page }) => [status, page]), [200, "open"], path);
      }
    });

    test("no spelling of a host is another one to the rules", async () => {
      for (const host of ["admin.example", "x@admin.example", "admin.example..", "ADMIN.example.:80"]) {
        assert.deepEqual(await through("/", [], host), { status: 401, code: "signed-out" }, host);
      }
      for (const host of ["admin.example:80a", "[admin.example]"]) {
        const { status, page } = await through("/", [], host);
        assert.deepEqual([status, page], [400, undefined], host);
      }
      assert.equal((await through("/", [], "www.example:8080")).host, "www.example:8080");
    });
  });
}

describe("an upstream with a base path", { skip }, () => {
  let behind, gate;
  before(async () => {
    behind = await origin("folding");
    const vars = { CLERK_PUBLISHABLE_KEY: clerk.publishableKey, CLERK_JWT_KEY: clerk.pem, LOG: "off" };
    const UPSTREAM = `http://127.0.0.1:${behind.port}/base`;
    gate = await raw({ ...vars, UPSTREAM, ROUTES: [{ path: "/*", allow: "anyone" }] });
  });
  after(() => Promise.all([gate?.stop(), behind?.stop()]));

  test("no reading of a path leaves it", async () => {
    const ask = async (path) => {
      const { status } = await exchange(gate.port, [`GET ${path} HTTP/1.1`, "Host: app.example.com"]);
      return status;
    };
    for (const path of ["/..;/admin/x", "/..%2Fadmin/x", "/..%5Cadmin/x", "/..%20/admin", "/%c0%ae./admin"]) {
      assert.equal(await ask(path), 400, path);
    }
    for (const path of ["/x/..;/y", "/x%2F..%2Fy", "/../admin/x", "/...%2Fx"]) {
      assert.equal(await ask(path), 200, path);
    }
  });
});
