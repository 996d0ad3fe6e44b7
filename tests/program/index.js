// A program as users write it, with the package from its tarball. Each path shows one thing.

import { ClerkEdgeError, gate, getAuth, withAccess, withAuth, withOrganization, withRole } from "clerk-edge";
import { clerkMiddleware, getAuth as authOf, protect } from "clerk-edge/hono";
import { Hono } from "hono";
import { run } from "./recorded.js";
import { WAYS } from "./ways.js";

const ROUTES = [
  { path: "/open/*", allow: "anyone" },
  { path: "/maybe/*", allow: "optional" },
  { path: "/admin/*", allow: { role: "admin" } },
];

const show = (request, auth) => Response.json({ you: auth?.userId ?? null, url: request.url });
const admins = withRole(["admin", "owner"], show);
const members = withAuth(show);
const teams = withOrganization(["acme", "org_2"], show);
const hidden = withAccess({ role: "admin" }, show, { signed_out: 404, otherwise: 404 });

const app = new Hono();
for (const place of ["", "/maybe", "/alone"]) {
  app.use(`${place}/hono/*`, clerkMiddleware());
  app.use(`${place}/hono/admin/*`, protect({ role: "admin" }));
  app.get(`${place}/hono/*`, (c) => c.json({ you: authOf(c).userId, same: c.get("clerkAuth")().userId }));
}

const failed = async (question) => {
  try {
    return { value: await question() };
  } catch (error) {
    return { code: error.code, type: error.constructor.name, ours: error instanceof ClerkEdgeError };
  }
};

const PATHS = {
  auth: (request) => {
    const auth = getAuth(request);
    const { has, can, getToken } = auth;
    const typed = [has, can, getToken].map((each) => typeof each);
    return Response.json({ auth, typed, same: auth === getAuth(request) });
  },
  "no-auth": async (request) => Response.json(await failed(() => getAuth(request))),
  copy: async (request) => Response.json(await failed(() => getAuth(new Request(request)))),
  has: (request) => Response.json(getAuth(request).has(JSON.parse(new URL(request.url).searchParams.get("q")))),
  can: async (request) => {
    const asked = JSON.parse(new URL(request.url).searchParams.get("q"));
    return Response.json(await failed(() => getAuth(request).can(asked)));
  },
  token: async (request) => {
    const asked = JSON.parse(new URL(request.url).searchParams.get("q")) ?? undefined;
    return Response.json(await failed(() => getAuth(request).getToken(asked)));
  },
  headers: (request) => Response.json(Object.fromEntries(request.headers)),
  body: async (request) => new Response(request.body, { status: 201, headers: { "cache-control": "public" } }),
  throw: () => {
    throw new RangeError("thrown by the program");
  },
  nothing: () => undefined,
  past: (request, env, ctx) => ctx.passThroughOnException(),
  wait: (request, env, ctx) => (ctx.waitUntil(Promise.resolve()), new Response("waited")),
  admins,
  members,
  teams,
  hidden,
  hono: (request, env, ctx) => app.fetch(request, env, ctx),
};

const program = gate(
  {
    fetch(request, env, ctx) {
      const names = new URL(request.url).pathname.split("/");
      const found = names.map((name) => PATHS[name]).find((each) => each !== undefined);
      return found ? found(request, env, ctx) : new Response(null, { status: 204 });
    },
    scheduled() {},
  },
  { ROUTES },
);

export default {
  ...program,
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/.recorded") return run(request, WAYS);
    // The same functions without a gate before them.
    if (pathname.startsWith("/alone/")) return PATHS[pathname.split("/")[2]](request, env, ctx);
    return program.fetch(request, env, ctx);
  },
};
