// The people one can sign in as. Each shows one way in which a role, a permission or a state
// reaches the gate, and says so in one sentence. None of them exists.

import { ACME, GLOBEX } from "./organizations.mjs";

const ADA = "user_2stageAda00000000000000000";

/**
 * `publicMetadata` is in the user object and, unless `metadataInToken` is false, in the session
 * token as the claim `metadata`. `claims` are added to the session token.
 */
export const PEOPLE = [
  {
    name: "gale",
    id: "user_2stageGale0000000000000000",
    first: "Gale",
    what: "a guest: signed in, no role anywhere",
  },
  {
    name: "uma",
    id: "user_2stageUma00000000000000000",
    first: "Uma",
    what: "a user: the role is in the session token (metadata.role)",
    publicMetadata: { role: "user" },
  },
  {
    name: "mo",
    id: "user_2stageMo000000000000000000",
    first: "Mo",
    what: "a moderator: the role is in the session token",
    publicMetadata: { role: "moderator" },
  },
  {
    name: "ada",
    id: ADA,
    first: "Ada",
    what: "an admin: the role is in the session token",
    publicMetadata: { role: "admin" },
  },
  {
    name: "lou",
    id: "user_2stageLou00000000000000000",
    first: "Lou",
    what: "an admin whose role is only in the user object, so the gate has to look it up",
    publicMetadata: { role: "admin" },
    metadataInToken: false,
  },
  {
    name: "otto",
    id: "user_2stageOtto0000000000000000",
    first: "Otto",
    what: "a member of the organizations Acme (may manage billing) and Globex",
    features: ["early-access"],
    plan: "free",
    memberships: [
      {
        organization: ACME,
        role: "member",
        permissions: { billing: ["read", "manage"], reports: ["read"] },
      },
      { organization: GLOBEX, role: "member", permissions: { reports: ["read"] } },
    ],
  },
  {
    name: "pia",
    id: "user_2stagePia00000000000000000",
    first: "Pia",
    what: "a pending session: an organization must be chosen before it counts",
    status: "pending",
  },
  {
    name: "uma-by-ada",
    id: "user_2stageUma00000000000000000",
    first: "Uma",
    what: "Uma, impersonated by Ada (act)",
    claims: { act: { iss: "https://dashboard.clerk.com", sid: "sess_2stageAct", sub: ADA } },
    publicMetadata: { role: "user" },
  },
];
