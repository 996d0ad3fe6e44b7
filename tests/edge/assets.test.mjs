// The gate before what really serves the files: Cloudflare's asset server in workerd, and servers
// that read paths in other ways. Protected files hold a mark; whatever the path, the mark never
// reaches somebody who may not have it. And ordinary paths are never refused.
//
// `EDGE_PATHS` sets how many paths are drawn for each server, `EDGE_SEED` which.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { boot } from "./harness.mjs";
import { Instance } from "./mint.mjs";
import { Dice, hostile, ORDINARY } from "./paths.mjs";

const SEED = Number(process.env.EDGE_SEED ?? Date.now() % 1_000_000);
const COUNT = Number(process.env.EDGE_PATHS ?? 1_000);
const MARK = "MARK-[a-z]+";

const RULES = [
  { path: "/*", allow: "anyone" },
  { path: "/public/*", allow: "anyone" },
  { path: "/members/*", allow: "signed-in" },
  { path: "/admin/*", allow: { role: "admin" } },
  { path: "/public/hidden", allow: { role: "admin" } },
  { path: "/teams/:team/*", allow: { org: ":team" } },
];

/** Each protected file by its address; what it holds says who may have it. */
const PROTECTED = {
  "/admin.html": "admin",
  "/admin/index.html": "admin",
  "/admin/users.html": "admin",
  "/admin/secret.txt": "admin",
  "/admin/deep/er/file.html": "admin",
  "/admin/caf\u00e9 au lait.html": "admin",
  "/public/hidden.html": "admin",
  "/members/index.html": "members",
  "/members/news.html": "members",
  "/members.html": "members",
  "/teams/acme/plan.html": "acme",
  "/teams/other/plan.html": "other",
  "/teams/other/index.html": "other",
};
const OPEN = [
  ...["/index.html", "/404.html", "/public/index.html", "/public/x.html", "/public/x/y.html"],
  ...["/about.html", "/administrator.html", "/a/b.html", "/teams.html"],
];

const site = {
  ...Object.fromEntries(Object.entries(PROTECTED).map(([name, whose]) => [name.slice(1), `MARK-${whose}`])),
  ...Object.fromEntries(OPEN.map((name) => [name.slice(1), "open to all"])),
};

const clerk = await Instance.make({ live: true });
const vars = { CLERK_PUBLISHABLE_KEY: clerk.publishableKey, CLERK_JWT_KEY: clerk.pem, ROUTES: RULES, LOG: "off" };
const exp = Math.floor(Date.now() / 1000) + 3_600;
const cookie = async (claims) => ({ cookie: await clerk.cookies({ exp, ...claims }) });

/** Who asks, and which marks they may have. */
const VISITORS = [
  [{}, []],
  [await cookie({ metadata: { role: "member" } }), ["members"]],
  [await cookie({ metadata: { role: "member" }, o: { id: "org_1", slg: "acme", rol: "member" } }), ["members", "acme"]],
  [await cookie({ metadata: { role: "admin" } }), ["members", "admin"]],
];

/**
 * Every drawn path as a stranger and as one other visitor in turn. What came is counted; a mark that is
 * not the visitor's fails.
 */
async function storm(gate, paths) {
  const [stranger, ...others] = VISITORS;
  const visits = paths.flatMap((path, at) => [[path, stranger], [path, others[at % others.length]]]);
  const calls = visits.map(([path, [headers]]) => ({ url: `https://app.example.com${path}`, headers }));
  const answers = await gate.askAll(calls, { lanes: 32, mark: MARK });
  const counts = { paths: paths.length, asked: calls.length, refused: 0, found: 0, marks: 0 };
  const leaks = [];
  for (const [at, { status, mark, text }] of answers.entries()) {
    const [path, [, theirs]] = visits[at];
    assert(status > 0 && status < 500, `${status} ${text ?? ""} at ${path} (seed ${SEED})`);
    counts.refused += status === 400;
    counts.found += status === 200;
    counts.marks += mark !== null;
    const may = mark === null || theirs.includes(mark.slice("MARK-".length));
    if (!may) leaks.push(`${path} gave ${mark} to one who may have [${theirs}]`);
  }
  assert.deepEqual(leaks, [], `seed ${SEED}`);
  return counts;
}

/** As long as it takes: the numbers are the caller's. */
const LONG = { timeout: 3_600_000 };

/** How many of the paths give a stranger a protected file where no rule protects it. */
async function dangerous(gate, paths) {
  await gate.configure({ ...vars, ROUTES: [{ path: "/*", allow: "anyone" }] });
  const calls = paths.map((path) => ({ url: `https://app.example.com${path}` }));
  const answers = await gate.askAll(calls, { lanes: 32, mark: MARK });
  return answers.filter(({ mark }) => mark !== null).length;
}

const tell = (t, counts) => t.diagnostic(`seed ${SEED}: ${JSON.stringify(counts)}`);
const page = (name) => name.replace(/(\/index)?\.html$/, "");
const names = (name) => [name, page(name), name.replace(/(\/index)?\.html$/, "/")];
const aliases = Object.keys(PROTECTED).flatMap(names);
const targets = [...new Set(aliases)].map((name) => encodeURI(name));

