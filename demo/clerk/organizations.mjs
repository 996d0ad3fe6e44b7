// The organizations of the instance, and what a session token says of the active one.

/** Made-up organizations. The people are members of the first two; the third has no members. */
export const ORGANIZATIONS = [
  {
    id: "org_2stageAcme00000000000000000",
    slug: "acme",
    name: "Acme",
    features: ["billing", "reports"],
    plan: "team",
  },
  {
    id: "org_2stageGlobex000000000000000",
    slug: "globex",
    name: "Globex",
    features: ["reports"],
    plan: "free",
  },
  {
    id: "org_2stageInitech00000000000000",
    slug: "initech",
    name: "Initech",
    features: [],
  },
];

export const ACME = ORGANIZATIONS[0].id;
export const GLOBEX = ORGANIZATIONS[1].id;

/** The person's membership in an organization, by the organization's id or slug. */
export function membershipOf(stage, person, wanted) {
  const found = stage.organizations.find(({ id, slug }) => id === wanted || slug === wanted);
  const membership = found && person.memberships?.find((each) => each.organization === found.id);
  return membership && { ...membership, organization: found };
}

/**
 * Makes another organization the session's active one. An empty text means the personal account.
 * Answers whether it could; an organization that is not the person's leaves everything as it was.
 */
export function activate(stage, session, wanted) {
  const membership = membershipOf(stage, session.person, wanted);
  if (wanted !== "" && !membership) return false;
  session.organizationId = membership?.organization.id ?? null;
  return true;
}

/** The claims of the second format about the active organization, its features and the plan. */
export function organizationClaims(stage, session) {
  const { person, organizationId } = session;
  const membership = organizationId && membershipOf(stage, person, organizationId);
  const organization = membership ? membership.organization : undefined;
  const claims = {};
  const features = [
    ...(organization?.features ?? []).map((name) => `o:${name}`),
    ...(person.features ?? []).map((name) => `u:${name}`),
  ];
  if (features.length > 0) claims.fea = features.join(",");
  const plans = [organization?.plan && `o:${organization.plan}`, person.plan && `u:${person.plan}`];
  if (plans.some(Boolean)) claims.pla = plans.filter(Boolean).join(",");
  if (organization) {
    const { id, slug } = organization;
    claims.o = { id, slg: slug, rol: membership.role, ...permissionClaims(membership) };
  }
  return claims;
}

/** Bit i of number j grants the i-th permission on the j-th feature of the organization. */
function permissionClaims({ permissions = {}, organization }) {
  const names = [...new Set(Object.values(permissions).flat())];
  if (names.length === 0) return {};
  const bits = organization.features.map((feature) => {
    const granted = permissions[feature] ?? [];
    return names.reduce((sum, name, i) => sum + (granted.includes(name) ? 2 ** i : 0), 0);
  });
  return { per: names.join(","), fpm: bits.join(",") };
}
