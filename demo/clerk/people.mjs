// The invented people of the demo. Each shows one way in which a role, a permission or a state
// reaches the gate, and `what` says it in one sentence.

/** The one organization there is. */
export const ACME = { id: "org_2stageAcme00000000000000000", slg: "acme" };

/** `claims` go into the session token, `publicMetadata` stays in the user object. */
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
    claims: { metadata: { role: "user" } },
    publicMetadata: { role: "user" },
  },
  {
    name: "mo",
    id: "user_2stageMo000000000000000000",
    first: "Mo",
    what: "role moderator, in the session token",
    claims: { metadata: { role: "moderator" } },
    publicMetadata: { role: "moderator" },
  },
  {
    name: "ada",
    id: "user_2stageAda00000000000000000",
    first: "Ada",
    what: "role admin, in the session token",
    claims: { metadata: { role: "admin" } },
    publicMetadata: { role: "admin" },
  },
  {
    name: "lou",
    id: "user_2stageLou00000000000000000",
    first: "Lou",
    what: "role admin, in the user's metadata only: the gate looks it up",
    publicMetadata: { role: "admin" },
  },
  {
    name: "otto",
    id: "user_2stageOtto0000000000000000",
    first: "Otto",
    what: "member of the organization Acme, with the permission to manage billing",
    claims: {
      fea: "o:billing,o:reports,u:early-access",
      pla: "o:team,u:free",
      o: { ...ACME, rol: "member", ...permissions() },
    },
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
    claims: {
      metadata: { role: "user" },
      act: { iss: "https://dashboard.clerk.com", sid: "sess_2stageAct", sub: adaId() },
    },
    publicMetadata: { role: "user" },
  },
];

/** The people by name and by id. Sign-up adds people until the stand-in ends. */
export class Directory {
  #people = PEOPLE.map((person) => structuredClone(person));

  all() {
    return this.#people;
  }

  named(name) {
    return this.#people.find((person) => person.name === name);
  }

  byId(id) {
    return this.#people.find((person) => person.id === id);
  }

  /** Adds a person without a role. When there are too many, the oldest one is removed. */
  join(first) {
    const number = ++this.#joined;
    const person = {
      name: `new-${number}`,
      id: `user_2stageNew${String(number).padStart(17, "0")}`,
      first: first.trim().slice(0, NAME_MAX) || `New ${number}`,
      what: `signed up here as number ${number}, without a role`,
    };
    const newcomers = this.#people.length - PEOPLE.length;
    if (newcomers >= NEWCOMERS_MAX) this.#people.splice(PEOPLE.length, 1);
    this.#people.push(person);
    return person;
  }

  /** Merges metadata as the Backend API does: `null` removes a key. */
  merge(id, publicMetadata) {
    const found = this.#people.filter((person) => person.id === id);
    for (const person of found) {
      person.publicMetadata = mergeInto(person.publicMetadata ?? {}, publicMetadata);
    }
    return found.at(0);
  }

  #joined = 0;
}

/** The user object of the Backend API, as far as a gate reads it. */
export function userObject(person) {
  return {
    id: person.id,
    object: "user",
    first_name: person.first,
    last_name: null,
    username: person.name,
    public_metadata: person.publicMetadata ?? {},
    private_metadata: {},
    unsafe_metadata: {},
    banned: false,
    locked: false,
  };
}

function permissions() {
  // Bit i of number j grants the i-th permission on the j-th feature of the organization:
  // billing: read and manage (3), reports: read (1).
  return { per: "read,manage", fpm: "3,1" };
}

function adaId() {
  return "user_2stageAda00000000000000000";
}

function mergeInto(target, patch) {
  const merged = { ...target };
  for (const [key, value] of Object.entries(patch ?? {})) {
    if (value === null) delete merged[key];
    else merged[key] = isTable(value) ? mergeInto(merged[key] ?? {}, value) : value;
  }
  return merged;
}

function isTable(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const NAME_MAX = 40;
const NEWCOMERS_MAX = 100;
