#!/usr/bin/env node
// The command `clerk-edge`: hands arguments and the host to the WASM, and ends with its exit code.

import { readFile } from "node:fs/promises";
import process from "node:process";

import { nodeHost } from "./host.js";
import init, { run } from "./command.js";

const INTERRUPTED = 130;
process.on("SIGINT", () => process.exit(INTERRUPTED));
await init({ module_or_path: await readFile(new URL("command_bg.wasm", import.meta.url)) });
const { stdin, stdout, stderr, env } = process;
const host = nodeHost({ stdin, stdout, stderr, env, cwd: process.cwd() });
process.exitCode = await run(host, process.argv.slice(2));
