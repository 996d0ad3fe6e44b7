// Reads a request of Node's HTTP server into a plain object, and sends an answer.
// What an address means is not decided here.

import { Readable } from "node:stream";
import { isLoopbackName } from "./loopback.mjs";

/** The request, or nothing where its `Host` does not mean this machine. Its body is not read. */
export function readHead(message) {
  const host = `http://${message.headers.host}`;
  if (!URL.canParse(host) || !isLoopbackName(new URL(host).hostname)) return undefined;
  if (!URL.canParse(message.url, host)) return undefined;
  const url = new URL(message.url, host);
  return {
    method: message.method === "HEAD" ? "GET" : message.method,
    path: url.pathname,
    search: url.search,
    hostname: url.hostname,
    origin: url.origin,
    headers: message.headers,
    query: url.searchParams,
    address: message.socket.remoteAddress ?? null,
    form: new URLSearchParams(),
    json: undefined,
    message,
  };
}

/** Reads the body as a form or as JSON. A form's fields count as if they stood in the query. */
export async function readBody(request) {
  const text = await bodyText(request.message);
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/x-www-form-urlencoded")) {
    request.form = new URLSearchParams(text);
  }
  if (type.startsWith("application/json")) request.json = parse(text);
  for (const [name, value] of request.form) request.query.set(name, value);
  return request;
}

/**
 * Sends an answer: a status, headers as pairs, and one of `json`, `html`, `text` and `stream` (an
 * iterable of chunks), with `type` for another content type.
 */
export function send(response, answer) {
  const { status = 200, headers = [], json, html, text, stream } = answer;
  for (const [name, value] of headers) response.appendHeader(name, value);
  if (!response.hasHeader("cache-control")) response.setHeader("cache-control", "no-store");
  response.setHeader("x-stand-in", "this is not Clerk");
  if (status === 204) return response.writeHead(status).end();
  const isJson = json !== undefined;
  const type = isJson ? "application/json" : html ? "text/html; charset=utf-8" : "text/plain";
  response.setHeader("content-type", answer.type ?? type);
  response.writeHead(status);
  if (stream) return Readable.from(stream).on("error", () => response.destroy()).pipe(response);
  return response.end(isJson ? JSON.stringify(json) : (html ?? text ?? ""));
}

async function bodyText(message) {
  const chunks = [];
  let size = 0;
  for await (const chunk of message) {
    size += chunk.length;
    if (size <= BODY_BYTES_MAX) chunks.push(chunk);
  }
  return size <= BODY_BYTES_MAX ? Buffer.concat(chunks).toString("utf8") : "";
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const BODY_BYTES_MAX = 1_000_000;
