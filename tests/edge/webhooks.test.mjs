// Events from the stand-in for Clerk to the gate in workerd, over HTTP; and what the gate makes of a
// delivery beside what the published SDK makes of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyWebhook } from "@clerk/backend/webhooks";
import { bindings, startClerk } from "../../demo/clerk/server.mjs";
import { makeSecret, signedHeaders } from "../../demo/clerk/webhooks.mjs";
import { raw, serve } from "./raw.mjs";

const RULES = [
  { path: "/admin", allow: { role: "admin" } },
  { path: "/fresh", allow: { role: "admin" }, fresh: 30 },
];
const WEBHOOK = "/.clerk-edge/webhook";
const ORIGIN = `export default { fetch: () => new Response("inside") };`;

test("a role that is given or taken away counts before the token ends", async (t) => {
  const { ask, control, stage, token } = await site(t);
  const person = "nia";
  const { user, event } = await control("users", { name: person, public_metadata: { role: "user" } });
  assert.deepEqual([event.state, did(event)], ["delivered", ["finding"]]);
  // A token that is renewed from claims which were read before the change.
  const old = await token(person, { claims_age_seconds: 60, claims: { metadata: { role: "admin" } } });
  assert.equal(await ask("/admin", old), 403);
  await control("users/change", { id: user.id, public_metadata: { role: "admin" } });
  assert.equal(await ask("/admin", old), 200);
  const { event: gone } = await control("users/delete", { id: user.id });
  assert.deepEqual(did(gone), ["finding"]);
  assert.equal(await ask("/admin", old), 403);
  const reads = stage.calls.all().last.filter(({ path }) => path.startsWith("/v1/users"));
  assert.deepEqual(reads, [], "Clerk's API is not asked");
});

test("events out of order and twice end with the last state", async (t) => {
  const { ask, control, token } = await site(t);
  const { user } = await control("users", { name: "nia", public_metadata: {} });
  await control("webhook", { hold: true });
  for (const role of ["admin", "editor", "user"]) {
    await control("users/change", { id: user.id, public_metadata: { role } });
  }
  const { events } = await control("events/deliver", { order: "reversed" });
  assert.deepEqual(events.map(did), [["finding"], [], []]);
  const old = await token("nia", { claims_age_seconds: 60, claims: { metadata: { role: "admin" } } });
  assert.equal(await ask("/admin", old), 403);
  const again = await control("events/deliver", { ids: events.map(({ id }) => id) });
  assert.deepEqual(again.events.map(did), [[], [], []]);
});

test("Clerk is down when a user is created: the metadata are there once, later", async (t) => {
  const { clerk, control, stage } = await site(t, { NEW_USER_METADATA: { role: "member" } });
  await control("faults", { endpoint: "backend", body: "reset" });
  const { user, event } = await control("users", { name: "nia" });
  assert.deepEqual([event.state, event.attempts[0].status], ["failed", 503]);
  assert.equal(JSON.parse(event.attempts[0].body).code, "clerk-unavailable");
  await control("faults");
  stage.calls.clear();
  const { events } = await control("events/deliver");
  assert.deepEqual(events.map(({ state }) => state), ["delivered"]);
  assert.deepEqual(await metadataOf(clerk, user.id), { role: "member" });
  await stage.webhooks.idle();
  const ids = stage.webhooks.all().map(({ id }) => id);
  await control("events/deliver", { ids: [...ids, ...ids] });
  const writes = stage.calls.all().last.filter(({ method }) => method === "PATCH");
  assert.equal(writes.length, 1);
});

test("the site behind SYNC_URL is sent what Clerk's SDK verifies, and the circle ends", async (t) => {
  const secret = makeSecret();
  const got = [];
  const backend = await serve(async (message, response) => {
    const chunks = [];
    for await (const chunk of message) chunks.push(chunk);
    const { "svix-id": id, "svix-timestamp": time, "svix-signature": signature } = message.headers;
    const headers = { "svix-id": id, "svix-timestamp": time, "svix-signature": signature };
    const body = Buffer.concat(chunks).toString();
    const request = new Request("http://localhost/", { method: "POST", headers, body });
    got.push((await verifyWebhook(request, { signingSecret: secret })).type);
    response.writeHead(200).end(JSON.stringify({ plan: "pro" }));
  });
  t.after(backend.stop);
  const { clerk, control, stage } = await site(t, { SYNC_URL: backend.url, SYNC_SECRET: secret });
  const { user } = await control("users", { name: "nia", public_metadata: { role: "user" } });
  await stage.webhooks.idle();
  assert.deepEqual(await metadataOf(clerk, user.id), { role: "user", plan: "pro" });
  assert.deepEqual(got, ["user.created", "user.updated"]);
});

