// `clerk-edge/testing`: the local stand-in for Clerk, for users' own tests. It is what the demo
// runs; here is only the short way to it: start, somebody who is signed in, failures, stop.

import { bindings, startClerk as start } from "../../demo/clerk/server.mjs";
import { FAILURES } from "./failures.js";
import { signIn } from "./person.js";

/** Starts a stand-in on loopback. Documented in `index.d.ts`. */
export async function startClerk({ port = 0, site } = {}) {
  const { stage, close } = await start({ port, site });
  const { publishableKey, secretKey } = stage.instance;
  return {
    url: stage.url,
    publishableKey,
    secretKey,
    jwtKey: stage.keys.pem(),
    vars: bindings(stage),
    person: (wanted = {}) => signIn(stage, wanted, site),
    fail: (kind) => fail(stage, kind),
    stop: close,
  };
}

function fail(stage, kind) {
  const failure = Object.hasOwn(FAILURES, kind) ? FAILURES[kind] : undefined;
  if (!failure) {
    const known = Object.keys(FAILURES).join(", ");
    throw new TypeError(`There is no failure ${JSON.stringify(kind)}: ${known}`);
  }
  stage.faults.clear();
  if (failure.unknownKey) stage.keys.mismatch();
  else stage.keys.settle();
  for (const [name, fault] of Object.entries(failure.faults ?? {})) stage.faults.set(name, fault);
}
