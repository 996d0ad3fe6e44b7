// What the published SDK decides for one request, written down in the form of the vectors.
// It judges nothing itself: whatever is recorded here is what @clerk/backend did.

import { within } from "./sandbox.mjs";

const { createClerkClient } = await import("@clerk/backend");

/**
 * The expectation for one question: `options` of the SDK, `request` (method, url, headers and
 * cookies as pairs), `now_ms`, `jwks` (a key set or nothing), `bapi` (answers by method and path),
 * `has_params`. Message texts are left out: they are not part of what we promise.
 */
export async function judge(question) {
  const { now_ms: nowMs, jwks, bapi = [], has_params: params, options } = question;
  const { secretKey, machineSecretKey } = options;
  // A question that cannot be put is no answer of the SDK: it throws here, to the caller.
  const request = toRequest(question.request);
  const calls = [];
  const api = `https://case-${++cases}.${API_HOST}`;
  const network = (call) => answer(call, { jwks, bapi, calls, api });
  return within(nowMs, network, async () => {
    let state;
    try {
      // A host of its own per question: the SDK caches keys by API address, for the process.
      const client = createClerkClient({ apiUrl: api, secretKey, machineSecretKey });
      state = await client.authenticateRequest(request, options);
    } catch {
      return { ...THROWN, bapi_calls: calls };
    }
    return describe(state, calls, params);
  });
}

/** The version of the SDK that is asked. */
export async function version() {
  const { default: manifest } = await import("@clerk/backend/package.json", {
    with: { type: "json" },
  }).catch(fromDisk);
  return manifest.version;
}

function toRequest({ method, url, headers, cookies = [] }) {
  const all = new Headers();
  for (const [name, value] of headers) all.append(name, value);
  const joined = cookies.map(([name, value]) => `${name}=${value}`).join("; ");
  if (joined !== "") all.set("cookie", joined);
  return new Request(url, { method, headers: all });
}

function describe(state, calls, params) {
  const headers = Object.fromEntries([...state.headers].filter(([name]) => !LEFT_OUT.has(name)));
  const location = state.headers.get("location");
  const auth = authObject(state);
  const found = {
    status: state.status,
    reason: state.reason ?? null,
    token_type: state.tokenType ?? null,
    is_authenticated: state.isAuthenticated,
    token: state.token ?? null,
    headers,
    set_cookie: state.headers.getSetCookie(),
    auth: plain(auth),
    middleware_http_status: statusOf(state, location),
    bapi_calls: calls,
  };
  if (location !== null) found.location = describeLocation(location);
  if (params) found.has = params.map((each) => auth?.has(each) ?? false);
  if (auth?.sessionStatus === "pending") {
    found.auth_pending_allowed = plain(state.toAuth({ treatPendingAsSignedOut: false }));
  }
  return found;
}

function statusOf(state, location) {
  if (location !== null) return 307;
  return state.status === "handshake" ? 500 : 200;
}

function describeLocation(href) {
  if (!URL.canParse(href)) return { href };
  const { origin, pathname, searchParams } = new URL(href);
  return { href, origin, pathname, query: [...searchParams] };
}

function authObject(state) {
  return typeof state.toAuth === "function" ? (state.toAuth() ?? null) : null;
}

/** The auth object without its functions and without the claims, which the token shows. */
function plain(auth) {
  if (auth === null) return null;
  const { sessionClaims, ...rest } = auth;
  return JSON.parse(JSON.stringify(rest));
}

async function answer(request, { jwks, bapi, calls, api }) {
  const url = new URL(request.url);
  const rule = bapi.find((each) => each.method === request.method && each.path === url.pathname);
  if (!rule && jwks && url.pathname === "/v1/jwks") return reply(200, jwks);
  calls.push(await describeCall(request, api));
  if (!rule) return reply(404, NOT_FOUND);
  if (rule.network_error) throw new TypeError(rule.network_error);
  return reply(rule.status ?? 200, rule.body, rule.content_type);
}

async function describeCall(request, api) {
  const sent = [...request.headers].filter(([name]) => CALL_HEADERS.has(name));
  // Who calls is no part of a decision: mostly the SDK itself, for machine tokens the visitor.
  const headers = { ...Object.fromEntries(sent), "user-agent": CALLER };
  const body = await request.text();
  const url = request.url.replace(api, `https://${API_HOST}`);
  return { method: request.method, url, headers, body: body === "" ? null : body };
}

function reply(status, body, type = "application/json") {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Response(text, { status, headers: { "content-type": type } });
}

async function fromDisk() {
  const { readFileSync } = await import("node:fs");
  const entry = new URL(import.meta.resolve("@clerk/backend"));
  return { default: JSON.parse(readFileSync(new URL("../package.json", entry), "utf8")) };
}

let cases = 0;

const API_HOST = "api.clerk.test";
const LEFT_OUT = new Set(["set-cookie", "x-clerk-auth-message"]);
const CALLER = "@clerk/backend@<version>";
const CALL_HEADERS = new Set(["authorization", "clerk-api-version", "content-type", "user-agent"]);
const NOT_FOUND = { errors: [{ code: "resource_not_found", message: "not found" }] };
const THROWN = {
  status: "throws",
  reason: null,
  token_type: null,
  is_authenticated: false,
  token: null,
  headers: {},
  set_cookie: [],
  auth: null,
  middleware_http_status: 500,
};
