// What a browser without scripts lives through when time passes and keys change: tokens expire,
// keys rotate, clocks and keys disagree. Time is moved by aging what the browser holds.

import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { control, GATE, grow, house, pathOf, picture, signIn, visitor } from "./setting.mjs";

for (const type of ["development", "production"]) {
  describe(type, () => {
    const place = house({ type, settings: { session_age_seconds: 300 } });
    afterEach(() => control(place, "reset"));

    test("seventy seconds later the member area still opens, by a handshake", async (t) => {
      const page = await visitor(t, place);
      await signIn(page, place, "uma");
      await grow(page, place, "uma");
      const before = place.stage.calls.all().counts.handshake ?? 0;
      const answer = await page.goto(`${place.site}/dashboard/boats`);
      assert.equal(answer.status(), 200);
      assert.equal(pathOf(page), "/dashboard/boats");
      assert.equal(new URL(page.url()).search, "", "nothing of the handshake stays in the address");
      assert.equal(place.stage.calls.all().counts.handshake, before + 1);
      await page.goto(`${place.site}/dashboard`);
      assert.equal(place.stage.calls.all().counts.handshake, before + 1, "one renewal is enough");
    });

    test("with a refresh cookie it opens in place", async (t) => {
      await control(place, "settings", { refresh_cookie: true });
      const page = await visitor(t, place);
      await signIn(page, place, "uma");
      await grow(page, place, "uma");
      await control(place, "reset", { settings: { refresh_cookie: true } });
      await page.goto(`${place.site}/dashboard/boats`);
      assert.equal(pathOf(page), "/dashboard/boats");
      const { counts } = place.stage.calls.all();
      assert.deepEqual([counts.refresh, counts.handshake], [1, undefined]);
    });

    test("it still opens after the keys were rotated", async (t) => {
      const page = await visitor(t, place);
      await signIn(page, place, "uma");
      await control(place, "rotate", { keep: true });
      await page.goto(`${place.site}/dashboard`);
      assert.equal(pathOf(page), "/dashboard");
      await grow(page, place, "uma");
      await page.goto(`${place.site}/dashboard/boats`);
      assert.equal(pathOf(page), "/dashboard/boats");
    });
  });
}

describe("a loop is ended and explained", () => {
  const early = house({ settings: { session_age_seconds: 300, token_age_seconds: 70 } });

  test("where tokens have expired before they arrive", async (t) => {
    const page = await visitor(t, early);
    await signIn(page, early, "ada");
    await assertEnded(page, early, "loop-clock");
  });

  const keys = house({ type: "production" });

  test("where the keys do not match", async (t) => {
    await control(keys, "rotate", { mismatch: true });
    const page = await visitor(t, keys);
    await signIn(page, keys, "ada");
    await assertEnded(page, keys, "loop-keys");
  });
});

/** The SDK asks to sign in once more; our gate says what is wrong. */
async function assertEnded(page, place, name) {
  if (GATE === "sdk") {
    assert.equal(page.url().split("?")[0], `${place.clerk.url}/sign-in`);
    return;
  }
  assert.equal(pathOf(page), "/dashboard");
  assert.match(await page.locator("main, body").first().textContent(), /redirect/i);
  const [navigation] = await page.evaluate(() => performance.getEntriesByType("navigation"));
  assert.equal(navigation.responseStatus, 508);
  await picture(page, name);
}
