// The rules that the product runs with: ten, as a site of ordinary size has them, or any number more.
export const WELCOME = "/welcome";
export const PAGE = "/dashboard/reports/2026";
export const API = "/api/items/17";

const ORDINARY = [
  { path: "/", allow: "anyone" },
  { path: "/ok", allow: "anyone" },
  { path: "/blog/*", allow: "anyone" },
  { path: WELCOME, allow: "signed-in", send: { admin: "/admin", "*": "/ok" } },
  { path: "/dashboard/*", allow: "signed-in" },
  { path: "/admin/*", allow: { role: "admin" }, otherwise: "/unauthorized" },
  { path: "/unauthorized", allow: "anyone" },
  { path: "/billing/*", allow: { any: [{ role: "admin" }, { permission: "org:billing:manage" }] } },
  { path: "/teams/:team/*", allow: { org: ":team" } },
  { path: "/api/*", allow: "signed-in" },
];

export function rules(count) {
  const more = Array.from({ length: Math.max(0, count - ORDINARY.length) }, (_, number) => ({
    path: `/section-${number}/:item/*`,
    allow: number % 3 ? "signed-in" : { role: ["admin", `editor-${number}`] },
  }));
  return [...ORDINARY, ...more];
}
