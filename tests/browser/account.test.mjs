// The account addresses in a real browser: sign-out across tabs, other devices, onboarding without
// a script, two accounts, and the elements of session.js with keyboard, hidden tabs and a strict
// Content-Security-Policy.

import assert from "node:assert/strict";
import { test } from "node:test";
import { house, ONLY_EDGE, pathOf, signIn, visitor } from "./setting.mjs";

const skip = ONLY_EDGE;
const place = house({ settings: { refresh_cookie: true, multi_session: true } });
const WITH_SCRIPTS = { javaScriptEnabled: true };

test("signing out in one tab locks the other, and going back shows nothing", { skip }, async (t) => {
  const page = await visitor(t, place, WITH_SCRIPTS);
  await signIn(page, place, "ada", "/admin/ledger");
  const other = await page.context().newPage();
  await other.goto(`${place.site}/sign-out`);
  await other.getByRole("button", { name: "Sign out", exact: true }).click();
  assert.equal(pathOf(other), "/goodbye");
  const refused = await page.evaluate(async () => (await fetch("/admin/ledger")).status);
  assert.equal(refused, 401);
  await page.goto(`${place.site}/about`);
  await page.goBack();
  await page.waitForURL((url) => url.href.startsWith(place.clerk.url));
  assert.doesNotMatch(await page.locator("body").textContent(), /Everything below/);
});

test("another device is signed out from the list, by keyboard", { skip }, async (t) => {
  const [here, there] = [await visitor(t, place, WITH_SCRIPTS), await visitor(t, place)];
  await signIn(there, place, "mo", "/dashboard");
  await signIn(here, place, "mo", "/account");
  const button = here.getByRole("button", { name: /^Sign out: / });
  await button.waitFor();
  await button.focus();
  await here.keyboard.press("Enter");
  await button.waitFor({ state: "detached" });
  const focused = () => here.evaluate(() => {
    const { activeElement } = document.querySelector("clerk-sessions").shadowRoot;
    return { role: activeElement?.getAttribute("role"), text: activeElement?.textContent };
  });
  await here.waitForFunction(() => document.querySelector("clerk-sessions")
    .shadowRoot.querySelector("[role=status]").textContent !== "");
  assert.deepEqual(await focused(), { role: "status", text: "Signed out." });
  await older(there);
  await there.goto(`${place.site}/dashboard`);
  assert.equal(there.url().split("?")[0], `${place.clerk.url}/sign-in`);
  await here.goto(`${place.site}/dashboard`);
  assert.equal(pathOf(here), "/dashboard");
});

test("the list without scripts has the same buttons", { skip }, async (t) => {
  const [here, there] = [await visitor(t, place), await visitor(t, place)];
  await signIn(there, place, "otto", "/dashboard");
  await signIn(here, place, "otto", "/account");
  await here.getByRole("link", { name: "Show my sessions" }).click();
  assert.equal(await here.locator("li").count(), 2);
  await here.getByRole("button", { name: "Sign out this session" }).click();
  assert.equal(pathOf(here), "/.clerk-edge/sessions");
  assert.equal(await here.locator("li").count(), 1);
});

test("the onboarding is finished without a script", { skip }, async (t) => {
  const page = await visitor(t, place);
  await signIn(page, place, "gale", "/club");
  assert.equal(pathOf(page), "/onboarding");
  await page.getByRole("button", { name: "Finish" }).click();
  assert.equal(pathOf(page), "/club");
  assert.equal(await page.locator("h1").textContent(), "Club");
});

test("a form that was filled in for longer than a token lives is not lost", { skip }, async (t) => {
  const page = await visitor(t, place);
  await signIn(page, place, "uma", "/onboarding");
  await older(page);
  await page.getByRole("button", { name: "Finish" }).click();
  assert.equal(pathOf(page), "/club");
});

test("two accounts of one browser, switched", { skip }, async (t) => {
  const page = await visitor(t, place, WITH_SCRIPTS);
  await signIn(page, place, "uma", "/dashboard");
  const again = `${place.clerk.url}/sign-in?redirect_url=${place.site}/account`;
  await page.goto(again);
  await page.locator('button[value="ada"]').click();
  assert.equal(pathOf(page), "/account");
  const user = () => page.evaluate(async () => {
    return (await (await fetch("/.clerk-edge/session")).json()).user_id;
  });
  assert.match(await user(), /Ada/);
  const accounts = page.locator("clerk-session-switch");
  await accounts.getByRole("button", { name: "Switch to Uma" }).click();
  await page.waitForURL(`${place.site}/account`);
  assert.match(await user(), /Uma/);
  await accounts.getByRole("button", { name: "Switch to Ada" }).waitFor();
});

test("inactivity warns in all tabs, activity in one counts for all, then it signs out", { skip }, async (t) => {
  const page = await visitor(t, place, WITH_SCRIPTS);
  await page.context().clock.install();
  await signIn(page, place, "lou", "/dashboard");
  const other = await page.context().newPage();
  await other.goto(`${place.site}/dashboard`);
  const warning = (tab) => tab.locator("clerk-inactivity");
  const both = [page, other];
  for (const tab of both) await warning(tab).waitFor({ state: "hidden" });
  await counting(both);
  await page.context().clock.fastForward("14:30");
  for (const tab of both) {
    await warning(tab).waitFor({ state: "visible" });
    assert.equal(await warning(tab).getAttribute("role"), "alert");
    assert.match(await warning(tab).textContent(), /00:[23]\d/);
  }
  await other.keyboard.press("Shift");
  await page.context().clock.runFor(1500);
  for (const tab of both) await warning(tab).waitFor({ state: "hidden" });
  await page.context().clock.fastForward("15:00");
  for (const tab of both) await tab.waitForURL(`${place.site}/goodbye`);
  await page.goto(`${place.site}/dashboard`);
  assert.equal(page.url().split("?")[0], `${place.clerk.url}/sign-in`);
});

