// How it looks and reads, by assertion: title, language, landmarks, contrast, focus order, width of
// a phone, no errors in the console. Pictures are kept beside, for people to look at.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { audit } from "./audit.mjs";
import { house, ONLY_EDGE, picture, signIn, visitor } from "./setting.mjs";

const place = house();

const SCREENS = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
};
const SCHEMES = ["light", "dark"];

const PUBLIC = { home: "/", about: "/about", unauthorized: "/unauthorized" };
const MEMBERS = { dashboard: "/dashboard", boats: "/dashboard/boats", received: "/received",
  account: "/account", onboarding: "/onboarding", signout: "/sign-out" };

for (const [screen, shape] of Object.entries(SCREENS)) {
  for (const colorScheme of SCHEMES) {
    const look = { ...shape, colorScheme, javaScriptEnabled: true };
    const suffix = `${screen}-${colorScheme}`;

    describe(`on a ${screen}, ${colorScheme}`, () => {
      test("the site", async (t) => {
        const page = await visitor(t, place, look);
        const errors = listen(page);
        for (const [name, path] of Object.entries(PUBLIC)) {
          await page.goto(`${place.site}${path}`);
          await inspect(page, `${name}-${suffix}`);
        }
        await signIn(page, place, "ada");
        for (const [name, path] of Object.entries(MEMBERS)) {
          // Only the account page asks Clerk, and its lists come later than the page.
          const asksClerk = name === "account";
          const asked = asksClerk && page.waitForResponse((answer) => answer.url().includes("/v1/environment"));
          await page.goto(`${place.site}${path}`);
          await asked;
          if (asksClerk) await page.locator("clerk-sessions [part=current]").first().waitFor();
          await inspect(page, `${name}-${suffix}`, asksClerk ? [place.clerk.url] : []);
        }
        assert.deepEqual(errors, []);
      });

      test("a page that does not exist", async (t) => {
        const page = await visitor(t, place, look);
        await signIn(page, place, "uma");
        const answer = await page.goto(`${place.site}/no-such-page`);
        assert.equal(answer.status(), 404);
        await inspect(page, `not-found-${suffix}`);
      });

      test("the stand-in", async (t) => {
        const page = await visitor(t, place, look);
        const errors = listen(page);
        for (const path of ["/", "/sign-in", "/sign-up", "/sign-out"]) {
          await page.goto(`${place.clerk.url}${path}`);
          await inspect(page, `clerk${path.replaceAll("/", "-")}-${suffix}`);
        }
        assert.deepEqual(errors, []);
      });

      test("a refusal", { skip: ONLY_EDGE }, async (t) => {
        const page = await visitor(t, place, look);
        await signIn(page, place, "uma");
        const answer = await page.goto(`${place.site}/billing`);
        assert.equal(answer.status(), 403);
        await inspect(page, `refusal-${suffix}`);
      });

      test("the page about one's own role", { skip: ONLY_EDGE }, async (t) => {
        const page = await visitor(t, place, look);
        const errors = listen(page);
        for (const person of ["ada", "lou", "otto", "gale"]) {
          await page.context().clearCookies();
          await signIn(page, place, person);
          const answer = await page.goto(`${place.site}/debug-role?path=/billing`);
          assert.equal(answer.status(), 200);
          await inspect(page, `debug-role-${person}-${suffix}`);
        }
        assert.deepEqual(errors, []);
      });
    });
  }
}

/** The page must pass every point of the audit, then its picture is kept. */
async function inspect(page, name, others = []) {
  await picture(page, name);
  assert.deepEqual(await audit(page, others), [], `${name}: ${page.url()}`);
}

/** What the browser complains of, from now on. */
function listen(page) {
  const errors = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("requestfailed", (request) => {
    // Leaving a page before its picture has come is no error of the page.
    const { errorText } = request.failure();
    if (errorText !== "net::ERR_ABORTED") errors.push(`${request.url()}: ${errorText}`);
  });
  return errors;
}
