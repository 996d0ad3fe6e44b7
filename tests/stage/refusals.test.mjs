// What the stand-in must not do: serve anything but loopback, send a browser elsewhere, pass for
// Clerk, give a result twice, or answer the Backend API without the secret key.

import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { createClerkClient } from "@clerk/backend";
import { startClerk } from "../../demo/clerk/server.mjs";
import { setTheStage } from "./setting.mjs";

test("it binds to no address but loopback", async () => {
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "example.com", "localhost.example.com"]) {
    await assert.rejects(startClerk({ host }), /loopback alone/);
  }
});

test("it answers to no name but loopback, so that no page elsewhere can read it", async (t) => {
  const { clerk } = await setTheStage(t);
  assert.equal(await statusFor(clerk.url, "evil.example"), 421);
  assert.equal(await statusFor(clerk.url, "127.0.0.1.evil.example"), 421);
  assert.equal(await statusFor(clerk.url, "localhost"), 200);
});

test("every page says that it is not Clerk", async (t) => {
  const { clerk } = await setTheStage(t);
  for (const path of ["/", "/sign-in", "/sign-up", "/sign-in/tasks", "/tasks", "/sign-out"]) {
    const answer = await fetch(`${clerk.url}${path}`);
    assert.equal(answer.status, 200, path);
    assert.match(await answer.text(), /This is not Clerk\./, path);
    assert.equal(answer.headers.get("x-stand-in"), "this is not Clerk");
  }
});

test("it sends a browser to loopback alone", async (t) => {
  const { clerk, site } = await setTheStage(t);
  const path = "/v1/client/handshake?redirect_url=";
  const handshake = (url) => `${clerk.url}${path}${encodeURIComponent(url)}`;
  const fine = await fetch(handshake(`${site}/x`), { redirect: "manual" });
  assert.equal(fine.status, 307);
  const elsewhere = ["https://evil.example/", "http://evil.example/", "//evil.example", "/x", ""];
  const odd = ["http://localhost@evil.example/", "javascript:alert(1)", "ftp://localhost/"];
  for (const url of [...elsewhere, ...odd]) {
    assert.equal((await fetch(handshake(url), { redirect: "manual" })).status, 400, url);
  }
  const form = { person: "ada", redirect_url: "http://evil.example/" };
  const body = new URLSearchParams(form);
  const post = { method: "POST", body, redirect: "manual" };
  const signedIn = await fetch(`${clerk.url}/sign-in`, post);
  assert.equal(new URL(signedIn.headers.get("location")).origin, site);
});

test("a form of another site signs nobody in or out", async (t) => {
  const { clerk } = await setTheStage(t);
  const send = (origin) => {
    const body = new URLSearchParams({ person: "ada" });
    const headers = { origin };
    return fetch(`${clerk.url}/sign-in`, { method: "POST", body, headers, redirect: "manual" });
  };
  assert.equal((await send("http://evil.example")).status, 400);
  assert.equal((await send(clerk.url)).status, 303);
});

test("in production style it refuses a site that could not read its cookie", async (t) => {
  const { clerk, site } = await setTheStage(t, { type: "production" });
  const path = "/v1/client/handshake?redirect_url=";
  const ask = (url) => fetch(`${clerk.url}${path}${url}`, { redirect: "manual" });
  assert.equal((await ask(`${site}/x`)).status, 307);
  const other = await ask(site.replace("127.0.0.1", "localhost"));
  assert.equal(other.status, 400);
  assert.match(await other.text(), /same host name/);
});

test("the Backend API wants the secret key, and a nonce is good for one exchange", async (t) => {
  const { clerk, site, vars } = await setTheStage(t);
  const url = `${clerk.url}/v1/client/handshake?format=nonce&redirect_url=${site}`;
  const { headers } = await fetch(url, { redirect: "manual" });
  const nonce = new URL(headers.get("location")).searchParams.get("__clerk_handshake_nonce");
  const exchange = (secret) => {
    const sent = { authorization: `Bearer ${secret}` };
    return fetch(`${clerk.url}/v1/clients/handshake_payload?nonce=${nonce}`, { headers: sent });
  };
  assert.equal((await exchange("sk_test_wrong")).status, 401);
  const first = await exchange(vars.CLERK_SECRET_KEY);
  assert.ok((await first.json()).directives.length > 0);
  assert.equal((await exchange(vars.CLERK_SECRET_KEY)).status, 404);
});

test("a session is refreshed with a token and a refresh token of its own alone", async (t) => {
  const { clerk, control, vars } = await setTheStage(t);
  const mine = await control("token", { person: "uma", age_seconds: 70 });
  const other = await control("token", { person: "ada", age_seconds: 70 });
  const status = async (changed) => {
    const asked = {
      format: "token",
      request_origin: "http://localhost:1",
      expired_token: mine.token,
      refresh_token: mine.refresh_token,
      ...changed,
    };
    const answer = await fetch(`${clerk.url}/v1/sessions/${mine.session_id}/refresh`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${vars.CLERK_SECRET_KEY}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(asked),
    });
    return answer.status;
  };
  assert.equal(await status({}), 200);
  assert.equal(await status({ expired_token: other.token }), 422);
  assert.equal(await status({ expired_token: `${mine.token}x` }), 422);
  assert.equal(await status({ refresh_token: other.refresh_token }), 422);
  assert.equal(await status({ request_origin: "https://evil.example" }), 422);
});

test("the SDK reads users and merges their metadata", async (t) => {
  const { clerk, vars } = await setTheStage(t);
  const { users } = createClerkClient({ apiUrl: clerk.url, secretKey: vars.CLERK_SECRET_KEY });
  const lou = await users.getUser("user_2stageLou00000000000000000");
  assert.deepEqual(lou.publicMetadata, { role: "admin" });
  const merged = { publicMetadata: { role: null, team: { name: "north" } } };
  const after = await users.updateUserMetadata(lou.id, merged);
  assert.deepEqual(after.publicMetadata, { team: { name: "north" } });
  await assert.rejects(users.getUser("user_nobody"), { status: 404 });
});

test("faults come as often as asked, calls are counted, a reset ends both", async (t) => {
  const { clerk, control, stage } = await setTheStage(t);
  const keys = () => fetch(`${clerk.url}/.well-known/jwks.json`);
  await control("faults", { endpoint: "jwks", status: 503, times: 1 });
  assert.equal((await keys()).status, 503);
  assert.equal((await keys()).status, 200);
  await control("faults", { endpoint: "*", body: "rubbish" });
  await assert.rejects((await keys()).json(), SyntaxError);
  assert.equal(stage.calls.all().counts.jwks, 3);
  await control("reset");
  assert.deepEqual(stage.calls.all().counts, {});
  assert.equal((await (await keys()).json()).keys.length, 1);
  const plain = await fetch(`${clerk.url}/stage/reset`, { method: "POST", body: "{}" });
  assert.equal(plain.status, 415, "a form of another site could send plain text");
});

function statusFor(url, host) {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.once("error", reject).end();
  });
}
