// Boots the bytes that a deploy would upload, in workerd, with bindings of the test's choosing.
//
// Requests reach the Worker with the scheme and host they name. Whatever the Worker fetches is
// answered from the test's table and counted; an address that the table does not know fails the
// test when it closes. There is no other way out: a test needs no network.

import assert from "node:assert/strict";
import { cp, mkdtemp, mkdir, readFile, rename, writeFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTestHarness } from "wrangler";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** The address that a bare path is taken to be below. */
export const SITE = "https://app.example.com";

let booted = false;

/**
 * Starts a Worker.
 *
 * - `bundle`: `shipped`, or `panicking` with the routes that end the instance
 * - `vars`, `secrets`: as in wrangler's configuration and `.dev.vars`
 * - `assets`: file name to content, bound as `ASSETS`; none: not bound
 * - `assetsConfig`: more of wrangler's `assets`, such as `html_handling`
 * - `kv`: `true` binds an empty `CLERK_CACHE`
 * - `watched`: `true` puts a watch before the gate, see `watch`
 * - `front`: `true` starts a Worker that asks the gate many things at once, see `askAll`
 * - `origin`: `true` binds `ORIGIN` to a Worker that tells what it received; or its source
 * - `outbound`: address to answer, see `Outbound`
 * - `config`: anything else of wrangler's configuration
 */
export async function boot(options = {}) {
  assert(!booted, "one Worker at a time: outbound requests of two could not be told apart");
  booted = true;
  await mkdir(join(root, "target/edge"), { recursive: true });
  const folder = await mkdtemp(join(root, "target/edge/run-"));
  const outbound = new Outbound(options.outbound ?? {});
  const machine = globalThis.fetch;
  globalThis.fetch = (input, init) => outbound.answer(new Request(input, init));
  const server = createTestHarness({ root: folder, workers: await workers(folder, options) });
  const end = async () => {
    outbound.close();
    await server.close();
    globalThis.fetch = machine;
    await rm(folder, { recursive: true, force: true });
    booted = false;
  };
  try {
    await server.listen();
  } catch (error) {
    await end();
    throw error;
  }
  return new Gate(server, outbound, options.vars ?? {}, end);
}

class Gate {
  #server;
  #end;

  constructor(server, outbound, vars, end) {
    this.#server = server;
    this.#end = end;
    /** The variables as they are now. */
    this.vars = vars;
    /** What the Worker asks of others, and what they answer. */
    this.outbound = outbound;
  }

  /** Sends a request; a path is taken to be below `SITE`. Redirects are shown, not followed. */
  async fetch(address, init = {}) {
    const url = new URL(address, SITE);
    return this.#server.getWorker("gate").fetch(url.href, { redirect: "manual", ...init });
  }

