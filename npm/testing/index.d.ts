// Types of `clerk-edge/testing`.

/** Where the stand-in is and what it is called. */
export interface StartOptions {
  /** A port on loopback. Without it a free one is taken. */
  port?: number;
  /** The origin of your site, `http://localhost:8787`. It becomes `azp` of each token. */
  site?: string;
}

/** An organization of which the person is a member, and which is active. */
export interface PersonOrganization {
  slug: string;
  /** `org_…`; without it one is made up. */
  id?: string;
  name?: string;
  /** The role in the organization. Without it `member`. */
  role?: string;
  /** Clerk's names of permissions: `org:billing:manage`. */
  permissions?: string[];
}

/** Who is to be signed in. Everything may be left out. */
export interface PersonOptions {
  /** The role in the public metadata, and so in the token's claim `metadata.role`. */
  role?: string | string[];
  /** An organization, or its slug alone. */
  org?: string | PersonOrganization;
  /** Public metadata; in the token they are the claim `metadata`. */
  metadata?: Record<string, unknown>;
  /** `false`: the metadata are in the user object alone, so the gate has to look them up. */
  metadataInToken?: boolean;
  /** `user_…`; without it one is made up. */
  id?: string;
  email?: string;
  firstName?: string;
  /** More claims for the session token; they stand above those that it has anyway. */
  claims?: Record<string, unknown>;
  /** The user id of somebody who impersonates this person (the claim `act`). */
  actor?: string;
  /** The session is pending: Clerk counts it as signed out until its task is done. */
  pending?: boolean;
  /** The origin that the token is for (`azp`), instead of that of `startClerk`. */
  site?: string;
  /** Seconds until the token ends; 3600 without it, where Clerk gives 60. Below 0: it has ended. */
  expiresIn?: number;
}

/** Somebody who is signed in. */
export interface Person {
  /** The session token, for `Authorization: Bearer`. */
  token: string;
  /** What the browser holds, by name. */
  cookies: Record<string, string>;
  /** The same as a `Cookie` header. */
  cookieHeader: string;
  userId: string;
  sessionId: string;
}

/**
 * How the stand-in fails, from now on and until the next call.
 *
 * - `none`: not at all, as at the start
 * - `unavailable`: every address answers 503
 * - `unreachable`: every connection is cut
 * - `silent`: every request is taken and never answered
 * - `not-json`: every address answers 200 with a page of HTML
 * - `backend-unavailable`: the Backend API answers 503; keys and handshake work
 * - `rate-limited`: the Backend API answers 429 with `Retry-After: 10`
 * - `keys-unavailable`: the key sets answer 503
 * - `secret-key-refused`: the Backend API answers 401, as to a wrong secret key
 * - `unknown-key`: tokens made from now on are signed with a key that is not published
 */
export type Failure =
  | "none"
  | "unavailable"
  | "unreachable"
  | "silent"
  | "not-json"
  | "backend-unavailable"
  | "rate-limited"
  | "keys-unavailable"
  | "secret-key-refused"
  | "unknown-key";

/** A running stand-in. */
export interface Clerk {
  url: string;
  publishableKey: string;
  secretKey: string;
  /** The public key as PEM, for `CLERK_JWT_KEY`. */
  jwtKey: string;
  /** The bindings by which a gate reaches the stand-in: put them into your Worker's `vars`. */
  vars: Record<string, string>;
  /** Signs somebody new in. */
  person(options?: PersonOptions): Person;
  /** Lets the stand-in fail. Throws a `TypeError` for a kind that there is not. */
  fail(kind: Failure): void;
  /** Ends it. */
  stop(): Promise<void>;
}

/** Starts a stand-in for Clerk on this machine: real HTTP on loopback, no account, no network. */
export function startClerk(options?: StartOptions): Promise<Clerk>;
