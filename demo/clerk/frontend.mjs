// The Frontend API as far as a gate and a browser without scripts see it: keys and handshake.
// It sends nobody to a host that is not loopback.

import { directive, PRODUCTION, readCookies, bothNames } from "./instance.mjs";
import { directives, handshakeToken, uat } from "./tokens.mjs";

/** The browser's own mark here. Cookies do not know ports, so it must not be one of Clerk's. */
export const CLIENT_COOKIE = "standin_client";

export function publicKeys(stage) {
  return { json: stage.keys.jwks() };
}

/** `GET /v1/client/handshake`: tells the site at `redirect_url` who this browser is. */
export function handshake(stage, request) {
  const target = loopback(request.query.get("redirect_url"));
  if (!target) return refused("redirect_url must be an http address on loopback");
  const client = clientOf(stage, request);
  const list = directives(stage, client, target);
  client.issuedAt = stage.nowSeconds();
  const headers = [["set-cookie", clientCookie(client)]];
  const asNonce = request.query.get("format") === "nonce" && stage.settings.format === "nonce";
  const name = asNonce ? "__clerk_handshake_nonce" : "__clerk_handshake";
  const value = asNonce ? stage.clients.deposit(list) : handshakeToken(stage, list);
  if (stage.instance.type === PRODUCTION) {
    if (target.hostname !== request.hostname) return refused(noSharedHost(request, target));
    const cookie = { httpOnly: true, maxAge: HANDSHAKE_SECONDS };
    headers.push(["set-cookie", directive(name, value, cookie)]);
  } else {
    target.searchParams.set(name, value);
  }
  return { status: 307, headers: [...headers, ["location", target.href]] };
}

/** The client of this browser: by the token of a development browser, else by our own cookie. */
export function clientOf(stage, request) {
  const named = request.query.get("__clerk_db_jwt");
  const cookie = readCookies(request.headers.cookie).get(CLIENT_COOKIE);
  return stage.clients.find(named) ?? stage.clients.find(cookie) ?? stage.clients.open();
}

export function clientCookie(client) {
  return directive(CLIENT_COOKIE, client.id, { httpOnly: true });
}

/** Sends the browser back to the site after something changed about who it is. */
export function goBack(stage, request, client, target) {
  const headers = [["set-cookie", clientCookie(client)]];
  if (stage.instance.type === PRODUCTION) {
    const changed = bothNames(stage.instance, "__client_uat", uat(client));
    headers.push(...changed.map((value) => ["set-cookie", value]));
    // The site compares whole seconds: a token issued within this one would still count there.
    if (client.issuedAt >= client.updatedAt) {
      const query = new URLSearchParams({ redirect_url: target.href, format: "nonce" });
      return { status: 303, headers: [...headers, ["location", `/v1/client/handshake?${query}`]] };
    }
  } else {
    target.searchParams.set("__clerk_db_jwt", client.id);
  }
  return { status: 303, headers: [...headers, ["location", target.href]] };
}

/** The address, if it is one that this stand-in may send a browser to. */
export function loopback(text) {
  if (!URL.canParse(text ?? "")) return undefined;
  const url = new URL(text);
  const plain = url.protocol === "http:" && url.username === "" && url.password === "";
  return plain && isLoopbackName(url.hostname) ? url : undefined;
}

/** Names that can only mean this machine. */
export function isLoopbackName(hostname) {
  return /^(localhost|127\.0\.0\.1|\[::1\])$|^[a-z0-9-]+\.localhost$/.test(hostname);
}

export function refused(message) {
  return { status: 400, json: { errors: [{ code: "form_param_invalid", message }] } };
}

function noSharedHost(request, target) {
  return (
    `in production style the result travels in a cookie, so the site (${target.hostname}) ` +
    `and this stand-in (${request.hostname}) must have the same host name`
  );
}

const HANDSHAKE_SECONDS = 60;
