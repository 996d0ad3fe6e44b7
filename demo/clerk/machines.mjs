// What machines show instead of a session: API keys, M2M tokens and OAuth access tokens, opaque or
// as JWT, with their owners. They live in memory; revoking and expiring are real.

import { randomBytes } from "node:crypto";

/** The machines of the instance. Each names those that its tokens are meant for. */
export const MACHINES = [
  machine("mch_2stageBilling00000000000000", "billing", ["mch_2stageReports00000000000000"]),
  machine("mch_2stageReports00000000000000", "reports", ["mch_2stageBilling00000000000000"]),
  machine("mch_2stageLonely000000000000000", "lonely", []),
];

function machine(id, name, scopes) {
  const secret = `ak_standin${name}Machine${"0".repeat(24 - name.length)}`;
  return { id, name, secret, scopes };
}

/** Of each kind: the prefix of ids and secrets, the name of its object, its unit of time. */
export const KINDS = {
  api_key: { prefix: "ak_", object: "api_key", unit: 1000 },
  m2m_token: { prefix: "mt_", object: "machine_to_machine_token", unit: 1000 },
  // OAuth alone counts in seconds.
  oauth_token: { prefix: "oat_", object: "clerk_idp_oauth_access_token", unit: 1 },
};

/** Every credential that was given out, by its id and by its secret. */
export class Credentials {
  #byId = new Map();
  #bySecret = new Map();
  #stage;

  constructor(stage) {
    this.#stage = stage;
  }

  /** A new credential. `secondsUntilExpiration` may be negative: then it has expired. */
  create(kind, known) {
    const { prefix } = KINDS[kind];
    const { secondsUntilExpiration, ...rest } = known;
    const at = this.#stage.nowSeconds();
    const credential = {
      scopes: [],
      claims: null,
      ...rest,
      kind,
      id: `${prefix}${randomBytes(16).toString("hex")}`,
      secret: `${prefix}${randomBytes(24).toString("base64url").replace(/[-_]/g, "x")}`,
      revoked: false,
      revocationReason: null,
      expiresAt: secondsUntilExpiration == null ? null : at + secondsUntilExpiration,
      createdAt: at,
      updatedAt: at,
      usedAt: null,
    };
    if (this.#byId.size >= CREDENTIALS_MAX) this.#forget(this.#byId.values().next().value);
    this.#byId.set(credential.id, credential);
    this.#bySecret.set(credential.secret, credential);
    return credential;
  }

  byId(kind, id) {
    const found = this.#byId.get(id);
    return found?.kind === kind ? found : undefined;
  }

  bySecret(kind, secret) {
    const found = this.#bySecret.get(secret);
    return found?.kind === kind ? found : undefined;
  }

  /** Those of one owner, the newest first. */
  of(kind, subject) {
    const own = (each) => each.kind === kind && each.subject === subject;
    return [...this.#byId.values()].filter(own).reverse();
  }

  revoke(credential, reason = null) {
    credential.revoked = true;
    credential.revocationReason = reason;
    credential.updatedAt = this.#stage.nowSeconds();
    return credential;
  }

  expire(credential) {
    credential.expiresAt = this.#stage.nowSeconds() - 1;
    credential.updatedAt = this.#stage.nowSeconds();
    return credential;
  }

  hasExpired({ expiresAt }) {
    return expiresAt !== null && expiresAt <= this.#stage.nowSeconds();
  }

  clear() {
    this.#byId.clear();
    this.#bySecret.clear();
  }

  #forget({ id, secret }) {
    this.#byId.delete(id);
    this.#bySecret.delete(secret);
  }
}

/** The credential as the Backend API shows it. Its secret is shown once, by whoever creates it. */
export function credentialObject(stage, credential) {
  const { kind } = credential;
  const { object, unit } = KINDS[kind];
  const time = (seconds) => (seconds === null ? null : seconds * unit);
  const common = {
    object,
    id: credential.id,
    subject: credential.subject,
    scopes: credential.scopes,
    revoked: credential.revoked,
    revocation_reason: credential.revocationReason,
    expired: stage.credentials.hasExpired(credential),
    expiration: time(credential.expiresAt),
    created_at: time(credential.createdAt),
    updated_at: time(credential.updatedAt),
  };
  if (kind === "oauth_token") {
    const { clientId, audience } = credential;
    const aud = audience === undefined ? {} : { aud: [audience].flat() };
    return { ...common, type: "oauth:access_token", client_id: clientId, ...aud };
  }
  const used = { claims: credential.claims, last_used_at: time(credential.usedAt) };
  if (kind === "m2m_token") return { ...common, ...used };
  const { name, description = null, createdBy = null } = credential;
  return { ...common, ...used, type: "api_key", name, description, created_by: createdBy };
}

/** An M2M token or OAuth access token as a JWT. It is verified by its signature alone. */
export function credentialJwt(stage, credential) {
  const { id, subject, scopes, createdAt, expiresAt } = credential;
  const common = {
    iss: stage.issuer,
    sub: subject,
    jti: id,
    iat: createdAt,
    nbf: createdAt,
    exp: expiresAt ?? createdAt + DAY_SECONDS,
  };
  if (credential.kind === "m2m_token") {
    const claims = { ...credential.claims, ...common, aud: scopes, scopes: scopes.join(" ") };
    return stage.keys.sign({ cat: M2M_CATEGORY }, claims);
  }
  const { clientId: client_id, audience } = credential;
  const claims = { ...common, client_id, scope: scopes.join(" ") };
  if (audience !== undefined) claims.aud = audience;
  return stage.keys.sign({ typ: "at+jwt" }, claims);
}

const M2M_CATEGORY = "cl_B7d4PD333AAA";
const DAY_SECONDS = 86_400;
const CREDENTIALS_MAX = 10_000;
