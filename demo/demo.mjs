// Starts the demo: the stand-in for Clerk, the site, and the Worker in front of it in workerd.
// Used by `start.mjs` and by the browser tests. Everything listens on loopback alone.

import { spawn } from "node:child_process";
import { existsSync, readFileSync, watch } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { bindings, startClerk } from "./clerk/server.mjs";
import { startOrigin } from "./origin.mjs";
import { ROUTES, SELF_METADATA } from "./rules.mjs";
import { SOURCE, stageSite } from "./site.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The Worker that `cargo xtask build` leaves. */
export const BUNDLE = join(ROOT, "build", "index.js");

/**
 * Starts everything and returns when the Worker serves. Generated files go into `folder`. `worker`
 * is the module to run, `vars` are added to the bindings, `signal` interrupts the start.
 */
export async function startDemo(options) {
  const { folder, type, host = "localhost", port = 0, clerkPort = 0, origin, settings } = options;
  const gatePort = await free(port, "the site");
  if (clerkPort) await free(clerkPort, "the stand-in for Clerk");
  const site = `http://${host}:${gatePort}`;
  const keysFile = options.keepKeys ? join(folder, "keys.json") : undefined;
  const clerk = await startClerk({ port: clerkPort, site, type, keysFile, settings });
  const files = join(folder, "site");
  const parts = [clerk];
  try {
    await stageSite(files, clerk.url);
    if (options.watch) parts.push(copyOnChange(files, clerk.url));
    const upstream = origin && (await startOrigin({ folder: files }));
    if (upstream) parts.push(upstream);
    const rules = { ROUTES, SELF_METADATA };
    const known = { ...bindings(clerk.stage), ...rules, ...upstreamVar(upstream) };
    const vars = { ...known, ...options.vars };
    const config = await writeConfig({ ...options, folder, vars });
    const { log, signal } = options;
    parts.push(await startWorker({ config, port: gatePort, log, signal, persist: folder }));
  } catch (error) {
    await end(parts);
    throw error;
  }
  return { site, clerk, stage: clerk.stage, close: () => end(parts) };
}

/** Returns `port`, or a free one for 0; fails with one sentence if it cannot be used. */
export function free(port, what) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", ({ code }) => {
      const why = code === "EADDRINUSE" ? "is in use" : `cannot be used (${code})`;
      reject(new Error(`Port ${port} (${what}) ${why}.`));
    });
    probe.listen(port, "127.0.0.1", () => {
      const { port: found } = probe.address();
      probe.close(() => resolve(found));
    });
  });
}

function upstreamVar(upstream) {
  return upstream ? { UPSTREAM: upstream.url } : {};
}

/** The configuration of the demo's Worker, generated since it names ports and keys of this run. */
async function writeConfig({ folder, worker = BUNDLE, vars }) {
  if (!existsSync(worker)) {
    throw new Error(`There is no Worker at ${relative(ROOT, worker)}: run \`cargo xtask build\`.`);
  }
  const file = join(folder, "wrangler.json");
  const config = {
    name: "clerk-edge-demo",
    main: relative(folder, worker),
    compatibility_date: compatibilityDate(),
    workers_dev: false,
    assets: {
      directory: "site",
      binding: "ASSETS",
      run_worker_first: true,
      not_found_handling: "404-page",
    },
    kv_namespaces: [{ binding: "CLERK_CACHE", id: "demo" }],
    vars,
  };
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`);
  return file;
}

/** The date of the shipped configuration, so that the demo runs as a deploy would. */
function compatibilityDate() {
  const file = join(ROOT, "wrangler.toml");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return /^compatibility_date *= *"([0-9-]+)"/m.exec(text)?.[1] ?? "2026-10-20";
}

async function startWorker({ config, port, log, signal, persist }) {
  const wrangler = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");
  const where = ["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"];
  const what = ["--config", config, "--persist-to", join(persist, "state")];
  const silent = "--show-interactive-dev-session=false";
  const child = spawn(nodePath(), [wrangler, "dev", ...where, ...what, silent], {
    cwd: ROOT,
    env: { ...process.env, ...QUIET },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  await ready(child, log);
  return { close: () => stop(child) };
}

/** Resolves once the Worker serves. Its output goes to `log`, and the end of it into an error. */
function ready(child, log = () => {}) {
  const said = [];
  let serves = false;
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line);
        if (said.length > SAID_MAX) said.shift();
        log(line);
        serves ||= line.includes("Ready on http");
        if (serves) resolve();
        // wrangler would wait for a change of the sources; end it, so that the start fails.
        else if (line.includes("Build failed")) setTimeout(() => child.kill(), SETTLE_MS);
      });
    }
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`wrangler ended (${code}):\n${said.join("\n")}`));
    });
  });
}

function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  return new Promise((resolve) => {
    const harder = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    child.once("exit", () => {
      clearTimeout(harder);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

function copyOnChange(files, clerk) {
  let later;
  const watcher = watch(SOURCE, { recursive: true }, () => {
    clearTimeout(later);
    later = setTimeout(() => stageSite(files, clerk).catch(console.error), SETTLE_MS);
  });
  return { close: () => (clearTimeout(later), watcher.close()) };
}

async function end(parts) {
  for (const part of parts.splice(0).reverse()) await part.close();
}

/** wrangler needs a newer Node than some machines have; one of the packages is such a Node. */
function nodePath() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const own = join(ROOT, "node_modules", ".bin", "node");
  const recent = major > 22 || (major === 22 && minor >= 12);
  return recent || !existsSync(own) ? process.execPath : own;
}

const QUIET = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  NO_COLOR: "1",
};
const PATIENCE_MS = 3000;
const SETTLE_MS = 100;
const SAID_MAX = 40;
