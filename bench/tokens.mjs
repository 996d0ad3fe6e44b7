// Throw-away keys and the tokens signed with them: Clerk's version 2 session claims, RS256, 2048 bits.
// Made anew at every run and never written down; no token here is worth anything anywhere else.
import { createHash, createSign, generateKeyPairSync } from "node:crypto";

export const SITE = "https://app.bench.example";
const FRONTEND_API = "clerk.bench.example";
const KEY_ID = "ins_2bBenchBench";
const LIFETIME_SECONDS = 7200;

// An instance of Clerk's that exists for one run.
export function instance() {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const publishable = `pk_live_${Buffer.from(`${FRONTEND_API}$`).toString("base64")}`;
  const digest = createHash("sha1").update(publishable).digest("base64");
  const issued = Math.floor(Date.now() / 1000) - 60;
  return {
    privateKey,
    issued,
    issuer: `https://${FRONTEND_API}`,
    publishable,
    secret: "sk_live_bench0bench0bench0bench0bench0bench0",
    suffix: digest.slice(0, 8).replaceAll("+", "-").replaceAll("/", "_"),
    pem: publicKey.export({ type: "spki", format: "pem" }).trim(),
    jwks: {
      keys: [{ ...publicKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: KEY_ID }],
    },
  };
}

// A session token for the person with this number.
export function token(clerk, person) {
  const header = { alg: "RS256", cat: "cl_B7d4PD111AAA", kid: KEY_ID, typ: "JWT" };
  const id = String(person).padStart(8, "0");
  const claims = {
    azp: SITE,
    exp: clerk.issued + LIFETIME_SECONDS,
    fva: [4, -1],
    iat: clerk.issued,
    iss: clerk.issuer,
    jti: `${id}`,
    metadata: { role: "member" },
    nbf: clerk.issued - 10,
    o: { id: "org_2bBenchBenchBenchB", rol: "admin", slg: "bench" },
    sid: `sess_2bBenchBench${id}`,
    sts: "active",
    sub: `user_2bBenchBench${id}`,
    v: 2,
  };
  const signed = `${part(header)}.${part(claims)}`;
  const signature = createSign("RSA-SHA256").update(signed).sign(clerk.privateKey, "base64url");
  return `${signed}.${signature}`;
}

// The same token with one letter of its signature changed: well formed, and nobody's.
export function forged(genuine) {
  const at = genuine.length - 100;
  const other = genuine[at] === "A" ? "B" : "A";
  return genuine.slice(0, at) + other + genuine.slice(at + 1);
}

function part(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
