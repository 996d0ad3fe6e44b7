// The setting of a browser test: the demo on free ports and a real Chromium before it.
// `GATE=sdk` puts the SDK in the place of the gate; without it the built Worker stands there.

import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { BUNDLE, startDemo } from "../../demo/demo.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SCRATCH = join(ROOT, "target", "browser");
const SDK_WORKER = join(ROOT, "tests", "stage", "sdk-worker.mjs");

/** Which gate is looked at: `edge` or `sdk`. */
export const GATE = process.env.GATE ?? "edge";

/** Reasons to skip what the SDK does not offer; false where our own gate stands. */
export const ONLY_EDGE = GATE === "sdk" && "the SDK has nothing of the kind";

/** Starts the demo and a browser before the tests of a file, and ends both after them. */
export function house(options = {}) {
  const place = {};
  before(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    const folder = mkdtempSync(join(SCRATCH, "demo-"));
    const host = options.type === "production" ? "127.0.0.1" : "localhost";
    const worker = GATE === "sdk" ? SDK_WORKER : BUNDLE;
    Object.assign(place, await startDemo({ host, ...options, folder, worker }));
    place.browser = await chromium.launch({
      executablePath: browserPath(),
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      // Without this the back button is tested against a browser that nobody has.
      ignoreDefaultArgs: ["--disable-back-forward-cache"],
    });
  }, { timeout: START_MS });
  after(async () => {
    await place.browser?.close();
    await place.close?.();
  });
  return place;
}

/** A visitor with an empty jar, whose browser runs no scripts unless it is asked to. */
export async function visitor(t, place, options = {}) {
  const context = await place.browser.newContext({ javaScriptEnabled: false, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/** Opens `path` as a stranger and signs in as `person` on the way. */
export async function signIn(page, place, person, path = "/dashboard") {
  await page.goto(`${place.site}${path}`);
  await page.locator(`button[value="${person}"]`).click();
}

/** Path of the page the browser is on, slash at the end or not. */
export function pathOf(page) {
  return new URL(page.url()).pathname.replace(/(.)\/$/, "$1");
}

/** Ages the session of `person` in the browser's jar by seventy seconds. */
export async function grow(page, place, person) {
  const made = await control(place, "token", { person, party: place.site, age_seconds: 70 });
  const names = ["__session", `__session_${made.suffix}`];
  const cookies = names.map((name) => ({ name, value: made.token, url: place.site }));
  await page.context().addCookies(cookies);
}

/** Pulls one of the strings behind the stage. */
export async function control(place, path, body = {}) {
  const answer = await fetch(`${place.clerk.url}/stage/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.json();
}

/** Keeps a picture of the page, whole, for people to look at. */
export async function picture(page, name) {
  const path = join(SCRATCH, "pictures", GATE, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
}

function browserPath() {
  const found = [process.env.CHROMIUM, ...BROWSERS].find((path) => path && existsSync(path));
  if (!found) throw new Error("No Chromium found: install one, or name it in CHROMIUM.");
  return found;
}

const BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const START_MS = 60_000;
const PATIENCE_MS = 15_000;
