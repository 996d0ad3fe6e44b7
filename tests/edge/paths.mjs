// Hostile paths, drawn: pieces that were dangerous elsewhere put together at random, and the names of
// protected files disguised by one to four of the known disguises. The same seed draws the same paths.

import { readFileSync } from "node:fs";

const vectors = new URL("../vectors/", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, vectors), "utf8"));

/** Addresses that people really use. */
export const ORDINARY = read("paths-ordinary.json");

const { starts, names, between, pieces } = read("paths-pieces.json");

/** Endless chance from a number. */
export class Dice {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, and without, a limit (mulberry32). */
  below(limit) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}

/** That many different paths; `targets` are the addresses of protected files. */
export function hostile(dice, count, targets) {
  const drawn = new Set(targets);
  while (drawn.size < count) drawn.add(dice.below(3) === 0 ? pieced(dice) : disguised(dice, dice.pick(targets)));
  return [...drawn];
}

function pieced(dice) {
  let path = dice.pick(starts);
  const named = dice.below(2) === 0;
  for (let left = 1 + dice.below(9); left > 0; left -= 1) {
    path += named ? dice.pick(names) + dice.pick(between) : dice.pick(pieces);
  }
  return path;
}

function disguised(dice, target) {
  let path = target;
  // Few more often than many: much of what is disguised thrice leads nowhere.
  for (let left = 1 + Math.min(dice.below(4), dice.below(4)); left > 0; left -= 1) path = dice.pick(DISGUISES)(path, dice);
  return path.startsWith("/") ? path : `/${path}`;
}

const hex = (byte) => `%${byte.toString(16).padStart(2, "0")}`;
const escaped = (text) => [...Buffer.from(text)].map(hex).join("");

/** Applies something to one place of the path. */
function at_one(dice, path, pattern, change) {
  const places = [...path.matchAll(pattern)];
  if (places.length === 0) return path;
  const { index, 0: found } = dice.pick(places);
  return path.slice(0, index) + change(found) + path.slice(index + found.length);
}

const SLASHES = ["//", "/./", "/x/../", "/%2e/", "/x/%2e%2e/", "///"];
const SEPARATORS = ["%2F", "%2f", "%252F", "\\", "%5C", "%5c", "%255c", "/;/", ";/", "%3B/"];
const TAILS = [
  ...[";", ";x", ";jsessionid=1", "%3Bx", "%00", "%2500", "%20", "%09", ".", ".."],
  ...["%23", "%3F", "%23x", "%3Fx", "?x", "~", "::$DATA"],
];
const ENDINGS = [
  ...["/", "//", "/.", "/./", "/..", "/x/..", "/x/%2e%2e", ".html", "/index", "/index.html", ".html/"],
  ...["%2F", "%5C", "%2Findex.html", "/index.html/", "%00.css", ";.css", "%2f..%2fx.css", ".rsc", ".json"],
  ...["?a=/public/x", "#/public"],
];
const CLIMBS = [
  ...["/..", "/%2e%2e", "/.%2e", "/..;", "/..;/", "%2F..", "%2f%2e%2e", "%5C..", "\\.."],
  ...["/%252e%252e", "/../"],
];

const DISGUISES = [
  (path, dice) => at_one(dice, path, /[a-z.]/g, escaped),
  (path, dice) => at_one(dice, path, /[a-z.]/g, (letter) => escaped(letter).toUpperCase()),
  (path, dice) => at_one(dice, path, /[a-z.]/g, (letter) => escaped(escaped(letter))),
  (path, dice) => at_one(dice, path, /%/g, () => "%25"),
  (path, dice) => at_one(dice, path, /[a-z]/g, (letter) => letter.toUpperCase()),
  (path, dice) => at_one(dice, path, /\//g, () => dice.pick(SLASHES)),
  (path, dice) => at_one(dice, path, /(?!^)\//g, () => dice.pick(SEPARATORS)),
  (path, dice) => at_one(dice, path, /\/[^/]*/g, (part) => part + dice.pick(TAILS)),
  (path, dice) => path + dice.pick(ENDINGS),
  (path, dice) => dice.pick(["/public", "/public/x", "/assets", "/a/b"]) + dice.pick(CLIMBS) + path,
  (path, dice) => dice.pick(["/", "//", "/.", "/./", "/%2F", "/%5C", "/\\", "/;", "/;x", "/%2e", "/..", "/x/.."]) + path,
  (path) => path.replace(/\.html$/, ""),
  (path) => path.replace(/\/index\.html$/, "/"),
];
