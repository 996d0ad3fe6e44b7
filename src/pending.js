// Responses that a WASM instance has not yet produced. If the instance ends first, each is answered
// with 500. Nothing is decided here.

/** One function per request that waits; calling it says that no answer will come. */
const waiting = new Set();

/** The answer that is still being made, or a 500 if its instance ends first. */
export async function pending(answer) {
  let fail;
  // A promise of this request's own: workerd lets no request wait for another's.
  const ended = new Promise((resolve) => {
    fail = () => resolve(undefined);
  });
  // A request that its client gave up never ends here; what it left must not pile up.
  if (waiting.size >= WAITING_MAX) waiting.delete(waiting.values().next().value);
  waiting.add(fail);
  try {
    return (await Promise.race([answer, ended])) ?? internalError();
  } catch {
    return internalError();
  } finally {
    waiting.delete(fail);
  }
}

/** The instance has ended: none of its answers will come. */
export function failAll() {
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
