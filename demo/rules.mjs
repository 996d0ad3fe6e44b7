// The rules of the demo, as they would stand in `wrangler.toml`. They hold before static assets
// and before an origin alike. What is not named here needs a signed-in session.

export const ROUTES = [
  { path: "/", allow: "anyone" },
  { path: "/about", allow: "anyone" },
  { path: "/assets/*", allow: "anyone" },
  { path: "/unauthorized", allow: "anyone" },
  { path: "/sign-out", allow: "anyone" },
  // Comes after signing out, so the gate looks at who it is, and takes the old cookies away.
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
