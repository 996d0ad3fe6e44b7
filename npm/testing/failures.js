// The ways in which the stand-in fails when a test says so. What each means for a gate stands in
// `index.d.ts`; the names of endpoints are those of the stand-in's table of routes.

const LIMITED = { status: 429, headers: { "retry-after": "10" } };

/** `faults` by endpoint, and whether tokens are signed with a key that nobody knows. */
export const FAILURES = {
  none: {},
  unavailable: { faults: { "*": { status: 503 } } },
  unreachable: { faults: { "*": { body: "reset" } } },
  silent: { faults: { "*": { body: "hang" } } },
  "not-json": { faults: { "*": { status: 200, body: "html" } } },
  "backend-unavailable": { faults: { backend: { status: 503 } } },
  "rate-limited": { faults: { backend: LIMITED } },
  "keys-unavailable": { faults: { jwks: { status: 503 }, jwks_backend: { status: 503 } } },
  "secret-key-refused": { faults: { backend: { status: 401, json: keyInvalid() } } },
  "unknown-key": { unknownKey: true },
};

function keyInvalid() {
  const message = "The Secret Key is not the one of this instance.";
  return { errors: [{ code: "clerk_key_invalid", message, long_message: message }] };
}
