// `demo/start.mjs`: it prints where things are, serves, stops everything when interrupted, and says
// in one sentence why it cannot start. The SDK stands in for the gate, so no build is needed.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { free } from "../../demo/demo.mjs";

const START = fileURLToPath(new URL("../../demo/start.mjs", import.meta.url));
const WORKER = fileURLToPath(new URL("sdk-worker.mjs", import.meta.url));

const started = new Set();
after(() => started.forEach((child) => child.kill("SIGTERM")));

const LIMIT = { timeout: 60_000 };

test("it greets, serves, and stops everything when interrupted", LIMIT, async () => {
  const ports = [await free(0), await free(0)];
  const demo = start(ports, "--worker", WORKER, "--quiet");
  await demo.said(/Press Ctrl-C to stop/);
  for (const person of ["gale", "uma", "mo", "ada", "lou", "otto", "pia", "uma-by-ada"]) {
    assert.match(demo.out(), new RegExp(`^ {4}${person} `, "m"));
  }
  assert.equal((await fetch(`http://127.0.0.1:${ports[0]}/about`)).status, 200);
  assert.equal((await fetch(`http://127.0.0.1:${ports[0]}/admin`)).status, 401);
  assert.equal((await fetch(`http://127.0.0.1:${ports[1]}/sign-in`)).status, 200);
  demo.child.kill("SIGINT");
  assert.equal(await demo.code, 0);
  assert.match(demo.out(), /\nStopping the demo\.\n$/);
  for (const port of ports) assert.equal(await free(port, "nothing"), port);
});

test("it stops when the program that started it has ended", LIMIT, async () => {
  const ports = [await free(0), await free(0)];
  const demo = start(ports, "--worker", WORKER, "--quiet");
  await demo.said(/Press Ctrl-C to stop/);
  demo.child.stdin.end();
  assert.equal(await demo.code, 0);
  for (const port of ports) assert.equal(await free(port, "nothing"), port);
});

test("interrupted while it starts, it stops everything", LIMIT, async () => {
  const ports = [await free(0), await free(0)];
  const demo = start(ports, "--worker", WORKER);
  await demo.said(/CLERK_PUBLISHABLE_KEY/);
  demo.child.kill("SIGINT");
  assert.equal(await demo.code, 0);
  for (const port of ports) assert.equal(await free(port, "nothing"), port);
});

test("a port in use is named in one sentence, with its option", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  t.after(() => taken.close());
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address();
  const cases = { port: [port, await free(0)], "clerk-port": [await free(0), port] };
  for (const [option, ports] of Object.entries(cases)) {
    for (const check of [[], ["--check"]]) {
      const demo = start(ports, "--worker", WORKER, ...check);
      assert.equal(await demo.code, 1);
      const sentence = `^Port ${port} \\([^)]*\\) is in use\\. [^\\n]*--${option} N\\.\\n$`;
      assert.match(demo.out(), new RegExp(sentence));
    }
  }
});

test("the check passes without a word where both ports are free, and starts nothing", async () => {
  const demo = start([await free(0), await free(0)], "--check");
  assert.equal(await demo.code, 0);
  assert.equal(demo.out(), "");
});

test("a wrong option is named, and --help lists all of them", async () => {
  for (const [wrong, why] of [[["--prot", "1"], /--prot/], [["--port", "8o"], /--port must be/]]) {
    const demo = run([...wrong, "--check"]);
    assert.equal(await demo.code, 1);
    assert.match(demo.out(), why);
  }
  const same = start([8787, 8787]);
  assert.equal(await same.code, 1);
  const help = run(["--help"]);
  assert.equal(await help.code, 0);
  for (const option of ["port", "clerk-port", "origin", "production", "refresh", "worker"]) {
    assert.match(help.out(), new RegExp(`^  --${option} `, "m"));
  }
});

test("a Worker that cannot be read ends the start, with the reason", LIMIT, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "clerk-edge-start-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const worker = join(folder, "index.js");
  writeFileSync(worker, 'export { default } from "./nowhere.js";\n');
  const demo = start([await free(0), await free(0)], "--worker", worker, "--quiet");
  assert.equal(await demo.code, 1);
  assert.match(demo.out(), /wrangler ended[^]*nowhere\.js/);
});

test("a missing Worker is named with the command that makes it", async () => {
  const demo = start([await free(0), await free(0)], "--worker", `${WORKER}.none`);
  assert.equal(await demo.code, 1);
  assert.match(demo.out(), /There is no Worker at .*cargo xtask build/);
});

function start([port, clerkPort], ...more) {
  return run(["--port", String(port), "--clerk-port", String(clerkPort), ...more]);
}

function run(options) {
  const child = spawn(process.execPath, [START, ...options], { stdio: "pipe" });
  const listeners = new Set();
  let out = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      out += chunk;
      for (const listener of listeners) listener();
    });
  }
  const code = new Promise((resolve) => child.once("close", resolve));
  const said = (pattern) =>
    new Promise((resolve, reject) => {
      listeners.add(() => pattern.test(out) && resolve());
      code.then(() => reject(new Error(`it ended: ${out}`)));
    });
  started.add(child);
  return { child, code, said, out: () => out };
}
