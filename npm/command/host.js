// Node as the place that the command runs in: it reads and writes files, asks and fetches, and
// decides nothing. What each member has to give stands in crates/cli/src/node.rs.

import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";

/** Makes the host for the streams, environment and folder of a process. */
export function nodeHost({ stdin, stdout, stderr, env, cwd }) {
  return {
    read: (file) => reading(() => fs.readFileSync(path.resolve(cwd, file))),
    create: (file, bytes) => creating(path.resolve(cwd, file), bytes),
    list: (folder) =>
      reading(() =>
        fs
          .readdirSync(path.resolve(cwd, folder), { withFileTypes: true })
          .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)),
      ),
    input: () => reading(() => fs.readFileSync(0)),
    absolute: (file) => path.resolve(cwd, file).replaceAll("\\", "/"),
    env: (name) => env[name],
    now: () => Date.now(),
    terminals: () => (stdin.isTTY ? 1 : 0) + (stdout.isTTY ? 2 : 0) + (stderr.isTTY ? 4 : 0),
    columns: () => stdout.columns ?? stderr.columns ?? 0,
    out: (text) => writing(stdout, text),
    err: (text) => writing(stderr, text),
    ask: (question) => ask(question, stdin, stderr),
    wait: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
    call,
  };
}

/** What was read; null where nothing is there; a text that says why it cannot be read. */
function reading(read) {
  try {
    return read();
  } catch (error) {
    return error.code === "ENOENT" || error.code === "ENOTDIR" ? null : String(error.code ?? error);
  }
}

/** Nothing where the file was written, `exists` where one is there, else why not. */
function creating(file, bytes) {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes, { flag: "wx" });
    return undefined;
  } catch (error) {
    return error.code === "EEXIST" ? "exists" : String(error.code ?? error);
  }
}

/** A pipe takes everything before the process ends. */
function writing(stream, text) {
  if (typeof stream.fd !== "number") {
    stream.write(text);
    return;
  }
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(stream.fd, bytes, at);
    } catch (error) {
      if (error.code === "EPIPE") return;
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

/** A line, or null where the person pressed Ctrl-C or closed the input. */
function ask(question, input, output) {
  return new Promise((done) => {
    const lines = readline.createInterface({ input, output, terminal: true });
    lines.on("SIGINT", () => lines.close());
    lines.on("close", () => done(null));
    lines.question(question, (answer) => {
      done(answer);
      lines.close();
    });
  });
}

/** Status, headers and body; `timed-out`, `too-large` or `unreachable`. Redirects are answers. */
async function call(method, url, headers, body, timeout, most) {
  const signal = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(url, { method, headers, body, signal, redirect: "manual" });
    const chunks = [];
    let length = 0;
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      if (length > most) return "too-large";
      chunks.push(chunk);
    }
    return [response.status, [...response.headers], new Uint8Array(Buffer.concat(chunks))];
  } catch {
    return signal.aborted ? "timed-out" : "unreachable";
  }
}
