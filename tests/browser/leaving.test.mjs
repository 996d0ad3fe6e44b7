// After signing out every protected page asks to sign in, the back button shows none of them, and a
// script gets a 401 as JSON. The header offers either to sign in or to sign out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { house, ONLY_EDGE, pathOf, signIn, visitor } from "./setting.mjs";

const place = house();

async function signOut(page) {
  await page.goto(`${place.site}/dashboard`);
  await page.getByRole("link", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  assert.equal(pathOf(page), "/goodbye");
}

/**
 * Back, as the page's own history goes, and wait for the page to be whole. The browser's protocol
 * is not asked for its list of entries: it has none to give while one site's process takes over
 * from another's.
 */
async function back(page) {
  const arrived = page.waitForEvent("framenavigated", (frame) => frame === page.mainFrame());
  await page.evaluate(() => void setTimeout(() => history.back()));
  await arrived;
  await page.waitForFunction(() => document.readyState === "complete");
}

test("the header offers one of both: sign in or sign out", async (t) => {
  const links = (page) => page.getByRole("link", { name: /^Sign (in|out)$/ }).allTextContents();
  const page = await visitor(t, place, { javaScriptEnabled: true });
  await page.goto(`${place.site}/about`);
  assert.deepEqual(await links(page), ["Sign in"]);
  await signIn(page, place, "uma");
  for (const path of ["/dashboard", "/about", "/unauthorized", "/no-such-page"]) {
    await page.goto(`${place.site}${path}`);
    assert.deepEqual(await links(page), ["Sign out"], path);
  }
  await signOut(page);
  assert.deepEqual(await links(page), ["Sign in"]);
});

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
  const entries = await page.evaluate(() => history.length);
  assert(entries > 3, `only ${entries} pages to go back to`);
  for (let step = 1; step < entries; step += 1) {
    await back(page);
    const text = await page.locator("body").textContent();
    assert.doesNotMatch(text, /Everything below/, `${step} steps back: ${page.url()}`);
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
