// The Frontend API as Clerk's script in a browser calls it: several accounts in one browser,
// listed, switched and ended, and what the site's next handshake then says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTheStage } from "./setting.mjs";
import { Visitor } from "./visitor.mjs";

const MULTI = { settings: { multi_session: true } };

for (const type of ["development", "production"]) {
  test(`${type}: two accounts in one browser are listed and switched`, async (t) => {
    const { site, clerk, api, visitor } = await twoAccounts(t, type);
    const { response } = await api("GET", "");
    const names = response.sessions.map(({ user }) => user.first_name);
    assert.deepEqual(names, ["Uma", "Ada"]);
    const [uma, ada] = response.sessions;
    assert.equal(response.last_active_session_id, ada.id);
    assert.equal((await who(visitor, clerk, site)).userId, ada.user.id);

    const switched = await api("POST", `/sessions/${uma.id}/touch`);
    assert.equal(switched.client.last_active_session_id, uma.id);
    assert.equal((await who(visitor, clerk, site)).userId, uma.user.id);

    const removed = await api("POST", `/sessions/${uma.id}/remove`);
    assert.equal(removed.response.status, "removed");
    assert.deepEqual(removed.client.sessions.map(({ id }) => id), [ada.id]);
    assert.equal((await who(visitor, clerk, site)).userId, ada.user.id, "the other one is left");
    assert.equal((await api("POST", `/sessions/${uma.id}/touch`)).status, 404);

    await api("DELETE", "/sessions");
    assert.equal((await who(visitor, clerk, site)).userId, null);
  });
}

test("a browser that keeps one account replaces it at the next sign-in", async (t) => {
  const { site, clerk, api, stage } = await twoAccounts(t, "development", {});
  const { response } = await api("GET", "");
  assert.deepEqual(response.sessions.map(({ user }) => user.first_name), ["Ada"]);
  const ended = stage.clients.sessions().find(({ person }) => person.name === "uma");
  assert.equal(ended.status, "replaced");
  const mode = async () => {
    const answer = await fetch(`${clerk.url}/v1/environment`, { headers: { origin: site } });
    return (await answer.json()).auth_config.single_session_mode;
  };
  assert.equal(await mode(), true);
  stage.settings.multi_session = true;
  assert.equal(await mode(), false);
  const again = await fetch(`${clerk.url}/v1/environment?_method=PATCH`, { method: "POST" });
  assert.equal((await again.json()).auth_config.single_session_mode, false, "as clerk-js asks");
});

test("a session of another browser is not there, whatever is asked of it", async (t) => {
  const { api, control, stage } = await twoAccounts(t, "development");
  const { session_id: foreign } = await control("token", { person: "mo" });
  for (const action of ["touch", "remove", "end", "tokens", "tokens/example"]) {
    assert.equal((await api("POST", `/sessions/${foreign}/${action}`)).status, 404, action);
  }
  assert.equal((await api("GET", `/sessions/${foreign}`)).status, 404);
  assert.equal(stage.clients.session(foreign).status, "active");
});

test("fresh tokens are for the calling site, plain and by template", async (t) => {
  const { site, api, stage } = await twoAccounts(t, "development");
  const { response } = await api("GET", "");
  const path = `/sessions/${response.last_active_session_id}/tokens`;
  const plain = stage.keys.open((await api("POST", path)).jwt);
  assert.deepEqual([plain.azp, plain.sid], [site, response.last_active_session_id]);
  const made = stage.keys.open((await api("POST", `${path}/example`)).jwt);
  assert.deepEqual([made.role, made.sid], ["admin", undefined]);
  assert.equal((await api("POST", `${path}/unknown`)).status, 404);
  const ended = await api("POST", `/sessions/${response.last_active_session_id}/end`);
  assert.equal(ended.response.status, "ended");
  assert.equal((await api("POST", path)).status, 404);
});

test("a development browser must be known; one that is made up is not adopted", async (t) => {
  const { clerk, site } = await setTheStage(t);
  const get = async (browser) => {
    const query = browser === undefined ? "" : `?__clerk_db_jwt=${browser}`;
    const headers = { origin: site };
    return (await fetch(`${clerk.url}/v1/client${query}`, { headers })).status;
  };
  const made = await (await fetch(`${clerk.url}/v1/dev_browser`, { method: "POST" })).json();
  assert.equal(await get(made.id), 200);
  assert.equal(await get(undefined), 401);
  assert.equal(await get("dvb_made_up"), 401);
});

test("pages of loopback may call with cookies, pages elsewhere may not call at all", async (t) => {
  const { clerk, site } = await setTheStage(t, { type: "production" });
  const ask = (origin, method = "GET") =>
    fetch(`${clerk.url}/v1/client`, { method, headers: { origin } });
  const own = await ask(site);
  assert.equal(own.status, 200);
  assert.equal(own.headers.get("access-control-allow-origin"), site);
  assert.equal(own.headers.get("access-control-allow-credentials"), "true");
  const preflight = await ask(site, "OPTIONS");
  assert.deepEqual([preflight.status, preflight.headers.get("vary")], [204, "origin"]);
  for (const origin of ["https://evil.example", "null", "http://localhost.evil.example"]) {
    const foreign = await ask(origin);
    assert.equal(foreign.status, 400, origin);
    assert.equal(foreign.headers.get("access-control-allow-origin"), null, origin);
  }
});

async function twoAccounts(t, type, options = MULTI) {
  const made = await setTheStage(t, { type, ...options });
  const { site, clerk } = made;
  const visitor = new Visitor();
  await visitor.signIn(`${site}/members`, "uma");
  const browser = visitor.cookie(site, "__clerk_db_jwt");
  const back = new URLSearchParams({ redirect_url: `${site}/optional` });
  if (browser) back.set("__clerk_db_jwt", browser);
  const door = await visitor.open(`${clerk.url}/sign-in?${back}`);
  await visitor.press(door, { person: "ada" });
  const api = (method, path) => asClerkJs(made, visitor, method, path);
  return { ...made, visitor, api };
}

/** As clerk-js does: the method in the query of a `POST`, a form as the body. */
async function asClerkJs({ clerk, site }, visitor, method, path) {
  const url = new URL(`${clerk.url}/v1/client${path}`);
  url.searchParams.set("__clerk_api_version", "2026-08-20");
  const browser = visitor.cookie(site, "__clerk_db_jwt");
  if (browser) url.searchParams.set("__clerk_db_jwt", browser);
  if (method !== "GET" && method !== "POST") url.searchParams.set("_method", method);
  const cookie = `standin_client=${visitor.cookie(clerk.url, "standin_client")}`;
  const sent = method === "GET" ? { method } : { method: "POST", body: new URLSearchParams() };
  const answer = await fetch(url, { ...sent, headers: { origin: site, cookie } });
  return { status: answer.status, ...(await answer.json()) };
}

/** Who the site says is signed in, after a handshake. */
async function who(visitor, clerk, site) {
  const query = new URLSearchParams({ redirect_url: `${site}/optional`, format: "nonce" });
  const browser = visitor.cookie(site, "__clerk_db_jwt");
  if (browser) query.set("__clerk_db_jwt", browser);
  return JSON.parse((await visitor.open(`${clerk.url}/v1/client/handshake?${query}`)).text);
}
