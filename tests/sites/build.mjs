// Builds the sites of this folder with their real frameworks: `node tests/sites/build.mjs [NAME…]`.
// Outputs are kept outside the clone, under the hash of a site's sources, so that an unchanged
// site is built once per machine. Prints each site's name and the folder of its output.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { SITES } from "./sites.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "../..");
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "clerk-edge", "sites");

/** The folder of a site's output; built first where it is not there. */
export function build(name) {
  const site = SITES[name];
  if (!site) throw new Error(`no site ${name}; there are ${Object.keys(SITES).join(", ")}`);
  const kept = join(CACHE, `${name}-${fingerprint(name)}`);
  if (!existsSync(kept)) {
    const work = join(CACHE, `${name}.${process.pid}`);
    try {
      make(name, site, work);
      removeOlder(name);
      renameSync(join(work, site.output), kept);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return kept;
}

/** A hash over all that decides the output: the sources, their lock, and how they are built. */
function fingerprint(name) {
  const hash = createHash("sha256").update(JSON.stringify(SITES[name]));
  for (const file of sources(join(HERE, name))) {
    hash.update(`\0${file}\0`).update(readFileSync(join(HERE, name, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** The files of a site's sources, sorted; what a build by hand leaves there is none. */
function sources(folder, below = "") {
  const made = new Set([
    "node_modules", ".next", ".astro", ".nuxt", ".output", ".svelte-kit", ".cache", ".docusaurus",
    ".react-router", "dist", "out", "build", "_site",
  ]);
  const entries = readdirSync(join(folder, below), { withFileTypes: true });
  return entries
    .filter((entry) => !made.has(entry.name))
    .flatMap((entry) => {
      const path = below ? `${below}/${entry.name}` : entry.name;
      return entry.isDirectory() ? sources(folder, path) : [path];
    })
    .sort();
}

/** Installs and builds in a copy, so that nothing is written into the clone. */
function make(name, site, work) {
  mkdirSync(work, { recursive: true });
  for (const file of sources(join(HERE, name))) {
    mkdirSync(dirname(join(work, file)), { recursive: true });
    cpSync(join(HERE, name, file), join(work, file));
  }
  cpSync(join(HERE, ".npmrc"), join(work, ".npmrc"));
  run("npm", ["ci", "--no-audit", "--no-fund"], work, name);
  for (const [command, ...args] of site.build) {
    run(join(work, "node_modules/.bin", command), args, work, name);
  }
}

function run(command, args, cwd, name) {
  const bin = join(ROOT, "node_modules/.bin");
  const env = {
    ...process.env,
    // The Node that the root package brings, where it is installed: some need 22 or newer.
    PATH: [bin, process.env.PATH].join(delimiter),
    CI: "1",
    NODE_ENV: "production",
    NPM_CONFIG_PRODUCTION: "false",
    NPM_CONFIG_INCLUDE: "dev",
    ASTRO_TELEMETRY_DISABLED: "1",
    GATSBY_TELEMETRY_DISABLED: "1",
    NEXT_TELEMETRY_DISABLED: "1",
    NUXT_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
  };
  const done = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  if (done.status !== 0) {
    const said = `${done.stdout ?? ""}${done.stderr ?? ""}`.split("\n").slice(-60).join("\n");
    const call = [command, ...args].join(" ");
    throw new Error(`${name}: ${call} failed (${done.error ?? done.status})\n${said}`);
  }
}

/** Only the newest output of a site is kept. */
function removeOlder(name) {
  for (const entry of readdirSync(CACHE)) {
    if (entry.replace(/-[0-9a-f]{16}$/, "") === name) {
      rmSync(join(CACHE, entry), { recursive: true, force: true });
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  for (const name of names.length ? names : Object.keys(SITES)) {
    console.log(`${name}\t${build(name)}`);
  }
}
