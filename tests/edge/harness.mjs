// Boots the bytes that a deploy would upload, in workerd, with bindings of the test's choosing.
//
// Requests reach the Worker with the scheme and host they name. Whatever the Worker fetches is
// answered from the test's table and counted; an address that the table does not know fails the
// test when it closes. There is no other way out: a test needs no network.

import assert from "node:assert/strict";
import { mkdtemp, mkdir, readFile, writeFile, rm } from "node:fs/promises";
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
 * - `kv`: `true` binds an empty `CLERK_CACHE`
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
 * list of answers of which the last repeats, or a function of the request that gives one of these.
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
  async called(address) {
    while (this.calls(address).length === 0) await new Promise((go) => setImmediate(go));
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
    return response(answer);
  }

  close() {
    this.#end.resolve();
  }
}

/** The answer that does not come. */
export const HANG = Symbol("no answer");

function response({ status = 200, headers = {}, body = "" }) {
  if (typeof body === "string") return new Response(status === 204 ? null : body, { status, headers });
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

function bare(url) {
  return url.split("?")[0];
}

async function workers(folder, options) {
  const { bundle = "shipped", vars = {}, secrets = {}, assets, kv, origin, config = {} } = options;
  const date = /^compatibility_date = "(.*)"$/m.exec(await readFile(join(root, "wrangler.toml"), "utf8"))[1];
  const gate = { name: "gate", compatibility_date: date, main: "index.js", ...config };
  if (kv) gate.kv_namespaces = [{ binding: "CLERK_CACHE", id: "cache" }];
  if (origin) gate.services = [{ binding: "ORIGIN", service: "origin" }];
  if (assets) gate.assets = await written(folder, assets);
  const configPath = await settled(folder, "gate", gate);
  const prebuiltWorkerDir = join(root, "target/edge", bundle);
  const list = [{ configPath, prebuiltWorkerDir, vars, secrets }];
  if (origin) {
    await writeFile(join(folder, "origin.js"), origin === true ? MIRROR : origin);
    const config = { name: "origin", compatibility_date: date, main: "origin.js" };
    list.push({ configPath: await settled(folder, "origin", config) });
  }
  return list;
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
