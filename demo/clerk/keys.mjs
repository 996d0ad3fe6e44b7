// The signing keys of the stand-in: made at start, published as a key set, rotated on demand.
// A folder for them may be named so that a restart keeps them; they are never part of the project.

import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const RETIRED_MAX = 8;

/** The ring: one key signs, several are published, and the two need not agree. */
export class KeyRing {
  #keys = [];
  #signing;
  #file;

  constructor(file) {
    this.#file = file;
    this.#keys = read(file) ?? [makeKey()];
    this.#signing = this.#keys.at(-1);
    this.#write();
  }

  /** The published set, as `/.well-known/jwks.json` shows it. */
  jwks() {
    return { keys: this.#keys.filter((key) => key.published).map(publicJwk) };
  }

  /** The newest published key as a PEM, for `CLERK_JWT_KEY`. */
  pem() {
    const key = this.#keys.findLast((each) => each.published);
    return createPublicKey(key.pem).export({ type: "spki", format: "pem" });
  }

  kid() {
    return this.#signing.kid;
  }

  /** A new key signs from now on. The old ones stay published where `keep` says so. */
  rotate(keep = true) {
    if (!keep) for (const key of this.#keys) key.published = false;
    this.#signing = makeKey();
    this.#keys = [...this.#keys, this.#signing].slice(-RETIRED_MAX);
    this.#write();
    return this.#signing.kid;
  }

  /** What an instance looks like whose gate holds the keys of another one: nothing verifies. */
  mismatch() {
    const kid = this.rotate(true);
    this.#signing.published = false;
    return kid;
  }

  /** The newest published key signs, as it was before `mismatch`. */
  settle() {
    this.#signing = this.#keys.findLast((each) => each.published) ?? this.#signing;
    return this.#signing.kid;
  }

  sign(header, claims) {
    const head = { alg: "RS256", kid: this.#signing.kid, typ: "JWT", ...header };
    const text = `${encode(head)}.${encode(claims)}`;
    return `${text}.${sign("sha256", Buffer.from(text), this.#signing.pem).toString("base64url")}`;
  }

  /** The claims of a token that one of our keys signed, retired or not; else nothing. */
  open(token) {
    const [head, body, signature, ...rest] = String(token).split(".");
    if (!signature || rest.length > 0) return undefined;
    try {
      const { kid } = JSON.parse(Buffer.from(head, "base64url"));
      const key = this.#keys.find((each) => each.kid === kid);
      const bytes = Buffer.from(signature, "base64url");
      if (!key || !verify("sha256", Buffer.from(`${head}.${body}`), key.publicPem, bytes)) {
        return undefined;
      }
      return JSON.parse(Buffer.from(body, "base64url"));
    } catch {
      return undefined;
    }
  }

  #write() {
    if (!this.#file) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify(this.#keys), { mode: 0o600 });
  }
}

function read(file) {
  if (!file) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function makeKey() {
  const pair = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return {
    kid: `ins_${randomBytes(14).toString("hex").slice(0, 27)}`,
    pem: pair.privateKey,
    publicPem: pair.publicKey,
    published: true,
  };
}

function publicJwk({ kid, publicPem }) {
  const { n, e } = createPublicKey(publicPem).export({ format: "jwk" });
  return { use: "sig", kty: "RSA", kid, alg: "RS256", n, e };
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
