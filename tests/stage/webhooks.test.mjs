// Events as the stand-in sends them, received over HTTP and verified by Clerk's SDK. What fails is
// kept and sent again when the test says so; nothing here waits.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { verifyWebhook } from "@clerk/backend/webhooks";
import { setTheStageWithSdk } from "./setting.mjs";

const UMA = "user_2stageUma00000000000000000";

test("create, change and delete are sent, and the SDK accepts their signatures", async (t) => {
  const { control, endpoint, users, secret, stage } = await stageWithEndpoint(t);
  const { user } = await control("users", { name: "nia", public_metadata: { plan: "free" } });
  await users.updateUserMetadata(user.id, { publicMetadata: { plan: "pro" } });
  await stage.webhooks.idle();
  await control("users/delete", { id: user.id });
  const events = await Promise.all(endpoint.got.map((each) => verify(each, secret)));
  const types = ["user.created", "user.updated", "user.deleted"];
  assert.deepEqual(events.map(({ type }) => type), types);
  assert.deepEqual(events.map(({ data }) => data.id), [user.id, user.id, user.id]);
  assert.deepEqual(events[0].data.public_metadata, { plan: "free" });
  assert.deepEqual(events[1].data.public_metadata, { plan: "pro" });
  assert.ok(events[1].data.updated_at > events[0].data.updated_at);
  assert.deepEqual(events[2].data, { object: "user", id: user.id, deleted: true });
  assert.equal(events[0].instance_id, stage.instance.id);
  assert.equal(new Set(endpoint.got.map(({ headers }) => headers["svix-id"])).size, 3);
});

test("what is not as it was sent, the SDK refuses", async (t) => {
  const { control, endpoint, secret } = await stageWithEndpoint(t);
  await control("users/change", { id: UMA, public_metadata: { n: 1 } });
  const [sent] = endpoint.got;
  await verify(sent, secret);
  const changed = (headers) => ({ ...sent, headers: { ...sent.headers, ...headers } });
  const other = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
  await assert.rejects(verify(sent, other));
  await assert.rejects(verify({ ...sent, body: sent.body.replace('"n":1', '"n":2') }, secret));
  await assert.rejects(verify(changed({ "svix-id": "msg_other" }), secret));
  await assert.rejects(verify(changed({ "svix-timestamp": "1" }), secret));
  await control("events/deliver", { ids: [sent.headers["svix-id"]], secret: other });
  await assert.rejects(verify(endpoint.got.at(-1), secret));
});

test("a failed delivery is kept and sent again with its id and a fresh time", async (t) => {
  const { control, endpoint, secret, stage } = await stageWithEndpoint(t);
  endpoint.status = 503;
  const { event: failed } = await control("users/change", { id: UMA, public_metadata: { n: 1 } });
  assert.equal(failed.state, "failed");
  assert.equal(failed.attempts[0].status, 503);
  endpoint.status = 307;
  stage.now = () => Date.now() + 60_000;
  assert.equal((await control("events/deliver")).events[0].state, "failed", "no redirects");
  endpoint.status = 200;
  const { events } = await control("events/deliver");
  assert.equal(events.length, 1);
  assert.deepEqual([events[0].state, events[0].attempts.length], ["delivered", 3]);
  const ids = endpoint.got.map(({ headers }) => headers["svix-id"]);
  assert.deepEqual(ids, [failed.id, failed.id, failed.id]);
  const [first, , last] = endpoint.got;
  assert.ok(Number(last.headers["svix-timestamp"]) >= Number(first.headers["svix-timestamp"]) + 60);
  assert.equal(last.body, first.body);
  await verify(last, secret);
  assert.deepEqual((await control("events/deliver")).events, [], "nothing is left");
});

test("where the endpoint is gone, the delivery fails and the user is changed", async (t) => {
  const { control, endpoint, users } = await stageWithEndpoint(t);
  await endpoint.close();
  const { event } = await control("users/change", { id: UMA, public_metadata: { n: 1 } });
  assert.deepEqual([event.state, event.attempts[0].status], ["failed", null]);
  assert.equal((await users.getUser(UMA)).publicMetadata.n, 1);
});

test("events wait, come out of order, twice and late when the test says so", async (t) => {
  const { control, endpoint, secret } = await stageWithEndpoint(t);
  await control("webhook", { hold: true });
  for (const n of [1, 2, 3]) await control("users/change", { id: UMA, public_metadata: { n } });
  assert.equal(endpoint.got.length, 0);
  const { events } = await control("events/deliver", { order: "reversed" });
  const n = ({ body }) => JSON.parse(body).data.public_metadata.n;
  assert.deepEqual(endpoint.got.map(n), [3, 2, 1]);
  const ids = events.map(({ id }) => id);
  await control("events/deliver", { ids: [ids[2], ids[2]] });
  assert.deepEqual(endpoint.got.slice(3).map(n), [1, 1]);
  await control("events/deliver", { ids: [ids[0]], age: 299 });
  await verify(endpoint.got.at(-1), secret);
  await control("events/deliver", { ids: [ids[0]], age: 301 });
  await assert.rejects(verify(endpoint.got.at(-1), secret), /too old/);
  await control("events/emit", { type: "waitlistEntry.created", data: { id: "w_1" } });
  await control("events/deliver");
  assert.equal((await verify(endpoint.got.at(-1), secret)).type, "waitlistEntry.created");
});

test("events go to loopback alone", async (t) => {
  const { control } = await stageWithEndpoint(t);
  for (const url of ["https://evil.example/", "http://evil.example/", "http://10.0.0.1/"]) {
    assert.deepEqual(await control("webhook", { url }), { unknown: [url] });
  }
  assert.match((await control("webhook", { url: "http://localhost:1/x" })).url, /localhost:1/);
});

function verify({ headers, body }, signingSecret) {
  const request = new Request("http://localhost/", { method: "POST", headers, body });
  return verifyWebhook(request, { signingSecret });
}

async function stageWithEndpoint(t) {
  const stage = await setTheStageWithSdk(t);
  const endpoint = await listenForEvents();
  t.after(() => endpoint.close());
  const { secret } = await stage.control("webhook", { url: endpoint.url });
  return { ...stage, endpoint, secret };
}

/** A site that keeps what it is sent and answers as it is told. */
async function listenForEvents() {
  const endpoint = { got: [], status: 200 };
  const server = createServer(async (message, response) => {
    const chunks = [];
    for await (const chunk of message) chunks.push(chunk);
    const { "content-length": _, connection: __, ...headers } = message.headers;
    endpoint.got.push({ headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(endpoint.status, { location: "/elsewhere" }).end("{}");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint.url = `http://127.0.0.1:${server.address().port}/`;
  endpoint.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return endpoint;
}
