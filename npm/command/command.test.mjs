// The command in Node, from its bundle: files, exit codes, standard input, questions, network.
// Needs the folder of the built command in COMMAND (bin.js, host.js, command.js, command.wasm.br).

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, test } from "node:test";

const KEY = `pk_test_${Buffer.from("example.clerk.accounts.dev$").toString("base64")}`;
const RULES = [
  { path: "/", allow: "anyone" },
  { path: "/admin/*", allow: { role: "admin" }, otherwise: "/" },
];
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
let folder;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "clerk-edge-command-"));
  const vars = { CLERK_PUBLISHABLE_KEY: KEY, ROUTES: RULES };
  await writeFile(path.join(folder, "wrangler.json"), JSON.stringify({ name: "site", vars }));
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "ins_test", alg: "RS256", use: "sig" };
  await writeFile(path.join(folder, "jwks.json"), JSON.stringify({ keys: [jwk] }));
});

function command(words, { input = "", env = {} } = {}) {
  const bin = path.join(process.env.COMMAND, "bin.js");
  const child = spawn(process.execPath, [bin, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
  });
  child.stdin.end(input);
  const texts = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (texts.out += chunk));
  child.stderr.on("data", (chunk) => (texts.err += chunk));
  return new Promise((done) => child.on("close", (exit) => done({ exit, ...texts })));
}

function token(changes = {}) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    exp: now + 60,
    iat: now,
    nbf: now - 10,
    iss: "https://example.clerk.accounts.dev",
    sid: "sess_test",
    sub: "user_test",
    metadata: { role: "admin" },
    ...changes,
  };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "RS256", kid: "ins_test", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
}

test("explains a path by the rules of the nearest wrangler file", async () => {
  const ran = await command(["explain", "/admin/x", "--as", "role:admin", "--expect", "forward"]);
  assert.deepEqual([ran.exit, ran.err], [0, ""]);
  assert.match(ran.out, /rule +\/admin\/\* +wrangler\.json:1/);
});

test("verifies a token with WebCrypto and the keys of a file", async () => {
  const good = await command(["token", "--jwks", "jwks.json", "--json"], { input: token() });
  const { result } = JSON.parse(good.out);
  assert.deepEqual([good.exit, result.valid, result.verified], [0, true, true]);
  assert.deepEqual(result.role.names, ["admin"]);
  const text = token().slice(0, -8) + "AAAAAAAA";
  const bad = await command(["token", "--jwks", "jwks.json", "--json"], { input: text });
  const refused = JSON.parse(bad.out).result;
  assert.deepEqual([bad.exit, refused.valid, refused.reason], [1, false, "token-invalid-signature"]);
  for (const ran of [good, bad]) assert.ok(!/eyJ[\w-]+\.eyJ/.test(ran.out + ran.err));
});

test("makes no call when it is told to stay offline", async () => {
  const ran = await command(["token", "--offline"], { input: token() });
  assert.equal(ran.exit, 4);
  assert.match(ran.err, /no key can be had/);
});

test("asks Clerk's API where the secret key is given by the environment", async () => {
  const asked = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.setHeader("content-type", "application/json");
    const user = { id: "user_a1", object: "user", public_metadata: { role: "admin" } };
    response.end(JSON.stringify(request.url.startsWith("/v1/users") ? user : []));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const api = `http://127.0.0.1:${server.address().port}`;
  const vars = { CLERK_PUBLISHABLE_KEY: KEY, ROUTES: RULES, CLERK_API_URL: api };
  await writeFile(path.join(folder, "api.json"), JSON.stringify({ vars }));
  const secret = ["sk", "test", "abcdefghijklmnop"].join("_");
  const words = ["users", "show", "user_a1", "--config", "api.json", "--json"];
  const ran = await command(words, { env: { CLERK_SECRET_KEY: secret } });
  server.close();
  assert.equal(ran.exit, 0, ran.out + ran.err);
  assert.equal(JSON.parse(ran.out).result.user.role, "admin");
  assert.equal(asked[0], `GET /v1/users/user_a1 Bearer ${secret}`);
  assert.ok(!(ran.out + ran.err).includes("abcdefghijklmnop"));
});

test("writes files and never over one that is there", async () => {
  assert.equal((await command(["claims", "--out", "types"])).exit, 0);
  const file = path.join(folder, "types/session-token.json");
  assert.deepEqual(Object.keys(JSON.parse(await readFile(file, "utf8"))), ["metadata"]);
  await writeFile(file, "mine");
  const again = await command(["claims", "--out", "types"]);
  assert.equal(again.exit, 1);
  assert.equal(await readFile(file, "utf8"), "mine");
});

test("ends with 2 on wrong usage and with 3 without a configuration", async () => {
  assert.equal((await command(["explian", "/"])).exit, 2);
  assert.equal((await command(["claims", "--config", "missing.toml"])).exit, 3);
});
