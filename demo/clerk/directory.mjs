// Everybody by name, by id and by e-mail address: who is there at the start, who signs up, and
// what the Backend API writes to them.

import { randomBytes } from "node:crypto";
import { PEOPLE } from "./people.mjs";

const METADATA = { public: "publicMetadata", private: "privateMetadata", unsafe: "unsafeMetadata" };

export class Directory {
  #people = [];
  #joined = 0;
  #clock;

  /** `clock` gives the time in milliseconds. */
  constructor(clock) {
    this.#clock = clock;
    this.reset();
  }

  /** As at the start. */
  reset() {
    const createdAt = this.#clock();
    this.#people = PEOPLE.map((person) => complete(structuredClone(person), createdAt));
    this.#joined = 0;
  }

  all() {
    return this.#people;
  }

  named(name) {
    return this.#people.find((person) => person.name === name);
  }

  byId(id) {
    return this.#people.find((person) => person.id === id);
  }

  /** Those with one of the addresses, once each. */
  byEmail(addresses) {
    const wanted = addresses.map((address) => address.toLowerCase());
    return this.users().filter(({ email }) => wanted.includes(email.toLowerCase()));
  }

  /** One person per user id: somebody who is impersonated stands in the list twice. */
  users() {
    return this.#people.filter((person, i) => this.#people.indexOf(this.byId(person.id)) === i);
  }

  /** A newcomer: no role, as in a fresh instance. */
  join(first) {
    return this.create({ first: first.slice(0, NAME_MAX), what: "signed up here, no role" });
  }

  /** Adds a person, of whom nothing needs to be known. The oldest newcomers make room. */
  create(known = {}) {
    const number = ++this.#joined;
    const person = complete(
      {
        ...structuredClone(known),
        name: known.name ?? `new-${number}`,
        id: known.id ?? `user_2stageNew${String(number).padStart(17, "0")}`,
        first: known.first || "Nobody",
        what: known.what ?? "created here",
      },
      this.#clock(),
    );
    const newcomers = this.#people.length - PEOPLE.length;
    if (newcomers >= NEWCOMERS_MAX) this.#people.splice(PEOPLE.length, 1);
    this.#people.push(person);
    return person;
  }

  /** Merges metadata as the Backend API does: `null` takes a key away, at any depth. */
  merge(id, kind, patch) {
    return this.#write(id, kind, (known) => mergeInto(known, patch));
  }

  /** Puts other metadata in the place of those that were there. */
  replace(id, kind, metadata) {
    return this.#write(id, kind, () => structuredClone(metadata));
  }

  remove(id) {
    const found = this.byId(id);
    this.#people = this.#people.filter((person) => person.id !== id);
    return found;
  }

  #write(id, kind, change) {
    const field = METADATA[kind];
    for (const person of this.#people.filter((each) => each.id === id)) {
      person[field] = change(person[field]);
      // Two writes within one millisecond still have an order.
      person.updatedAt = Math.max(this.#clock(), person.updatedAt + 1);
    }
    return this.byId(id);
  }
}

function complete(person, createdAt) {
  return {
    email: `${person.name}@example.com`,
    publicMetadata: {},
    privateMetadata: {},
    unsafeMetadata: {},
    memberships: [],
    createdAt,
    updatedAt: createdAt,
    ...person,
    emailId: `idn_${randomBytes(12).toString("hex")}`,
  };
}

function mergeInto(target, patch) {
  const merged = new Map(Object.entries(isTable(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, isTable(value) ? mergeInto(merged.get(key), value) : value);
  }
  return Object.fromEntries(merged);
}

function isTable(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const NAME_MAX = 40;
const NEWCOMERS_MAX = 100;
