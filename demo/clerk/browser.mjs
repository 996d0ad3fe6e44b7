// The Frontend API as Clerk's script in a browser calls it (clerk-js): the client, its sessions,
// fresh tokens, switching, ending. Changes answer `{ response, client }`, as Clerk does.

import { failure, notFound } from "./errors.mjs";
import { clientCookie, clientOf, knownClient, noteActivity } from "./frontend.mjs";
import { bothNames, PRODUCTION } from "./instance.mjs";
import { loopback } from "./loopback.mjs";
import { browserClient, browserSession } from "./objects.mjs";
import { activate } from "./organizations.mjs";
import { proxyUrl, unacceptable } from "./proxied.mjs";
import { templateToken } from "./templates.mjs";
import { sessionToken, uat } from "./tokens.mjs";

/** `POST /v1/dev_browser`: a new development browser; its token goes into every later address. */
export function devBrowser(stage) {
  return { json: { object: "dev_browser", id: stage.clients.open(stage.nowSeconds()).token } };
}

/** `GET /v1/client`: who is signed in here. */
export function client(stage, request) {
  const known = knownClient(stage, request);
  if (!known && stage.instance.type !== PRODUCTION) return strangeBrowser();
  const response = known ? browserClient(stage, known, partyOf(stage, request)) : null;
  return { json: { response, client: null } };
}

/** `PUT /v1/client`: the same, for a browser that has no client yet. */
export function createClient(stage, request) {
  return changed(stage, request, clientOf(stage, request));
}

/** `DELETE /v1/client`: this browser is forgotten. */
export function destroyClient(stage, request) {
  const known = knownClient(stage, request);
  if (known) stage.clients.destroy(known, stage.nowSeconds());
  return { headers: uatCookies(stage, { session: undefined }), json: { response: null } };
}

/** `DELETE /v1/client/sessions`: signs out everybody in this browser. The client stays. */
export function removeSessions(stage, request) {
  const known = knownClient(stage, request);
  if (!known) return strangeBrowser();
  for (const session of known.live()) stage.clients.end(session, "removed", stage.nowSeconds());
  return changed(stage, request, known);
}

/** `GET /v1/client/sessions/{id}`. */
export const session = ofOwnSession((stage, request, found) => {
  return { json: { response: browserSession(stage, found, partyOf(stage, request)) } };
});

/** `POST /v1/client/sessions/{id}/touch`: makes it the active one, in another organization too. */
export const touch = ofOwnSession((stage, request, found) => {
  const organization = request.form.get("active_organization_id");
  if (organization !== null && !activate(stage, found, organization)) {
    return failure(403, "organization_not_found_or_unauthorized", "Not a member of it.");
  }
  found.client.lastActiveSessionId = found.id;
  noteActivity(stage, found, request);
  return changed(stage, request, found.client, found);
});

/** `POST /v1/client/sessions/{id}/remove`: signs out one account of several. */
export const remove = ofOwnSession((stage, request, found) => {
  stage.clients.end(found, "removed", stage.nowSeconds());
  return changed(stage, request, found.client, found);
});

/** `POST /v1/client/sessions/{id}/end`. */
export const end = ofOwnSession((stage, request, found) => {
  stage.clients.end(found, "ended", stage.nowSeconds());
  return changed(stage, request, found.client, found);
});

/** `POST /v1/client/sessions/{id}/tokens`: a fresh session token. */
export const tokens = ofOwnSession((stage, request, found) => {
  noteActivity(stage, found, request);
  const organization = request.form.get("organization_id");
  const wanted = { ...found, client: found.client };
  if (organization !== null && !activate(stage, wanted, organization)) {
    return failure(403, "organization_not_found_or_unauthorized", "Not a member of it.");
  }
  return { json: { object: "token", jwt: sessionToken(stage, wanted, partyOf(stage, request)) } };
});

/** `POST /v1/client/sessions/{id}/tokens/{template}`. */
export const tokensByTemplate = ofOwnSession((stage, request, found, [template]) => {
  const made = templateToken(stage, found, template, undefined, partyOf(stage, request));
  return made.refusal ?? { json: { object: "token", jwt: made.jwt } };
});

/** `GET /v1/client/touch?redirect_url=`: the way by which clerk-js renews cookies under Safari. */
export function touchPage(stage, request) {
  const target = loopback(request.query.get("redirect_url"));
  if (!target) return failure(422, "form_param_invalid", "redirect_url is not on loopback.");
  const known = clientOf(stage, request);
  return { status: 302, headers: [...cookies(stage, request, known), ["location", target.href]] };
}

/** What every address of the Frontend API does first, and the headers for pages elsewhere. */
export function frontendApi(handle) {
  return async (stage, request, captured) => {
    const answer = unacceptable(stage, request) ?? (await handle(stage, request, captured));
    return { ...answer, headers: [...(answer.headers ?? []), ...shared(request)] };
  };
}

/** `OPTIONS /v1/…`. */
export function preflight(_stage, request) {
  const asked = request.headers["access-control-request-headers"];
  const methods = ["access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS"];
  const headers = [methods, ["access-control-max-age", "600"]];
  if (asked) headers.push(["access-control-allow-headers", asked]);
  return { status: 204, headers };
}

/** A page of the site calls across origins, with this browser's cookies. */
function shared({ headers: { origin } }) {
  if (!loopback(origin)) return [["vary", "origin"]];
  return [
    ["vary", "origin"],
    ["access-control-allow-origin", origin],
    ["access-control-allow-credentials", "true"],
    ["access-control-expose-headers", "Clerk-Db-Jwt, Retry-After, Authorization"],
  ];
}

function ofOwnSession(act) {
  return (stage, request, [id, ...rest]) => {
    const known = knownClient(stage, request);
    const found = known?.live().find((each) => each.id === id);
    if (!found) return notFound("This browser has no such session.");
    return act(stage, request, found, rest);
  };
}

function changed(stage, request, known, found) {
  const party = partyOf(stage, request);
  const whole = browserClient(stage, known, party);
  const response = found ? browserSession(stage, found, party) : whole;
  return { headers: cookies(stage, request, known), json: { response, client: whole } };
}

function cookies(stage, request, known) {
  return [["set-cookie", clientCookie(known, request)], ...uatCookies(stage, known)];
}

/** In production the Frontend API itself sets this cookie; in development clerk-js does. */
function uatCookies(stage, known) {
  if (stage.instance.type !== PRODUCTION) return [];
  return bothNames(stage.instance, "__client_uat", uat(known)).map((each) => ["set-cookie", each]);
}

/** The site that a token is for. */
function partyOf(stage, request) {
  const proxy = proxyUrl(request);
  return request.headers.origin ?? (proxy ? new URL(proxy).origin : stage.site);
}

function strangeBrowser() {
  const message = "The development browser is missing or unknown: ask for a new one.";
  return failure(401, "dev_browser_unauthenticated", message);
}
