// Signing out locks every door at once, the back button shows nothing that is locked, and a script
// is told so in JSON.

import assert from "node:assert/strict";
import { test } from "node:test";
import { house, ONLY_EDGE, pathOf, signIn, visitor } from "./setting.mjs";

const place = house();

async function signOut(page) {
  await page.goto(`${place.site}/about`);
  await page.getByRole("link", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  assert.equal(pathOf(page), "/goodbye");
}

/** Back, and wait for the page to be whole: one from the browser's cache fires no load event. */
async function back(page) {
  await page.goBack({ waitUntil: "commit" });
  await page.waitForFunction(() => document.readyState === "complete");
}

test("signing out locks the member area", async (t) => {
  const page = await visitor(t, place);
  await signIn(page, place, "ada");
  assert.equal(pathOf(page), "/dashboard");
  await signOut(page);
  for (const path of ["/dashboard", "/admin", "/billing"]) {
    await page.goto(`${place.site}${path}`);
    assert.equal(page.url().split("?")[0], `${place.clerk.url}/sign-in`, path);
  }
});

test("the back button shows nothing protected", async (t) => {
  const page = await visitor(t, place, { javaScriptEnabled: true });
  await signIn(page, place, "ada", "/admin/ledger");
  assert.equal(await page.locator("h1").textContent(), "Ledger");
  await signOut(page);
  for (let steps = 0; steps < 6; steps += 1) {
    await back(page);
    const text = await page.locator("body").textContent();
    assert.doesNotMatch(text, /Everything below/, `${steps + 1} steps back: ${page.url()}`);
    if (page.url() === "about:blank") break;
  }
});

test("while signed in, the back button does show the page", async (t) => {
  const page = await visitor(t, place, { javaScriptEnabled: true });
  await signIn(page, place, "ada", "/admin/ledger");
  await page.goto(`${place.site}/about`);
  await back(page);
  assert.match(await page.locator("body").textContent(), /Everything below/);
});

test("a fetch gets JSON: 401 signed out, 200 signed in", async (t) => {
  const page = await visitor(t, place, { javaScriptEnabled: true });
  await page.goto(`${place.site}/about`);
  const ask = () => page.evaluate(async () => {
    const answer = await fetch("/dashboard/boats", { headers: { accept: "application/json" } });
    const type = answer.headers.get("content-type");
    const body = type.includes("json") ? await answer.json() : undefined;
    return { status: answer.status, type, body };
  });
  const out = await ask();
  assert.equal(out.status, 401);
  assert.match(out.type, /json/);
  assert.equal(out.body.code, "signed-out");
  await signIn(page, place, "uma");
  assert.equal((await ask()).status, 200);
});

test("a script that may not enter gets 403 as a problem", { skip: ONLY_EDGE }, async (t) => {
  const page = await visitor(t, place, { javaScriptEnabled: true });
  await signIn(page, place, "uma");
  const seen = await page.evaluate(async () => {
    const answer = await fetch("/admin/ledger");
    const { code } = await answer.json();
    return { status: answer.status, type: answer.headers.get("content-type"), code };
  });
  const expected = { status: 403, type: "application/problem+json", code: "not-allowed" };
  assert.deepEqual({ ...seen, type: seen.type.split(";")[0] }, expected);
});
