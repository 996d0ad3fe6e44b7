// Scans the sites of this folder as their frameworks build them, and compares the map with what
// stands in the files: `node tests/sites/scan.mjs [NAME…]`. `--plain`: only those of the plain test
// command.
//
// Each guarded page has marked sentences. Every file that holds one must be in the map under that
// page, and no file that an open page loads may be closed by a guarded one. Both are looked up here
// without the scanner's help.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { build } from "./build.mjs";
import { GUARDED, listed, loadedByOpenPages, pagesIn, scan } from "./files.mjs";
import { SITES } from "./sites.mjs";

/** Of each file with marks: its pages that are guarded. */
function marked(folder, files) {
  const found = new Map();
  for (const file of files.filter((file) => !file.endsWith(".html"))) {
    const pages = pagesIn(readFileSync(join(folder, file)));
    const guarded = GUARDED.filter((page) => pages.has(page));
    if (guarded.length) found.set(`/${file}`, guarded);
  }
  return found;
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
  const output = scan(folder);
  const findings = output.split("\n").filter((line) => line.startsWith("# "));
  const map = read(output.split("\n").filter((line) => !line.startsWith("# ")).join("\n"));
  const files = listed(folder);
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
