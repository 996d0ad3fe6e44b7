// The Backend API: who may ask, and the exchange of a handshake's result. Sessions, users and
// machines have files of their own.

import { failure, notFound } from "./errors.mjs";

/** A handler that wants the secret key. */
export function withSecret(handle) {
  return (stage, request, captured) =>
    unauthorized(stage, request) ?? handle(stage, request, captured);
}

/** The caller's answer if it may not ask at all, else nothing. */
export function unauthorized(stage, request) {
  if (request.headers["clerk-api-version"] && request.query.has("__clerk_api_version")) {
    const message = "The API version stands in a header and in the query: send one of them.";
    return failure(400, "api_version_invalid", message);
  }
  if (request.headers.authorization === `Bearer ${stage.instance.secretKey}`) return undefined;
  const code = request.headers.authorization ? "clerk_key_invalid" : "authorization_header_missing";
  return failure(401, code, "The Secret Key is missing or not the one of this instance.");
}

/** `GET /v1/clients/handshake_payload`: a nonce is good for one exchange. */
export function handshakePayload(stage, request) {
  const directives = stage.clients.collect(request.query.get("nonce"));
  if (!directives) return notFound("This nonce is unknown or spent.");
  return { json: { directives } };
}

/** A page of a list, as `limit` and `offset` ask for it; a bare list unless `paginated`. */
export function listOf(request, all, { alwaysPaginated = false } = {}) {
  const number = (name, otherwise) => Number(request.query.get(name) ?? otherwise);
  const [limit, offset] = [number("limit", 10), number("offset", 0)];
  if (!(limit >= 1 && limit <= 500) || !(offset >= 0)) {
    return failure(422, "form_param_value_invalid", "limit: 1 to 500; offset: 0 or more.");
  }
  const data = all.slice(offset, offset + limit);
  const paginated = alwaysPaginated || request.query.get("paginated") === "true";
  return { json: paginated ? { data, total_count: all.length } : data };
}
