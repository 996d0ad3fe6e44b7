// Who is signed in at the stand-in, per browser ("client"), with its sessions and one-time nonces.
// Everything is in memory and bounded; a restart forgets it, as signing out everywhere would.

import { randomBytes } from "node:crypto";

/** A browser, a session of a person in it, and the results of handshakes waiting to be fetched. */
export class Clients {
  #clients = new Map();
  #sessions = new Map();
  #nonces = new Map();

  /** The client of this id, or a new one. An id that we did not give out is never adopted. */
  find(id) {
    return this.#clients.get(id);
  }

  open() {
    const client = { id: `dvb_${token(20)}`, session: undefined, updatedAt: 0, issuedAt: -1 };
    return keep(this.#clients, client.id, client, CLIENTS_MAX);
  }

  /** Signs a person in; an earlier session of this browser ends. */
  signIn(client, person, at) {
    this.signOut(client, at);
    const session = {
      id: `sess_${token(20)}`,
      person,
      status: person.status ?? "active",
      startedAt: at,
      refreshToken: token(32),
      extra: {},
    };
    client.session = session;
    client.updatedAt = at;
    return keep(this.#sessions, session.id, session, CLIENTS_MAX);
  }

  signOut(client, at) {
    if (client.session) this.#sessions.delete(client.session.id);
    client.session = undefined;
    client.updatedAt = at;
  }

  session(id) {
    return this.#sessions.get(id);
  }

  /** The most recent session of a person, wherever it runs. */
  sessionOf(name) {
    return [...this.#sessions.values()].findLast((session) => session.person.name === name);
  }

  /** Ends everything, everywhere. */
  clear() {
    this.#clients.clear();
    this.#sessions.clear();
    this.#nonces.clear();
  }

  /** Keeps directives under a nonce that can be exchanged once. */
  deposit(directives) {
    const nonce = token(24);
    keep(this.#nonces, nonce, directives, CLIENTS_MAX);
    return nonce;
  }

  collect(nonce) {
    const directives = this.#nonces.get(nonce);
    this.#nonces.delete(nonce);
    return directives;
  }
}

function keep(map, key, value, most) {
  if (map.size >= most) map.delete(map.keys().next().value);
  map.set(key, value);
  return value;
}

function token(bytes) {
  return randomBytes(bytes).toString("hex");
}

const CLIENTS_MAX = 10_000;
