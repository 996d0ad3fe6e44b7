// Control addresses for tests: keys, clock, faults, counts, ready-made tokens.
// Only JSON requests are taken, which a page of another site cannot send without being asked.

import { EVENT_ROUTES } from "./control-events.mjs";
import { MACHINE_ROUTES } from "./control-machines.mjs";
import { failure } from "./errors.mjs";
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
  ["POST", "/stage/sessions", json(session)],
  ["POST", "/stage/templates", json(template)],
  ...EVENT_ROUTES.map(([method, path, act]) => [method, path, json(act)]),
  ...MACHINE_ROUTES.map(([method, path, act]) => [method, path, json(act)]),
];

/** Everything as at the start, but what is named: `sessions`, `people`, `machines`, `events`. */
function reset(stage, { settings: wanted, sessions, people, machines, events } = {}) {
  stage.faults.clear();
  stage.calls.clear();
  Object.assign(stage.settings, stage.atStart, wanted);
  if (sessions) stage.clients.clear();
  if (people) stage.people.reset();
  if (machines) stage.credentials.clear();
  if (events) stage.webhooks.clear();
  return { settings: stage.settings };
}

/** Changes settings: their names and meaning stand in `server.mjs`. */
function settings(stage, wanted) {
  const unknown = Object.keys(wanted).filter((name) => !(name in stage.settings));
  if (unknown.length > 0) return { unknown };
  return { settings: Object.assign(stage.settings, wanted) };
}

/**
 * `{ endpoint, delay_ms, status, body, json, headers, times }`; without an endpoint all faults end.
 * `endpoint` may be a list; `frontend`, `backend` and `*` are all addresses of an API, or all.
 */
function faults(stage, { endpoint, ...fault }) {
  if (endpoint === undefined) stage.faults.clear();
  else for (const name of [endpoint].flat()) stage.faults.set(name, fault);
  return { endpoint: endpoint ?? null };
}

/** `{ keep }`: whether the old keys stay published; `{ mismatch }`: sign with an unknown key. */
function rotate(stage, { keep = true, mismatch = false }) {
  return { kid: mismatch ? stage.keys.mismatch() : stage.keys.rotate(keep) };
}

/**
 * `{ person, party, age_seconds, claims_age_seconds, lifetime_seconds, claims, activity }`: a token
 * of the person's session, of any age. Without a session one is opened, so that a test without a
 * browser needs one call; `new_session` opens one in any case. `claims` are added.
 */
function token(stage, wanted) {
  const { person: name, party, age_seconds: aged = 0, claims: extra, activity } = wanted;
  const person = stage.people.named(name);
  if (!person) return { unknown: [String(name)] };
  const since = stage.nowSeconds() - Math.max(aged, stage.settings.session_age_seconds);
  const known = wanted.new_session ? undefined : stage.clients.sessionOf(name);
  const session =
    known ?? stage.clients.signIn(stage.clients.open(since), person, since, { activity });
  const { claims_age_seconds: claimsAge, lifetime_seconds: lifetime } = wanted;
  return {
    token: sessionToken(stage, session, party ?? stage.site, { aged, claimsAge, lifetime, extra }),
    session_id: session.id,
    client_id: session.client.id,
    browser: session.client.token,
    refresh_token: session.refreshToken,
    client_uat: session.startedAt,
    suffix: stage.instance.suffix,
  };
}

/** `{ id, status, activity }`: a session's device and place, or its end for any reason. */
function session(stage, { id, status, activity }) {
  const found = stage.clients.session(id);
  if (!found) return { unknown: [String(id)] };
  if (activity) found.activity = activity;
  if (status) stage.clients.end(found, status, stage.nowSeconds());
  return { id, status: found.status };
}

/** `{ name, claims, lifetime }`: a JWT template. */
function template(stage, { name, claims, lifetime }) {
  stage.templates[name] = { claims, lifetime };
  return { name };
}

function json(act) {
  return async (stage, request) => {
    if (request.method !== "GET" && (typeof request.json !== "object" || request.json === null)) {
      return failure(415, "json_wanted", "Send a JSON object as application/json.");
    }
    const answer = await act(stage, request.json ?? {});
    return "unknown" in answer ? { status: 400, json: answer } : { json: answer };
  };
}
