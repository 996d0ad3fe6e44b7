// The table of addresses: method, path, the name under which calls are counted and faults are
// made, and what answers.

import { handshakePayload, withSecret } from "./backend.mjs";
import * as machines from "./backend-machines.mjs";
import * as sessions from "./backend-sessions.mjs";
import * as users from "./backend-users.mjs";
import * as browser from "./browser.mjs";
import { clerkJs } from "./clerkjs.mjs";
import * as control from "./control.mjs";
import { environment } from "./environment.mjs";
import { refused } from "./errors.mjs";
import { handshake, publicKeys } from "./frontend.mjs";
import * as oauth from "./oauth.mjs";
import * as pages from "./pages.mjs";
import { away, longAnswer, longBody, proxyHealth } from "./proxied.mjs";

/** The route of a request, with what stands in its `:id` and `:name`. */
export function pick(request) {
  const method = overridden(request);
  for (const each of ROUTES) {
    const match = each.method === method && each.pattern.exec(request.path);
    if (match) return { ...each, captured: match.slice(1).map(decode) };
  }
  return undefined;
}

/** clerk-js sends every change as a `POST` and names the method in the query. */
function overridden({ method, path, query }) {
  const frontendApi = /^\/v1\/(client|environment)\b/.test(path);
  const named = method === "POST" && frontendApi && query.get("_method");
  return named || method;
}

/** `path` is a pattern in which `.` is a dot, `:id` an id of Clerk's and `:name` any segment. */
function route(method, path, name, handle, more) {
  const source = path
    .replaceAll(".", "\\.")
    .replaceAll(":id", "([A-Za-z0-9_]+)")
    .replaceAll(":name", "([^/]+)");
  return { method, pattern: new RegExp(`^${source}$`), name, handle, ...more };
}

/** An address of the Backend API. */
function backend(method, path, name, handle) {
  return route(method, path, name, withSecret(handle), { group: "backend" });
}

/** An address for machines: Clerk's SDK leaves `/v1` out, Clerk's description has it. */
function machine(method, path, name, handle, guard = withSecret) {
  return route(method, `(?:/v1)?${path}`, name, guard(handle), { group: "backend" });
}

/** An address of the Frontend API. */
function frontend(method, path, name, handle, more) {
  return route(method, path, name, browser.frontendApi(handle), { ...FRONTEND, ...more });
}

/** A handler that takes forms from our own pages alone. */
function own(handle) {
  return (stage, request) => {
    const { origin } = request.headers;
    const foreign = origin !== undefined && origin !== request.origin;
    return foreign ? refused("this form came from another site") : handle(stage, request);
  };
}

const FRONTEND = { group: "frontend" };
const M2M = machines.withMachineSecret;
const ACCESS_TOKENS = "/oauth_applications/access_tokens";

