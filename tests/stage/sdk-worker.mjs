// The SDK in the place of the gate, in workerd: the same bindings, the same rules as far as the
// demo needs them. It shows that the stand-in is fair, and is never deployed anywhere.

import { createClerkClient } from "@clerk/backend";

export default {
  async fetch(request, env) {
    const rule = find(env.ROUTES, new URL(request.url).pathname);
    if (rule.allow === "anyone") return forward(request, env);
    const clerk = createClerkClient({ apiUrl: env.CLERK_API_URL, secretKey: env.CLERK_SECRET_KEY });
    const state = await clerk.authenticateRequest(request, {
      publishableKey: env.CLERK_PUBLISHABLE_KEY,
      secretKey: env.CLERK_SECRET_KEY,
      proxyUrl: env.CLERK_PROXY_URL,
      signInUrl: env.CLERK_SIGN_IN_URL,
    });
    const answer = await decide(request, env, rule, state, clerk);
    const headers = new Headers(answer.headers);
    for (const [name, value] of state.headers) headers.append(name, value);
    headers.set("cache-control", "private, no-store");
    return new Response(answer.body, { status: answer.status, headers });
  },
};

async function decide(request, env, rule, state, clerk) {
  if (state.headers.has("location")) return new Response(null, { status: 307 });
  const page = request.headers.get("sec-fetch-dest") === "document";
  const auth = state.toAuth();
  if (rule.allow === "optional") return forward(request, env);
  if (!auth?.userId) {
    if (!page) return Response.json({ code: "signed-out" }, { status: 401 });
    const pending = auth?.sessionStatus === "pending" ? "/tasks" : "";
    const target = `${env.CLERK_SIGN_IN_URL}${pending}`;
    return away(`${target}?redirect_url=${encodeURIComponent(request.url)}`);
  }
  const role = await roleOf(auth, rule, clerk);
  const params = new URL(request.url).pathname.split("/");
  if (!holds(rule.allow, { auth, role, params })) {
    if (page && typeof rule.otherwise === "string") return away(rule.otherwise);
    return new Response("refused", { status: rule.otherwise ?? 403 });
  }
  const sent = rule.send && (rule.send[role] ?? rule.send["*"]);
  return page && sent ? away(sent) : forward(request, env);
}

function forward(request, env) {
  return env.UPSTREAM
    ? fetch(new URL(new URL(request.url).pathname, env.UPSTREAM), request)
    : env.ASSETS.fetch(request);
}

function away(location) {
  return new Response(null, { status: 307, headers: { location } });
}

async function roleOf(auth, rule, clerk) {
  const carried = auth.sessionClaims.metadata?.role;
  if (carried !== undefined || rule.allow === "signed-in" && !rule.send) return carried;
  const { publicMetadata } = await clerk.users.getUser(auth.userId);
  return publicMetadata.role;
}

function holds(allow, { auth, role, params }) {
  if (allow === "signed-in") return true;
  if (allow.any) return allow.any.some((each) => holds(each, { auth, role, params }));
  if (allow.role) return [allow.role].flat().includes(role);
  if (allow.permission) return auth.has({ permission: allow.permission });
  return allow.org === ":team" && auth.orgSlug === params[2];
}

function find(routes, path) {
  const rules = routes.filter((rule) => {
    const source = rule.path.replace(/\/\*$/, "(/.*)?").replace(/:[a-z]+/, "[^/]+");
    return new RegExp(`^${source}/?$`).test(path);
  });
  return rules.at(0) ?? { allow: "signed-in" };
}
