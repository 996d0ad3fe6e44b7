// The same rules before an HTTP origin: it receives who the visitor is, from the gate alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { house, ONLY_EDGE, pathOf, picture, signIn, visitor } from "./setting.mjs";

const place = house({ origin: true });

test("pages and their style come through", async (t) => {
  const page = await visitor(t, place);
  const failed = [];
  page.on("response", (answer) => answer.status() >= 400 && failed.push(answer.url()));
  await page.goto(`${place.site}/about`);
  assert.equal(await page.locator("h1").textContent(), "About Harbour");
  await signIn(page, place, "uma", "/dashboard/boats");
  assert.equal(pathOf(page), "/dashboard/boats");
  assert.equal(await page.locator("tbody tr").count(), 3);
  assert.deepEqual(failed, []);
});

test("the origin learns who it is", { skip: ONLY_EDGE }, async (t) => {
  const page = await visitor(t, place);
  await signIn(page, place, "otto");
  await page.goto(`${place.site}/received`);
  const received = await headers(page);
  assert.equal(received["x-clerk-auth-status"], "signed-in");
  assert.equal(received["x-clerk-user-id"], "user_2stageOtto0000000000000000");
  assert.equal(received["x-clerk-org-slug"], "acme");
  assert.equal(received["x-clerk-org-role"], "org:member");
  const permissions = "org:billing:read,org:billing:manage,org:reports:read";
  assert.equal(received["x-clerk-org-permissions"], permissions);
  assert.equal(JSON.parse(received["x-clerk-claims"]).o.slg, "acme");
  await picture(page, "received-origin");
});

test("what a visitor claims to be is taken away", { skip: ONLY_EDGE }, async (t) => {
  const forged = { "X-Clerk-Role": "admin", x_clerk_user_id: "user_forged" };
  const page = await visitor(t, place, { extraHTTPHeaders: forged });
  await page.goto(`${place.site}/received`);
  const received = await headers(page);
  assert.equal(received["x-clerk-auth-status"], "signed-out");
  const claimed = Object.keys(received).filter((name) => /^x[-_]clerk[-_](role|user)/.test(name));
  assert.deepEqual(claimed, []);
});

/** The headers that the page says it received. */
async function headers(page) {
  const rows = await page.locator("tbody tr").all();
  const pairs = rows.map(async (row) => [
    await row.locator("th").textContent(),
    await row.locator("td").textContent(),
  ]);
  return Object.fromEntries(await Promise.all(pairs));
}
