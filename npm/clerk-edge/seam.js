// Between the gate in WASM and a program in JavaScript: what a program adds to the gate, and its
// handler's turn. Nothing is decided here.

import { core, enter } from "./edge/entry.js";
import { answered } from "./edge/io.js";
import { internalError } from "./edge/pending.js";

let gates = 0;

/** The gate of a program: settings in code, a handler, or the one rule of a wrapped function. */
export class Gate {
  constructor({ settings, handler, rule, id = ++gates }) {
    Object.assign(this, { id, settings, handler, rule });
  }

  /** One request: an answer, or the promise of one. */
  enter(request, env, ctx) {
    return settle(enter(request, env, ctx, new Seam(this, env, ctx)));
  }
}

/** Functions that are wrapped share what a gate remembers. */
export const SHARED = ++gates;

/** A handler's turn, or the gate's own answer. */
function settle(result) {
  if (result instanceof Promise) return result.then(settle);
  return result instanceof Turn ? result.run() : (result ?? internalError());
}

/** One request as the WASM sees its program: `src/seam.rs`. */
class Seam {
  constructor(gate, env, ctx) {
    Object.assign(this, { gate, env, ctx });
  }

  get id() {
    return this.gate.id;
  }

  get settings() {
    return this.gate.settings;
  }

  get rule() {
    return this.gate.rule;
  }

  get hasHandler() {
    return this.gate.handler !== undefined;
  }

  hand(request, original, note, text) {
    return new Turn(this, request, original, note, text);
  }
}

/** The handler's turn, which begins when the WASM has returned. */
class Turn {
  constructor(seam, request, original, note, text) {
    Object.assign(this, { seam, request, original, note, text });
  }

  async run() {
    const { seam, request, original, note, text } = this;
    if (text !== undefined) found.set(request, { seam, text });
    // What it throws is the runtime's to show, as without a gate.
    const response = await seam.gate.handler(request, seam.env, judged(seam.ctx));
    if (!(response instanceof Response)) throw new TypeError("the handler returned no Response");
    try {
      return note === "" ? response : answered(response, original, note);
    } catch {
      return internalError();
    }
  }
}

/** Who asks, by the request that a handler was given. */
export const found = new WeakMap();

/** Judges a request that a gate has handed over by one more rule, before `handler` gets it. */
export async function again(request, env, ctx, rule, handler) {
  const { seam, text } = found.get(request);
  const result = await core().judge(request, text, rule, seam.env, seam.ctx, seam);
  if (typeof result !== "string") return result ?? internalError();
  found.set(request, { seam, text: result });
  return handler(request, env, ctx);
}

/** `ctx` without the way past the gate: the origin behind it has judged nothing. */
function judged(ctx) {
  if (ctx === undefined) return ctx;
  return new Proxy(ctx, {
    get(target, name) {
      if (name === "passThroughOnException") return refuse;
      const value = target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function refuse() {
  throw new TypeError("passThroughOnException() would pass the gate by: answer the error yourself");
}
