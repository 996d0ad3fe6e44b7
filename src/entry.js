// The way into the gate: hands each request to the WASM and its answer back. It decides nothing.
//
// A panic leaves a WASM instance whose memory cannot be trusted. The instance is replaced: the
// requests it held are answered with 500, and the next request gets a fresh instance. Never use
// `passThroughOnException`: it would send a request to the origin that nothing has judged.

import * as gate from "./gate.js";
import { failAll, internalError } from "./pending.js";
import { bind } from "./io.js";

bind(gate);

let panicked = false;

gate.onPanic((cause) => {
  panicked = true;
  console.error("the WASM instance panicked and will be replaced:", cause);
  failAll();
});

/** The functions of a sound WASM instance. */
export function core() {
  if (panicked) {
    gate.__wbg_reset_state();
    panicked = false;
  }
  return gate;
}

/** One request. `seam` is what a program that the gate is part of adds to it; the Worker adds none. */
export function enter(request, env, ctx, seam) {
  try {
    return core().handle(request, request.method, request.url, env, ctx, seam);
  } catch {
    return internalError();
  }
}