test("what the gate accepts the published SDK accepts; what it refuses more is listed", async (t) => {
  const { address, stage } = await site(t);
  const now = Math.floor(Date.now() / 1000);
  const event = JSON.stringify({ type: "waitlistEntry.created", object: "event", data: { id: "w" } });
  const signed = (time, body = event, secret = stage.webhooks.secret) => ({
    headers: signedHeaders(secret, `msg_${Math.random()}`, time, body),
    body,
  });
  const changed = (sent, change) => ({ ...sent, headers: { ...sent.headers, ...change(sent.headers) } });
  const right = signed(now);
  const value = (headers) => headers["svix-signature"];
  const renamed = Object.fromEntries(
    Object.entries(right.headers).map(([name, text]) => [name.replace("svix", "webhook"), text]),
  );
  const table = [
    ["right", right, true, true],
    ["twice in a header", changed(right, (h) => ({ "svix-signature": `v1,AAAA ${value(h)}` })), true, true],
    ["a third part", changed(right, (h) => ({ "svix-signature": `${value(h)},x` })), true, true],
    ["not ASCII", signed(now, event.replace('"w"', '"é😀"')), true, true],
    ["too old", signed(now - 400), false, false],
    ["too new", signed(now + 400), false, false],
    ["another secret", signed(now, event, makeSecret()), false, false],
    ["another body", { ...right, body: event.replace('"w"', '"x"') }, false, false],
    ["another id", changed(right, () => ({ "svix-id": "msg_x" })), false, false],
    ["another time", changed(right, () => ({ "svix-timestamp": String(now + 1) })), false, false],
    ["unpadded", changed(right, (h) => ({ "svix-signature": value(h).replace("=", "") })), false, false],
    ["no version", changed(right, (h) => ({ "svix-signature": value(h).slice(3) })), false, false],
    ["upper case", changed(right, (h) => ({ "svix-signature": value(h).replace("v1", "V1") })), false, false],
    ["no id", changed(right, () => ({ "svix-id": " " })), false, false],
    ["no JSON", signed(now, "hello"), false, false],
    ["BOM", signed(now, `\ufeff${event}`), false, false],
    // What the SDK accepts beyond that.
    ["digits, then letters", changed(right, (h) => ({ "svix-timestamp": `${h["svix-timestamp"]}x` })), false, true],
    ["plus", changed(right, (h) => ({ "svix-timestamp": `+${h["svix-timestamp"]}` })), false, true],
    ["list", signed(now, "[]"), false, true],
    ["number", signed(now, "5"), false, true],
    ["no type", signed(now, '{"data":{}}'), false, true],
    ["no data", signed(now, '{"type":"x"}'), false, true],
    // What the SDK does not look at, and the package `svix` does.
    ["names of Standard Webhooks", { headers: renamed, body: event }, true, false],
  ];
  for (const [name, sent, ours, theirs] of table) {
    const init = { method: "POST", headers: sent.headers, body: sent.body };
    const answer = await fetch(`${address}${WEBHOOK}`, init);
    assert.equal(answer.ok, ours, `${name}: the gate answers ${answer.status}`);
    if (!ours) assert.equal((await answer.json()).code, "webhook-signature", name);
    const request = new Request("http://localhost/", init);
    const verified = verifyWebhook(request, { signingSecret: stage.webhooks.secret });
    assert.equal(await verified.then(() => true, () => false), theirs, `${name}: the SDK`);
  }
});

test("old claims are looked up for a rule that wants fresh ones", async (t) => {
  const { ask, control, token } = await site(t);
  await control("webhook", { hold: true });
  await control("users", { name: "nia", public_metadata: { role: "user" } });
  const claims = { metadata: { role: "admin" } };
  const young = await token("nia", { claims_age_seconds: 0, claims });
  assert.equal(await ask("/fresh", young), 200);
  const old = await token("nia", { claims_age_seconds: 31, claims });
  assert.equal(await ask("/fresh", old), 403);
});

/** A stand-in that delivers to a gate with a store; each is ended with the test. */
async function site(t, vars = {}) {
  const clerk = await startClerk({ type: "development" });
  const { stage } = clerk;
  const more = { ROUTES: RULES, LOG: "off", CLERK_WEBHOOK_SIGNING_SECRET: stage.webhooks.secret };
  const gate = await raw({ ...bindings(stage), ...more, ...vars }, { origin: ORIGIN, kv: true });
  t.after(async () => {
    await gate.stop();
    await clerk.close();
  });
  const address = `http://localhost:${gate.port}`;
  stage.site = address;
  stage.webhooks.configure({ url: `${address}${WEBHOOK}` });
  const control = async (path, body = {}) => {
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    return (await fetch(`${clerk.url}/stage/${path}`, init)).json();
  };
  const token = async (person, wanted) =>
    (await control("token", { person, party: address, ...wanted })).token;
  const ask = async (path, bearer) =>
    (await fetch(`${address}${path}`, { headers: { authorization: `Bearer ${bearer}` } })).status;
  return { address, ask, clerk, control, stage, token };
}

function did({ attempts }) {
  return JSON.parse(attempts.at(-1).body).did;
}

async function metadataOf(clerk, id) {
  const headers = { authorization: `Bearer ${clerk.stage.instance.secretKey}` };
  return (await (await fetch(`${clerk.url}/v1/users/${id}`, { headers })).json()).public_metadata;
}
