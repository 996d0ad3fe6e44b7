// The published MCP SDK on both sides of the gate: its client finds its way to the authorization
// server and back with nothing but the server's address, and the server behind knows who calls.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { bindings, startClerk } from "../../demo/clerk/server.mjs";
import { Visitor } from "../stage/visitor.mjs";
import { raw } from "./raw.mjs";

const BACK = "http://localhost:1/back";
const RULES = [
  { path: "/mcp/*", allow: { oauth: true, scope: "boats" }, audience: "self" },
  { path: "/other/*", allow: { oauth: true }, audience: "self" },
];

for (const format of ["jwt", "opaque"]) {
  test(`${format}: the client finds its way, signs in, and calls the server`, async (t) => {
    const { site } = await stage(t, format);
    const memory = new Memory("boats");
    await assert.rejects(connect(`${site}/mcp`, memory), UnauthorizedError);
    const code = await agree(memory.asked);
    const transport = new StreamableHTTPClientTransport(new URL(`${site}/mcp`), {
      authProvider: memory,
    });
    await transport.finishAuth(code);
    assert.equal(memory.asked.searchParams.get("resource"), `${site}/mcp`);
    const client = await connect(`${site}/mcp`, memory);
    t.after(() => client.close());
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map(({ name }) => name), ["who"]);
    const answer = await client.callTool({ name: "who", arguments: {} });
    const [subject, kind, authorization] = JSON.parse(answer.content[0].text);
    assert.match(subject, /^user_/);
    assert.equal(kind, "oauth_token");
    assert.equal(authorization, null);
    // The same token is for that resource alone.
    const headers = { authorization: `Bearer ${memory.tokens().access_token}` };
    const elsewhere = await fetch(`${site}/other`, { method: "POST", headers });
    assert.equal(elsewhere.status, 401);
    assert.match(elsewhere.headers.get("www-authenticate"), /error="invalid_token"/);
  });
}

test("a token without the scope is told which one is missing", async (t) => {
  const { site, clerk } = await stage(t, "jwt");
  const made = await control(clerk, "machine-tokens", {
    kind: "oauth_token",
    scopes: ["a"],
    audience: `${site}/mcp`,
    format: "jwt",
  });
  const headers = { authorization: `Bearer ${made.token}` };
  const answer = await fetch(`${site}/mcp`, { method: "POST", headers });
  assert.equal(answer.status, 403, JSON.stringify(made));
  assert.match(answer.headers.get("www-authenticate"), /insufficient_scope", scope="boats"/);
});

async function stage(t, oauth_format) {
  const clerk = await startClerk({ settings: { oauth_format } });
  const server = await mcpServer(t);
  const vars = { ...bindings(clerk.stage), ROUTES: RULES, LOG: "off", UPSTREAM: server };
  const gate = await raw(vars);
  t.after(async () => {
    await gate.stop();
    await clerk.close();
  });
  const site = `http://localhost:${gate.port}`;
  clerk.stage.site = site;
  return { clerk, site };
}

const control = async (clerk, path, body) => {
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  return (await fetch(`${clerk.url}/stage/${path}`, init)).json();
};

/** A server without a word about authorization: the gate's headers say who calls. */
async function mcpServer(t) {
  const listener = createServer(async (request, response) => {
    const server = new McpServer({ name: "boats", version: "1.0.0" });
    const told = (name) => request.headers[name] ?? null;
    server.registerTool("who", { description: "Who calls" }, () => {
      const who = [told("x-clerk-user-id"), told("x-clerk-auth-type"), told("authorization")];
      return { content: [{ type: "text", text: JSON.stringify(who) }] };
    });
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    response.on("close", () => transport.close());
    await server.connect(transport);
    await transport.handleRequest(request, response);
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    listener.closeAllConnections();
    listener.close();
  });
  return `http://127.0.0.1:${listener.address().port}`;
}

async function connect(url, authProvider) {
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider }));
  return client;
}

/** What the SDK's client keeps, in memory; where a browser would be opened, the address is kept. */
class Memory {
  redirectUrl = BACK;
  #scope;
  #client;
  #tokens;
  #verifier;

  constructor(scope) {
    this.#scope = scope;
  }

  get clientMetadata() {
    return { client_name: "test", redirect_uris: [BACK], scope: this.#scope };
  }

  clientInformation = () => this.#client;
  saveClientInformation = (client) => void (this.#client = client);
  tokens = () => this.#tokens;
  saveTokens = (tokens) => void (this.#tokens = tokens);
  codeVerifier = () => this.#verifier;
  saveCodeVerifier = (verifier) => void (this.#verifier = verifier);
  redirectToAuthorization = (url) => void (this.asked = url);
}

/** Signs in as Uma, agrees, and returns the code that the client would be called with. */
async function agree(url) {
  const visitor = new Visitor();
  const page = await visitor.press(await visitor.open(url.href), { person: "uma" });
  const end = await visitor.press(page, {}, {}, (at) => at.href.startsWith(BACK));
  return new URL(end.url).searchParams.get("code");
}
