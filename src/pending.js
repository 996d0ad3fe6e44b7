// Promises that a WASM instance still has to keep, and what becomes of them should it end first.
// Nothing is decided here.

/** One function per request that waits; calling it says that no answer will come. */
const waiting = new Set();

/** An answer that is still being made, or a fault should its instance end first. */
export async function held(answer) {
  let abandon;
  // A promise of this request's own: workerd lets no request wait for another's.
  const death = new Promise((resolve) => {
    abandon = () => resolve(undefined);
  });
  // A request that its client gave up is never told so; what it left here must not pile up.
  if (waiting.size >= WAITING_MAX) waiting.delete(waiting.values().next().value);
  waiting.add(abandon);
  try {
    return (await Promise.race([answer, death])) ?? fault();
  } catch {
    return fault();
  } finally {
    waiting.delete(abandon);
  }
}

/** The instance has ended: none of its answers will come. */
export function abandonAll() {
  for (const abandon of waiting) abandon();
  waiting.clear();
}

/** What a request gets whose instance ended under it. */
export function fault() {
  const problem = { type: "about:blank", title: "Internal Server Error", status: 500, code: "internal" };
  return new Response(JSON.stringify(problem), {
    status: 500,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}

const WAITING_MAX = 1000;
