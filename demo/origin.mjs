// A small HTTP origin behind the gate, on loopback: the same files, and a page that shows the
// headers that it received. What it knows of the visitor is what these headers say.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

/** Serves `folder`; returns the URL, and `close` to stop it. */
export async function startOrigin({ folder, port = 0 }) {
  const server = createServer((request, response) => serve(folder, request, response));
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

async function serve(folder, request, response) {
  const { pathname } = new URL(request.url, "http://origin");
  if (pathname.startsWith("/api/")) return answerJson(request, response);
  const found = await find(folder, pathname);
  if (!found) return response.writeHead(404, HTML).end((await find(folder, "/404")).bytes);
  if (found.type !== HTML) return response.writeHead(200, found.type).end(found.bytes);
  response.writeHead(200, HTML).end(personal(found.bytes.toString("utf8"), request.headers));
}

/** `/api/*`: the headers as JSON, for scripts and tests. */
function answerJson(request, response) {
  const { method, url, headers } = request;
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ method, url, headers }));
}

async function find(folder, pathname) {
  const path = normalize(pathname).replace(/\/+$/, "") || "/index";
  for (const name of [path, `${path}.html`, `${path}/index.html`]) {
    const type = TYPES[extname(name)];
    const bytes = type && (await readFile(join(folder, name)).catch(() => undefined));
    if (bytes) return { type, bytes };
  }
  return undefined;
}

/** The page with the visitor's id and role, and with the headers where the page shows them. */
function personal(page, headers) {
  const id = headers["x-clerk-user-id"];
  const role = headers["x-clerk-role"];
  const who = id
    ? `<p class="who">Signed in as ${escape(id)}${role ? `, ${escape(role)}` : ""}</p>`
    : "";
  return page
    .replace("<!-- who -->", () => who)
    .replace(/<!-- received -->.*<!-- \/received -->/s, () => table(headers));
}

function table(headers) {
  const ours = ([name]) => name.startsWith("x-clerk-");
  const all = Object.entries(headers);
  const rows = [...all.filter(ours), ...all.filter((each) => !ours(each))]
    .map(([name, value]) => [escape(name), escape(show(name, String(value)))])
    .map(([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`);
  return `<table><thead><tr><th scope="col">Header</th><th scope="col">Value</th></tr></thead>
    <tbody>${rows.join("\n")}</tbody></table>`;
}

function show(name, value) {
  if (name === "cookie") return "(left out here)";
  if (name !== "x-clerk-claims") return value;
  return Buffer.from(value, "base64url").toString("utf8");
}

function escape(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const HTML = { "content-type": "text/html; charset=utf-8" };
const TYPES = {
  ".html": HTML,
  ".css": { "content-type": "text/css; charset=utf-8" },
  ".js": { "content-type": "text/javascript; charset=utf-8" },
  ".svg": { "content-type": "image/svg+xml" },
};
