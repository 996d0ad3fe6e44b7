// Everybody signs in without a script and lands where the rules say; every door opens for those it
// is meant for and for nobody else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { house, pathOf, signIn, visitor } from "./setting.mjs";

const place = house();

const DOORS = ["/queue", "/admin", "/billing", "/teams/acme"];
const PEOPLE = {
  gale: { home: "/dashboard", doors: [] },
  uma: { home: "/dashboard", doors: [] },
  mo: { home: "/queue", doors: ["/queue"] },
  ada: { home: "/admin", doors: ["/queue", "/admin", "/billing"] },
  lou: { home: "/admin", doors: ["/queue", "/admin", "/billing"] },
  otto: { home: "/dashboard", doors: ["/billing", "/teams/acme"] },
  "uma-by-ada": { home: "/dashboard", doors: [] },
};
const REFUSED = {
  "/queue": { status: 200, path: "/unauthorized" },
  "/admin": { status: 200, path: "/unauthorized" },
  "/billing": { status: 403, path: "/billing" },
  "/teams/acme": { status: 404, path: "/teams/acme" },
};

for (const [person, { home, doors }] of Object.entries(PEOPLE)) {
  const through = doors.join(", ") || "no other door";
  test(`${person} is led to ${home}, and through ${through}`, async (t) => {
    const page = await visitor(t, place);
    await signIn(page, place, person, "/welcome");
    assert.equal(page.url().startsWith(place.site), true, page.url());
    assert.equal(pathOf(page), home);
    for (const door of DOORS) {
      const answer = await page.goto(`${place.site}${door}`);
      const expected = doors.includes(door) ? { status: 200, path: door } : REFUSED[door];
      const seen = { status: answer.status(), path: pathOf(page) };
      assert.deepEqual(seen, expected, `${person} at ${door}`);
    }
  });
}

test("a stranger sees public pages, and the sign-in page for all else", async (t) => {
  const page = await visitor(t, place);
  for (const path of ["/", "/about", "/unauthorized"]) {
    await page.goto(`${place.site}${path}`);
    assert.equal(pathOf(page), path);
  }
  for (const path of ["/dashboard/boats", "/admin", "/billing", "/no-such-page"]) {
    await page.goto(`${place.site}${path}`);
    assert.equal(page.url().split("?")[0], `${place.clerk.url}/sign-in`, path);
  }
});

test("a pending session is sent to its task, and enters when that is done", async (t) => {
  const page = await visitor(t, place);
  await signIn(page, place, "pia", "/dashboard");
  assert.equal(page.url().split("?")[0], `${place.clerk.url}/sign-in/tasks`);
  await page.goto(`${place.site}/dashboard`);
  assert.equal(page.url().split("?")[0], `${place.clerk.url}/sign-in/tasks`);
  await page.getByRole("button", { name: /Join the organization/ }).click();
  assert.equal(pathOf(page), "/dashboard");
  await page.goto(`${place.site}/teams/acme`);
  assert.equal(await page.locator("h1").textContent(), "Team Acme");
});

test("whoever signs up has no role", async (t) => {
  const page = await visitor(t, place);
  await page.goto(`${place.site}/welcome`);
  await page.getByRole("link", { name: /Sign up/ }).click();
  await page.getByLabel("First name").fill("Ines");
  await page.getByRole("button", { name: "Sign up" }).click();
  assert.equal(pathOf(page), "/dashboard");
  await page.goto(`${place.site}/admin`);
  assert.equal(pathOf(page), "/unauthorized");
});

test("a page that does not exist is 404 with the site's own page", async (t) => {
  const page = await visitor(t, place);
  await signIn(page, place, "uma");
  for (const path of ["/no-such-page", "/dashboard/no/such/page"]) {
    const answer = await page.goto(`${place.site}${path}`);
    assert.equal(answer.status(), 404, path);
    assert.equal(await page.locator("h1").textContent(), "Page not found", path);
  }
});

test("no two people on the sign-in page have the same name", async (t) => {
  const page = await visitor(t, place);
  await page.goto(`${place.clerk.url}/sign-in`);
  const names = await page.locator("li button strong").allTextContents();
  assert.ok(names.length >= Object.keys(PEOPLE).length, names.join());
  assert.deepEqual(names, [...new Set(names)]);
});

test("a link with a query survives signing in", async (t) => {
  const page = await visitor(t, place);
  await signIn(page, place, "uma", "/dashboard/boats?sort=a+b&x=%2F");
  assert.equal(page.url(), `${place.site}/dashboard/boats?sort=a+b&x=%2F`);
});
