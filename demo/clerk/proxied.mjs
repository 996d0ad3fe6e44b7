// The Frontend API behind a proxy on the site's own domain: which requests come through one, what
// such a request must carry, and long bodies for trying whether a proxy lets them stream.

import { createHash } from "node:crypto";
import { failure } from "./errors.mjs";
import { loopback } from "./loopback.mjs";

/** The public address of the proxy that the request came through, if it came through one. */
export function proxyUrl(request) {
  return request.headers["clerk-proxy-url"];
}

/** Why a request to the Frontend API is turned away before anything else, or nothing. */
export function unacceptable(stage, request) {
  const { headers, query } = request;
  if (headers["clerk-api-version"] && query.has("__clerk_api_version")) {
    const message = "The API version stands in a header and in the query: send one of them.";
    return failure(400, "api_version_invalid", message);
  }
  const proxy = proxyUrl(request);
  if (proxy !== undefined) {
    const trouble = badProxy(stage, headers, proxy);
    if (trouble) return failure(...trouble);
  } else if (headers["clerk-secret-key"] !== undefined) {
    return failure(400, "proxy_url_missing", "Clerk-Secret-Key came without Clerk-Proxy-Url.");
  }
  return foreignOrigin(headers.origin, proxy);
}

function badProxy(stage, headers, proxy) {
  if (!/^https?:\/\/[^/?#@]+(\/[^?#]*)?$/.test(proxy) || !URL.canParse(proxy)) {
    return [400, "proxy_url_invalid", "Clerk-Proxy-Url is not an http address."];
  }
  if (headers["clerk-secret-key"] !== stage.instance.secretKey) {
    return [401, "clerk_key_invalid", "Clerk-Secret-Key is not the one of this instance."];
  }
  if (!/^([0-9a-f.:]+)?$/i.test(headers["x-forwarded-for"] ?? "")) {
    const message = "X-Forwarded-For must hold one address, the visitor's.";
    return [400, "x_forwarded_for_invalid", message];
  }
  return undefined;
}

/** A page elsewhere may not speak for a visitor; behind a proxy, the site's own pages alone may. */
function foreignOrigin(origin, proxy) {
  if (origin === undefined) return undefined;
  const own = proxy === undefined ? loopback(origin) : origin === new URL(proxy).origin;
  if (own) return undefined;
  return failure(400, "origin_invalid", "The Origin is not one of this instance's sites.");
}

/** `GET /v1/proxy-health`: what Clerk asks through a new proxy, to see whether it works. */
export function proxyHealth(_stage, request) {
  const { "x-forwarded-for": address } = request.headers;
  if (proxyUrl(request) === undefined || !address) {
    const message = "No proxy that names the visitor's address sent this request.";
    return failure(503, "proxy_unhealthy", message);
  }
  return { json: { status: "healthy", x_forwarded_for: address } };
}

/** `GET /v1/stand-in/bytes?count=`: a long answer in chunks, none of which is kept. */
export function longAnswer(_stage, request) {
  const count = Number(request.query.get("count") ?? 0);
  if (!Number.isSafeInteger(count) || count < 0 || count > BYTES_MAX) {
    return failure(422, "form_param_value_invalid", `count must be from 0 to ${BYTES_MAX}.`);
  }
  return { stream: chunks(count), type: "application/octet-stream" };
}

function* chunks(count) {
  const chunk = Buffer.alloc(CHUNK_BYTES, "stand-in ");
  for (let left = count; left > 0; left -= CHUNK_BYTES) {
    yield left < CHUNK_BYTES ? chunk.subarray(0, left) : chunk;
  }
}

/** `POST /v1/stand-in/bytes`: counts and digests a long body without keeping it. */
export async function longBody(_stage, request) {
  const hash = createHash("sha256");
  let count = 0;
  for await (const chunk of request.message) {
    count += chunk.length;
    hash.update(chunk);
  }
  return { json: { count, sha256: hash.digest("hex") } };
}

/** `GET /v1/stand-in/away?to=own|relative|site`: redirects whose `Location` a proxy must mind. */
export function away(stage, request) {
  const here = "/v1/client?a=b";
  const targets = { own: `${stage.url}${here}`, relative: here, site: stage.site };
  const to = request.query.get("to");
  const location = Object.hasOwn(targets, to) ? targets[to] : undefined;
  if (!location) return failure(422, "form_param_value_invalid", "to: own, relative or site.");
  const cookies = ["__client=one; Path=/; HttpOnly", "__client_uat=2; Path=/; SameSite=Lax"];
  return {
    status: 307,
    headers: [["location", location], ...cookies.map((value) => ["set-cookie", value])],
  };
}

const CHUNK_BYTES = 65_536;
const BYTES_MAX = 1_073_741_824;
