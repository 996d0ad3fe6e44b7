// Who is compared, and how each is deployed: the floor, the peers, and the product's own bundle with
// everything on. All get the same bindings where they take them, and the same two upstreams.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { rules } from "./rules.mjs";
import { SITE } from "./tokens.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
export const FLOOR = "floor";
export const YARDSTICK = "clerk-backend";
export const OURS = "clerk-edge";
// Answers as the product does and decides nothing: what is promised has a price of its own.
export const UNDECIDED = "undecided";
const COMPILED = "workers-rs";
const BY_HAND = "js-by-hand-cached";
// Those that remember a verified token.
export const REMEMBERING = [BY_HAND, OURS];

const PEERS = {
  [FLOOR]: "floor: answers, or passes on",
  "js-by-hand": "JavaScript by hand",
  [BY_HAND]: "the same, tokens remembered",
  jose: "`jose` `jwtVerify`",
  "clerk-verify-token": "`@clerk/backend` `verifyToken`",
  [YARDSTICK]: "`@clerk/backend` `authenticateRequest`",
  "clerk-hono": "`@clerk/hono`",
  [UNDECIDED]: "clerk-edge's answers, undecided",
};

// All variants that can be had, ready to be written down for workerd. `ours` and `compiled` are the
// folders of the product's bundle and of the peer in Rust; without one, its variant is left out.
export async function variants(clerk, { ours, compiled }) {
  const shared = await stands(clerk);
  const peers = Object.entries(PEERS).map(async ([name, label]) => {
    const modules = [{ name: "index.js", bytes: await bundle(`peers/${name}.js`) }];
    return variant(name, label, modules, shared, placements(peerBindings(clerk)));
  });
  const all = await Promise.all(peers);
  if (compiled) {
    const placed = placements(peerBindings(clerk));
    all.push(variant(COMPILED, "workers-rs, by hand", folder(compiled), shared, placed));
  }
  if (ours) all.push(variant(OURS, "**clerk-edge**", folder(ours), shared, ourPlacements(clerk)));
  return all;
}

function variant(name, label, modules, shared, placed) {
  const workers = Object.entries(placed).map(([place, bindings]) => ({
    name: place,
    modules,
    bindings,
    outbound: "outside",
  }));
  const services = [...Object.keys(placed), "outside"];
  return {
    name,
    label,
    workers: [...workers, ...shared],
    sockets: services.map((service) => ({ name: service, service })),
    size: size(modules),
  };
}

// What a variant is: its own name, or the product's where several builds of that are compared.
export const kind = (variant) => variant.kind ?? variant.name;

// The variant with one of its deployments alone, and what that is bound to: for what a whole process is
// measured by.
export function alone(variant, place) {
  const { bindings } = variant.workers.find(({ name }) => name === place);
  const bound = Object.values(bindings).map(([kind, value]) => kind !== "text" && value);
  const kept = new Set([place, "outside", ...bound]);
  return {
    ...variant,
    workers: variant.workers.filter(({ name }) => kept.has(name)),
    sockets: variant.sockets.filter(({ name }) => kept.has(name)),
  };
}

// A place is one deployment of the same bytes: with nothing behind it, before assets, before a service.
function placements(bindings) {
  return {
    answer: bindings,
    assets: { ...bindings, UPSTREAM: ["service", "files"] },
    service: { ...bindings, UPSTREAM: ["service", "origin"] },
  };
}

function peerBindings(clerk) {
  return {
    ...clerkBindings(clerk),
    SESSION_COOKIE: ["text", `__session_${clerk.suffix}`],
    ISSUER: ["text", clerk.issuer],
    AUTHORIZED_PARTY: ["text", SITE],
  };
}

function ourPlacements(clerk) {
  const own = {
    ...clerkBindings(clerk),
    CLERK_AUTHORIZED_PARTIES: ["json", JSON.stringify([SITE])],
    CLERK_CACHE: ["kvNamespace", "outside"],
    ROUTES: ["json", JSON.stringify(rules(10))],
  };
  const { CLERK_JWT_KEY: _, ...fetching } = own;
  return {
    answer: own,
    assets: { ...own, ASSETS: ["service", "files"] },
    service: { ...own, ORIGIN: ["service", "origin"] },
    quiet: { ...own, LOG: ["text", "off"] },
    "fetching-assets": { ...fetching, ASSETS: ["service", "files"] },
    "quiet-assets": { ...own, LOG: ["text", "off"], ASSETS: ["service", "files"] },
    many: { ...own, ROUTES: ["json", JSON.stringify(rules(1000))] },
    fetching,
  };
}

const clerkBindings = (clerk) => ({
  CLERK_PUBLISHABLE_KEY: ["text", clerk.publishable],
  CLERK_SECRET_KEY: ["text", clerk.secret],
  CLERK_JWT_KEY: ["text", clerk.pem],
});

async function stands(clerk) {
  const upstream = [{ name: "index.js", bytes: await bundle("stands/upstream.js") }];
  const outside = [{ name: "index.js", bytes: await bundle("stands/outside.js") }];
  const host = new URL(clerk.issuer).host;
  return [
    { name: "files", modules: upstream, bindings: { KIND: ["text", "assets"] } },
    { name: "origin", modules: upstream, bindings: { KIND: ["text", "service"] } },
    {
      name: "outside",
      modules: outside,
      bindings: { FRONTEND_API: ["text", host], JWKS: ["text", JSON.stringify(clerk.jwks)] },
    },
  ];
}

// One file, resolved and bundled as wrangler does it, and made small.
async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [path.join(here, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    logLevel: "warning",
  });
  return outputFiles[0].contents;
}

// The product as it is deployed: every script and WASM module of the folder, the entry first.
function folder(root) {
  const names = readdirSync(root, { recursive: true }).filter((name) => /\.(js|mjs|wasm)$/.test(name));
  if (!names.includes("index.js")) throw new Error(`no index.js in ${root}: build the Worker first`);
  names.sort((a, b) => (b === "index.js") - (a === "index.js") || (a < b ? -1 : 1));
  return names.map((name) => ({ name, bytes: readFileSync(path.join(root, name)) }));
}

function size(modules) {
  const sum = (of) => modules.reduce((total, { bytes }) => total + of(bytes), 0);
  return {
    raw_bytes: sum((bytes) => bytes.length),
    gzip_bytes: sum((bytes) => gzipSync(bytes, { level: 9 }).length),
  };
}
