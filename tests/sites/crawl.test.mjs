// The sites of this folder behind the built gate: every file is asked for as a stranger, a member
// and an admin. Nobody is served text of a page that they may not read, and what an open page loads is
// refused to nobody.
//
// `SITES` names the sites; without it those of the plain test command.

import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { boot } from "../edge/harness.mjs";
import { Instance } from "../edge/mint.mjs";
import { build } from "./build.mjs";
import { GUARDED, listed, loadedByOpenPages, pagesIn, ROOT, scan } from "./files.mjs";
import { SITES } from "./sites.mjs";

/** What the rules open to anyone, beside the open pages. */
const OPEN = {
  astro: ["/_astro/*"],
  vitepress: ["/assets/*", "/hashmap.json"],
  "next-app": ["/_next/*"],
  "next-pages": ["/_next/*"],
  "react-router": ["/assets/*"],
  sveltekit: ["/_app/*"],
  nuxt: ["/_nuxt/*"],
  gatsby: ["/page-data/app-data.json", "/static/*"],
  docusaurus: ["/assets/*"],
  eleventy: ["/assets/*", "/pagefind/*"],
  "vite-spa": ["/assets/*"],
};

const OPEN_PAGES = ["/", "/about/*", "/unauthorized/*", "/404", "/favicon.ico"];

const rules = (name) => [
  ...[...OPEN_PAGES, ...OPEN[name]].map((path) => ({ path, allow: "anyone" })),
  { path: "/dashboard/*", allow: "signed-in" },
  { path: "/admin/*", allow: { role: "admin" }, otherwise: "/unauthorized" },
];

const clerk = await Instance.make({ live: true });
const exp = Math.floor(Date.now() / 1000) + 3_600;
const cookie = async (role) => ({ cookie: await clerk.cookies({ exp, metadata: { role } }) });
/** Each with the guarded pages that they may read. */
const PEOPLE = {
  stranger: [{}, []],
  member: [await cookie("member"), ["/dashboard"]],
  admin: [await cookie("admin"), GUARDED],
};

/** A copy of a site's output with its map, and what the scanner says beside it. */
function mapped(name) {
  const folder = join(ROOT, "target/sites", name);
  rmSync(folder, { recursive: true, force: true });
  cpSync(build(name), folder, { recursive: true });
  return { folder, told: scan(folder, "--write") };
}

async function crawl(name, { folder, told }, t) {
  const gate = await boot({
    vars: {
      CLERK_PUBLISHABLE_KEY: clerk.publishableKey,
      CLERK_JWT_KEY: clerk.pem,
      ROUTES: rules(name),
      LOG: "off",
    },
    config: {
      assets: {
        directory: folder,
        binding: "ASSETS",
        run_worker_first: true,
        not_found_handling: SITES[name].application ? "single-page-application" : "404-page",
      },
    },
  });
  try {
    const files = listed(folder).filter((file) => file !== "_clerk-edge.txt");
    const addresses = files.flatMap((file) => {
      const address = `/${file.split("/").map(encodeURIComponent).join("/")}`;
      const page = address.replace(/(\/index)?\.html$/, "") || "/";
      return file.endsWith(".html") ? [address, page] : [address];
    });
    const wrong = [];
    const seen = new Map();
    for (const [who, [headers, theirs]] of Object.entries(PEOPLE)) {
      for (const address of addresses) {
        const response = await gate.fetch(address, { headers });
        const bytes = Buffer.from(await response.arrayBuffer());
        seen.set(`${who} ${address}`, response.status);
        const pages = [...pagesIn(bytes)].filter((page) => GUARDED.includes(page));
        const guarded = pages.filter((page) => !theirs.includes(page));
        if (guarded.length) wrong.push(`${who} reads text of ${guarded} in ${address}`);
        const isFault = who === "admin" && ![200, 307].includes(response.status);
        if (isFault) wrong.push(`an admin gets ${response.status} for ${address}`);
      }
    }
    for (const address of loadedByOpenPages(folder, files)) {
      const { status } = await gate.fetch(address);
      if (![200, 307, 404].includes(status)) wrong.push(`an open page loads ${address}: ${status}`);
    }
    const strangers = [...seen].filter(([key]) => key.startsWith("stranger"));
    const refused = strangers.filter(([, status]) => status === 401).length;
    t.diagnostic(`${files.length} files, ${refused} refused to strangers`);
    if (SITES[name].application) {
      assert.match(told, /SinglePageApplication/);
      return;
    }
    assert(refused > 0);
    assert.deepEqual(wrong, []);
  } finally {
    await gate.close();
  }
}

const named = (process.env.SITES ?? "").split(" ").filter(Boolean);
const names = named.length ? named : Object.keys(SITES).filter((name) => SITES[name].plain);

describe("sites of real frameworks", { timeout: 3_600_000 }, () => {
  for (const name of names) {
    test(name, { timeout: 1_200_000 }, (t) => crawl(name, mapped(name), t));
  }
});
