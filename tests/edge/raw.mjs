// The bundle in workerd itself, on loopback, with nothing in between: what is sent arrives byte by
// byte, and what comes back is what a browser would get. For whatever a test double could hide.

import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import net from "node:net";
import { join } from "node:path";
import { start } from "../../bench/workerd.mjs";

const root = join(import.meta.dirname, "../..");
const deployed = readFileSync(join(root, "wrangler.toml"), "utf8");
const DATE = /^compatibility_date = "(.*)"$/m.exec(deployed)[1];
const KINDS = { ".wasm": "wasm", ".js": "esModule" };

/**
 * Starts a gate with these variables. `origin`, the source of a Worker, is bound as `ORIGIN`; `kv`
 * binds an empty `CLERK_CACHE`.
 * Outbound requests reach this machine's loopback.
 */
export async function raw(vars, { origin, kv = false } = {}) {
  mkdirSync(join(root, "target/edge"), { recursive: true });
  const folder = mkdtempSync(join(root, "target/edge/raw-"));
  const bundle = join(root, "target/edge/shipped");
  const names = readdirSync(bundle).filter((name) => name.endsWith(".js") || name.endsWith(".wasm"));
  // The entry has to stand first.
  const modules = ["index.js", ...names.filter((name) => name !== "index.js")].map((name) => {
    writeFileSync(join(folder, name), readFileSync(join(bundle, name)));
    return `(name = ${text(name)}, ${KINDS[name.slice(name.lastIndexOf("."))]} = embed ${text(name)})`;
  });
  const others = { ...(origin && { origin }), ...(kv && { kv: KV }) };
  for (const [name, source] of Object.entries(others)) writeFileSync(join(folder, `${name}.js`), source);
  const file = join(folder, "config.capnp");
  writeFileSync(file, configuration(modules, vars, Object.keys(others)));
  const workerd = await start(file, [{ name: "gate" }]);
  const port = workerd.ports.get("gate");
  const stop = async () => {
    await workerd.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `http://127.0.0.1:${port}`, port, stop };
}

function configuration(modules, vars, others) {
  const bindings = Object.entries(vars).map(([name, value]) =>
    typeof value === "string"
      ? `(name = ${text(name)}, text = ${text(value)})`
      : `(name = ${text(name)}, json = ${text(JSON.stringify(value))})`,
  );
  if (others.includes("origin")) bindings.push('(name = "ORIGIN", service = "origin")');
  if (others.includes("kv")) bindings.push('(name = "CLERK_CACHE", kvNamespace = "kv")');
  const services = ['(name = "gate", worker = .gate)', '(name = "net", network = (allow = ["private"]))'];
  for (const name of others) services.push(`(name = "${name}", worker = .${name})`);
  const worker = (name) =>
    `const ${name} :Workerd.Worker = (modules = [(name = "${name}.js", esModule = embed "${name}.js")], compatibilityDate = "${DATE}", globalOutbound = "net");`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${services.join(", ")}],
  sockets = [(name = "gate", address = "127.0.0.1:0", http = (), service = "gate")],
);
const gate :Workerd.Worker = (modules = [${modules.join(", ")}], bindings = [${bindings.join(", ")}],
  compatibilityDate = "${DATE}", globalOutbound = "net");
${others.map(worker).join("\n")}
`;
}

/** What workerd asks behind a KV namespace, in memory. */
const KV = `const kept = new Map();
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") return kept.set(pathname, await request.text()), new Response();
    const text = kept.get(pathname);
    return text === undefined ? new Response(null, { status: 404 }) : new Response(text);
  },
};
`;

/** An HTTP server on loopback that ends with the test file. */
export async function serve(listener) {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { server, url, stop };
}

/**
 * One request as these bytes, and the answer as `{ status, phrase, headers, body }`: headers as
 * pairs in lower case, the body as bytes, not decoded in any way but that of a chunked transfer.
 */
export async function exchange(port, lines, body = "") {
  const socket = net.connect(port, "127.0.0.1");
  const chunks = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.write(`${lines.join("\r\n")}\r\nConnection: close\r\n\r\n${body}`);
  await once(socket, "close");
  return parsed(Buffer.concat(chunks));
}

function parsed(bytes) {
  const split = bytes.indexOf("\r\n\r\n");
  const [first, ...lines] = bytes.subarray(0, split).toString("latin1").split("\r\n");
  const [, status, phrase] = /^HTTP\/1\.[01] (\d+) ?(.*)$/.exec(first) ?? [];
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const rest = bytes.subarray(split + 4);
  const chunked = headers.some(([name, value]) => name === "transfer-encoding" && value === "chunked");
  const all = (name) => headers.filter(([other]) => other === name).map(([, value]) => value);
  return { status: Number(status), phrase, headers, all, body: chunked ? joined(rest) : rest };
}

function joined(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.subarray(at, end).toString("latin1"), 16);
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

const text = (value) => JSON.stringify(value);
