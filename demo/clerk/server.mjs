// The stand-in's HTTP server: it starts, serves one table of routes, counts each call and fails on
// demand. It binds to loopback alone and answers only to names that mean this machine.

import { createServer } from "node:http";
import { findClerkJs } from "./clerkjs.mjs";
import { Clients } from "./clients.mjs";
import { Directory } from "./directory.mjs";
import { notFound } from "./errors.mjs";
import { Calls, Faults, misbehave } from "./faults.mjs";
import { DEVELOPMENT, makeInstance } from "./instance.mjs";
import { KeyRing } from "./keys.mjs";
import { isLoopbackName } from "./loopback.mjs";
import { Credentials, MACHINES } from "./machines.mjs";
import { ORGANIZATIONS } from "./organizations.mjs";
import { readBody, readHead, send } from "./request.mjs";
import { pick } from "./routes.mjs";
import { TEMPLATES } from "./templates.mjs";
import { Webhooks } from "./webhooks.mjs";

/** What may be set at start and changed while it runs. */
export const SETTINGS = {
  token_lifetime_seconds: 60,
  token_age_seconds: 0,
  session_age_seconds: 0,
  /** How old the claims of a new token are (`oiat`); `null` leaves the field out. */
  claims_age_seconds: null,
  refresh_cookie: false,
  format: "nonce",
  /** Whether a sign-in keeps the other accounts of the browser. */
  multi_session: false,
  /** Answer to a revoked or expired machine token: a status, `object` or `inactive`. */
  machine_refusal: 404,
  /** What the token endpoint gives out: `opaque` or `jwt`. */
  oauth_format: "opaque",
};

/**
 * Starts a stand-in. `host` is a loopback address, `port` 0 takes a free one, `site` is where
 * people go who came from nowhere, `type` the flavour, `keysFile` keeps the keys over restarts,
 * `clerkJs` is the folder of the package @clerk/clerk-js where it is not in reach.
 */
export async function startClerk(options = {}) {
  const { host = "127.0.0.1", port = 0 } = options;
  if (!isLoopbackName(host)) {
    throw new Error(`the stand-in for Clerk serves loopback alone, not ${host}`);
  }
  const stage = makeStage(options);
  const server = createServer((message, response) => serve(stage, message, response));
  await listen(server, port, host);
  stage.url = `http://${host}:${server.address().port}`;
  stage.issuer = stage.url;
  stage.site = options.site ?? stage.url;
  stage.instance = makeInstance(new URL(stage.url).host, options.type ?? DEVELOPMENT);
  return { stage, url: stage.url, instance: stage.instance, close: () => close(stage, server) };
}

function makeStage({ keysFile, settings, clerkJs }) {
  const stage = {
    settings: { ...SETTINGS, ...settings },
    atStart: { ...SETTINGS, ...settings },
    keys: new KeyRing(keysFile),
    clients: new Clients(),
    faults: new Faults(),
    calls: new Calls(),
    organizations: structuredClone(ORGANIZATIONS),
    machines: structuredClone(MACHINES),
    templates: structuredClone(TEMPLATES),
    oauthClients: new Map(),
    oauthCodes: new Map(),
    clerkJs: findClerkJs(clerkJs),
    now: () => Date.now(),
    nowSeconds: () => Math.floor(stage.now() / 1000),
  };
  stage.people = new Directory(() => stage.now());
  stage.credentials = new Credentials(stage);
  stage.webhooks = new Webhooks(stage);
  return stage;
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

async function serve(stage, message, response) {
  try {
    const request = readHead(message);
    if (!request) return send(response, notHere());
    const found = pick(request);
    if (!found?.streams) await readBody(request);
    if (!found) return send(response, notFound("The stand-in has nothing at this path."));
    stage.calls.add(found.name, request);
    const fault = stage.faults.next(found.name, found.group);
    if (fault && (await misbehave(fault, response))) return;
    send(response, await found.handle(stage, request, found.captured));
  } catch (error) {
    if (response.destroyed) return;
    console.error(`stand-in: ${error.stack}`);
    if (!response.headersSent) send(response, { status: 500, text: "the stand-in failed" });
  }
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

async function close(stage, server) {
  await stage.webhooks.close();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}
