// The world in which the SDK is asked: a clock that stands still, a network that is a table, no
// waiting between retries, no talking. It must be imported before the SDK, which keeps its own
// reference to `fetch`. This is the only place of the project that replaces `fetch`.

const RealDate = Date;
let nowMs = 0;
let answer = () => Promise.reject(new Error("no network here"));

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [nowMs] : parts));
  }

  static now() {
    return nowMs;
  }
};

// The retries of the SDK sleep for up to four seconds per case; their order is all that counts.
const realSetTimeout = globalThis.setTimeout;
globalThis.setTimeout = (act, _wait, ...rest) => realSetTimeout(act, 0, ...rest);

globalThis.fetch = (input, init) => answer(new Request(input, init));

/** Runs `act` at `atMs`, with `network` answering every request. One at a time. */
export async function within(atMs, network, act) {
  const talk = quiet();
  nowMs = atMs;
  answer = network;
  try {
    return await act();
  } finally {
    talk();
    answer = () => Promise.reject(new Error("a request after the case had ended"));
  }
}

function quiet() {
  const names = ["log", "info", "warn", "error", "debug"];
  const kept = names.map((name) => [name, console[name]]);
  for (const name of names) console[name] = () => {};
  return () => kept.forEach(([name, talk]) => (console[name] = talk));
}
