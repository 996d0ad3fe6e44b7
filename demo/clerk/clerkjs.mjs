// Serves the published bundle of clerk-js, where npm has put `@clerk/clerk-js` within reach:
// `/npm/@clerk/clerk-js@6/dist/clerk.browser.js`, the address that Clerk's loaders ask for.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { notFound } from "./errors.mjs";

/** The folder of the package: as named at start, else found from here or from where we run. */
export function findClerkJs(folder) {
  if (folder) return folder;
  for (const from of [import.meta.url, join(process.cwd(), "index.js")]) {
    try {
      // The package does not export its package.json, so its main file has to lead there.
      return dirname(dirname(createRequire(from).resolve("@clerk/clerk-js")));
    } catch {
      // Not reachable from here.
    }
  }
  return undefined;
}

/** `GET /npm/@clerk/clerk-js@VERSION/dist/FILE`; the version is that which is installed. */
export function clerkJs(stage, _request, [file]) {
  if (!stage.clerkJs) return notFound("The package @clerk/clerk-js is not installed here.");
  try {
    const text = readFileSync(join(stage.clerkJs, "dist", file), "utf8");
    const headers = [
      ["access-control-allow-origin", "*"],
      ["cache-control", "public, max-age=60"],
    ];
    return { text, type: "application/javascript; charset=utf-8", headers };
  } catch {
    return notFound("There is no such file in @clerk/clerk-js.");
  }
}
