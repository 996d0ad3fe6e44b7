// Users at the Backend API, asked by Clerk's SDK: found by id and address, their metadata merged
// and replaced as Clerk does, and what a write means for the next session token.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTheStageWithSdk } from "./setting.mjs";
import { Visitor } from "./visitor.mjs";

const UMA = "user_2stageUma00000000000000000";
const LOU = "user_2stageLou00000000000000000";

test("metadata are merged at any depth, and only in the kinds that are named", async (t) => {
  const { users } = await setTheStageWithSdk(t);
  await users.updateUserMetadata(UMA, {
    publicMetadata: { team: { name: "north", lead: true }, list: [1, 2] },
    privateMetadata: { note: "seen" },
  });
  const after = await users.updateUserMetadata(UMA, {
    publicMetadata: { team: { lead: null }, list: [3] },
  });
  assert.deepEqual(after.publicMetadata, { role: "user", team: { name: "north" }, list: [3] });
  assert.deepEqual(after.privateMetadata, { note: "seen" }, "another kind is left alone");
  const gone = await users.updateUserMetadata(UMA, { publicMetadata: { role: null } });
  assert.equal("role" in gone.publicMetadata, false);
  const replaced = await users.replaceUserMetadata(UMA, { publicMetadata: { plan: "pro" } });
  assert.deepEqual(replaced.publicMetadata, { plan: "pro" });
  await assert.rejects(users.updateUserMetadata("user_nobody", { publicMetadata: {} }), {
    status: 404,
  });
  await assert.rejects(users.updateUserMetadata(UMA, { publicMetadata: "text" }), { status: 422 });
});

test("every write moves updated_at on, two within a millisecond too", async (t) => {
  const { users, stage } = await setTheStageWithSdk(t);
  stage.now = () => 1_800_000_000_000;
  const before = (await users.getUser(UMA)).updatedAt;
  const times = [];
  for (const n of [1, 2, 3]) {
    times.push((await users.updateUserMetadata(UMA, { publicMetadata: { n } })).updatedAt);
  }
  assert.ok(before < times[0] && times[0] < times[1] && times[1] < times[2], times.join());
});

test("users are found by address and id; an unknown one is nobody", async (t) => {
  const { users } = await setTheStageWithSdk(t);
  const found = await users.getUserList({ emailAddress: ["UMA@example.com"] });
  assert.equal(found.totalCount, 1);
  assert.deepEqual(found.data.map(({ id }) => id), [UMA], "who is impersonated stands there once");
  assert.equal(found.data[0].primaryEmailAddress.emailAddress, "uma@example.com");
  assert.deepEqual((await users.getUserList({ emailAddress: ["no@example.com"] })).data, []);
  assert.deepEqual((await users.getUserList({ userId: [LOU] })).data.map(({ id }) => id), [LOU]);
});

test("users are made and deleted, and their sessions end with them", async (t) => {
  const { users, sessions, stage } = await setTheStageWithSdk(t);
  const made = await users.createUser({
    emailAddress: ["new@example.com"],
    firstName: "Nia",
    publicMetadata: { role: "user" },
  });
  assert.deepEqual(made.publicMetadata, { role: "user" });
  await assert.rejects(users.createUser({ emailAddress: ["new@example.com"] }), { status: 422 });
  const person = stage.people.byId(made.id);
  const { id } = stage.clients.signIn(stage.clients.open(), person, stage.nowSeconds());
  assert.equal((await users.deleteUser(made.id)).deleted, true);
  assert.equal((await sessions.getSession(id)).status, "removed");
  await assert.rejects(users.getUser(made.id), { status: 404 });
  await assert.rejects(users.deleteUser(made.id), { status: 404 });
});

test("metadata do not go through PATCH /v1/users/{id} any more, names do", async (t) => {
  const { clerk, vars, users } = await setTheStageWithSdk(t);
  const patch = (body) =>
    fetch(`${clerk.url}/v1/users/${UMA}`, {
      method: "PATCH",
      headers: {
        authorization: `Bearer ${vars.CLERK_SECRET_KEY}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(body),
    });
  assert.equal((await patch({ public_metadata: { role: "admin" } })).status, 422);
  assert.deepEqual((await users.getUser(UMA)).publicMetadata, { role: "user" });
  assert.equal((await patch({ first_name: "Una" })).status, 200);
  assert.equal((await users.getUser(UMA)).firstName, "Una");
});

test("a write is in the next token, unless the instance keeps metadata out of it", async (t) => {
  const { users, site } = await setTheStageWithSdk(t);
  const onboarded = { publicMetadata: { onboardingComplete: true } };
  await users.updateUserMetadata(UMA, onboarded);
  await users.updateUserMetadata(LOU, onboarded);
  const claims = async (person) => {
    const visitor = new Visitor();
    return JSON.parse((await visitor.signIn(`${site}/members`, person)).text).claims.metadata;
  };
  assert.deepEqual(await claims("uma"), { role: "user", onboardingComplete: true });
  assert.equal(await claims("lou"), undefined);
});
