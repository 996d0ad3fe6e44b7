// What was recorded of Clerk's SDK, in workerd and from the tarball: the Worker, a gate before a
// handler, a wrapped function and the crate for Rust answer each case alike. That the answers are Clerk's is what the
// native tests compare; here it is enough that all three kinds of answers occur as recorded.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { boot } from "./harness.mjs";

const recorded = JSON.parse(await readFile(new URL("../vectors/clerk-cases.json", import.meta.url), "utf8"));

/** The bindings of a recorded case. */
const NAMES = {
  publishableKey: "CLERK_PUBLISHABLE_KEY",
  secretKey: "CLERK_SECRET_KEY",
  jwtKey: "CLERK_JWT_KEY",
  domain: "CLERK_DOMAIN",
  isSatellite: "CLERK_IS_SATELLITE",
  satelliteAutoSync: "CLERK_SATELLITE_AUTO_SYNC",
  signInUrl: "CLERK_SIGN_IN_URL",
  signUpUrl: "CLERK_SIGN_UP_URL",
  proxyUrl: "CLERK_PROXY_URL",
  audience: "CLERK_AUDIENCE",
  authorizedParties: "CLERK_AUTHORIZED_PARTIES",
  issuer: "CLERK_ISSUER",
};

function asked({ options, request, now_ms, jwks, bapi }) {
  const env = { CLERK_CROSS_ORIGIN_SYNC: true, CLERK_TRUST_FORWARDED_HOST: true };
  for (const [option, name] of Object.entries(NAMES)) {
    if (options[option] !== undefined && options[option] !== "") env[name] = options[option];
  }
  const cookie = request.cookies.map(([name, value]) => `${name}=${value}`).join("; ");
  const headers = [...request.headers, ...(cookie === "" ? [] : [["cookie", cookie]])];
  const { method, url } = request;
  return filled({ env, method, url, headers, now_ms, jwks: recorded.jwks[jwks], bapi });
}

/** With the recorded tokens in the place of their names. */
function filled(value) {
  const text = JSON.stringify(value).replace(/\{\{(\w+)\}\}/g, (whole, name) => recorded.tokens[name]?.jwt ?? whole);
  return JSON.parse(text);
}

/** What each way of a bundle answers to all cases. */
async function answers(bundle) {
  const gate = await boot({ bundle });
  try {
    const body = JSON.stringify({ cases: recorded.cases.map(asked) });
    const { status, json } = await gate.ask("/.recorded", { method: "POST", body });
    assert.equal(status, 200);
    return json;
  } finally {
    await gate.close();
  }
}

/** An answer as it is compared: what arrived is told in JSON. */
function comparable({ status, headers, text, calls }) {
  if (status !== 200) return { status, headers, text, calls };
  const { url, headers: told } = JSON.parse(text);
  return { status, headers, told: { url, headers: told }, calls };
}

test("the Worker, a gate before a handler, a wrapped function and the crate answer alike", async () => {
  const inJavaScript = await answers("program");
  const inRust = await answers("worker-crate");
  const kinds = { "signed-in": 0, "signed-out": 0, handshake: 0 };
  for (const [at, ways] of inJavaScript.entries()) {
    const { id, expect } = recorded.cases[at];
    const worker = comparable(ways.worker);
    assert.deepEqual(comparable(ways.handler), worker, id);
    assert.deepEqual(comparable(ways.wrapped), worker, id);
    assert.deepEqual(comparable(inRust[at].crate), worker, id);
    const told = worker.told?.headers["x-clerk-auth-status"];
    const answer = worker.headers.find(([name]) => name === "x-clerk-auth-status")?.[1];
    if (expect.status === (told ?? answer)) kinds[expect.status] += 1;
  }
  // The others are differences on purpose, machines, and organizations by path.
  const enough = kinds["signed-in"] >= 90 && kinds["signed-out"] >= 150 && kinds.handshake >= 100;
  assert(enough, JSON.stringify(kinds));
});
