// The setting of a test: a stand-in for Clerk and a site behind the SDK, each on a free port,
// both ended with the test that asked for them.

import { createServer } from "node:http";
import { Readable } from "node:stream";
import { createClerkClient } from "@clerk/backend";
import { bindings, startClerk } from "../../demo/clerk/server.mjs";
import { sdkGate } from "./sdk-gate.mjs";

/** Starts both. The site's host is `localhost` in development, the stand-in's in production. */
export async function setTheStage(t, { type, settings } = {}) {
  const clerk = await startClerk({ type, settings });
  const host = type === "production" ? "127.0.0.1" : "localhost";
  const vars = bindings(clerk.stage);
  const server = createServer((message, response) => answer(vars, message, response));
  await new Promise((resolve) => server.listen(0, host, resolve));
  const site = `http://${host}:${server.address().port}`;
  clerk.stage.site = site;
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await clerk.close();
  });
  const control = (path, body) => post(clerk, path, body);
  return { clerk, site, vars, stage: clerk.stage, control };
}

/** The same, with the APIs of the published SDK (`sessions`, `users`, …) that ask the stand-in. */
export async function setTheStageWithSdk(t, options) {
  const made = await setTheStage(t, options);
  const { CLERK_API_URL: apiUrl, CLERK_SECRET_KEY: secretKey } = made.vars;
  return { ...made, ...createClerkClient({ apiUrl, secretKey }) };
}

async function post(clerk, path, body = {}) {
  const answer = await fetch(`${clerk.url}/stage/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.json();
}

async function answer(vars, message, response) {
  const url = `http://${message.headers.host}${message.url}`;
  const request = new Request(url, { method: message.method, headers: flat(message.headers) });
  const answered = await sdkGate(vars, request).catch((error) => {
    return new Response(String(error.stack), { status: 500 });
  });
  for (const [name, value] of answered.headers) response.appendHeader(name, value);
  response.writeHead(answered.status);
  if (answered.body) Readable.fromWeb(answered.body).pipe(response);
  else response.end();
}

function flat(headers) {
  return Object.entries(headers).map(([name, value]) => [name, String(value)]);
}
