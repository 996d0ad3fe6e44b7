// The Frontend API as a gate and a browser without scripts see it: keys and handshake.
// It sends nobody to a host that is not loopback.

import { activityOf } from "./activity.mjs";
import { refused } from "./errors.mjs";
import { bothNames, directive, PRODUCTION, readCookies } from "./instance.mjs";
import { loopback } from "./loopback.mjs";
import { activate } from "./organizations.mjs";
import { proxyUrl } from "./proxied.mjs";
import { directives, handshakeToken, uat } from "./tokens.mjs";

/**
 * The browser's own mark. Cookies do not know ports, so on the stand-in's own address it must not
 * have the name of one of the site's. Behind a proxy it has Clerk's name.
 */
export const CLIENT_COOKIE = "standin_client";
export const PROXIED_CLIENT_COOKIE = "__client";

export function publicKeys(stage) {
  return { json: stage.keys.jwks() };
}

/** `GET /v1/client/handshake`: tells the site at `redirect_url` who this browser is. */
export function handshake(stage, request) {
  const target = loopback(request.query.get("redirect_url"));
  if (!target) return refused("redirect_url must be an http address on loopback");
  const client = clientOf(stage, request);
  noteActivity(stage, client.session, request);
  const organization = request.query.get("organization_id");
  if (client.session && organization !== null) activate(stage, client.session, organization);
  const list = directives(stage, client, target);
  client.issuedAt = stage.nowSeconds();
  const headers = [["set-cookie", clientCookie(client, request)]];
  const asNonce = request.query.get("format") === "nonce" && stage.settings.format === "nonce";
  const name = asNonce ? "__clerk_handshake_nonce" : "__clerk_handshake";
  const value = asNonce ? stage.clients.deposit(list) : handshakeToken(stage, list);
  if (stage.instance.type === PRODUCTION) {
    const own = new URL(proxyUrl(request) ?? request.origin).hostname;
    if (target.hostname !== own) return refused(noSharedHost(own, target));
    const cookie = { httpOnly: true, maxAge: HANDSHAKE_SECONDS };
    headers.push(["set-cookie", directive(name, value, cookie)]);
  } else {
    target.searchParams.set(name, value);
  }
  return { status: 307, headers: [...headers, ["location", target.href]] };
}

/** The client of this browser, if it has one: by a development browser's token, else by cookie. */
export function knownClient(stage, request) {
  const cookies = readCookies(request.headers.cookie);
  const cookie = cookies.get(proxyUrl(request) ? PROXIED_CLIENT_COOKIE : CLIENT_COOKIE);
  const named = request.query.get("__clerk_db_jwt");
  return stage.clients.find(named) ?? stage.clients.find(cookie);
}

/** The client of this browser, or a new one. */
export function clientOf(stage, request) {
  return knownClient(stage, request) ?? stage.clients.open(stage.nowSeconds());
}

export function clientCookie(client, request) {
  const proxied = proxyUrl(request) !== undefined;
  const name = proxied ? PROXIED_CLIENT_COOKIE : CLIENT_COOKIE;
  return directive(name, client.token, { httpOnly: true });
}

/** Remembers when and from where a session was last used. */
export function noteActivity(stage, session, request) {
  if (!session) return;
  session.activeAt = stage.nowSeconds();
  session.activity = { ...session.activity, ...activityOf(request) };
}

/** Sends the browser back to the site after something changed about who it is. */
export function goBack(stage, request, client, target) {
  const headers = [["set-cookie", clientCookie(client, request)]];
  if (stage.instance.type === PRODUCTION) {
    const changed = bothNames(stage.instance, "__client_uat", uat(client));
    headers.push(...changed.map((value) => ["set-cookie", value]));
    // The site compares whole seconds: a token issued within this one would still count there.
    if (client.issuedAt >= client.updatedAt) {
      const query = new URLSearchParams({ redirect_url: target.href, format: "nonce" });
      return { status: 303, headers: [...headers, ["location", `/v1/client/handshake?${query}`]] };
    }
  } else {
    target.searchParams.set("__clerk_db_jwt", client.token);
  }
  return { status: 303, headers: [...headers, ["location", target.href]] };
}

function noSharedHost(own, target) {
  return (
    `in production style the result travels in a cookie, so the site (${target.hostname}) ` +
    `and this stand-in (${own}) must have the same host name`
  );
}

const HANDSHAKE_SECONDS = 60;
