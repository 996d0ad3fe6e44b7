// Work that waits: a WASM instance has begun it, and JavaScript resumes it when what it waits for is
// there. If the instance ends first, each answer that it owes is a 500. Nothing is decided here.

let core;

/** Takes the functions of the WASM instance that begun work comes back to. */
export function bind(exports) {
  core = exports;
}

/** One function per request that waits; calling it says that no answer will come. */
const waiting = new Set();

/** How many instances have ended. */
let instance = 0;

/** What an instance hands over instead of a result: its number for the work, and a promise. */
class Held {
  constructor(number, promise) {
    this.number = number;
    this.promise = promise;
  }
}

export function held(number, promise) {
  return new Held(number, promise);
}

/** A result as it is; for work that waits the promise of its result. */
export function settle(work) {
  return work instanceof Held ? pending(work) : work;
}

/** The answer that is still being made, or a 500 if its instance ends first. */
async function pending(work) {
  let fail;
  const own = instance;
  // A promise of this request's own: workerd lets no request wait for another's.
  const ended = new Promise((resolve) => {
    fail = resolve;
  });
  // A request that its client gave up never ends here; what it left must not pile up.
  if (waiting.size >= WAITING_MAX) waiting.delete(waiting.values().next().value);
  waiting.add(fail);
  try {
    while (work instanceof Held) {
      const settled = await Promise.race([result(work.promise), ended]);
      // The next instance gives the same numbers to other work.
      work = instance === own ? core.resume(work.number, ...settled) : undefined;
    }
    return work ?? internalError();
  } catch {
    return internalError();
  } finally {
    waiting.delete(fail);
  }
}

/** Whether the promise was rejected, and what it came to. */
function result(promise) {
  return promise.then(
    (value) => [false, value],
    (error) => [true, error],
  );
}

/** The instance has ended: none of its answers will come. */
export function failAll() {
  instance += 1;
  for (const fail of waiting) fail();
  waiting.clear();
}

/** The response to a request whose instance ended. */
export function internalError() {
  const problem = { type: "about:blank", title: "Internal Server Error", status: 500, code: "internal" };
  return new Response(JSON.stringify(problem), {
    status: 500,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}

const WAITING_MAX = 1000;
