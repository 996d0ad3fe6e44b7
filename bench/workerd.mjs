// workerd, the runtime itself: one process per variant, on loopback, on ports the system picks, pinned
// to one core where there are two; and what the system says it used. Without /proc there is no CPU
// figure and none is guessed.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import path from "node:path";
import { capnp } from "./config.mjs";

const require = createRequire(import.meta.url);
const DEADLINE_MS = 20_000;
export const INSPECTOR = "inspector";
const SERVER_CORE = 0;
const LOAD_CORE = 1;

const binary = require("workerd").default; // the executable itself; `bin/workerd` may be a script
export const version = () => require("workerd/package.json").version;

const canPin =
  availableParallelism() > 1 && spawnSync("taskset", ["--version"]).status === 0;

// Puts this process, which makes the load, on a core of its own; says whether that worked.
export function pinLoad() {
  if (!canPin) return false;
  return spawnSync("taskset", ["-a", "-c", "-p", String(LOAD_CORE), String(process.pid)]).status === 0;
}

// Writes the configuration and its modules to `folder`, which `start` then runs, any number of times.
export function prepare(folder, variant) {
  mkdirSync(folder, { recursive: true });
  for (const worker of variant.workers) {
    for (const module of worker.modules) {
      const file = path.join(folder, worker.name, module.name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, module.bytes);
    }
  }
  const file = path.join(folder, "config.capnp");
  writeFileSync(file, capnp(variant));
  return file;
}

// Starts a process and waits until each of its sockets has a port. `inspected`: the runtime's inspector
// listens too, on the port called `inspector`.
export async function start(file, sockets, { inspected = false, cwd } = {}) {
  const begun = performance.now();
  const inspector = inspected ? ["--inspector-addr=127.0.0.1:0"] : [];
  const args = ["serve", file, "--control-fd=3", ...inspector];
  const [command, all] = canPin
    ? ["taskset", ["-c", String(SERVER_CORE), binary, ...args]]
    : [binary, args];
  const child = spawn(command, all, { cwd, stdio: ["ignore", "ignore", "pipe", "pipe"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  const ports = await listening(child, sockets.length + inspector.length);
  return new Workerd(child, ports, begun);
}

const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

class Workerd {
  constructor(child, ports, begun) {
    this.child = child;
    this.ports = ports;
    this.begun = begun;
  }

  // CPU time of all its threads so far, in microseconds; `undefined` where the system does not say.
  cpu_us() {
    return schedulerTime(this.child.pid) ?? tickTime(this.child.pid);
  }

  // Memory it holds, in bytes.
  resident_bytes() {
    const status = read(`/proc/${this.child.pid}/status`);
    const found = status?.match(/^VmRSS:\s+(\d+) kB$/m);
    return found ? Number(found[1]) * 1024 : undefined;
  }

  stop() {
    return new Promise((resolve) => {
      this.child.once("exit", resolve);
      this.child.kill("SIGKILL");
    });
  }
}

function listening(child, count) {
  return new Promise((resolve, reject) => {
    const ports = new Map();
    let [told, complaint] = ["", ""];
    const late = setTimeout(() => fail("did not listen in time"), DEADLINE_MS);
    const fail = (what) => {
      clearTimeout(late);
      reject(new Error(`workerd ${what}\n${complaint}`));
    };
    child.stderr.on("data", (chunk) => (complaint = (complaint + chunk).slice(-4000)));
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => fail(`ended with ${code}`));
    child.stdio[3].on("data", (chunk) => {
      const lines = (told + chunk).split("\n");
      told = lines.pop();
      for (const line of lines.filter(Boolean)) {
        const event = JSON.parse(line);
        ports.set(event.socket ?? INSPECTOR, event.port);
      }
      if (ports.size < count) return;
      clearTimeout(late);
      resolve(ports);
    });
  });
}

// To the nanosecond, of all threads that live.
function schedulerTime(pid) {
  let sum = 0;
  try {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      sum += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1").split(" ")[0]);
    }
  } catch {
    return undefined;
  }
  return sum / 1000;
}

// Hundredths of a second, where the kernel keeps no finer account.
function tickTime(pid) {
  const stat = read(`/proc/${pid}/stat`);
  if (!stat) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function read(file) {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return undefined;
  }
}
