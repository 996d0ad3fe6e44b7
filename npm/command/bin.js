#!/usr/bin/env node
// The command `clerk-edge`: hands arguments and the host to the WASM, and ends with its exit code.

import { readFile } from "node:fs/promises";
import process from "node:process";
import { brotliDecompressSync } from "node:zlib";

import { nodeHost } from "./host.js";
import init, { run } from "./command.js";

const INTERRUPTED = 130;
process.on("SIGINT", () => process.exit(INTERRUPTED));
const wasm = await readFile(new URL("command.wasm.br", import.meta.url));
await init({ module_or_path: brotliDecompressSync(wasm) });
const { stdin, stdout, stderr, env } = process;
const host = nodeHost({ stdin, stdout, stderr, env, cwd: process.cwd() });
process.exitCode = await run(host, process.argv.slice(2));
