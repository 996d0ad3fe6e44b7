// The strings behind the stage, for tests: keys, clock, faults, counts, ready-made tokens.
// Only JSON requests are taken, which a page of another site cannot send without being asked.

import { failure } from "./backend.mjs";
import { sessionToken } from "./tokens.mjs";

/** Method, path and handler of each. */
export const ROUTES = [
  ["GET", "/stage/calls", (stage) => ({ json: stage.calls.all() })],
  ["GET", "/stage/people", (stage) => ({ json: { people: stage.people.all() } })],
  ["GET", "/stage/pem", (stage) => ({ text: stage.keys.pem() })],
  ["POST", "/stage/reset", json(reset)],
  ["POST", "/stage/settings", json(settings)],
  ["POST", "/stage/faults", json(faults)],
  ["POST", "/stage/rotate", json(rotate)],
  ["POST", "/stage/token", json(token)],
];

/** Everything as at the start, keys and sessions apart unless they are named. */
function reset(stage, { settings: wanted, sessions } = {}) {
  stage.faults.clear();
  stage.calls.clear();
  Object.assign(stage.settings, stage.atStart, wanted);
  if (sessions) stage.clients.clear();
  return { settings: stage.settings };
}

/** Changes settings: lifetime and age of tokens, age of sessions, refresh cookie, format. */
function settings(stage, wanted) {
  const unknown = Object.keys(wanted).filter((name) => !(name in stage.settings));
  if (unknown.length > 0) return { unknown };
  return { settings: Object.assign(stage.settings, wanted) };
}

/** `{ endpoint, delay_ms, status, body, headers, times }`; without an endpoint all faults end. */
function faults(stage, { endpoint, ...fault }) {
  if (endpoint === undefined) stage.faults.clear();
  else stage.faults.set(endpoint, fault);
  return { endpoint: endpoint ?? null };
}

/** `{ keep }`: whether the old keys stay published; `{ mismatch }`: sign with an unknown key. */
function rotate(stage, { keep = true, mismatch = false }) {
  return { kid: mismatch ? stage.keys.mismatch() : stage.keys.rotate(keep) };
}

/**
 * `{ person, party, age_seconds, claims }`: a token of the person's session, of any age. Without
 * a session one is opened, so that a test without a browser needs one call. `claims` are added.
 */
function token(stage, { person: name, party, age_seconds: aged = 0, claims }) {
  const person = stage.people.named(name);
  if (!person) return { unknown: [String(name)] };
  const since = stage.nowSeconds() - Math.max(aged, stage.settings.session_age_seconds);
  const session =
    stage.clients.sessionOf(name) ?? stage.clients.signIn(stage.clients.open(), person, since);
  const extra = { ...session.extra, ...claims };
  const made = sessionToken(stage, { ...session, extra }, party ?? stage.site, aged);
  return {
    token: made,
    session_id: session.id,
    refresh_token: session.refreshToken,
    client_uat: session.startedAt,
    suffix: stage.instance.suffix,
  };
}

function json(act) {
  return (stage, request) => {
    if (typeof request.json !== "object" || request.json === null) {
      return failure(415, "json_wanted", "Send a JSON object as application/json.");
    }
    const answer = act(stage, request.json);
    return "unknown" in answer ? { status: 400, json: answer } : { json: answer };
  };
}
