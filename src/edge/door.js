// The Worker's entry: hands each request to the WASM and its answer back. It decides nothing.
//
// What it is here for is the end of a WASM instance. A panic leaves an instance whose state means
// nothing any more, so it is thrown away: the requests it held are answered with a fault, and the
// next one gets a fresh instance. Never with `passThroughOnException`, which would send a request
// that nobody judged to the origin.

import * as gate from "./gate.js";

/** One function per request that waits for an answer; calling it says that none will come. */
const waiting = new Set();

let dead = false;

gate.onDeath((cause) => {
  dead = true;
  console.error("the instance has ended and will be replaced:", cause);
  for (const abandon of waiting) abandon();
  waiting.clear();
});

export default {
  fetch(request, env, ctx) {
    try {
      if (dead) {
        gate.__wbg_reset_state();
        dead = false;
      }
      const answer = gate.handle(request, env, ctx);
      return answer instanceof Promise ? orDeath(answer) : answer;
    } catch {
      return fault();
    }
  },
};

/** An answer that is still being made, or a fault should its instance end first. */
async function orDeath(answer) {
  let abandon;
  // A promise of this request's own: workerd lets no request wait for another's.
  const death = new Promise((resolve) => {
    abandon = () => resolve(undefined);
  });
  waiting.add(abandon);
  try {
    return (await Promise.race([answer, death])) ?? fault();
  } catch {
    return fault();
  } finally {
    waiting.delete(abandon);
  }
}

function fault() {
  const problem = { type: "about:blank", title: "Internal Server Error", status: 500, code: "internal" };
  return new Response(JSON.stringify(problem), {
    status: 500,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}
