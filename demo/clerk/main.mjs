// The stand-in by itself: `node demo/clerk/main.mjs [--port 8788] [--site URL] [--production]`.
// Prints one line of JSON with the bindings a gate needs, and serves until it is told to end.

import { parseArgs } from "node:util";
import { DEVELOPMENT, PRODUCTION } from "./instance.mjs";
import { bindings, startClerk } from "./server.mjs";

const { values } = parseArgs({
  options: {
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "8788" },
    site: { type: "string", default: "http://localhost:8787" },
    production: { type: "boolean", default: false },
    refresh: { type: "boolean", default: false },
    "multi-session": { type: "boolean", default: false },
    "clerk-js": { type: "string" },
    keys: { type: "string" },
  },
});

const clerk = await startClerk({
  host: values.host,
  port: Number(values.port),
  site: values.site,
  type: values.production ? PRODUCTION : DEVELOPMENT,
  keysFile: values.keys,
  clerkJs: values["clerk-js"],
  settings: { refresh_cookie: values.refresh, multi_session: values["multi-session"] },
});

console.log(JSON.stringify({ url: clerk.url, vars: bindings(clerk.stage) }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => clerk.close());
