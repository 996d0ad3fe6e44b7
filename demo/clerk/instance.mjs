// What an instance is called: its publishable and secret key, the cookie suffix that follows from
// the key, and the cookies with their attributes. Names are Clerk's; the keys open nothing real.

import { createHash } from "node:crypto";

/** The flavours: a result travels in the query (development) or in a cookie (production). */
export const DEVELOPMENT = "development";
export const PRODUCTION = "production";

/** The instance whose Frontend API is `host` (`127.0.0.1:9400`). */
export function makeInstance(host, type = DEVELOPMENT) {
  const mode = type === PRODUCTION ? "live" : "test";
  const publishableKey = `pk_${mode}_${Buffer.from(`${host}$`).toString("base64")}`;
  return {
    id: "ins_2stageInstance0000000000000",
    type,
    publishableKey,
    secretKey: `sk_${mode}_standinStandinStandinStandinStandin1234`,
    suffix: cookieSuffix(publishableKey),
  };
}

/** The first eight characters of the key's SHA-1, in the alphabet for URLs. */
export function cookieSuffix(publishableKey) {
  const digest = createHash("sha1").update(publishableKey).digest("base64");
  return digest.slice(0, 8).replaceAll("+", "-").replaceAll("/", "_");
}

/** One cookie in both of its names, plain and suffixed, as a pair of `Set-Cookie` values. */
export function bothNames(instance, name, value, attributes) {
  return [
    directive(name, value, attributes),
    directive(`${name}_${instance.suffix}`, value, attributes),
  ];
}

/** A `Set-Cookie` value; an empty value takes the cookie away. */
export function directive(name, value, { secure, httpOnly, maxAge = YEAR_SECONDS } = {}) {
  const parts = [`${name}=${value}`, "Path=/", `Max-Age=${value === "" ? 0 : maxAge}`];
  if (httpOnly) parts.push("HttpOnly");
  if (secure) parts.push("Secure");
  parts.push("SameSite=Lax");
  return parts.join("; ");
}

/** The first value of each name in a `Cookie` header. */
export function readCookies(header = "") {
  const found = new Map();
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    if (at > 0 && !found.has(name)) found.set(name, pair.slice(at + 1).trim());
  }
  return found;
}

const YEAR_SECONDS = 31_536_000;