  /** As `fetch`, with the answer as `{ status, headers, text, json }`. */
  async ask(address, init) {
    const response = await this.fetch(address, init);
    const text = await response.text();
    const type = response.headers.get("content-type") ?? "";
    const json = /\bjson\b/.test(type) && text ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, text, json };
  }

  /**
   * Asks many things from inside workerd, some at a time. A call is `{ url }` and what else `fetch`
   * takes; `abort_ms` gives it up after so long. Each answer is `{ status, text, location }`. With
   * `mark`, a pattern, the first match of it or null stands as `mark` instead of the text. Status 0
   * means that the request was given up, or failed as the text says.
   */
  async askAll(calls, { lanes = 16, mark } = {}) {
    const full = calls.map((call) => ({ ...call, url: new URL(call.url, SITE).href }));
    const front = this.#server.getWorker("front");
    const body = JSON.stringify({ calls: full, lanes, mark });
    const response = await front.fetch("https://front.example.com/", { method: "POST", body });
    return response.json();
  }

  /**
   * The watch before the gate: `{ reads, writes }` of the KV namespace so far. With `change`, from
   * now on: `kv` is `well`, `failing` or `silent`, `text` is what it holds under every name,
   * `ahead_ms` is how far the gate's clock is ahead, `reads: 0` counts anew.
   */
  async watch(change = {}) {
    const init = { method: "POST", body: JSON.stringify(change) };
    return (await this.fetch("/.watch", init)).json();
  }

  /** The Worker's bindings; `CLERK_CACHE` can be read and written here. */
  async env() {
    return this.#server.getWorker("gate").getEnv();
  }

  /** Replaces the variables (and secrets, where given) and starts the Worker anew. */
  async configure(vars, secrets) {
    this.vars = vars;
    await this.#server.update((current) => {
      const [gate, ...others] = current.workers;
      return { ...current, workers: [{ ...gate, vars, secrets: secrets ?? gate.secrets }, ...others] };
    });
  }

  /** The texts that the Worker has logged so far, oldest first. */
  logs() {
    return this.#server.getLogs().map((entry) => entry.message);
  }

  clearLogs() {
    this.#server.clearLogs();
  }

  /** Ends everything; fails where the Worker asked somebody whom the test did not foresee. */
  async close() {
    await this.#end();
    assert.deepEqual(this.outbound.unforeseen, [], "outbound requests that no test foresaw");
  }
}

/**
 * Answers for addresses, without their query.
 *
 * An answer is `{ status, headers, body }` (a body that is no text goes out as JSON), `HANG`, a
 * `Response`, a list of answers of which the last repeats, or a function of the request that gives
 * one of these.
 */
export class Outbound {
  #table;
  #calls = [];
  #ended;
  #end = Promise.withResolvers();

  constructor(table) {
    this.#table = new Map(Object.entries(table));
    this.#ended = this.#end.promise;
    this.unforeseen = [];
  }

  /** From now on this address answers so. */
  set(address, answer) {
    this.#table.set(address, answer);
  }

  /** The requests so far to an address (to all, where none is named), as `{ method, url, headers, body }`. */
  calls(address) {
    return this.#calls.filter((call) => address === undefined || bare(call.url) === address);
  }

  clear() {
    this.#calls.length = 0;
  }

  /** Waits until an address has been asked; for requests that are to be in flight. */
  async called(address, times = 1) {
    while (this.calls(address).length < times) await new Promise((go) => setImmediate(go));
  }

  async answer(request) {
    const headers = Object.fromEntries(request.headers);
    this.#calls.push({ method: request.method, url: request.url, headers, body: await request.text() });
    const address = bare(request.url);
    let answer = this.#table.get(address);
    if (answer === undefined) {
      this.unforeseen.push(`${request.method} ${request.url}`);
      return new Response("no answer for this address", { status: 500 });
    }
    if (Array.isArray(answer)) answer = answer.length > 1 ? answer.shift() : answer[0];
    if (typeof answer === "function") answer = await answer(request);
    if (answer === HANG) {
      await this.#ended;
      return new Response(null, { status: 500 });
    }
    return answer instanceof Response ? answer : response(answer);
  }

  close() {
    this.#end.resolve();
  }
}

/** The answer that does not come. */
export const HANG = Symbol("no answer");

