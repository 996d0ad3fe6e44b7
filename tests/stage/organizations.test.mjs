// Organizations: which one is active in a session, and how a handshake or the browser changes it.
// Clerk's SDK asks for it by path, as `organizationSyncOptions` say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClerkClient } from "@clerk/backend";
import { setTheStage } from "./setting.mjs";
import { Visitor } from "./visitor.mjs";

const ACME = "org_2stageAcme00000000000000000";
const GLOBEX = "org_2stageGlobex000000000000000";

test("a handshake activates an organization by slug, by id, and none", async (t) => {
  const { site, clerk } = await setTheStage(t);
  const visitor = new Visitor();
  await visitor.signIn(`${site}/members`, "otto");
  const after = async (wanted) => {
    const query = new URLSearchParams({ redirect_url: `${site}/members`, format: "nonce" });
    query.set("__clerk_db_jwt", visitor.cookie(site, "__clerk_db_jwt"));
    if (wanted !== undefined) query.set("organization_id", wanted);
    const page = await visitor.open(`${clerk.url}/v1/client/handshake?${query}`);
    const { orgId, orgPermissions, claims } = JSON.parse(page.text);
    return { orgId: orgId ?? null, orgPermissions, fea: claims.fea, pla: claims.pla };
  };
  const globex = { orgId: GLOBEX, orgPermissions: ["org:reports:read"] };
  const ofGlobex = { ...globex, fea: "o:reports,u:early-access", pla: "o:free,u:free" };
  assert.equal((await after()).orgId, ACME);
  assert.deepEqual(await after("globex"), ofGlobex);
  assert.equal((await after(undefined)).orgId, GLOBEX, "without the parameter nothing changes");
  assert.equal((await after(ACME)).orgId, ACME);
  assert.equal((await after("initech")).orgId, ACME, "not a member: as it was");
  assert.equal((await after("org_unknown")).orgId, ACME);
  const personal = await after("");
  assert.deepEqual([personal.orgId, personal.fea], [null, "u:early-access"]);
});

test("the SDK's organization by path ends in the right one, or where it was", async (t) => {
  const { site, vars, stage, control } = await setTheStage(t);
  const { CLERK_API_URL: apiUrl, CLERK_SECRET_KEY: secretKey } = vars;
  const sdk = createClerkClient({ apiUrl, secretKey });
  const { token, browser, client_uat: uat } = await control("token", { person: "otto" });
  const ask = (path, session = token) => {
    const pairs = { __session: session, __client_uat: uat, __clerk_db_jwt: browser };
    const cookie = Object.entries(pairs).map(([name, value]) => `${name}=${value}`);
    const page = { accept: "text/html", "sec-fetch-dest": "document" };
    const headers = { cookie: cookie.join("; "), ...page };
    return sdk.authenticateRequest(new Request(`${site}${path}`, { headers }), {
      publishableKey: vars.CLERK_PUBLISHABLE_KEY,
      secretKey,
      proxyUrl: vars.CLERK_PROXY_URL,
      organizationSyncOptions: { organizationPatterns: ["/orgs/:slug", "/orgs/:slug/(.*)"] },
    });
  };
  assert.equal((await ask("/orgs/acme")).status, "signed-in");
  const state = await ask("/orgs/globex/x");
  assert.deepEqual([state.status, state.reason], ["handshake", "active-organization-mismatch"]);
  const location = new URL(state.headers.get("location"));
  assert.equal(location.searchParams.get("organization_id"), "globex");
  const back = await fetch(location, { redirect: "manual" });
  assert.equal(back.status, 307);
  const session = stage.clients.sessionOf("otto");
  assert.equal(session.organizationId, GLOBEX);
  const { token: fresh } = await control("token", { person: "otto" });
  assert.equal((await ask("/orgs/globex/x", fresh)).toAuth().orgSlug, "globex");
  await fetch(new URL((await ask("/orgs/initech", fresh)).headers.get("location")));
  assert.equal(session.organizationId, GLOBEX, "not a member: as it was");
});

test("touch switches the organization, and refuses one that is not the visitor's", async (t) => {
  const { clerk, stage, control } = await setTheStage(t);
  const { session_id: id, browser } = await control("token", { person: "otto" });
  const touch = (active_organization_id) => {
    const body = new URLSearchParams({ active_organization_id });
    const url = `${clerk.url}/v1/client/sessions/${id}/touch?__clerk_db_jwt=${browser}`;
    return fetch(url, { method: "POST", body });
  };
  const { response } = await (await touch(GLOBEX)).json();
  assert.equal(response.last_active_organization_id, GLOBEX);
  assert.equal(stage.keys.open(response.last_active_token.jwt).o.slg, "globex");
  const refused = await touch("org_2stageInitech00000000000000");
  assert.equal(refused.status, 403);
  assert.equal(stage.clients.session(id).organizationId, GLOBEX);
  await touch("");
  assert.equal(stage.clients.session(id).organizationId, null);
});
