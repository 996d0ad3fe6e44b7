// Handshakes that lead nowhere, in a real browser: the page says why, and leads on.

import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { test } from "node:test";
import { control, house, ONLY_EDGE, signIn, visitor } from "./setting.mjs";

const place = house();

test("a session cookie that Chromium drops is named with its claims", { skip: ONLY_EDGE }, async (t) => {
  t.after(() => control(place, "reset", { people: true, sessions: true }));
  const { people } = await (await fetch(`${place.clerk.url}/stage/people`)).json();
  const { id } = people.find(({ name }) => name === "uma") ?? people[0];
  await control(place, "users/change", { id, public_metadata: { bio: "x".repeat(4000) } });
  const page = await visitor(t, place);
  await signIn(page, place, "uma");
  const text = await page.locator("main").innerText();
  assert.match(text, /browsers drop cookies above 4096 bytes/);
  assert.match(text, /largest claims of the session token are metadata \(\d+ bytes\)/);
  assert.match(text, /508 · redirect-loop/);
  const cookies = await page.context().cookies(place.site);
  assert.equal(cookies.some(({ name }) => name.startsWith("__session")), false);
  await page.getByRole("link", { name: "Home" }).click();
  assert.equal(page.url(), `${place.site}/`);
});

test("a secret key that Clerk refuses is named, instead of going round for ever", { skip: ONLY_EDGE }, async (t) => {
  t.after(() => control(place, "reset", { sessions: true }));
  await control(place, "faults", { endpoint: "backend", status: 401, json: { errors: [] } });
  const page = await visitor(t, place);
  await page.goto(`${place.site}/dashboard`);
  const text = await page.locator("main").innerText();
  assert.match(text, /__clerk_handshake_nonce/);
  assert.match(text, /CLERK_SECRET_KEY/);
  const link = page.getByRole("link", { name: /debug page/ });
  assert.match(await link.getAttribute("href"), /^\/debug-role\?path=%2Fdashboard/);
});

test("cookies that do not come back are named", { skip: ONLY_EDGE }, async (t) => {
  // A browser that keeps no cookies of this site, as the gate sees it.
  const site = new URL(place.site);
  const proxy = createServer((incoming, answer) => {
    const { cookie, ...headers } = incoming.headers;
    const { method, url } = incoming;
    const passed = request({ host: site.hostname, port: site.port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(passed);
  });
  await new Promise((done) => proxy.listen(0, "localhost", done));
  t.after(() => proxy.close());
  t.after(() => control(place, "reset", { sessions: true }));
  const page = await visitor(t, place);
  await page.goto(`http://localhost:${proxy.address().port}/dashboard`);
  const text = await page.locator("main").innerText();
  assert.match(text, /your browser sent none of them back/);
});
