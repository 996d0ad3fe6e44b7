// The WASM of the suite `webcrypto` names the modules that lie beside it in a bundle. In Node it has
// a folder to itself, so here they are found where they are written.

import { registerHooks } from "node:module";

const EDGE = new URL("../src/edge/", import.meta.url);

registerHooks({
  resolve(specifier, context, next) {
    if (!["./io.js", "./held.js"].includes(specifier)) return next(specifier, context);
    return { url: new URL(specifier, EDGE).href, format: "module", shortCircuit: true };
  },
});
