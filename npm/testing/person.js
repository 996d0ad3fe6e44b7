// Somebody who is signed in: a user, a session and a token in the stand-in, and the cookies that a
// browser would hold.

import { randomBytes } from "node:crypto";
import { sessionToken } from "../../demo/clerk/tokens.mjs";

/** Signs a new person in, as `wanted` says. */
export function signIn(stage, wanted, site) {
  const { expiresIn = HOUR_SECONDS } = wanted;
  if (!Number.isInteger(expiresIn)) throw new TypeError("expiresIn must be whole seconds");
  // A token that has ended was issued a minute before its end, as Clerk's are.
  const lifetime = expiresIn > 0 ? expiresIn : MINUTE_SECONDS;
  const aged = expiresIn > 0 ? 0 : MINUTE_SECONDS - expiresIn;
  const since = stage.nowSeconds() - aged;
  const person = stage.people.create(described(stage, wanted));
  const client = stage.clients.open(since);
  const session = stage.clients.signIn(client, person, since);
  const token = sessionToken(stage, session, wanted.site ?? site, { aged, lifetime });
  const cookies = cookiesOf(stage, client, token, since);
  const pairs = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
  const cookieHeader = pairs.join("; ");
  return { token, cookies, cookieHeader, userId: person.id, sessionId: session.id };
}

function described(stage, wanted) {
  const { role, org, metadata = {}, id, email, firstName, claims, actor, pending } = wanted;
  const known = {
    id: id ?? `user_2test${randomBytes(11).toString("hex")}`,
    email,
    first: firstName ?? "Somebody",
    publicMetadata: role === undefined ? metadata : { ...metadata, role },
    metadataInToken: wanted.metadataInToken ?? true,
    memberships: org === undefined ? [] : [membership(stage, org)],
    claims: actor === undefined ? claims : { ...claims, act: { sub: actor } },
    status: pending ? "pending" : undefined,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

/** `org` is a slug, or `{ slug, id, name, role, permissions }` with Clerk's permissions. */
function membership(stage, org) {
  const { slug, id, name, role = "member", permissions = [] } =
    typeof org === "string" ? { slug: org } : org;
  const granted = {};
  for (const permission of permissions) {
    const [, feature, action] = /^org:([^:,]+):([^:,]+)$/.exec(permission) ?? [];
    if (!feature) throw new TypeError(`${permission} is not like org:billing:manage`);
    granted[feature] = [...(granted[feature] ?? []), action];
  }
  const organization = organizationOf(stage, { slug, id, name });
  const missing = Object.keys(granted).filter((each) => !organization.features.includes(each));
  organization.features.push(...missing);
  return { organization: organization.id, role: role.replace(/^org:/, ""), permissions: granted };
}

function organizationOf(stage, { slug, id, name }) {
  const known = stage.organizations.find((each) => each.id === id || each.slug === slug);
  if (known) return known;
  if (!slug) throw new TypeError("an organization needs a slug");
  const made = {
    id: id ?? `org_2test${randomBytes(11).toString("hex")}`,
    slug,
    name: name ?? slug,
    features: [],
  };
  stage.organizations.push(made);
  return made;
}

function cookiesOf({ instance }, client, token, since) {
  const plain = {
    __session: token,
    __client_uat: String(since),
    __clerk_db_jwt: client.token,
  };
  const suffixed = Object.entries(plain).map(([name, value]) => [
    `${name}_${instance.suffix}`,
    value,
  ]);
  return { ...plain, ...Object.fromEntries(suffixed) };
}

const HOUR_SECONDS = 3600;
const MINUTE_SECONDS = 60;
