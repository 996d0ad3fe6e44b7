// The rules of the demo, as in `wrangler.toml`. They are the same for static assets and for an
// origin. Paths without a rule need a signed-in session.

export const ROUTES = [
  { path: "/", allow: "anyone" },
  { path: "/about", allow: "anyone" },
  { path: "/assets/*", allow: "anyone" },
  { path: "/unauthorized", allow: "anyone" },
  { path: "/sign-out", allow: "anyone" },
  // Shown after signing out: on an `optional` route the gate removes the old session cookies.
  { path: "/goodbye", allow: "optional" },
  { path: "/received", allow: "optional" },
  { path: "/dashboard/*", allow: "signed-in" },
  {
    path: "/welcome",
    allow: "signed-in",
    send: { admin: "/admin", moderator: "/queue", "*": "/dashboard" },
  },
  {
    path: "/queue/*",
    allow: { role: ["moderator", "admin"] },
    otherwise: "/unauthorized",
  },
  { path: "/admin/*", allow: { role: "admin" }, otherwise: "/unauthorized" },
  {
    path: "/billing/*",
    allow: { any: [{ role: "admin" }, { permission: "org:billing:manage" }] },
  },
  { path: "/teams/:team/*", allow: { org: ":team" }, otherwise: 404 },
];