test("under script-src 'self' all elements work and nothing is reported", { skip }, async (t) => {
  const page = await visitor(t, place, WITH_SCRIPTS);
  await signIn(page, place, "uma", "/account");
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await elements(page, "<clerk-session-timer>a</clerk-session-timer><clerk-sessions>b</clerk-sessions>");
  await page.locator("clerk-session-timer [part=token]").waitFor();
  await page.locator("clerk-sessions [part=current]").first().waitFor();
  assert.match(await page.locator("clerk-session-timer").textContent(), /^Token: 0[01]:\d\d$/);
  assert.equal(await page.locator("clerk-session-timer").getAttribute("role"), "timer");
  assert.deepEqual(errors, []);
});

test("a hidden tab refreshes nothing, and at once when it is shown", { skip }, async (t) => {
  const page = await visitor(t, place, WITH_SCRIPTS);
  await page.clock.install();
  await signIn(page, place, "uma", "/account");
  const asked = [];
  page.on("request", (request) => request.url().endsWith("/refresh") && asked.push(1));
  await elements(page, '<clerk-refresh every="50"></clerk-refresh>');
  await page.clock.runFor(30_000);
  assert.equal(asked.length, 0, "the page has just come");
  await show(page, false);
  await page.clock.runFor(120_000);
  assert.equal(asked.length, 0);
  const answered = page.waitForResponse((answer) => answer.url().endsWith("/refresh"));
  await show(page, true);
  assert.equal((await answered).status(), 200);
  assert.equal(asked.length, 1);
  const again = page.waitForResponse((answer) => answer.url().endsWith("/refresh"));
  await page.clock.runFor(51_000);
  assert.equal((await again).status(), 200);
  assert.equal(asked.length, 2);
});

test("of two tabs one refreshes, and one whose session has ended asks no more", { skip }, async (t) => {
  const page = await visitor(t, place, WITH_SCRIPTS);
  await page.context().clock.install();
  await signIn(page, place, "mo", "/account");
  const asked = [];
  page.context().on("request", (request) => request.url().endsWith("/refresh") && asked.push(1));
  const other = await page.context().newPage();
  for (const tab of [page, other]) await elements(tab, '<clerk-refresh every="50"></clerk-refresh>');
  const first = page.context().waitForEvent("response", isRefresh);
  await page.context().clock.fastForward(51_000);
  assert.equal((await first).status(), 200);
  await page.context().clock.runFor(2_000);
  assert.equal(asked.length, 1);
  const ended = page.evaluate(() => new Promise((done) => {
    addEventListener("clerk-not-refreshed", ({ detail }) => done(detail.status));
  }));
  for (const session of place.stage.clients.sessions()) {
    place.stage.clients.end(session, "revoked", place.stage.nowSeconds());
  }
  await other.close();
  await page.clock.fastForward(51_000);
  assert.equal(await ended, 401);
  const before = asked.length;
  await page.clock.runFor(120_000);
  assert.equal(asked.length, before);
});

test("elements keep their content where nobody is signed in", { skip }, async (t) => {
  const page = await visitor(t, place, WITH_SCRIPTS);
  await page.goto(`${place.site}/about`);
  const told = page.waitForResponse((answer) => answer.url().endsWith("/sessions"));
  await elements(page, "<clerk-sessions>Sign in to see them</clerk-sessions>");
  assert.equal((await told).status(), 401);
  assert.equal(await page.locator("clerk-sessions").innerText(), "Sign in to see them");
});

/** A page of the site with these elements and a strict policy. */
async function elements(page, body) {
  const policy = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:";
  await page.route("**/elements", (route) => route.fulfill({
    contentType: "text/html",
    headers: { "content-security-policy": policy },
    body: `<!doctype html><title>Elements</title><link rel="icon" href="data:,">
      <script type="module" src="/.clerk-edge/session.js"></script>${body}`,
  }));
  await page.goto(`${place.site}/elements`);
}

/** Puts the tab into the background, or back in front, as far as its page can tell. */
async function show(page, visible) {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, !visible);
}

/** Waits until the tabs count inactivity: they have then noted that the page was opened. */
async function counting(tabs) {
  for (const tab of tabs) {
    await tab.waitForFunction(() => document.querySelector("clerk-inactivity").counts === true);
  }
}

function isRefresh(answer) {
  return answer.url().endsWith("/refresh");
}

/** Makes the session token of this browser seventy seconds older. */
async function older(page) {
  const { keys } = place.stage;
  const cookies = await page.context().cookies(place.site);
  const sessions = cookies.filter(({ name }) => /^__session/.test(name));
  assert(sessions.length > 0);
  const aged = sessions.map((cookie) => {
    const claims = keys.open(cookie.value);
    const times = ["iat", "nbf", "exp"].map((name) => [name, claims[name] - 70]);
    const value = keys.sign(HEADER, { ...claims, ...Object.fromEntries(times) });
    return { name: cookie.name, value, url: place.site };
  });
  // A token that is older than the sign-in is one of another browser state.
  const uat = cookies.filter(({ name }) => /^__client_uat/.test(name));
  const before = uat.map(({ name, value }) => ({ name, value: `${value - 100}`, url: place.site }));
  await page.context().addCookies([...aged, ...before]);
}

const HEADER = { cat: "cl_B7d4PD111AAA" };
