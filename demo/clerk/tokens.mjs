// Session tokens and handshake results in Clerk's second format, and the cookies that carry them.
// The time of issue may be moved into the past, so that expiry can be seen without waiting.

import { randomBytes } from "node:crypto";
import { bothNames, directive, PRODUCTION } from "./instance.mjs";

/** The session token of `session` for the site at `party`. */
export function sessionToken(stage, session, party, aged = stage.settings.token_age_seconds) {
  const { settings, keys, issuer } = stage;
  const issuedAt = stage.nowSeconds() - aged;
  const claims = {
    azp: party,
    exp: issuedAt + settings.token_lifetime_seconds,
    fva: [Math.max(0, Math.floor((stage.nowSeconds() - session.startedAt) / 60)), -1],
    iat: issuedAt,
    iss: issuer,
    jti: randomBytes(10).toString("hex"),
    nbf: issuedAt - NOT_BEFORE_SECONDS,
    sid: session.id,
    sts: session.status,
    sub: session.person.id,
    v: 2,
    ...session.person.claims,
    ...session.extra,
  };
  return keys.sign({ cat: SESSION_CATEGORY }, claims);
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
    list.push(...bothNames(stage.instance, "__clerk_db_jwt", client.id, { secure }));
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
