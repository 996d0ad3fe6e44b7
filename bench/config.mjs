// A variant's configuration in workerd's own language: its Workers, what is bound to each, and the
// sockets. Only the few kinds that the bench uses can be written. All run under the compatibility date
// that the product is deployed with.
import { readFileSync } from "node:fs";

const deployed = readFileSync(new URL("../wrangler.toml", import.meta.url), "utf8");
const DATE = deployed.match(/^compatibility_date = "(\d{4}-\d{2}-\d{2})"$/m)[1];
const KINDS = { ".wasm": "wasm", ".js": "esModule", ".mjs": "esModule", ".txt": "text" };

export function capnp({ workers, sockets }) {
  return [
    'using Workerd = import "/workerd/workerd.capnp";',
    "const config :Workerd.Config = (",
    `  services = [${workers.map(service).join(", ")}],`,
    `  sockets = [${sockets.map(socket).join(", ")}],`,
    ");",
    ...workers.map((worker) => `const ${constant(worker)} :Workerd.Worker = ${body(worker)};`),
    "",
  ].join("\n");
}

const service = (worker) => `(name = ${text(worker.name)}, worker = .${constant(worker)})`;

function socket({ name, service }) {
  const http = '(forwardedProtoHeader = "X-Forwarded-Proto")';
  return `(name = ${text(name)}, address = "127.0.0.1:0", http = ${http}, service = ${text(service)})`;
}

function body({ name, modules, bindings = {}, outbound }) {
  const embedded = modules.map((module) => {
    const kind = KINDS[module.name.slice(module.name.lastIndexOf("."))];
    return `(name = ${text(module.name)}, ${kind} = embed ${text(`${name}/${module.name}`)})`;
  });
  const bound = Object.entries(bindings).map(
    ([key, [kind, value]]) => `(name = ${text(key)}, ${kind} = ${text(value)})`,
  );
  return [
    `(modules = [${embedded.join(", ")}]`,
    `bindings = [${bound.join(", ")}]`,
    `compatibilityDate = ${text(DATE)}`,
    ...(outbound ? [`globalOutbound = ${text(outbound)}`] : []),
  ].join(", ") + ")";
}

const constant = ({ name }) => `w${name.replaceAll(/[^a-z0-9]/g, "")}`;
const text = (value) => JSON.stringify(value);
