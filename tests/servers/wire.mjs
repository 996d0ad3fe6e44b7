// Bytes out and bytes in, with nothing between that could put a path in order; and an SCGI program,
// which shows the variables that a server makes of headers.

import { once } from "node:events";
import net from "node:net";

const PATIENCE_MS = 5_000;
const START_MS = 60_000;

/** A port that was free a moment ago. */
export async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Waits until a server listens, or says which process ended instead, and with which words. */
export async function listening(name, port, processes) {
  for (const end = Date.now() + START_MS; Date.now() < end; ) {
    const socket = net.connect(port, "127.0.0.1");
    const open = await once(socket, "connect").then(() => true, () => false);
    socket.destroy();
    if (open) return;
    const ended = processes.find((child) => child.exitCode !== null);
    if (ended) throw new Error(`${ended.spawnargs.join(" ")} ended: ${ended.said}`);
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error(`${name} does not listen at ${port}`);
}

/** Sends one request and gives `{ status, body }`; `status` is `closed` where no answer came. */
export async function exchange(port, method, target, headers = []) {
  const socket = net.connect(port, "127.0.0.1");
  const chunks = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => {});
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  const lines = [`${method} ${target} HTTP/1.1`, "Host: localhost", "Connection: close"];
  if (method === "POST") lines.push("Content-Length: 0");
  const own = headers.map(([name, value]) => `${name}: ${value}`);
  socket.write(Buffer.from(`${[...lines, ...own].join("\r\n")}\r\n\r\n`));
  await once(socket, "close");
  return parsed(Buffer.concat(chunks));
}

function parsed(bytes) {
  const split = bytes.indexOf("\r\n\r\n");
  const head = bytes.subarray(0, Math.max(split, 0)).toString("latin1");
  const [, status = "closed"] = /^HTTP\/1\.[01] (\d+)/.exec(head) ?? [];
  const rest = bytes.subarray(split + 4);
  return { status, body: /^transfer-encoding: *chunked/im.test(head) ? joined(rest) : rest };
}

function joined(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.subarray(at, end).toString("latin1"), 16);
    if (!size) break;
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

/** Answers as the programs in `apps/` do, with the variables that came over SCGI. */
export function scgi(port) {
  const server = net.createServer((socket) => {
    let came = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      came = Buffer.concat([came, chunk]);
      const colon = came.indexOf(":");
      const size = Number(came.subarray(0, colon));
      if (colon < 0 || came.length < colon + 1 + size) return;
      const parts = came.subarray(colon + 1, colon + size).toString("latin1").split("\0");
      const pairs = parts.flatMap((name, at) => (at % 2 ? [] : [[name, parts[at + 1]]]));
      const named = Object.fromEntries(pairs);
      const lines = pairs.map(([name, value]) => `${name}=${value}`).join("\n");
      const answer = ["open", named.PATH_INFO, named.REQUEST_METHOD, lines].join("~~");
      socket.end(`Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n${answer}`, "latin1");
    });
  });
  return new Promise((ready) => server.listen(port, "127.0.0.1", () => ready(() => server.close())));
}
