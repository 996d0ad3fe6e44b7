// The invented people of the demo. Each shows one way in which a role, a permission or a state
// reaches the gate, and `what` says it in one sentence.

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
    what: "signed in, without a role",
  },
  {
    name: "uma",
    id: "user_2stageUma00000000000000000",
    first: "Uma",
    what: "role user, in the session token (metadata.role)",
    publicMetadata: { role: "user" },
  },
  {
    name: "mo",
    id: "user_2stageMo000000000000000000",
    first: "Mo",
    what: "role moderator, in the session token",
    publicMetadata: { role: "moderator" },
  },
  {
    name: "ada",
    id: ADA,
    first: "Ada",
    what: "role admin, in the session token",
    publicMetadata: { role: "admin" },
  },
  {
    name: "lou",
    id: "user_2stageLou00000000000000000",
    first: "Lou",
    what: "role admin, in the user's metadata only: the gate looks it up",
    publicMetadata: { role: "admin" },
    metadataInToken: false,
  },
  {
    name: "otto",
    id: "user_2stageOtto0000000000000000",
    first: "Otto",
    what: "member of the organizations Acme (with the permission to manage billing) and Globex",
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
    what: "pending session: must choose an organization first",
    status: "pending",
  },
  {
    name: "uma-by-ada",
    id: "user_2stageUma00000000000000000",
    first: "Ada as Uma",
    what: "Uma's account, used by Ada (impersonation)",
    claims: { act: { iss: "https://dashboard.clerk.com", sid: "sess_2stageAct", sub: ADA } },
    publicMetadata: { role: "user" },
  },
];