const ROUTES = [
  route("GET", "/.well-known/jwks.json", "jwks", publicKeys, FRONTEND),
  route("GET", "/v1/client/handshake", "handshake", handshake, FRONTEND),
  frontend("GET", "/v1/environment", "environment", environment),
  frontend("PATCH", "/v1/environment", "environment", environment),
  frontend("POST", "/v1/dev_browser", "dev_browser", browser.devBrowser),
  frontend("GET", "/v1/client", "client", browser.client),
  frontend("PUT", "/v1/client", "client", browser.createClient),
  frontend("DELETE", "/v1/client", "client", browser.destroyClient),
  frontend("DELETE", "/v1/client/sessions", "remove_sessions", browser.removeSessions),
  frontend("GET", "/v1/client/sessions/:id", "client_session", browser.session),
  frontend("POST", "/v1/client/sessions/:id/touch", "touch", browser.touch),
  frontend("POST", "/v1/client/sessions/:id/remove", "remove", browser.remove),
  frontend("POST", "/v1/client/sessions/:id/end", "end", browser.end),
  frontend("POST", "/v1/client/sessions/:id/tokens", "client_tokens", browser.tokens),
  frontend(
    "POST",
    "/v1/client/sessions/:id/tokens/:name",
    "client_tokens",
    browser.tokensByTemplate,
  ),
  frontend("GET", "/v1/client/touch", "touch_page", browser.touchPage),
  frontend("GET", "/v1/proxy-health", "proxy_health", proxyHealth),
  frontend("GET", "/v1/stand-in/bytes", "bytes", longAnswer),
  frontend("POST", "/v1/stand-in/bytes", "bytes", longBody, { streams: true }),
  frontend("GET", "/v1/stand-in/away", "away", away),
  frontend("OPTIONS", "/v1/[^]*", "preflight", browser.preflight),
  route("GET", "/npm/@clerk/clerk-js@[0-9a-z.]+/dist/([\\w.-]+.js)", "clerk_js", clerkJs),

  backend("GET", "/v1/jwks", "jwks_backend", publicKeys),
  backend("GET", "/v1/clients/handshake_payload", "exchange", handshakePayload),
  backend("GET", "/v1/clients/:id", "clients", sessions.client),
  backend("GET", "/v1/sessions", "sessions", sessions.list),
  backend("GET", "/v1/sessions/:id", "sessions", sessions.get),
  backend("POST", "/v1/sessions/:id/revoke", "revoke", sessions.revoke),
  backend("POST", "/v1/sessions/:id/tokens", "tokens", sessions.tokens),
  backend("POST", "/v1/sessions/:id/tokens/:name", "tokens", sessions.tokens),
  backend("POST", "/v1/sessions/:id/refresh", "refresh", sessions.refresh),
  backend("GET", "/v1/users", "users_list", users.list),
  backend("POST", "/v1/users", "users_create", users.create),
  backend("GET", "/v1/users/count", "users_count", users.count),
  backend("GET", "/v1/users/:id", "users", users.get),
  backend("PATCH", "/v1/users/:id", "users_update", users.update),
  backend("DELETE", "/v1/users/:id", "users_delete", users.remove),
  backend("PATCH", "/v1/users/:id/metadata", "metadata", users.mergeMetadata),
  backend("PUT", "/v1/users/:id/metadata", "metadata", users.replaceMetadata),

  machine("POST", "/api_keys/verify", "api_keys", machines.verifyApiKey),
  machine("POST", "/api_keys", "api_keys_create", machines.createApiKey),
  machine("GET", "/api_keys", "api_keys_list", machines.listApiKeys),
  machine("GET", "/api_keys/:id", "api_keys_get", machines.getApiKey),
  machine("GET", "/api_keys/:id/secret", "api_keys_secret", machines.getApiKeySecret),
  machine("POST", "/api_keys/:id/revoke", "api_keys_revoke", machines.revokeApiKey),
  machine("POST", "/m2m_tokens/verify", "m2m_tokens", machines.verifyM2mToken, M2M),
  machine("POST", "/m2m_tokens", "m2m_tokens_create", machines.createM2mToken, M2M),
  machine("GET", "/m2m_tokens", "m2m_tokens_list", machines.listM2mTokens, M2M),
  machine("POST", "/m2m_tokens/:id/revoke", "m2m_tokens_revoke", machines.revokeM2mToken, M2M),
  machine("POST", `${ACCESS_TOKENS}/verify`, "oauth_tokens", machines.verifyOauthToken),

  route("GET", "/.well-known/oauth-authorization-server", "oauth_server", oauth.description),
  route("POST", "/oauth/register", "oauth", oauth.register),
  route("GET", "/oauth/authorize", "oauth", oauth.authorize),
  route("POST", "/oauth/authorize", "oauth", own(oauth.agree)),
  route("POST", "/oauth/token", "oauth", oauth.token),
  route("POST", "/oauth/token_info", "oauth", oauth.tokenInfo),
  route("OPTIONS", "/(?:oauth|.well-known)/[^]*", "preflight", oauth.preflight),

  route("GET", "/", "page", pages.start),
  route("GET", "/sign-in", "page", pages.signIn),
  route("POST", "/sign-in", "page", own(pages.doSignIn)),
  route("GET", "/sign-up", "page", pages.signUp),
  route("POST", "/sign-up", "page", own(pages.doSignUp)),
  route("GET", "/sign-in/tasks", "page", pages.tasks),
  route("POST", "/sign-in/tasks", "page", own(pages.doTasks)),
  route("GET", "/tasks", "page", pages.tasks),
  route("POST", "/tasks", "page", own(pages.doTasks)),
  route("GET", "/sign-out", "page", pages.signOut),
  route("POST", "/sign-out", "page", own(pages.doSignOut)),
  ...control.ROUTES.map(([method, path, handle]) => route(method, path, "control", handle)),
];

function decode(text) {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}
