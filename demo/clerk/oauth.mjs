// The instance as an authorization server: its description, clients that register themselves, and
// the way to an access token by code and PKCE. MCP clients find their way with this.

import { createHash, randomBytes } from "node:crypto";
import { clientCookie, clientOf } from "./frontend.mjs";
import { html, page } from "./html.mjs";
import { loopback } from "./loopback.mjs";
import { credentialJwt } from "./machines.mjs";

/** `GET /.well-known/oauth-authorization-server`, to be read from any page. */
export function description(stage) {
  const { issuer, url } = stage;
  return open({
    issuer,
    authorization_endpoint: `${url}/oauth/authorize`,
    token_endpoint: `${url}/oauth/token`,
    registration_endpoint: `${url}/oauth/register`,
    introspection_endpoint: `${url}/oauth/token_info`,
    jwks_uri: `${url}/.well-known/jwks.json`,
    scopes_supported: ["openid", "profile", "email", "public_metadata"],
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["none"],
    code_challenge_methods_supported: ["S256"],
  });
}

/** `POST /oauth/register`: a client that names where it may be sent back to. */
export function register(stage, request) {
  const { redirect_uris: uris, client_name: name = "a client" } = request.json ?? {};
  if (!Array.isArray(uris) || uris.length === 0 || !uris.every(loopback)) {
    return oauthError("invalid_redirect_uri", "redirect_uris must be http addresses on loopback.");
  }
  const client_id = `client_${randomBytes(10).toString("hex")}`;
  if (stage.oauthClients.size >= CLIENTS_MAX) stage.oauthClients.clear();
  stage.oauthClients.set(client_id, { name, uris });
  const known = { client_id, client_name: name, redirect_uris: uris };
  return open({ ...known, token_endpoint_auth_method: "none", grant_types: GRANTS }, 201);
}

/** `GET /oauth/authorize`: asks the person who is signed in here. */
export function authorize(stage, request) {
  const { client, refusal } = asked(stage, request);
  if (refusal) return refusal;
  const browser = clientOf(stage, request);
  const cookie = [["set-cookie", clientCookie(browser, request)]];
  if (!browser.session) {
    const here = `${stage.url}${request.path}${request.search}`;
    const back = new URLSearchParams({ redirect_url: here });
    return { status: 303, headers: [...cookie, ["location", `/sign-in?${back}`]] };
  }
  const fields = [...request.query].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  const body = html`<p>${client.name} asks to act for ${browser.session.person.first}.</p>
    <p class="soft">Scopes: ${request.query.get("scope") ?? "none"}</p>
    <form method="post" action="/oauth/authorize">${fields}<button>Allow</button></form>`;
  return page("Allow access", body, 200, cookie);
}

/** `POST /oauth/authorize`: the person agrees, and the client gets a code. */
export function agree(stage, request) {
  const { refusal } = asked(stage, request);
  if (refusal) return refusal;
  const { session } = clientOf(stage, request);
  if (!session) return oauthError("access_denied", "Nobody is signed in here.");
  const code = randomBytes(20).toString("hex");
  const { query } = request;
  const kept = ["client_id", "redirect_uri", "code_challenge", "scope", "resource"];
  const grant = Object.fromEntries(kept.map((name) => [name, query.get(name)]));
  if (stage.oauthCodes.size >= CLIENTS_MAX) stage.oauthCodes.clear();
  stage.oauthCodes.set(code, { ...grant, subject: session.person.id });
  const target = new URL(grant.redirect_uri);
  target.searchParams.set("code", code);
  if (query.has("state")) target.searchParams.set("state", query.get("state"));
  return { status: 303, headers: [["location", target.href]] };
}

/** `POST /oauth/token`: a code is good once, with the verifier that its challenge came from. */
export function token(stage, request) {
  const { form } = request;
  const grant = stage.oauthCodes.get(form.get("code"));
  stage.oauthCodes.delete(form.get("code"));
  const verifier = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
  const right =
    form.get("grant_type") === "authorization_code" &&
    grant?.client_id === form.get("client_id") &&
    grant.redirect_uri === form.get("redirect_uri") &&
    grant.code_challenge === verifier;
  if (!right) return oauthError("invalid_grant", "The code is unknown, spent or another client's.");
  const made = stage.credentials.create("oauth_token", {
    subject: grant.subject,
    clientId: grant.client_id,
    scopes: (grant.scope ?? "").split(" ").filter(Boolean),
    audience: grant.resource ?? undefined,
    secondsUntilExpiration: DAY_SECONDS,
  });
  const asJwt = stage.settings.oauth_format === "jwt";
  return open({
    access_token: asJwt ? credentialJwt(stage, made) : made.secret,
    token_type: "Bearer",
    expires_in: DAY_SECONDS,
    scope: made.scopes.join(" "),
  });
}

/** `POST /oauth/token_info`: whether an opaque token holds (RFC 7662). */
export function tokenInfo(stage, request) {
  const found = stage.credentials.bySecret("oauth_token", request.form.get("token"));
  const active = found && !found.revoked && !stage.credentials.hasExpired(found);
  if (!active) return open({ active: false });
  const { subject: sub, clientId: client_id, scopes, expiresAt } = found;
  return open({ active: true, sub, client_id, scope: scopes.join(" "), exp: expiresAt });
}

/** `OPTIONS /oauth/…` and `/.well-known/…`: a client in a page asks first. */
export function preflight(_stage, request) {
  const wanted = request.headers["access-control-request-headers"] ?? "*";
  return {
    status: 204,
    headers: [
      ["access-control-allow-origin", "*"],
      ["access-control-allow-methods", "GET, POST, OPTIONS"],
      ["access-control-allow-headers", wanted],
    ],
  };
}

/** What a client asks for, or why a browser is not sent anywhere with it. */
function asked(stage, { query }) {
  const client = stage.oauthClients.get(query.get("client_id"));
  const known = client?.uris.includes(query.get("redirect_uri"));
  if (!known) return { refusal: oauthError("invalid_client", "Unknown client or address.") };
  const usable = query.get("response_type") === "code" && query.get("code_challenge");
  if (!usable || query.get("code_challenge_method") !== "S256") {
    return { refusal: oauthError("invalid_request", "A code with PKCE (S256) must be asked for.") };
  }
  return { client };
}

function oauthError(error, error_description) {
  return open({ error, error_description }, 400);
}

function open(json, status = 200) {
  return { status, json, headers: [["access-control-allow-origin", "*"]] };
}

const GRANTS = ["authorization_code"];
const DAY_SECONDS = 86_400;
const CLIENTS_MAX = 1000;
