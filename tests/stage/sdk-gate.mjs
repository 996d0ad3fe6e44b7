// A gate made of the published SDK, for comparison: what `authenticateRequest` says is done, and
// the member area wants a session. It knows no rules beyond that and is no part of the product.

import { createClerkClient } from "@clerk/backend";

/** The answer to `request` for the instance in `vars`, which are the bindings of the real gate. */
export async function sdkGate(vars, request, serve = describe) {
  const path = new URL(request.url).pathname;
  if (path === "/") return new Response("public");
  const state = await clientOf(vars).authenticateRequest(request, options(vars));
  const headers = new Headers(state.headers);
  if (headers.has("location")) return new Response(null, { status: 307, headers });
  const auth = state.toAuth();
  if (!auth?.userId && path !== "/optional") return refuse(vars, request, auth, headers);
  const answer = await serve(request, auth, state);
  const merged = new Headers(answer.headers);
  for (const [name, value] of headers) merged.append(name, value);
  return new Response(answer.body, { status: answer.status, headers: merged });
}

/** What the SDK knows of the visitor, as JSON. */
export function describe(_request, auth) {
  const { userId, sessionId, sessionStatus, actor, orgId, orgRole, orgSlug, orgPermissions } = auth;
  return Response.json({
    ...{ userId, sessionId, sessionStatus, actor, orgId, orgRole, orgSlug, orgPermissions },
    claims: auth.sessionClaims,
    manages_billing: auth.has({ permission: "org:billing:manage" }),
    manages_reports: auth.has({ permission: "org:reports:manage" }),
    team_plan: auth.has({ plan: "org:team" }),
  });
}

function refuse(vars, request, auth, headers) {
  const isPage = request.headers.get("sec-fetch-dest") === "document";
  if (!isPage) {
    headers.set("content-type", "application/json");
    return new Response('{"code":"signed-out"}', { status: 401, headers });
  }
  const tasks = auth?.sessionStatus === "pending" ? "/tasks" : "";
  const target = new URL(`${vars.CLERK_SIGN_IN_URL}${tasks}`);
  target.searchParams.set("redirect_url", request.url);
  headers.set("location", target.href);
  headers.set("cache-control", "no-store");
  return new Response(null, { status: 307, headers });
}

function options(vars) {
  return {
    publishableKey: vars.CLERK_PUBLISHABLE_KEY,
    secretKey: vars.CLERK_SECRET_KEY,
    proxyUrl: vars.CLERK_PROXY_URL,
    issuer: vars.CLERK_PROXY_URL,
    signInUrl: vars.CLERK_SIGN_IN_URL,
  };
}

const clients = new Map();

function clientOf(vars) {
  const { CLERK_API_URL: apiUrl, CLERK_SECRET_KEY: secretKey } = vars;
  const key = `${apiUrl} ${secretKey}`;
  if (!clients.has(key)) clients.set(key, createClerkClient({ apiUrl, secretKey }));
  return clients.get(key);
}
