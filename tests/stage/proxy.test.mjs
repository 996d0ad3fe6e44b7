// The Frontend API behind a proxy on the site's own domain, through the proxy that Clerk's SDK has:
// what must arrive, what comes back, and long bodies.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import { clerkFrontendApiProxy } from "@clerk/backend/proxy";
import { startClerk } from "../../demo/clerk/server.mjs";
import { setTheStage } from "./setting.mjs";

const VISITOR = { "x-real-ip": "203.0.113.7" };

test("a proxied browser has Clerk's own cookie, and signs in at the site's address", async (t) => {
  const { proxied, site, stage, control } = await stageBehindProxy(t);
  const { browser } = await control("token", { person: "uma" });
  const headers = { ...VISITOR, cookie: `__client=${browser}` };
  const query = new URLSearchParams({ redirect_url: `${site}/x`, format: "nonce" });
  const answer = await proxied(`/v1/client/handshake?${query}`, { headers });
  assert.equal(answer.status, 307);
  assert.equal(answer.headers.get("location"), `${site}/x`);
  const cookies = answer.headers.getSetCookie();
  assert.ok(cookies.some((line) => line.startsWith(`__client=${browser};`)));
  assert.ok(cookies.some((line) => line.startsWith("__clerk_handshake_nonce=")));
  assert.ok(!cookies.some((line) => line.startsWith("standin_client=")));
  const who = async (cookie) => {
    const { response } = await (await proxied("/v1/client", { headers: { cookie } })).json();
    return response?.sessions.map(({ user }) => user.first_name) ?? null;
  };
  assert.deepEqual(await who(`__client=${browser}`), ["Uma"]);
  assert.equal(await who(`standin_client=${browser}`), null, "that name is for direct calls");
  const { headers: sent } = stage.calls.all().last.at(-1);
  assert.equal(sent["clerk-proxy-url"], `${site}/__clerk`);
});

test("a proxy must name itself, the secret key and one address", async (t) => {
  const { clerk, vars, site } = await stageBehindProxy(t);
  const right = {
    "clerk-proxy-url": `${site}/__clerk`,
    "clerk-secret-key": vars.CLERK_SECRET_KEY,
    "x-forwarded-for": "203.0.113.7",
  };
  const ask = async (changed, path = "/v1/proxy-health") => {
    const headers = { ...right, ...changed };
    for (const name of Object.keys(headers)) if (headers[name] === null) delete headers[name];
    const answer = await fetch(`${clerk.url}${path}`, { headers });
    const { errors, ...rest } = await answer.json();
    return [answer.status, errors?.[0].code ?? rest];
  };
  const healthy = { status: "healthy", x_forwarded_for: "203.0.113.7" };
  assert.deepEqual(await ask({}), [200, healthy]);
  assert.deepEqual(await ask({ "clerk-secret-key": null }), [401, "clerk_key_invalid"]);
  assert.deepEqual(await ask({ "clerk-secret-key": "sk_live_x" }), [401, "clerk_key_invalid"]);
  assert.deepEqual(await ask({ "clerk-proxy-url": null }), [400, "proxy_url_missing"]);
  for (const url of ["javascript://evil/x?", "/__clerk", "https://u@site.example/__clerk"]) {
    assert.deepEqual(await ask({ "clerk-proxy-url": url }), [400, "proxy_url_invalid"], url);
  }
  const chain = { "x-forwarded-for": "203.0.113.7, 10.0.0.1" };
  assert.deepEqual(await ask(chain), [400, "x_forwarded_for_invalid"]);
  assert.deepEqual(await ask({ "x-forwarded-for": null }), [503, "proxy_unhealthy"]);
  assert.deepEqual(await ask({ origin: "http://localhost:1" }), [400, "origin_invalid"]);
  assert.deepEqual(await ask({ origin: site }), [200, healthy]);
  const twice = await ask({ "clerk-api-version": "1" }, "/v1/client?__clerk_api_version=2");
  assert.deepEqual(twice, [400, "api_version_invalid"]);
});

test("redirects to the stand-in itself come back as the site's, others as they are", async (t) => {
  const { proxied, site } = await stageBehindProxy(t);
  const away = async (to) => {
    const path = `/v1/stand-in/away?to=${to}`;
    return proxied(path, { headers: VISITOR });
  };
  for (const to of ["own", "relative"]) {
    const { headers } = await away(to);
    assert.equal(headers.get("location"), `${site}/__clerk/v1/client?a=b`, to);
    assert.equal(headers.getSetCookie().length, 2);
  }
  const elsewhere = (await away("site")).headers.get("location");
  assert.equal(new URL(elsewhere).origin, site);
  assert.equal((await away("nowhere")).status, 422);
});

test("long bodies stream through, both ways, whole", async (t) => {
  const { proxied, site } = await stageBehindProxy(t);
  const count = 30_000_001;
  const down = await proxied(`/v1/stand-in/bytes?count=${count}`, { headers: VISITOR });
  let got = 0;
  for await (const chunk of down.body) got += chunk.length;
  assert.equal(got, count);
  const body = Buffer.alloc(10_000_000, "up ");
  const post = { method: "POST", body, headers: { ...VISITOR, origin: site } };
  const up = await (await proxied("/v1/stand-in/bytes", post)).json();
  const sha256 = createHash("sha256").update(body).digest("hex");
  assert.deepEqual(up, { count: body.length, sha256 });
  assert.equal((await proxied("/v1/stand-in/bytes?count=-1", { headers: VISITOR })).status, 422);
});

test("clerk-js is served from the package where there is one", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "clerk-js-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "clerk.browser.js"), "window.Clerk = 1;");
  writeFileSync(join(folder, "package.json"), "{}");
  const clerk = await startClerk({ clerkJs: folder });
  t.after(() => clerk.close());
  const get = (path) => fetch(`${clerk.url}/npm/@clerk/clerk-js@6${path}`);
  const found = await get("/dist/clerk.browser.js");
  assert.equal(found.headers.get("content-type"), "application/javascript; charset=utf-8");
  assert.equal(await found.text(), "window.Clerk = 1;");
  for (const path of ["/dist/none.js", "/package.json", "/dist/..%2fpackage.json"]) {
    assert.equal((await get(path)).status, 404, path);
  }
});

/** A site whose only page is the SDK's proxy. */
async function stageBehindProxy(t) {
  const made = await setTheStage(t, { type: "production" });
  const options = {
    publishableKey: made.vars.CLERK_PUBLISHABLE_KEY,
    secretKey: made.vars.CLERK_SECRET_KEY,
    fapiUrl: made.clerk.url,
  };
  const server = createServer((message, response) => pass(options, message, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const site = `http://127.0.0.1:${server.address().port}`;
  made.stage.site = site;
  const proxied = (path, init) => fetch(`${site}/__clerk${path}`, { redirect: "manual", ...init });
  return { ...made, site, proxied };
}

async function pass(options, message, response) {
  const { method, headers } = message;
  const hasBody = method !== "GET" && method !== "HEAD";
  const body = hasBody ? { body: Readable.toWeb(message), duplex: "half" } : {};
  const pairs = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  const request = new Request(`http://${headers.host}${message.url}`, {
    method,
    headers: pairs.filter(([name]) => name !== "connection"),
    ...body,
  });
  const answer = await clerkFrontendApiProxy(request, options);
  for (const [name, value] of answer.headers) response.appendHeader(name, value);
  response.writeHead(answer.status);
  if (answer.body) Readable.fromWeb(answer.body).pipe(response);
  else response.end();
}
