// Session tokens as Clerk issues them, for the real clock, with keys made for this run alone.
//
// `new Instance()` is one Clerk instance: a publishable key, its public keys, and tokens that
// verify against them. Claims and header can be overridden one by one, so that the neighbour of an
// accepted token differs from it in one thing.

import { createHash } from "node:crypto";

const HASH = { RS256: "SHA-256", RS384: "SHA-384", RS512: "SHA-512" };

/** A Clerk instance with one signing key. */
export class Instance {
  #pair;

  /** `host` is the Frontend API's; `live` makes a production instance. */
  static async make({ host = "clerk.example.com", live = false, kid = "ins_key_1", alg = "RS256" } = {}) {
    const instance = new Instance();
    Object.assign(instance, { host, live, alg, issuer: `https://${host}` });
    await instance.rotate(kid);
    return instance;
  }

  /** `pk_test_…` or `pk_live_…` for this host. */
  get publishableKey() {
    return `pk_${this.live ? "live" : "test"}_${Buffer.from(`${this.host}$`).toString("base64")}`;
  }

  /** What the names of this instance's cookies end with. */
  get suffix() {
    const digest = createHash("sha1").update(this.publishableKey).digest("base64");
    return digest.slice(0, 8).replaceAll("+", "-").replaceAll("/", "_");
  }

  /** A secret key of the same kind; it opens nothing. */
  get secretKey() {
    return `sk_${this.live ? "live" : "test"}_made_for_a_test`;
  }

  /** Where this instance serves its keys. */
  get jwksUrl() {
    return `${this.issuer}/.well-known/jwks.json`;
  }

  /** Replaces the signing key; tokens signed before no longer verify. */
  async rotate(kid) {
    const algorithm = {
      name: "RSASSA-PKCS1-v1_5",
      hash: HASH[this.alg],
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    };
    this.kid = kid;
    this.#pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const { kty, n, e } = await crypto.subtle.exportKey("jwk", this.#pair.publicKey);
    this.jwks = { keys: [{ kty, n, e, kid, alg: this.alg, use: "sig" }] };
    const spki = Buffer.from(await crypto.subtle.exportKey("spki", this.#pair.publicKey));
    const body = spki.toString("base64").match(/.{1,64}/g).join("\n");
    this.pem = `-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----\n`;
  }

  /** A session token; `undefined` removes a claim or a header field. */
  async token(claims = {}, header = {}) {
    const now = Math.floor(Date.now() / 1000);
    const own = { iss: this.issuer, sub: "user_1", sid: "sess_1", iat: now - 5, nbf: now - 10, exp: now + 60 };
    const head = { alg: this.alg, kid: this.kid, typ: "JWT", cat: "cl_B7d4PD111AAA", ...header };
    const message = `${encoded(head)}.${encoded({ azp: "https://app.example.com", v: 2, sts: "active", fva: [1, -1], ...own, ...claims })}`;
    const bytes = new TextEncoder().encode(message);
    const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", this.#pair.privateKey, bytes);
    return `${message}.${Buffer.from(signature).toString("base64url")}`;
  }

  /** The cookies of a signed-in browser on a production instance. */
  async cookies(claims, header) {
    const uat = Math.floor(Date.now() / 1000) - 60;
    return `__session=${await this.token(claims, header)}; __client_uat=${uat}`;
  }
}

function encoded(part) {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
