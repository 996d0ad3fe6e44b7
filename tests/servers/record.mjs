// Records how real servers read hostile paths and names of headers: `tests/vectors/servers.json`.
//
// The tests read the record and need none of the servers. Whoever records anew (on Debian; none of
// these services has to run, each is started here on a port of its own):
//
//   apt-get install apache2 lighttpd nginx-light php-cli tomcat10
//   python3 -m venv VENV && VENV/bin/pip install -r tests/servers/requirements.txt
//   npm install --prefix tests/servers
//   cargo build --manifest-path tests/servers/hyper/Cargo.toml
//   PYTHON=VENV/bin/python3 node tests/servers/record.mjs
//
// `NODE_PACKAGES`, `HYPER` and `TOMCAT` name other places than the usual ones (servers.mjs).
//
// The record: for each target, the servers that route it to `/admin` or below (`guarded`), the path
// that each program is given (`seen`), and who answers it otherwise (`answered`: a status, which
// with 3 goes through the gate again as another request). For each name, the variable or name under
// which its value arrives (`arrives`). A server is a letter, as `servers` gives them, and one that has
// nothing to tell stands nowhere.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLIMBS, NAMES, OVERRIDES, PAIRS, TARGETS } from "./cases.mjs";
import { SERVERS, laidOut } from "./servers.mjs";
import { exchange, freePort, listening, scgi } from "./wire.mjs";

const RECORD = join(import.meta.dirname, "../vectors/servers.json");
const names = Object.keys(SERVERS).sort();
const letters = new Map(names.map((name, at) => [name, "abcdefghijklmnopqrstuvwxyz"[at]]));
/** What a header brings. */
const MARK = "marked-member";
const OTHER = "marked-admin";

const folder = mkdtempSync(join(tmpdir(), "recorded-"));
const started = [];
try {
  const ports = { scgi: await freePort() };
  for (const name of names) ports[name] = await freePort();
  const file = laidOut(folder, ports);
  const endScgi = await scgi(ports.scgi);
  for (const name of names) start(name, ports[name], file);
  for (const name of names) await listening(name, ports[name], started);
  write(await record(ports));
  endScgi();
} finally {
  for (const child of started) child.kill("SIGTERM");
  await Promise.all(started.map((child) => child.exitCode ?? new Promise((end) => child.once("exit", end))));
  rmSync(folder, { recursive: true, force: true });
}

function start(name, port, file) {
  const command = SERVERS[name].command?.({ port, folder, file });
  if (!command) return;
  const env = { ...process.env, PYTHONPATH: join(import.meta.dirname, "apps"), PYTHONDONTWRITEBYTECODE: "1" };
  const child = spawn(command[0], command.slice(1), { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
  child.said = "";
  child.stderr.on("data", (text) => (child.said += text));
  started.push(child);
}

/** All servers at once, each one request after the other. */
async function record(ports) {
  const rows = (cases, row) => [...new Set(cases)].map(row);
  const targets = rows(TARGETS, (target) => ({ target, guarded: [], seen: {}, answered: {} }));
  const climbs = rows(CLIMBS, (target) => ({ target, guarded: [], seen: {}, answered: {} }));
  const headers = rows(NAMES, (name) => ({ name, arrives: {} }));
  const pairs = rows(PAIRS, (sent) => ({ sent, arrives: {} }));
  const overrides = rows(OVERRIDES, (name) => ({ name, path: [], method: [] }));
  await Promise.all(
    names.map(async (name) => {
      const server = letters.get(name);
      const ask = (...request) => exchange(ports[name], ...request).then(told);
      for (const row of targets) note(row, server, await ask("GET", row.target));
      for (const row of climbs) note(row, server, await ask("GET", `/base${row.target}`));
      for (const row of headers) arrives(row, server, await ask("GET", "/public", [[row.name, MARK]]));
      for (const row of pairs) {
        const [first, second] = row.sent;
        value(row, server, await ask("GET", "/public", [[first, MARK], [second, OTHER]]));
      }
      for (const row of overrides) await overridden(row, server, ask);
    }),
  );
  return { servers: names.map(described), targets, climbs, headers, pairs, overrides };
}

function described(name) {
  const { version, settings } = SERVERS[name];
  return { letter: letters.get(name), name, version: version(), settings };
}

/** What a program in `apps/` tells, if it was one that answered. */
function told({ status, body }) {
  const parts = body.toString("latin1").split("~~");
  if (parts.length < 4 || status !== "200") return { status };
  const [route, path, method, lines] = parts;
  return { status, route, path: readable(path), method, lines: lines.split("\n") };
}

/** Bytes as text; what is no UTF-8 as escapes, marked by a `\x`. */
function readable(latin1) {
  const bytes = Buffer.from(latin1, "latin1");
  const text = bytes.toString();
  if (Buffer.from(text).equals(bytes)) return text;
  return latin1.replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}

function note(row, server, { status, route, path }) {
  if (route === "admin") row.guarded.push(server);
  if (path) (row.seen[path] ??= []).push(server);
  if (route === undefined) (row.answered[status] ??= []).push(server);
}

function arrives(row, server, { lines = [] }) {
  const found = lines.find((line) => line.endsWith(`=${MARK}`));
  if (found) (row.arrives[found.slice(0, -MARK.length - 1)] ??= []).push(server);
}

/** What stands where `x-clerk-role` alone would. */
function value(row, server, { lines = [] }) {
  const found = lines.filter((line) => /^(http_)?x[-_]clerk[-_]role=/i.test(line)).map((line) => line.split("=")[1]);
  if (found.length > 0) (row.arrives[found.join(" | ")] ??= []).push(server);
}

async function overridden(row, server, ask) {
  const path = await ask("GET", "/public", [[row.name, "/admin"]]);
  if (path.route === "admin") row.path.push(server);
  const method = await ask("POST", "/public", [[row.name, "DELETE"]]);
  if (method.method === "DELETE") row.method.push(server);
}

/** One row a line, so that a change can be read; all in order, whoever answered first. */
function write(found) {
  const line = (row) => JSON.stringify(row, (key, value) => inOrder(key, value));
  const parts = Object.entries(found).map(([key, rows]) => `${JSON.stringify(key)}: [\n${rows.map(line).join(",\n")}\n]`);
  writeFileSync(RECORD, `{\n${parts.join(",\n")}\n}\n`);
}

/** Lists of servers become one text. */
function inOrder(key, value) {
  if (key === "sent" || key === "PATH_SUFFIXES") return value;
  if (Array.isArray(value)) return value.sort().join("");
  if (!["seen", "answered", "arrives"].includes(key)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, value[name]]));
}
