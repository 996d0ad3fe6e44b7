// What is known of a built site without the scanner's help: its files, the marked sentences of its
// pages, and what its open pages load.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** The pages of the marked sentences. */
export const PAGE_OF = {
  HOME: "/",
  ABOUT: "/about",
  DASHBOARD: "/dashboard",
  ADMIN: "/admin",
  CLIENT: "/admin",
  LOADED: "/admin",
  SCRIPT: "/admin",
  USERS: "/admin/users",
  DATA: "/admin/users",
};
export const GUARDED = ["/dashboard", "/admin", "/admin/users"];

/** The names of all files below a folder. */
export function listed(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** The pages whose marks stand in some bytes. */
export function pagesIn(bytes) {
  const marks = opened(bytes).match(/MARK-[A-Z]+/g) ?? [];
  const pages = new Set(marks.map((mark) => PAGE_OF[mark.slice(5)]));
  if (pages.has(undefined)) throw new Error("a mark of no page");
  return pages;
}

function opened(bytes) {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes).toString("latin1");
  return bytes.toString("latin1");
}

/** The addresses that the HTML of open pages loads by tag. */
export function loadedByOpenPages(folder, files) {
  const loaded = new Set();
  for (const file of files.filter((file) => /^(index|about(\/index)?|404)\.html$/.test(file))) {
    const html = readFileSync(join(folder, file), "utf8");
    for (const [tag] of html.matchAll(/<(script|link|img)\b[^>]*>/g)) {
      if (/rel="?(prefetch|alternate)/.test(tag)) continue;
      const address = /\b(?:src|href)="?([^"\s>]+)/.exec(tag)?.[1];
      if (address) loaded.add(new URL(address, `https://site.test/${file}`).pathname);
    }
  }
  return loaded;
}

/** Runs the scanner on a folder: what it prints. With `--write` it writes the map there. */
export function scan(folder, ...flags) {
  const example = ["run", "--quiet", "--package", "clerk-edge-site", "--features", "fs"];
  return execFileSync("cargo", [...example, "--example", "scan", "--", folder, ...flags], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 * 1024 * 1024,
  });
}
