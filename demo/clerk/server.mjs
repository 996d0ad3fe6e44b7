// The stand-in's HTTP server: one table of routes, each counted and each able to fail on demand.
// It binds to loopback alone and answers only to names that mean this machine.

import { createServer } from "node:http";
import * as backend from "./backend.mjs";
import { Clients } from "./clients.mjs";
import * as control from "./control.mjs";
import { Calls, Faults, misbehave } from "./faults.mjs";
import * as frontend from "./frontend.mjs";
import { DEVELOPMENT, makeInstance } from "./instance.mjs";
import { KeyRing } from "./keys.mjs";
import * as pages from "./pages.mjs";
import { Directory } from "./people.mjs";

/** What may be set at start and changed while it runs. */
export const SETTINGS = {
  token_lifetime_seconds: 60,
  token_age_seconds: 0,
  session_age_seconds: 0,
  refresh_cookie: false,
  format: "nonce",
};

/**
 * Starts a stand-in. `host` is a loopback address, `port` 0 takes a free one, `site` is where
 * people go who came from nowhere, `type` the flavour, `keysFile` keeps the keys over restarts.
 */
export async function startClerk(options = {}) {
  const { host = "127.0.0.1", port = 0, keysFile, settings } = options;
  if (!frontend.isLoopbackName(host)) {
    throw new Error(`the stand-in for Clerk serves loopback alone, not ${host}`);
  }
  const stage = {
    settings: { ...SETTINGS, ...settings },
    atStart: { ...SETTINGS, ...settings },
    keys: new KeyRing(keysFile),
    people: new Directory(),
    clients: new Clients(),
    faults: new Faults(),
    calls: new Calls(),
    nowSeconds: () => Math.floor(Date.now() / 1000),
  };
  const server = createServer((message, response) => serve(stage, message, response));
  await listen(server, port, host);
  stage.url = `http://${host}:${server.address().port}`;
  stage.issuer = stage.url;
  stage.site = options.site ?? stage.url;
  stage.instance = makeInstance(new URL(stage.url).host, options.type ?? DEVELOPMENT);
  return { stage, url: stage.url, instance: stage.instance, close: () => close(server) };
}

/** The bindings by which a gate reaches this stand-in as it would reach Clerk. */
export function bindings(stage) {
  return {
    CLERK_PUBLISHABLE_KEY: stage.instance.publishableKey,
    CLERK_SECRET_KEY: stage.instance.secretKey,
    CLERK_API_URL: stage.url,
    CLERK_PROXY_URL: stage.url,
    CLERK_SIGN_IN_URL: `${stage.url}/sign-in`,
    CLERK_SIGN_UP_URL: `${stage.url}/sign-up`,
  };
}

const ROUTES = [
  route("GET", "/.well-known/jwks.json", "jwks", frontend.publicKeys),
  route("GET", "/v1/client/handshake", "handshake", frontend.handshake),
  route("GET", "/v1/jwks", "jwks_backend", secret(frontend.publicKeys)),
  route("GET", "/v1/clients/handshake_payload", "exchange", secret(backend.handshakePayload)),
  route("POST", "/v1/sessions/:id/refresh", "refresh", secret(backend.refresh)),
  route("GET", "/v1/users/:id", "users", secret(backend.user)),
  route("PATCH", "/v1/users/:id/metadata", "metadata", secret(backend.mergeMetadata)),
  route("GET", "/", "page", pages.start),
  route("GET", "/sign-in", "page", pages.signIn),
  route("POST", "/sign-in", "page", own(pages.doSignIn)),
  route("GET", "/sign-up", "page", pages.signUp),
  route("POST", "/sign-up", "page", own(pages.doSignUp)),
  route("GET", "/sign-in/tasks", "page", pages.tasks),
  route("POST", "/sign-in/tasks", "page", own(pages.doTasks)),
  route("GET", "/tasks", "page", pages.tasks),
  route("POST", "/tasks", "page", own(pages.doTasks)),
  route("GET", "/sign-out", "page", pages.signOut),
  route("POST", "/sign-out", "page", own(pages.doSignOut)),
  ...control.ROUTES.map(([method, path, handle]) => route(method, path, "control", handle)),
];

async function serve(stage, message, response) {
  try {
    const request = await read(stage, message);
    const found = request && pick(request);
    if (!found) return send(response, request ? notFound() : notHere());
    stage.calls.add(found.name, request);
    const fault = stage.faults.next(found.name);
    if (fault && (await misbehave(fault, response))) return;
    send(response, found.handle(stage, request, found.captured));
  } catch (error) {
    console.error(`stand-in: ${error.stack}`);
    if (!response.headersSent) send(response, { status: 500, text: "the stand-in failed" });
  }
}

async function read(stage, message) {
  const host = `http://${message.headers.host}`;
  if (!URL.canParse(host) || !frontend.isLoopbackName(new URL(host).hostname)) return undefined;
  const url = new URL(message.url, host);
  const body = await readBody(message);
  const type = message.headers["content-type"] ?? "";
  const request = {
    method: message.method === "HEAD" ? "GET" : message.method,
    path: url.pathname,
    search: url.search,
    hostname: url.hostname,
    origin: url.origin,
    headers: message.headers,
    query: url.searchParams,
    form: new URLSearchParams(type.startsWith("application/x-www-form-urlencoded") ? body : ""),
    json: type.startsWith("application/json") ? parse(body) : undefined,
  };
  for (const [name, value] of request.form) request.query.set(name, value);
  return request;
}

async function readBody(message) {
  const chunks = [];
  let size = 0;
  for await (const chunk of message) {
    size += chunk.length;
    if (size <= BODY_BYTES_MAX) chunks.push(chunk);
  }
  return size <= BODY_BYTES_MAX ? Buffer.concat(chunks).toString("utf8") : "";
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function route(method, pattern, name, handle) {
  const source = pattern.replaceAll(".", "\\.").replaceAll(":id", "([A-Za-z0-9_]+)");
  return { method, pattern: new RegExp(`^${source}$`), name, handle };
}

function pick(request) {
  for (const { method, pattern, name, handle } of ROUTES) {
    const match = method === request.method && pattern.exec(request.path);
    if (match) return { name, handle, captured: match.slice(1) };
  }
  return undefined;
}

/** A handler that wants the secret key. */
function secret(handle) {
  return (stage, request, captured) =>
    backend.unauthorized(stage, request) ?? handle(stage, request, captured);
}

/** A handler that takes forms from our own pages alone. */
function own(handle) {
  return (stage, request) => {
    const { origin } = request.headers;
    const foreign = origin !== undefined && origin !== request.origin;
    return foreign ? frontend.refused("this form came from another site") : handle(stage, request);
  };
}

function send(response, { status = 200, headers = [], json, html, text }) {
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.setHeader("cache-control", "no-store");
  response.setHeader("x-stand-in", "this is not Clerk");
  const type = json ? "application/json" : html ? "text/html; charset=utf-8" : "text/plain";
  response.setHeader("content-type", type);
  response.writeHead(status);
  response.end(json ? JSON.stringify(json) : (html ?? text ?? ""));
}

function notFound() {
  return backend.failure(404, "resource_not_found", "The stand-in has nothing at this path.");
}

function notHere() {
  return { status: 421, text: "the stand-in for Clerk answers on loopback alone" };
}

function listen(server, port, host) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
}

function close(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

const BODY_BYTES_MAX = 1_000_000;
