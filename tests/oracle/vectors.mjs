// The file of vectors: cases whose tokens are written `{{name}}`, so that a reader sees the case
// and not three lines of base64. Putting names in and out again loses nothing.

import { sign } from "node:crypto";

/** Mints the tokens that are only described: `header`, `claims` and the key to sign them with. */
export function mint({ keys, tokens }) {
  for (const token of Object.values(tokens)) {
    if (token.jwt !== undefined) continue;
    const text = [token.header, token.claims].map(encode).join(".");
    const pem = keys[token.signed_with].private_pkcs8_pem;
    token.jwt = `${text}.${sign("sha256", Buffer.from(text), pem).toString("base64url")}`;
  }
}

/** The question of a case with every `{{name}}` replaced by its token. */
export function question(vectors, entry) {
  const { options, request, bapi, has_params, now_ms, jwks } = entry;
  const filled = fill({ options, request, bapi, has_params }, vectors.tokens);
  return { ...filled, now_ms, jwks: jwks === null ? null : vectors.jwks[jwks] };
}

/** The same the other way round: tokens become names, in every text of `expectation`. */
export function named(vectors, expectation) {
  const byLength = Object.entries(vectors.tokens)
    .map(([name, { jwt }]) => [jwt, `{{${name}}}`])
    .filter(([jwt]) => jwt.length >= SHORTEST_TOKEN)
    .sort(([one], [other]) => other.length - one.length);
  return everyText(expectation, (text) =>
    byLength.reduce((rest, [jwt, name]) => rest.replaceAll(jwt, name), text),
  );
}

/** Keys in the order of `like`, then the new ones: so that a diff shows what changed alone. */
export function inOrder(value, like) {
  if (Array.isArray(value)) return value.map((each, at) => inOrder(each, like?.[at]));
  if (typeof value !== "object" || value === null) return value;
  const known = Object.keys(like ?? {}).filter((key) => key in value);
  const keys = [...new Set([...known, ...Object.keys(value)])];
  return Object.fromEntries(keys.map((key) => [key, inOrder(value[key], like?.[key])]));
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function fill(value, tokens) {
  return everyText(value, (text) =>
    text.replace(/\{\{([A-Za-z0-9_]+)\}\}/g, (whole, name) => tokens[name]?.jwt ?? whole),
  );
}

function everyText(value, change) {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each) => everyText(each, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, everyText(each, change)]),
  );
}

/** Texts shorter than this would be found where they are no token. */
const SHORTEST_TOKEN = 3;