const MODES = {
  "auto-trailing-slash": { html_handling: "auto-trailing-slash", not_found_handling: "404-page" },
  "force-trailing-slash": { html_handling: "force-trailing-slash" },
  "drop-trailing-slash": { html_handling: "drop-trailing-slash" },
  none: { html_handling: "none", not_found_handling: "single-page-application" },
};

for (const [number, [mode, assetsConfig]] of Object.entries(MODES).entries()) {
  describe(`the asset server, html_handling ${mode}`, LONG, () => {
    const paths = hostile(new Dice(SEED + number), COUNT, targets);
    let gate;
    before(async () => {
      gate = await boot({ vars, assets: site, assetsConfig, front: true });
    });
    after(() => gate?.close());

    test("drawn paths give nobody what is not theirs", LONG, async (t) => {
      const counts = await storm(gate, paths);
      tell(t, counts);
      // Were everything refused, the test would say nothing.
      assert(counts.refused < counts.asked * 0.9);
    });

    test("ordinary paths are refused to nobody who may have them", async () => {
      const [headers] = VISITORS.at(-1);
      const calls = ORDINARY.map((path) => ({ url: `https://app.example.com${path}`, headers }));
      const answers = await gate.askAll(calls);
      const statuses = answers.map(({ status }, at) => [status, ORDINARY[at]]);
      const refused = statuses.filter(([status]) => ![200, 307, 404].includes(status));
      assert.deepEqual(refused, []);
      assert(ORDINARY.length >= 200);
    });

    test("each protected file is there for whom it is, and for them alone", async () => {
      for (const [name, whose] of Object.entries(PROTECTED)) {
        for (const [headers, theirs] of VISITORS) {
          const url = (path) => `https://app.example.com${encodeURI(path)}`;
          const calls = names(name).map((path) => ({ url: url(path), headers }));
          const seen = (await gate.askAll(calls, { mark: MARK })).map(({ mark }) => mark).filter(Boolean);
          if (theirs.includes(whose)) assert(seen.includes(`MARK-${whose}`), `${name} for ${theirs}`);
          else assert.deepEqual(seen, [], `${name} for ${theirs}`);
        }
      }
    });

    test("without the rules many of the drawn paths would", LONG, async (t) => {
      const count = await dangerous(gate, paths);
      tell(t, { dangerous: count });
      assert(count > COUNT / 50, `only ${count}`);
    });
  });
}

/**
 * A server that decodes a path so many times, and then does what servers do: in every combination, it
 * takes `\` for a separator, cuts parameters, merges empty segments, stops at NUL, `#` and `?`. It
 * shows the marks of all places that any of these would lead to.
 */
const lenient = (rounds) => `
const decode = (text) => text.replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));
const cut_parameters = (text) => text.split("/").map((part) => part.split(";")[0]).join("/");
const without_dots = (parts) => {
  const kept = [];
  for (const part of parts) {
    if (part === "..") kept.pop();
    else if (part !== ".") kept.push(part);
  }
  return kept;
};
function places(path) {
  const found = new Set();
  for (let ways = 0; ways < 32; ways += 1) {
    const [early, late, slashes, merge, stop] = [1, 2, 4, 8, 16].map((bit) => (ways & bit) !== 0);
    let text = early ? cut_parameters(path) : path;
    for (let round = 0; round < ${rounds}; round += 1) text = decode(text);
    if (slashes) text = text.replaceAll("\\\\", "/");
    if (late) text = cut_parameters(text);
    if (stop) text = text.split(/[\\0#?]/)[0];
    let parts = text.split("/").slice(1);
    if (merge) parts = parts.filter((part) => part !== "");
    found.add(without_dots(parts).join("/"));
  }
  return [...found];
}
const mark = (place) => {
  const [first, second] = place.split("/");
  if (first === "teams") return /^[a-z]+$/.test(second ?? "") ? "MARK-" + second : "";
  if (place === "public/hidden") return "MARK-admin";
  return first === "admin" || first === "members" ? "MARK-" + first : "";
};
export default {
  fetch(request) {
    return new Response(places(new URL(request.url).pathname).map(mark).filter(Boolean).join("\\n"));
  },
};
`;

for (const [number, rounds] of [1, 2].entries()) {
  describe(`a server that decodes ${rounds === 1 ? "once" : "twice"}`, LONG, () => {
    const paths = hostile(new Dice(SEED + 100 + number), COUNT, targets.map(page));
    let gate;
    before(async () => {
      gate = await boot({ vars, origin: lenient(rounds), front: true });
    });
    after(() => gate?.close());

    test("drawn paths lead nobody to a place that is not theirs", LONG, async (t) => {
      const counts = await storm(gate, paths);
      tell(t, counts);
      assert(counts.refused < counts.asked * 0.9);
    });

    test("ordinary paths are refused to nobody who may have them", async () => {
      const [headers] = VISITORS.at(-1);
      const calls = ORDINARY.map((path) => ({ url: `https://app.example.com${path}`, headers }));
      const answers = await gate.askAll(calls);
      const statuses = answers.map(({ status }, at) => [status, ORDINARY[at]]);
      const refused = statuses.filter(([status]) => status !== 200);
      assert.deepEqual(refused, []);
    });

    test("without the rules many of the drawn paths would", LONG, async (t) => {
      const count = await dangerous(gate, paths);
      tell(t, { dangerous: count });
      assert(count > COUNT / 10, `only ${count}`);
    });
  });
}
