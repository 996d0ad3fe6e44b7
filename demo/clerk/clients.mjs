// Who is signed in at the stand-in: browsers ("clients"), the sessions in them, and the one-time
// results of handshakes. Everything is in memory and bounded; a restart forgets it.

import { randomBytes } from "node:crypto";

/** A browser. Its `token` is its credential; its `id` is a name that may be told to anybody. */
class Client {
  id = `client_${token(14)}`;
  token = `dvb_${token(20)}`;
  sessions = [];
  lastActiveSessionId = null;
  /** Seconds: when the sessions last changed, and when a token was last issued here. */
  updatedAt = 0;
  issuedAt = -1;

  constructor(createdAt) {
    this.createdAt = createdAt;
  }

  /** The sessions that count. */
  live() {
    return this.sessions.filter(isLive);
  }

  /** The session that sites are told about. */
  get session() {
    const live = this.live();
    return live.find(({ id }) => id === this.lastActiveSessionId) ?? live.at(-1);
  }
}

export class Clients {
  #clients = new Map();
  #sessions = new Map();
  #nonces = new Map();

  /** The client with this credential. One that was not given out here is never adopted. */
  find(credential) {
    return this.#clients.get(credential);
  }

  byId(id) {
    return [...this.#clients.values()].find((client) => client.id === id);
  }

  open(at = 0) {
    const client = new Client(at);
    return keep(this.#clients, client.token, client, CLIENTS_MAX);
  }

  /** Forgets a browser; its sessions end. */
  destroy(client, at) {
    for (const session of client.live()) this.end(session, "removed", at);
    this.#clients.delete(client.token);
  }

  /** Signs a person in. `beside` keeps the other sessions of this browser; else they end. */
  signIn(client, person, at, { beside = false, activity } = {}) {
    if (!beside) for (const session of client.live()) this.end(session, "replaced", at);
    const session = {
      id: `sess_${token(20)}`,
      person,
      client,
      status: person.status ?? "active",
      startedAt: at,
      updatedAt: at,
      activeAt: at,
      organizationId: person.memberships?.at(0)?.organization ?? null,
      refreshToken: token(32),
      activity: activity ?? {},
      activityId: `sess_activity_${token(12)}`,
    };
    client.sessions = [...client.sessions, session].slice(-SESSIONS_MAX);
    client.lastActiveSessionId = session.id;
    client.updatedAt = at;
    return keep(this.#sessions, session.id, session, CLIENTS_MAX);
  }

  /** Ends a session: it stays readable at the Backend API and opens nothing any more. */
  end(session, status, at) {
    if (!isLive(session)) return;
    const { client } = session;
    session.status = status;
    session.updatedAt = at;
    client.updatedAt = at;
    if (client.lastActiveSessionId === session.id) {
      client.lastActiveSessionId = client.session?.id ?? null;
    }
  }

  /** The session of this id, ended or not. */
  session(id) {
    return this.#sessions.get(id);
  }

  /** All sessions, the newest first. */
  sessions() {
    return [...this.#sessions.values()].reverse();
  }

  /** The most recent session of a person that counts, wherever it runs. */
  sessionOf(name) {
    return this.sessions().find((each) => isLive(each) && each.person.name === name);
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

/** Whether a session still means that somebody is signed in. */
export function isLive({ status }) {
  return status === "active" || status === "pending";
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
const SESSIONS_MAX = 50;
