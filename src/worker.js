// The Worker's entry: hands each request to the WASM and its answer back. It decides nothing.
//
// What it is here for is the end of a WASM instance. A panic leaves an instance whose state means
// nothing any more, so it is thrown away: the requests it held are answered with a fault, and the
// next one gets a fresh instance. Never with `passThroughOnException`, which would send a request
// that nobody judged to the origin.

import * as gate from "./gate.js";
import { abandonAll, fault } from "./pending.js";
import { bind } from "./io.js";

bind(gate);

let dead = false;

gate.onDeath((cause) => {
  dead = true;
  console.error("the instance has ended and will be replaced:", cause);
  abandonAll();
});

export default {
  fetch(request, env, ctx) {
    try {
      if (dead) {
        gate.__wbg_reset_state();
        dead = false;
      }
      return gate.handle(request, request.method, request.url, env, ctx);
    } catch {
      return fault();
    }
  },
};
