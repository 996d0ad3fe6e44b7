// The mechanical half of the edge: what JavaScript does in one call and WASM in ten. Nothing is
// decided here: every function does what it is told, with what it is given.
//
// Headers cross as text, a name and a value in turn, each on a line: one crossing, whatever their
// number. The core never lets a line break into a value.

import { internalError } from "./pending.js";

let core;

/** Takes the functions of the WASM instance that forwarded answers come back to. */
export function bind(exports) {
  core = exports;
}

/** The names of all headers, each on a line. */
export function names(headers) {
  // In one go: to step through them costs the runtime twice as much.
  return [...headers.keys()].join("\n");
}

/** Several headers in one crossing, each on a line: `+` and its value, or nothing. */
export function usual(headers) {
  const line = (name) => {
    const value = headers.get(name);
    return value === null ? "" : "+" + value;
  };
  return USUAL.map(line).join("\n");
}

/** An answer of the gate's own. */
export function answer(status, headers, body) {
  // As an object: a list of pairs costs the runtime three times as much.
  const init = {};
  const again = [];
  each(headers, (name, value) => (name in init ? again.push([name, value]) : (init[name] = value)));
  const response = new Response(body, { status, headers: init });
  for (const [name, value] of again) response.headers.append(name, value);
  return response;
}

/** The request as it goes on: another address, headers taken away, headers set. */
export function withChanges(request, url, remove, set) {
  const next = new Request(url ?? request, request);
  const { headers } = next;
  for (const name of lines(remove)) headers.delete(name);
  each(set, (name, value) => headers.set(name, value));
  return next;
}

/** Hands the request on; what comes back goes through the core once more, if there is a note. */
export function forward(fetcher, request, original, note) {
  const sent = fetcher === undefined ? fetch(request) : fetcher.fetch(request);
  const unreachable = () => core.upstream_unreachable(original, note);
  const finish = (response) => answered(response, original, note);
  // Should the instance have ended meanwhile, nothing that it let through may go out unguarded.
  return (note === "" ? sent.catch(unreachable) : sent.then(finish, unreachable)).catch(internalError);
}

/** What the browser gets of the upstream's answer. */
export function answered(response, original, note) {
  const header = (name) => response.headers.get(name) ?? undefined;
  const [cacheControl, vary] = ["cache-control", "vary"].map(header);
  return core.upstream_answered(response, response.status, cacheControl, vary, original, note);
}

/** The upstream's answer with other headers; body, status text and WebSocket stay as they are. */
export function withHeaders(response, remove, set, append) {
  const next = new Response(response.body, response);
  const { headers } = next;
  for (const name of lines(remove)) headers.delete(name);
  each(set, (name, value) => headers.set(name, value));
  each(append, (name, value) => headers.append(name, value));
  return next;
}

/** Waits. */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a KV namespace holds under a name, or an error once the time is up. */
export async function load(store, name, timeoutMs) {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([store.get(name), late]);
}

/** Writes to a KV namespace. */
export async function store(store, name, text, keepSeconds) {
  await store.put(name, text, { expirationTtl: keepSeconds });
}

/** Work that goes on behind the answer. */
export function waitUntil(ctx, work) {
  ctx.waitUntil(work);
}

/** The body of a request, or a word where it has more bytes than are wanted. */
export async function body(request, bytesMax) {
  return (await bounded(request.body, bytesMax)) ?? "too-large";
}

/** A call to Clerk, bounded in time and bytes: `[status, type, retry after, bytes]`, or a word. */
export async function call(method, url, headers, body, timeoutMs, bytesMax) {
  try {
    const response = await fetch(url, {
      method,
      headers: object(headers),
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const bytes = await bounded(response.body, bytesMax);
    if (bytes === undefined) return "too-large";
    const header = (name) => response.headers.get(name) ?? undefined;
    return [response.status, header("content-type"), header("retry-after"), bytes];
  } catch (error) {
    return error?.name === "TimeoutError" ? "timed-out" : "unreachable";
  }
}

async function bounded(stream, bytesMax) {
  if (stream === null) return new Uint8Array();
  const parts = [];
  let size = 0;
  for await (const part of stream) {
    size += part.byteLength;
    // Leaving the loop cancels the stream.
    if (size > bytesMax) return undefined;
    parts.push(part);
  }
  const whole = new Uint8Array(size);
  parts.reduce((at, part) => (whole.set(part, at), at + part.byteLength), 0);
  return whole;
}

/** In the order in which the core takes them apart. */
const USUAL = ["sec-fetch-dest", "cf-ray", "authorization", "cookie"];

function lines(text) {
  return text === "" ? [] : text.split("\n");
}

function each(text, take) {
  const flat = lines(text);
  for (let at = 0; at + 1 < flat.length; at += 2) take(flat[at], flat[at + 1]);
}

function object(text) {
  const out = {};
  each(text, (name, value) => (out[name] = value));
  return out;
}
