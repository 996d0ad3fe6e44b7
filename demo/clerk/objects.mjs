// Users, sessions and clients as the APIs show them, in the fields that gates and browsers read.

import { sessionToken } from "./tokens.mjs";

const WEEK_MS = 604_800_000;
const MONTH_MS = 2_592_000_000;

/** The user object of the Backend API. */
export function userObject(person) {
  return {
    ...publicUser(person),
    private_metadata: person.privateMetadata,
    banned: false,
    locked: false,
  };
}

/** The user object of the Frontend API: what the person's own browser may know. */
export function publicUser(person) {
  return {
    id: person.id,
    object: "user",
    first_name: person.first,
    last_name: null,
    username: person.name,
    has_image: false,
    image_url: "",
    external_id: person.externalId ?? null,
    primary_email_address_id: person.emailId,
    email_addresses: [emailAddress(person)],
    phone_numbers: [],
    web3_wallets: [],
    external_accounts: [],
    public_metadata: person.publicMetadata,
    unsafe_metadata: person.unsafeMetadata,
    created_at: person.createdAt,
    updated_at: person.updatedAt,
  };
}

function emailAddress({ emailId, email }) {
  return {
    id: emailId,
    object: "email_address",
    email_address: email,
    verification: { status: "verified", strategy: "from_oauth_google" },
    linked_to: [],
  };
}

/** A session as the Backend API shows it. */
export function sessionObject(session) {
  return {
    ...sessionCore(session),
    client_id: session.client.id,
    user_id: session.person.id,
    latest_activity: {
      object: "session_activity",
      id: session.activityId,
      ...session.activity,
    },
  };
}

function sessionCore(session) {
  const startedAt = session.startedAt * 1000;
  return {
    object: "session",
    id: session.id,
    status: session.status,
    actor: session.person.claims?.act ?? null,
    last_active_organization_id: session.organizationId,
    last_active_at: session.activeAt * 1000,
    expire_at: startedAt + WEEK_MS,
    abandon_at: startedAt + MONTH_MS,
    tasks: session.status === "pending" ? [{ key: "choose-organization" }] : null,
    created_at: startedAt,
    updated_at: session.updatedAt * 1000,
  };
}

/** A session as its own browser sees it, with a token for the site at `party`. */
export function browserSession(stage, session, party) {
  const { person } = session;
  return {
    ...sessionCore(session),
    factor_verification_age: [Math.floor((stage.nowSeconds() - session.startedAt) / 60), -1],
    last_active_token: { object: "token", jwt: sessionToken(stage, session, party) },
    user: { ...publicUser(person), organization_memberships: memberships(stage, person) },
    public_user_data: {
      user_id: person.id,
      first_name: person.first,
      last_name: null,
      image_url: "",
      has_image: false,
      identifier: person.email,
    },
  };
}

function memberships(stage, person) {
  return person.memberships.map(({ organization: id, role, permissions = {} }) => {
    const { slug, name } = stage.organizations.find((each) => each.id === id);
    const granted = Object.entries(permissions).flatMap(([feature, names]) =>
      names.map((each) => `org:${feature}:${each}`),
    );
    return {
      object: "organization_membership",
      id: `orgmem_${person.id.slice(5)}${slug}`,
      role: `org:${role}`,
      permissions: granted,
      organization: { object: "organization", id, slug, name, image_url: "", has_image: false },
    };
  });
}

/** A client as the Backend API shows it: the sessions of one browser that count. */
export function clientObject(client) {
  const live = client.live();
  return {
    object: "client",
    id: client.id,
    session_ids: live.map(({ id }) => id),
    sessions: live.map(sessionObject),
    ...clientCore(client),
  };
}

/** A client as its own browser sees it. */
export function browserClient(stage, client, party) {
  return {
    object: "client",
    id: client.id,
    sessions: client.live().map((session) => browserSession(stage, session, party)),
    sign_in: null,
    sign_up: null,
    cookie_expires_at: null,
    captcha_bypass: true,
    ...clientCore(client),
  };
}

function clientCore(client) {
  return {
    sign_in_id: null,
    sign_up_id: null,
    last_active_session_id: client.session?.id ?? null,
    last_authentication_strategy: null,
    created_at: client.createdAt * 1000,
    updated_at: client.updatedAt * 1000,
  };
}
