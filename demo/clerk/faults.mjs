// Faults on demand and a count of calls, so that a test can see what a gate does when Clerk is
// slow, wrong or gone, and how often it asks. A fault is spent after the times it was given.

/**
 * The faults in force, by the name of an endpoint, by `frontend` or `backend` for a whole API, or
 * by `*` for all but the control itself. The narrowest counts.
 */
export class Faults {
  #faults = new Map();

  set(endpoint, fault) {
    this.#faults.set(endpoint, { times: Infinity, ...fault });
  }

  clear() {
    this.#faults.clear();
  }

  next(endpoint, group) {
    if (endpoint === "control") return undefined;
    const name = [endpoint, group, "*"].find((each) => this.#faults.has(each));
    if (name === undefined) return undefined;
    const fault = this.#faults.get(name);
    fault.times -= 1;
    if (fault.times <= 0) this.#faults.delete(name);
    return fault;
  }
}

/** How often each endpoint was called, and the last calls with their headers and bodies. */
export class Calls {
  #counts = {};
  #last = [];

  add(endpoint, { method, path, search, headers, json, form }) {
    if (endpoint === "control") return;
    this.#counts[endpoint] = (this.#counts[endpoint] ?? 0) + 1;
    const sent = form.size > 0 ? { form: Object.fromEntries(form) } : {};
    this.#last.push({ endpoint, method, path, search, headers, json, ...sent });
    if (this.#last.length > LAST_MAX) this.#last.shift();
  }

  all() {
    return { counts: this.#counts, last: this.#last };
  }

  clear() {
    this.#counts = {};
    this.#last = [];
  }
}

/**
 * Acts out a fault; true if the answer is thereby given. `json` is a body of the test's own, for
 * an answer of the wrong kind.
 */
export async function misbehave(fault, response) {
  if (fault.delay_ms) await new Promise((resolve) => setTimeout(resolve, fault.delay_ms));
  if (fault.body === "hang") return true;
  if (fault.body === "reset") {
    response.destroy();
    return true;
  }
  const { status, body, json } = fault;
  if (status === undefined && body === undefined && json === undefined) return false;
  const told = ["application/json", JSON.stringify(json)];
  const [type, text] = json === undefined ? (BODIES[body] ?? BODIES.error)() : told;
  const headers = { "content-type": type, ...fault.headers };
  response.writeHead(status ?? 200, headers).end(text);
  return true;
}

const BODIES = {
  error: () => {
    const errors = [{ code: "stand_in_fault", message: "a fault on demand" }];
    return ["application/json", JSON.stringify({ errors })];
  },
  empty: () => ["application/json", ""],
  object: () => ["application/json", "{}"],
  rubbish: () => ["application/json", '{"keys":[{"kty":"RSA","n":17'],
  html: () => ["text/html", "<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>"],
  huge: () => ["application/json", `{"keys":[],"filler":"${"x".repeat(5_000_000)}"}`],
};

const LAST_MAX = 100;