function response({ status = 200, headers = {}, body = "" }) {
  if (typeof body === "string") return new Response(NO_BODY.has(status) ? null : body, { status, headers });
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

const NO_BODY = new Set([204, 304]);

function bare(url) {
  return url.split("?")[0];
}

async function workers(folder, options) {
  const { bundle = "shipped", vars = {}, secrets = {}, assets, kv, origin, config = {} } = options;
  const date = /^compatibility_date = "(.*)"$/m.exec(await readFile(join(root, "wrangler.toml"), "utf8"))[1];
  const gate = { name: "gate", compatibility_date: date, main: "index.js", ...config };
  if (kv) gate.kv_namespaces = [{ binding: "CLERK_CACHE", id: "cache" }];
  if (origin) gate.services = [{ binding: "ORIGIN", service: "origin" }];
  if (assets) gate.assets = { ...(await written(folder, assets)), ...options.assetsConfig };
  if (options.watched) gate.rules = [{ type: "ESModule", globs: ["**/*.mjs"] }];
  const configPath = await settled(folder, "gate", gate);
  const built = join(root, "target/edge", bundle);
  const prebuiltWorkerDir = options.watched ? await watched(folder, built) : built;
  const list = [{ configPath, prebuiltWorkerDir, vars, secrets }];
  const other = async (name, source, more = {}) => {
    await writeFile(join(folder, `${name}.js`), source);
    const config = { name, compatibility_date: date, main: `${name}.js`, ...more };
    list.push({ configPath: await settled(folder, name, config) });
  };
  if (origin) await other("origin", origin === true ? MIRROR : origin);
  if (options.front) await other("front", FRONT, { services: [{ binding: "GATE", service: "gate" }] });
  return list;
}

/** The same bytes with the watch as their entry. */
async function watched(folder, built) {
  const copy = join(folder, "watched");
  await cp(built, copy, { recursive: true });
  await rename(join(copy, "index.js"), join(copy, "gate-entry.mjs"));
  await writeFile(join(copy, "index.js"), WATCH);
  return copy;
}

async function settled(folder, name, config) {
  const file = join(folder, `wrangler.${name}.json`);
  await writeFile(file, JSON.stringify(config));
  return file;
}

async function written(folder, assets) {
  for (const [name, content] of Object.entries(assets)) {
    const file = join(folder, "site", name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return { directory: "site", binding: "ASSETS", run_worker_first: true };
}

/** A Worker behind the gate that answers with what it received. */
const MIRROR = `export default {
  async fetch(request) {
    const headers = Object.fromEntries(request.headers);
    return Response.json({ method: request.method, url: request.url, headers, body: await request.text() });
  },
};
`;

/** Asks the gate what it is told to, and tells what came. */
const FRONT = `export default {
  async fetch(request, env) {
    const { calls, lanes, mark } = await request.json();
    const answers = new Array(calls.length);
    let next = 0;
    const ask = async ({ url, abort_ms, ...init }) => {
      const signal = abort_ms === undefined ? undefined : AbortSignal.timeout(abort_ms);
      try {
        const response = await env.GATE.fetch(url, { redirect: "manual", signal, ...init });
        const text = await response.text();
        const seen = mark === undefined ? { text } : { mark: new RegExp(mark).exec(text)?.[0] ?? null };
        return { status: response.status, location: response.headers.get("location"), ...seen };
      } catch (error) {
        return { status: 0, text: String(error), mark: null };
      }
    };
    const lane = async () => {
      while (next < calls.length) {
        const at = next++;
        answers[at] = await ask(calls[at]);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return Response.json(answers);
  },
};
`;

/** Counts what the gate asks of KV, and lets KV and the clock misbehave. */
const WATCH = `import gate from "./gate-entry.mjs";

const state = { reads: 0, writes: 0, kv: "well", ahead_ms: 0 };
const now = Date.now;
Date.now = () => now() + state.ahead_ms;

// The gate knows a binding's kind by this name.
class KvNamespace {
  constructor(store) {
    this.store = store;
  }
  async get(...asked) {
    state.reads += 1;
    await this.mood();
    return state.text ?? this.store.get(...asked);
  }
  async put(...given) {
    state.writes += 1;
    await this.mood();
    return this.store.put(...given);
  }
  async mood() {
    if (state.kv === "failing") throw new Error("KV GET failed: 500 Internal Server Error");
    if (state.kv === "silent") await scheduler.wait(30_000);
  }
}

let seen;

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname === "/.watch") {
      Object.assign(state, await request.json());
      return Response.json(state);
    }
    seen ??= env.CLERK_CACHE ? { ...env, CLERK_CACHE: new KvNamespace(env.CLERK_CACHE) } : env;
    return gate.fetch(request, seen, ctx);
  },
};
`;
