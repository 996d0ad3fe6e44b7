// Brings the demo up: the stand-in for Clerk, the site, and the Worker before it in workerd.
// Used by `start.mjs` for people and by the browser tests. All of it listens on loopback alone.

import { spawn } from "node:child_process";
import { existsSync, watch } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { bindings, startClerk } from "./clerk/server.mjs";
import { startOrigin } from "./origin.mjs";
import { ROUTES } from "./rules.mjs";
import { assemble } from "./site.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The Worker that `cargo xtask build` leaves. */
export const BUNDLE = join(ROOT, "build", "index.js");

/**
 * Starts everything and answers when the Worker serves. `folder` takes what is generated,
 * `worker` is the module to run, `vars` are bindings over ours, `build` is run on changes.
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
    const places = { site, clerk: clerk.url };
    await assemble(files, places);
    if (options.watch) parts.push(reassembleOnChange(files, places));
    const upstream = origin && (await startOrigin({ folder: files }));
    if (upstream) parts.push(upstream);
    const vars = { ...bindings(clerk.stage), ROUTES, ...upstreamVar(upstream), ...options.vars };
    const config = await writeConfig({ ...options, folder, vars });
    parts.push(await startWorker({ config, port: gatePort, log: options.log, persist: folder }));
  } catch (error) {
    await end(parts);
    throw error;
  }
  return { site, clerk, stage: clerk.stage, close: () => end(parts) };
}

/** Refuses in one sentence if `port` is taken; 0 gives one that is not. */
export function free(port, what) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", () => {
      reject(new Error(`Port ${port}, meant for ${what}, is taken: end what uses it or name another.`));
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
async function writeConfig({ folder, worker = BUNDLE, vars, build }) {
  if (!build && !existsSync(worker)) {
    throw new Error(`There is no Worker at ${relative(ROOT, worker)}: run \`cargo xtask build\`.`);
  }
  const file = join(folder, "wrangler.json");
  const config = {
    name: "clerk-edge-demo",
    main: relative(folder, worker),
    compatibility_date: "2026-11-01",
    workers_dev: false,
    assets: { directory: "site", binding: "ASSETS", run_worker_first: true },
    kv_namespaces: [{ binding: "CLERK_CACHE", id: "demo" }],
    vars,
    ...(build && { build: { ...build, cwd: ROOT, watch_dir: join(ROOT, "src") } }),
  };
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`);
  return file;
}

async function startWorker({ config, port, log, persist }) {
  const wrangler = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");
  const fixed = ["--ip", "127.0.0.1", "--inspector-port", "0", "--show-interactive-dev-session=false"];
  const place = ["--config", config, "--port", String(port), "--persist-to", join(persist, "state")];
  const child = spawn(nodePath(), [wrangler, "dev", ...place, ...fixed], {
    cwd: ROOT,
    env: { ...process.env, ...QUIET },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: what the terminal interrupts is this process, which then ends the group.
    detached: true,
  });
  await ready(child, log);
  return { close: () => stop(child) };
}

/** Resolves once the Worker serves; what it says goes to `log`, the last of it into the error. */
function ready(child, log = () => {}) {
  const said = [];
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line);
        if (said.length > SAID_MAX) said.shift();
        log(line);
        if (line.includes("Ready on http")) resolve();
      });
    }
    child.once("exit", (code) => reject(new Error(`wrangler ended (${code}):\n${said.join("\n")}`)));
  });
}

function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  return new Promise((resolve) => {
    const harder = setTimeout(() => signal(child, "SIGKILL"), PATIENCE_MS);
    child.once("exit", () => {
      clearTimeout(harder);
      resolve();
    });
    signal(child, "SIGTERM");
  });
}

function signal(child, name) {
  try {
    process.kill(-child.pid, name);
  } catch {
    child.kill(name);
  }
}

function reassembleOnChange(files, places) {
  const source = fileURLToPath(new URL("./site/", import.meta.url));
  let later;
  const watcher = watch(source, { recursive: true }, () => {
    clearTimeout(later);
    later = setTimeout(() => assemble(files, places).catch(console.error), SETTLE_MS);
  });
  return { close: () => (clearTimeout(later), watcher.close()) };
}

async function end(parts) {
  for (const part of parts.splice(0).reverse()) await part.close();
}

/** wrangler wants a newer Node than some machines have; the package `node` brings one. */
function nodePath() {
  const own = join(ROOT, "node_modules", "node", "bin", "node");
  return existsSync(own) ? own : process.execPath;
}

const QUIET = { WRANGLER_SEND_METRICS: "false", FORCE_COLOR: "0", NO_COLOR: "1" };
const PATIENCE_MS = 5000;
const SETTLE_MS = 100;
const SAID_MAX = 40;
