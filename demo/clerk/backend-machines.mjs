// Machines at the Backend API: API keys and M2M tokens made, shown, revoked; all three kinds
// verified. How a revoked or expired one is answered is a setting, since Clerk does not say.

import { listOf, unauthorized } from "./backend.mjs";
import { failure, notFound } from "./errors.mjs";
import { credentialJwt, credentialObject } from "./machines.mjs";

/** `POST /api_keys/verify`: `{ secret }`. */
export const verifyApiKey = (stage, request) => verify(stage, "api_key", request.json?.secret);

/** `POST /oauth_applications/access_tokens/verify`: `{ access_token }`. */
export const verifyOauthToken = (stage, request) =>
  verify(stage, "oauth_token", request.json?.access_token);

/** `POST /m2m_tokens/verify`: `{ token }`. A machine sees the tokens that are meant for it. */
export const verifyM2mToken = (stage, request) => {
  const caller = callingMachine(stage, request);
  const meant = (token) => !caller || token.scopes.includes(caller.id);
  return verify(stage, "m2m_token", request.json?.token, meant);
};

function verify(stage, kind, secret, mayBeSeen = () => true) {
  const found = stage.credentials.bySecret(kind, secret);
  if (!found || !mayBeSeen(found)) return notFound("No such token.");
  if (found.revoked || stage.credentials.hasExpired(found)) return ended(stage, found);
  found.usedAt = stage.nowSeconds();
  return { json: credentialObject(stage, found) };
}

/** `machine_refusal`: a status, or `object` (200, as the fields of the object allow). */
function ended(stage, found) {
  const { machine_refusal: wanted } = stage.settings;
  if (wanted === "object") return { json: credentialObject(stage, found) };
  if (wanted === "inactive") return { json: { active: false } };
  return failure(Number(wanted), "token_invalid", "The token is revoked or has expired.");
}

/** `POST /api_keys`. */
export function createApiKey(stage, request) {
  const { json } = request;
  if (!/^(user|org)_/.test(json?.subject ?? "") || !json.name) {
    return failure(422, "form_param_missing", "subject (user_ or org_) and name must be given.");
  }
  const { name, subject, scopes = [], claims = null, description, created_by: createdBy } = json;
  const secondsUntilExpiration = json.seconds_until_expiration;
  const known = { name, subject, scopes, claims, description, createdBy, secondsUntilExpiration };
  const made = stage.credentials.create("api_key", known);
  return { json: { ...credentialObject(stage, made), secret: made.secret } };
}

/** `GET /api_keys?subject=`. */
export function listApiKeys(stage, request) {
  const found = stage.credentials.of("api_key", request.query.get("subject"));
  const all = found.map((each) => credentialObject(stage, each));
  const invalid = request.query.get("include_invalid") === "true";
  const shown = all.filter((each) => invalid || !(each.revoked || each.expired));
  return listOf(request, shown, { alwaysPaginated: true });
}

/** `GET /api_keys/{id}`. */
export const getApiKey = ofId("api_key", (stage, _request, key) => credentialObject(stage, key));

/** `GET /api_keys/{id}/secret`. */
export const getApiKeySecret = ofId("api_key", (_stage, _request, { secret }) => ({ secret }));

/** `POST /api_keys/{id}/revoke`. */
export const revokeApiKey = ofId("api_key", revoke);

/** `POST /m2m_tokens`: the calling machine's own, for those that its scopes name. */
export function createM2mToken(stage, request) {
  const caller = callingMachine(stage, request);
  if (!caller) return failure(401, "machine_secret_key_invalid", "A machine secret is needed.");
  const { claims = null, seconds_until_expiration: seconds, token_format } = request.json ?? {};
  const known = { subject: caller.id, scopes: caller.scopes, claims };
  const made = stage.credentials.create("m2m_token", { ...known, secondsUntilExpiration: seconds });
  const token = token_format === "jwt" ? credentialJwt(stage, made) : made.secret;
  return { json: { ...credentialObject(stage, made), token } };
}

/** `GET /m2m_tokens?subject=`. */
export function listM2mTokens(stage, request) {
  const found = stage.credentials.of("m2m_token", request.query.get("subject"));
  const m2m_tokens = found.map((each) => credentialObject(stage, each));
  return { json: { m2m_tokens, total_count: m2m_tokens.length } };
}

/** `POST /m2m_tokens/{id}/revoke`. */
export const revokeM2mToken = ofId("m2m_token", revoke);

/** A handler that wants the secret key of the instance or that of one of its machines. */
export function withMachineSecret(handle) {
  return (stage, request, captured) => {
    const refusal = callingMachine(stage, request) ? undefined : unauthorized(stage, request);
    return refusal ?? handle(stage, request, captured);
  };
}

function callingMachine(stage, { headers: { authorization } }) {
  return stage.machines.find(({ secret }) => authorization === `Bearer ${secret}`);
}

function revoke(stage, request, credential) {
  const caller = callingMachine(stage, request);
  if (caller && caller.id !== credential.subject) return undefined;
  const reason = request.json?.revocation_reason;
  return credentialObject(stage, stage.credentials.revoke(credential, reason));
}

function ofId(kind, act) {
  return (stage, request, [id]) => {
    const found = stage.credentials.byId(kind, id);
    const json = found && act(stage, request, found);
    return json ? { json } : notFound("No such token.");
  };
}
