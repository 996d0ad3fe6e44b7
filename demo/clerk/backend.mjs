// The Backend API as far as a gate asks it: keys, handshake exchange, session refresh, users.
// It wants the secret key and answers errors in Clerk's form.

import { userObject } from "./people.mjs";
import { loopback } from "./frontend.mjs";
import { sessionCookies, sessionToken } from "./tokens.mjs";

/** The caller's answer if it may not ask at all, else nothing. */
export function unauthorized(stage, request) {
  if (request.headers.authorization === `Bearer ${stage.instance.secretKey}`) return undefined;
  const code = request.headers.authorization ? "clerk_key_invalid" : "authorization_header_missing";
  return failure(401, code, "The Secret Key is missing or not the one of this instance.");
}

/** `GET /v1/clients/handshake_payload`: a nonce is good for one exchange. */
export function handshakePayload(stage, request) {
  const directives = stage.clients.collect(request.query.get("nonce"));
  if (!directives) return failure(404, "resource_not_found", "This nonce is unknown or spent.");
  return { json: { directives } };
}

/** `POST /v1/sessions/{sid}/refresh`: a new token for an expired one. */
export function refresh(stage, request, [sessionId]) {
  const body = request.json;
  const session = stage.clients.session(sessionId);
  if (!session) return failure(404, "resource_not_found", "No such session.");
  const origin = loopback(body?.request_origin);
  if (!origin) return failure(422, "request_origin_invalid", "request_origin is not usable.");
  const claims = stage.keys.open(body.expired_token);
  if (claims?.sid !== sessionId) {
    return failure(422, "expired_token_invalid", "expired_token is not a token of this session.");
  }
  if (body.refresh_token !== session.refreshToken) {
    return failure(422, "refresh_token_invalid", "refresh_token is not the one of this session.");
  }
  const secure = origin.protocol === "https:";
  if (body.format === "cookie") {
    const cookies = sessionCookies(stage, session, origin.origin, secure);
    return { json: { object: "cookies", cookies } };
  }
  return { json: { object: "token", jwt: sessionToken(stage, session, origin.origin) } };
}

/** `GET /v1/users/{id}`. */
export function user(stage, request, [id]) {
  const person = stage.people.byId(id);
  if (!person) return failure(404, "resource_not_found", "No such user.");
  return { json: userObject(person) };
}

/** `PATCH /v1/users/{id}/metadata`: merges, `null` deletes. */
export function mergeMetadata(stage, request, [id]) {
  const person = stage.people.merge(id, request.json?.public_metadata);
  if (!person) return failure(404, "resource_not_found", "No such user.");
  return { json: userObject(person) };
}

export function failure(status, code, message) {
  const errors = [{ code, message, long_message: message, meta: {} }];
  return { status, json: { errors, clerk_trace_id: "standin" } };
}
