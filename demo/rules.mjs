// The rules of the demo. They are those of `wrangler.toml`, which describes them; a test compares
// the two. The list is JSON, so that the test can read it.

export const ROUTES = [
  { "path": "/", "allow": "anyone" },
  { "path": "/about", "allow": "anyone" },
  { "path": "/assets/*", "allow": "anyone" },
  { "path": "/unauthorized", "allow": "anyone" },
  { "path": "/sign-out", "allow": "anyone" },
  { "path": "/goodbye", "allow": "optional" },
  { "path": "/received", "allow": "optional" },
  { "path": "/dashboard/*", "allow": "signed-in" },
  { "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": "/unauthorized" },
  { "path": "/queue/*", "allow": { "role": ["moderator", "admin"] }, "otherwise": "/unauthorized" },
  { "path": "/billing/*", "allow": { "any": [{ "role": "admin" }, { "permission": "org:billing:manage" }] } },
  { "path": "/teams/:team/*", "allow": { "org": ":team" }, "otherwise": 404 },
  { "path": "/account", "allow": "signed-in" },
  { "path": "/onboarding", "allow": "signed-in" },
  { "path": "/club/*", "allow": { "claim": { "metadata.onboardingComplete": true } }, "otherwise": "/onboarding" },
  { "path": "/welcome", "allow": "signed-in", "send": { "admin": "/admin", "moderator": "/queue", "*": "/dashboard" } }
];

/** The fields of their own metadata that visitors may write. */
export const SELF_METADATA = { onboardingComplete: [true] };
