// Control addresses for machines: give out a key or a token of any kind and form, revoke it, let it
// expire.

import { credentialJwt, credentialObject, KINDS } from "./machines.mjs";

/** Method, path and handler of each. */
export const MACHINE_ROUTES = [
  ["GET", "/stage/machines", (stage) => ({ machines: stage.machines })],
  ["POST", "/stage/machine-tokens", create],
  ["POST", "/stage/machine-tokens/end", end],
];

/**
 * `{ kind, format, subject, scopes, claims, name, client_id, audience, seconds_until_expiration }`:
 * a token of one of the three kinds; `format: "jwt"` gives a JWT, which API keys do not have.
 */
function create(stage, wanted) {
  const { kind, format, client_id: clientId = "client_standin", ...known } = wanted;
  if (!Object.hasOwn(KINDS, kind)) return { unknown: [String(kind)] };
  if (format === "jwt" && kind === "api_key") return { unknown: [format] };
  const subject = known.subject ?? owner(stage, kind);
  const made = stage.credentials.create(kind, {
    name: "a key",
    ...known,
    subject,
    clientId,
    secondsUntilExpiration: known.seconds_until_expiration ?? null,
  });
  const token = format === "jwt" ? credentialJwt(stage, made) : made.secret;
  return { token, ...credentialObject(stage, made) };
}

/** `{ id, how: "revoked" | "expired" }`. */
function end(stage, { id, how = "revoked" }) {
  const kind = Object.keys(KINDS).find((each) => stage.credentials.byId(each, id));
  if (!kind) return { unknown: [String(id)] };
  const found = stage.credentials.byId(kind, id);
  if (how === "expired") stage.credentials.expire(found);
  else stage.credentials.revoke(found);
  return credentialObject(stage, found);
}

function owner(stage, kind) {
  return kind === "m2m_token" ? stage.machines[0].id : stage.people.named("uma").id;
}
