// Session tokens and handshake results in Clerk's second format, and the cookies that carry them.
// The time of issue may be moved into the past, so that expiry can be seen without waiting.

import { randomBytes } from "node:crypto";
import { bothNames, directive, PRODUCTION } from "./instance.mjs";
import { organizationClaims } from "./organizations.mjs";

/**
 * The session token of `session` for the site at `party`. `aged` moves its issue into the past;
 * `lifetime` and `claimsAge` (seconds, for `oiat`) stand above the settings of those names.
 */
export function sessionToken(stage, session, party, options = {}) {
  const { settings, keys, issuer } = stage;
  const { aged = settings.token_age_seconds, lifetime = settings.token_lifetime_seconds } = options;
  const { claimsAge = settings.claims_age_seconds, extra } = options;
  const issuedAt = stage.nowSeconds() - aged;
  const claims = {
    ...(party && { azp: party }),
    exp: issuedAt + lifetime,
    fva: [Math.max(0, Math.floor((stage.nowSeconds() - session.startedAt) / 60)), -1],
    iat: issuedAt,
    iss: issuer,
    jti: randomBytes(10).toString("hex"),
    nbf: issuedAt - NOT_BEFORE_SECONDS,
    sid: session.id,
    sts: session.status,
    sub: session.person.id,
    v: 2,
    ...metadataClaim(session.person),
    ...organizationClaims(stage, session),
    ...session.person.claims,
    ...extra,
  };
  // `oiat` says when the claims were read from the database, where a token was made from another.
  const header = claimsAge === null ? {} : { oiat: issuedAt - claimsAge };
  return keys.sign({ cat: SESSION_CATEGORY, ...header }, claims);
}

/** What the instance's setting `{"metadata": "{{user.public_metadata}}"}` puts into the token. */
function metadataClaim({ publicMetadata, metadataInToken = true }) {
  const carried = metadataInToken && Object.keys(publicMetadata ?? {}).length > 0;
  return carried ? { metadata: publicMetadata } : {};
}

/** The cookies that tell a site who this browser is, signed in or out, as `Set-Cookie` values. */
export function directives(stage, client, site) {
  const secure = site.protocol === "https:";
  const list = [
    ...sessionCookies(stage, client.session, site.origin, secure),
    ...bothNames(stage.instance, "__client_uat", uat(client), { secure }),
  ];
  if (stage.instance.type === PRODUCTION) {
    list.push(directive("__clerk_handshake_nonce", "", { secure, httpOnly: true }));
    list.push(directive("__clerk_handshake", "", { secure, httpOnly: true }));
  } else {
    list.push(...bothNames(stage.instance, "__clerk_db_jwt", client.token, { secure }));
  }
  return list;
}

/** The cookies of the session alone: its token, and the means to renew it where that is on. */
export function sessionCookies(stage, session, party, secure) {
  const { instance, settings } = stage;
  const token = session ? sessionToken(stage, session, party) : "";
  const list = bothNames(instance, "__session", token, { secure });
  if (settings.refresh_cookie || !session) {
    const value = session ? session.refreshToken : "";
    const name = `__refresh_${instance.suffix}`;
    list.push(directive(name, value, { secure, httpOnly: true }));
  }
  return list;
}

/** The result of a handshake as a signed token, the older of its two forms. */
export function handshakeToken(stage, list) {
  return stage.keys.sign({}, { handshake: list });
}

/** When the client last changed, as the cookie says it: `0` means that nobody is signed in. */
export function uat(client) {
  return client.session ? String(client.updatedAt) : "0";
}

const SESSION_CATEGORY = "cl_B7d4PD111AAA";
const NOT_BEFORE_SECONDS = 10;
