// A built Next.js app without a middleware, behind the gate in workerd, beside the stand-in for
// Clerk: `auth()` and its kin agree with the gate, for each pinned version of `@clerk/nextjs`.
//
// Run by name, since it installs and builds Next.js: `node --test tests/next/run.mjs`. The apps are built
// in a cache outside of the clone (`CLERK_EDGE_NEXT_CACHE`).

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bindings, startClerk } from "../../demo/clerk/server.mjs";
import { raw } from "../edge/raw.mjs";
import { Visitor } from "../stage/visitor.mjs";

const VERSIONS = ["7.9.17", "6.39.8"];
const CACHE = process.env.CLERK_EDGE_NEXT_CACHE ?? join(homedir(), ".cache/clerk-edge-next");
const RULES = [
  { path: "/auth", allow: "optional" },
  { path: "/protected", allow: "optional" },
  { path: "/sign-in-first", allow: "optional" },
  { path: "/api/get", allow: "optional" },
];
const PEOPLE = ["uma", "mo", "ada"];

for (const version of VERSIONS) {
  test(`@clerk/nextjs ${version}`, async (t) => {
    const folder = built(version);
    const clerk = await startClerk();
    t.after(() => clerk.close());
    const vars = bindings(clerk.stage);
    const app = await serve(t, folder, vars);
    const gate = await raw({
      ...vars,
      ROUTES: RULES,
      LOG: "off",
      UPSTREAM: app,
      UPSTREAM_KIND: "nextjs",
    });
    t.after(() => gate.stop());
    const site = `http://localhost:${gate.port}`;
    clerk.stage.site = site;

    await t.test("people are who they are for the gate", async () => {
      for (const person of PEOPLE) {
        const visitor = new Visitor();
        const door = await visitor.open(`${site}/sign-in-first`);
        const inside = await visitor.press(door, { person });
        assert.equal(inside.url, `${site}/sign-in-first`, inside.text);
        const told = await (await visitor.fetch(`${site}/auth`)).json();
        const { text } = await visitor.open(`${site}/.clerk-edge/access`);
        const known = JSON.parse(text);
        assert.equal(told.userId, known.user_id, person);
        assert.equal(told.orgId ?? null, known.org_id ?? null, person);
        assert.equal(told.sessionClaims.sub, told.userId);
        assert.equal(told.asked.admin, told.orgRole === "org:admin");
        const pages = await (await visitor.fetch(`${site}/api/get`)).json();
        assert.deepEqual(pages, { userId: told.userId, sessionId: told.sessionId });
        assert.match((await visitor.open(`${site}/protected`)).text, new RegExp(told.userId));
      }
    });

    await t.test("strangers are signed out, and end at the gate's own sign-in page", async () => {
      const told = await (await fetch(`${site}/auth`)).json();
      assert.equal(told.userId, null);
      for (const path of ["/protected", "/sign-in-first"]) {
        const door = new URL((await new Visitor().open(`${site}${path}`)).url);
        assert.equal(door.origin + door.pathname, `${clerk.stage.url}/sign-in`, path);
        assert.equal(door.searchParams.get("redirect_url"), `${site}${path}`);
      }
    });

    await t.test("an open route is signed out instead of 500", async () => {
      const open = await raw({
        ...vars,
        ROUTES: [{ path: "/*", allow: "anyone" }],
        LOG: "off",
        UPSTREAM: app,
        UPSTREAM_KIND: "nextjs",
      });
      t.after(() => open.stop());
      const answer = await fetch(`${open.url}/auth`);
      assert.equal(answer.status, 200);
      assert.equal((await answer.json()).userId, null);
    });

    await t.test("what a client sends in their place is removed", async () => {
      const headers = { "x-clerk-auth-status": "signed-in", "x-clerk-auth-token": "a.b.c" };
      const answer = await fetch(`${site}/auth`, { headers });
      assert.equal((await answer.json()).userId, null);
    });
  });
}

/** The folder of the app, installed and built. */
function built(version) {
  const folder = join(CACHE, version);
  mkdirSync(folder, { recursive: true });
  for (const name of ["app", "pages", "next.config.mjs"]) {
    cpSync(join(import.meta.dirname, name), join(folder, name), { recursive: true });
  }
  const wanted = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8"));
  wanted.dependencies["@clerk/nextjs"] = version;
  writeFileSync(join(folder, "package.json"), JSON.stringify(wanted));
  const run = (file, ...args) => execFileSync(file, args, { cwd: folder, stdio: "inherit" });
  if (!existsSync(join(folder, "node_modules/next"))) run("npm", "install", "--no-audit");
  if (!existsSync(join(folder, ".next/BUILD_ID"))) {
    run(process.execPath, "node_modules/next/dist/bin/next", "build");
  }
  return folder;
}

/** Serves the app on loopback, and answers with its address. */
async function serve(t, folder, vars) {
  const env = {
    ...process.env,
    NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: vars.CLERK_PUBLISHABLE_KEY,
    CLERK_SECRET_KEY: vars.CLERK_SECRET_KEY,
    NEXT_PUBLIC_CLERK_SIGN_IN_URL: vars.CLERK_SIGN_IN_URL,
    CLERK_API_URL: vars.CLERK_API_URL,
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const args = ["node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", "0"];
  const child = spawn(process.execPath, args, { cwd: folder, env });
  t.after(() => child.kill());
  let text = "";
  return new Promise((resolve, reject) => {
    const read = (chunk) => {
      text += chunk;
      const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(text);
      if (found && /Ready/.test(text)) resolve(found[0]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", () => reject(new Error(text)));
  });
}
