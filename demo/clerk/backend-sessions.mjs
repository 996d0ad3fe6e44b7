// Sessions and clients at the Backend API: list, look, revoke, mint, refresh. What is revoked here
// is over for the browser at its next handshake or refresh.

import { listOf } from "./backend.mjs";
import { isLive } from "./clients.mjs";
import { failure, notFound } from "./errors.mjs";
import { loopback } from "./loopback.mjs";
import { clientObject, sessionObject } from "./objects.mjs";
import { templateToken, wantedLifetime } from "./templates.mjs";
import { sessionCookies, sessionToken } from "./tokens.mjs";

/** `GET /v1/sessions?user_id&client_id&status`: the newest first. */
export function list(stage, request) {
  const [user, client, status] = ["user_id", "client_id", "status"].map((name) =>
    request.query.get(name),
  );
  if (!user && !client) {
    return failure(422, "form_param_missing", "user_id or client_id must be given.");
  }
  const found = stage.clients.sessions().filter((session) => {
    const ofUser = !user || session.person.id === user;
    const ofClient = !client || session.client.id === client;
    return ofUser && ofClient && (!status || session.status === status);
  });
  return listOf(request, found.map(sessionObject));
}

/** `GET /v1/sessions/{id}`. */
export function get(stage, _request, [id]) {
  const session = stage.clients.session(id);
  return session ? { json: sessionObject(session) } : notFound("No such session.");
}

/** `POST /v1/sessions/{id}/revoke`: again changes nothing and answers the same. */
export function revoke(stage, _request, [id]) {
  const session = stage.clients.session(id);
  if (!session) return notFound("No such session.");
  stage.clients.end(session, "revoked", stage.nowSeconds());
  return { json: sessionObject(session) };
}

/** `POST /v1/sessions/{id}/tokens` and `/tokens/{template}`. */
export function tokens(stage, request, [id, template]) {
  const session = stage.clients.session(id);
  if (!session || !isLive(session)) return notFound("No such session.");
  const { lifetime, refusal } = wantedLifetime(request.json);
  if (refusal) return refusal;
  if (template === undefined) {
    const jwt = sessionToken(stage, session, undefined, { lifetime });
    return { json: { object: "token", jwt } };
  }
  const made = templateToken(stage, session, template, lifetime);
  return made.refusal ?? { json: { object: "token", jwt: made.jwt } };
}

/** `POST /v1/sessions/{id}/refresh`: a new token for an expired one. */
export function refresh(stage, request, [id]) {
  const body = request.json;
  const session = stage.clients.session(id);
  if (!session) return notFound("No such session.");
  if (!isLive(session)) {
    return failure(401, "session_not_active", "This session has ended: nobody is signed in by it.");
  }
  const origin = loopback(body?.request_origin);
  if (!origin) return failure(422, "request_origin_invalid", "request_origin is not usable.");
  const claims = stage.keys.open(body.expired_token);
  if (claims?.sid !== id) {
    return failure(422, "expired_token_invalid", "expired_token is not a token of this session.");
  }
  if (body.refresh_token !== session.refreshToken) {
    return failure(422, "refresh_token_invalid", "refresh_token is not the one of this session.");
  }
  session.activeAt = stage.nowSeconds();
  const secure = origin.protocol === "https:";
  if (body.format === "cookie") {
    const cookies = sessionCookies(stage, session, origin.origin, secure);
    return { json: { object: "cookies", cookies } };
  }
  return { json: { object: "token", jwt: sessionToken(stage, session, origin.origin) } };
}

/** `GET /v1/clients/{id}`: one browser and the sessions in it that count. */
export function client(stage, _request, [id]) {
  const found = stage.clients.byId(id);
  return found ? { json: clientObject(found) } : notFound("No such client.");
}
