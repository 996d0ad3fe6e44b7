// The recorder itself: it must notice a wrong expectation, fill in a new case and leave the rest of
// the file alone; the serving oracle must answer every line in order, readable or not.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const NOW_S = 1_750_000_000;

test("a new case gets its expectation, a second run finds nothing to change", async (t) => {
  const file = vectorsFile(t);
  const first = await run("record.mjs", ["--write", file]);
  assert.match(first.out, /2 cases and 1 rows, 3 differ/);
  const { cases, tokens, aux } = JSON.parse(readFileSync(file, "utf8"));
  assert.equal(aux.has_cases[0].value, true);
  assert.deepEqual([cases[0].expect.status, cases[0].expect.token], ["signed-in", "{{fresh}}"]);
  assert.deepEqual([cases[1].expect.status, cases[1].expect.reason], ["signed-out", EXPIRED]);
  assert.equal(tokens.fresh.jwt.split(".").length, 3);
  const bytes = readFileSync(file, "utf8");
  const second = await run("record.mjs", ["--write", file]);
  assert.match(second.out, /2 cases and 1 rows, 0 differ/);
  assert.equal(readFileSync(file, "utf8"), bytes);
});

test("a wrong expectation is shown, is a failure, and is not overwritten unasked", async (t) => {
  const file = vectorsFile(t);
  await run("record.mjs", ["--write", file]);
  const right = readFileSync(file, "utf8");
  const wrong = right.replace('"status":"signed-in"', '"status":"signed-out"');
  assert.notEqual(wrong, right);
  writeFileSync(file, wrong);
  const { code, out } = await run("record.mjs", [file]);
  assert.equal(code, 1);
  assert.match(out, /fresh status:\n {2}on file "signed-out"\n {2}now {5}"signed-in"/);
  assert.equal(readFileSync(file, "utf8"), wrong);
  await run("record.mjs", ["--write", file]);
  assert.equal(readFileSync(file, "utf8"), right);
});

test("the serving oracle answers line by line and survives what it cannot read", async () => {
  const ask = (cookies) => ({
    options: { publishableKey: KEY, secretKey: "sk_live_x" },
    request: { method: "GET", url: "https://www.example.com/", headers: [], cookies },
    now_ms: NOW_S * 1000,
  });
  const lines = [ask([]), ask([["__client_uat", "5"]])].map((each) => JSON.stringify(each));
  const { out } = await run("serve.mjs", [], [lines[0], "{", "7", lines[1]].join("\n"));
  const answers = out.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(answers.length, 4);
  assert.equal(answers[0].reason, "session-token-and-uat-missing");
  assert.ok(answers[1].error && answers[2].error);
  assert.equal(answers[3].reason, "client-uat-but-no-session-token");
});

function vectorsFile(t) {
  const folder = mkdtempSync(join(tmpdir(), "clerk-edge-oracle-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" };
  const entry = (id, token) => ({
    id,
    now_ms: NOW_S * 1000,
    jwks: "a",
    options: { publishableKey: KEY, secretKey: "sk_live_x" },
    request: {
      method: "GET",
      url: "https://www.example.com/",
      headers: [["authorization", `Bearer {{${token}}}`]],
      cookies: [],
    },
  });
  const token = (exp) => ({
    header: { alg: "RS256", kid: "k1", typ: "JWT" },
    claims: { sub: "user_1", sid: "sess_1", iat: NOW_S - 100, nbf: NOW_S - 100, exp },
    signed_with: "a",
  });
  const vectors = {
    keys: { a: { private_pkcs8_pem: privateKey.export({ type: "pkcs8", format: "pem" }) } },
    jwks: { a: { keys: [jwk] } },
    tokens: { fresh: token(NOW_S + 60), stale: token(NOW_S - 60) },
    cases: [entry("fresh", "fresh"), entry("stale", "stale")],
    aux: {
      has_cases: [
        {
          state: { userId: "u", orgId: "o", orgRole: "org:admin", orgPermissions: [] },
          params: { role: "admin" },
        },
      ],
    },
  };
  const file = join(folder, "cases.json");
  writeFileSync(file, JSON.stringify(vectors));
  return file;
}

function run(script, args, input = "") {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stdin.end(input);
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out })));
}

const KEY = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
const EXPIRED = "session-token-expired-refresh-non-eligible-no-refresh-cookie";
