// Scans the sites of this folder as their frameworks build them, and compares the map with what
// stands in the files: `node tests/sites/scan.mjs [NAME…]`. `--plain`: only those of the plain test
// command.
//
// Each guarded page has marked sentences. Every file that holds one must be in the map under that
// page, and no file that an open page loads may be closed by a guarded one. Both are looked up here
// without the scanner's help.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

import { build } from "./build.mjs";
import { SITES } from "./sites.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** The pages of the marked sentences. */
const PAGE_OF = {
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
const GUARDED = ["/dashboard", "/admin", "/admin/users"];

/** Of each file with marks: its pages that are guarded. */
function marked(folder, files) {
  const found = new Map();
  for (const file of files.filter((file) => !file.endsWith(".html"))) {
    const marks = opened(readFileSync(join(folder, file))).match(/MARK-[A-Z]+/g) ?? [];
    const pages = new Set(marks.map((mark) => PAGE_OF[mark.slice(5)]));
    if (pages.has(undefined)) throw new Error(`${file}: a mark of no page`);
    const guarded = GUARDED.filter((page) => pages.has(page));
    if (guarded.length) found.set(`/${file}`, guarded);
  }
  return found;
}

function opened(bytes) {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes).toString("latin1");
  return bytes.toString("latin1");
}

/** The addresses that the HTML of open pages loads by tag. */
function loadedByOpenPages(folder, files) {
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

/** The map as `path → { tie, pages }`. */
function read(map) {
  const lines = map.split("\n");
  const first = lines.shift();
  if (lines.splice(-2).join() !== "end," || first !== `clerk-edge-site 1 ${lines.length}`) {
    throw new Error(`not a map: ${first}`);
  }
  const sorted = [...lines].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (sorted.join() !== lines.join()) throw new Error("the lines are not sorted by their bytes");
  return new Map(lines.map((line) => {
    const [path, tie, pages] = line.split("\t");
    return [path, { tie, pages: pages.split(",") }];
  }));
}

function problems(name, folder) {
  const output = execFileSync("cargo", [
    "run", "--quiet", "--release", "--package", "clerk-edge-site", "--features", "fs",
    "--example", "scan", "--", folder,
  ], { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const findings = output.split("\n").filter((line) => line.startsWith("# "));
  const map = read(output.split("\n").filter((line) => !line.startsWith("# ")).join("\n"));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const isApplication = findings.some((line) => line.includes("SinglePageApplication"));
  if (isApplication !== Boolean(SITES[name].application)) {
    return [`it is ${isApplication ? "" : "not "}told to be a single-page application`];
  }
  const found = [];
  let checked = 0;
  for (const [file, pages] of isApplication ? [] : marked(folder, files)) {
    checked += 1;
    const line = map.get(file);
    // Where one page is enough, none of them may be another than the text's.
    const isStrict = line?.tie === "t" || line?.pages.length === 1;
    const covered = (page) => isStrict && line.pages.includes(page);
    for (const page of pages.filter((page) => !covered(page))) {
      found.push(`${file} holds text of ${page}, and the map has ${JSON.stringify(line ?? null)}`);
    }
  }
  const { index } = SITES[name];
  const indexes = index ? [...map].filter(([path]) => path.includes(index)) : [];
  for (const page of index ? GUARDED : []) {
    const held = indexes.some(([, line]) => line.tie === "t" && line.pages.includes(page));
    if (!held) found.push(`the search index holds words of ${page}, and the map does not say so`);
  }
  for (const file of loadedByOpenPages(folder, files)) {
    const line = map.get(file);
    const isGuarded = (page) => GUARDED.includes(page);
    const closes = line?.tie === "t" ? line.pages.some(isGuarded) : line?.pages.every(isGuarded);
    if (closes) found.push(`${file} is loaded by an open page and closed by ${line.pages}`);
  }
  if (!isApplication && checked === 0) found.push("no file has a mark: nothing was checked");
  console.log(`${name}: ${files.length} files, ${checked} with guarded text, ${map.size} mapped`);
  for (const line of findings) console.log(`  ${line}`);
  return found;
}

const named = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const plain = process.argv.includes("--plain");
const all = Object.keys(SITES).filter((name) => !plain || SITES[name].plain);
const names = named.length ? named : all;
let failed = 0;
for (const name of names) {
  const found = problems(name, build(name));
  for (const problem of found) console.error(`${name}: ${problem}`);
  failed += found.length ? 1 : 0;
}
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
