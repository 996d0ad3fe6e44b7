// Single functions of the SDK, row by row, as the tables of the vectors have them. A table that is
// not named here belongs to something the gate does not do, and is left as it is.

import { within } from "./sandbox.mjs";

const { createRedirect, createClerkRequest, signedInAuthObject } =
  await import("@clerk/backend/internal");
const keys = await import("@clerk/shared/keys");
const url = await import("@clerk/shared/url");
const { buildAccountsBaseUrl } = await import("@clerk/shared/buildAccountsBaseUrl");
const { createCheckAuthorization } = await import("@clerk/shared/authorization");

/** What the SDK makes of one row: the row's inputs with `value`, or whatever the table calls it. */
export const TABLES = {
  publishable_key_cases: publishableKey,
  cookie_suffix_cases: async ({ key }) => ({ key, suffix: await keys.getCookieSuffix(key) }),
  accounts_url_cases: ({ frontend_api: host }) => ({
    frontend_api: host,
    accounts_base_url: buildAccountsBaseUrl(host),
  }),
  dev_portal_host_cases: ({ host }) => ({
    host,
    legacy: url.isLegacyDevAccountPortalOrigin(host),
    current: url.isCurrentDevAccountPortalOrigin(host),
  }),
  redirect_cases: redirect,
  cookie_parse_cases: cookies,
  clerk_url_cases: clerkUrl,
  session_claims_cases: sessionClaims,
  has_cases: ({ state, params }) => ({
    state,
    params,
    value: createCheckAuthorization(state)(params),
  }),
};

/** One row anew; what the SDK throws is recorded as thrown, its words are not compared. */
export async function row(table, entry) {
  try {
    const found = await within(0, nobody, () => TABLES[table](entry));
    return JSON.parse(JSON.stringify(found));
  } catch (error) {
    const { value, ...inputs } = entry;
    return { ...inputs, throws: entry.throws ?? String(error.message) };
  }
}

function publishableKey({ key, options, ...rest }) {
  if (options) {
    const value = keys.parsePublishableKey(key, { fatal: true, ...options });
    return { key, options, value };
  }
  const non_fatal = keys.parsePublishableKey(key);
  const is_publishable_key = keys.isPublishableKey(key);
  try {
    const value = keys.parsePublishableKey(key, { fatal: true });
    return { key, value, non_fatal, is_publishable_key };
  } catch (error) {
    const throws = rest.throws ?? String(error.message);
    return { key, throws, non_fatal, is_publishable_key };
  }
}

function redirect({ fn, options, args }) {
  const found = createRedirect({ ...options, redirectAdapter: (target) => String(target) });
  return { fn, options, args, value: found[fn](args ?? undefined) };
}

function cookies({ header }) {
  const request = new Request("http://example.com/", { headers: { cookie: header } });
  return { header, cookies: [...createClerkRequest(request).cookies] };
}

function clerkUrl({ url: address, headers }) {
  const request = createClerkRequest(new Request(address, { headers }));
  return { url: address, headers, clerk_url: request.clerkUrl.href };
}

function sessionClaims({ claims }) {
  const auth = signedInAuthObject({}, "", claims);
  const { sessionClaims: _, tokenType, isAuthenticated, ...value } = auth;
  return { claims, value };
}

function nobody() {
  return Promise.reject(new Error("no network here"));
}
