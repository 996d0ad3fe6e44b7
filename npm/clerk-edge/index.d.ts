// Types of `clerk-edge`. The names and their meanings are explained in README.md.

import type { Allow, Settings } from "./settings.js";

export type { Allow, Env, Rule, Settings } from "./settings.js";

declare global {
  /** Claims that you have put into the session token; Clerk's packages read the same interface. */
  interface CustomJwtSessionClaims {}
  /** `permission` and `role` of your organizations; Clerk's packages read the same interface. */
  interface ClerkAuthorization {}
}

type Named<Name extends string> = ClerkAuthorization extends Record<Name, infer Known>
  ? Extract<Known, string>
  : string;

/** `org:billing:manage`. */
export type Permission = Named<"permission">;
/** A role in an organization: `org:admin`. */
export type OrganizationRole = Named<"role">;

/** The claims of a session token. */
export type SessionClaims = CustomJwtSessionClaims & {
  iss: string;
  sub: string;
  sid: string;
  exp: number;
  nbf: number;
  iat: number;
  azp?: string;
  v?: number;
  [claim: string]: unknown;
};

/** What `has` asks. Each member that is given must hold. */
export interface HasParams {
  /** The role **in the active organization**, as with Clerk. For the role of rules ask `can`. */
  role?: OrganizationRole;
  permission?: Permission;
  feature?: string;
  plan?: string;
  reverification?:
    | "strict_mfa"
    | "strict"
    | "moderate"
    | "lax"
    | { level: "first_factor" | "second_factor" | "multi_factor"; afterMinutes: number };
}

interface AuthQuestions {
  /** Clerk's reason why nobody is signed in. */
  reason: string | null;
  /** The role that rules see (`ROLE_CLAIMS`), as far as known without asking; the first of them. */
  role: string | null;
  /** All roles that rules see. */
  roles: string[];
  /** Clerk's `has()`. */
  has(params: HasParams): boolean;
  /**
   * Whether a condition of the rules holds. A claim that the token lacks is looked up. Rejects with
   * a `ClerkEdgeError` of code `claims-unavailable` where that fails.
   */
  can(allow: Allow): Promise<boolean>;
  /**
   * The session token; `null` where nobody is signed in. With options one that Clerk makes for this
   * session. Rejects with `secret-key-missing`, `template-not-found` or `clerk-unavailable`.
   */
  getToken(options?: { template?: string; expiresInSeconds?: number }): Promise<string | null>;
}

/** Somebody is signed in. */
export interface SignedInAuth extends AuthQuestions {
  isAuthenticated: true;
  status: "signed-in";
  tokenType: "session_token";
  userId: string;
  sessionId: string;
  sessionStatus: string | null;
  sessionClaims: SessionClaims;
  actor?: { sub: string; [claim: string]: unknown };
  orgId?: string;
  orgSlug?: string;
  orgRole?: OrganizationRole;
  orgPermissions?: Permission[];
  factorVerificationAge: [number, number] | null;
}

/** Nobody is signed in, or it could not be found out (`unavailable`). */
export interface SignedOutAuth extends AuthQuestions {
  isAuthenticated: false;
  status: "signed-out" | "unavailable";
  tokenType: "session_token";
  userId: null;
  sessionId: null;
  /** `pending`: somebody has signed in and has a task of Clerk's left to do. */
  sessionStatus: "pending" | null;
  sessionClaims: null;
  actor: null;
  orgId: null;
  orgSlug: null;
  orgRole: null;
  orgPermissions: null;
  factorVerificationAge: null;
}

/** Who asks. Told apart by `isAuthenticated`. */
export type Auth = SignedInAuth | SignedOutAuth;

/** What the gate or the auth object cannot do, with a stable code. */
export class ClerkEdgeError extends Error {
  constructor(code: string, message: string);
  code:
    | "no-auth"
    | "condition-invalid"
    | "claims-unavailable"
    | "keys-unavailable"
    | "configuration"
    | "secret-key-missing"
    | "template-not-found"
    | "clerk-unavailable"
    | "internal"
    | (string & {});
}

/** A handler as a function. `any`: each project has its own types of environment and context. */
export type FetchFunction = (request: any, env: any, ctx: any) => Response | Promise<Response>;

/** A Worker: an object with `fetch`. */
export interface FetchObject {
  fetch: FetchFunction;
}

/** What `gate` makes of a function, or of settings alone. */
export interface Gated {
  fetch(request: Request, env: unknown, ctx: unknown): Response | Promise<Response>;
}

/** The gate alone: what `clerk-edge/worker` is. */
export function gate(): Gated;
/** The gate before your own code. */
export function gate(handler: FetchFunction, settings?: Settings): Gated;
/** The gate before your own code. Other members of the handler come back unchanged. */
export function gate<Handler extends FetchObject>(
  handler: Handler,
  settings?: Settings,
): Omit<Handler, "fetch"> & Gated;
/** The gate alone, with settings in code. */
export function gate(settings: Settings): Gated;

/**
 * Who asks. Throws a `ClerkEdgeError` of code `no-auth` for a request that no gate handed over, a
 * copy too, and where the rule says `anyone`.
 */
export function getAuth(request: object): Auth;

/** A function that is let in by a rule of its own. It is never called for a CORS preflight. */
export type AuthHandler<Known extends Auth = SignedInAuth, Env = any> = (
  request: Request,
  auth: Known,
  env: Env,
  ctx: any,
) => Response | Promise<Response>;

/** A wrapped function, to be called with what a Worker is called with. */
export type Wrapped = (request: any, env: any, ctx?: any) => Promise<Response>;

/** What becomes of those who are not let in. */
export interface AccessOptions {
  signed_out?: "sign-in" | 401 | 404 | (string & {});
  otherwise?: 403 | 404 | (string & {});
}

/** Lets in who is signed in. */
export function withAuth<Env = any>(handler: AuthHandler<SignedInAuth, Env>): Wrapped;
/** Lets in who has the role of rules, or one of a list. */
export function withRole<Env = any>(
  role: string | string[],
  handler: AuthHandler<SignedInAuth, Env>,
): Wrapped;
/** Lets in who has the permission, or one of a list. */
export function withPermission<Env = any>(
  permission: Permission | Permission[],
  handler: AuthHandler<SignedInAuth, Env>,
): Wrapped;
/** Lets in who has an organization active. */
export function withOrganization<Env = any>(handler: AuthHandler<SignedInAuth, Env>): Wrapped;
/** Lets in who has this organization active, by slug or id, or one of a list. */
export function withOrganization<Env = any>(
  org: string | string[],
  handler: AuthHandler<SignedInAuth, Env>,
): Wrapped;
/** Lets everybody in, known where possible. */
export function withAccess<Env = any>(
  allow: "optional",
  handler: AuthHandler<Auth, Env>,
  options?: AccessOptions,
): Wrapped;
/** Lets everybody in; nobody is asked for. */
export function withAccess<Env = any>(
  allow: "anyone",
  handler: (request: Request, auth: undefined, env: Env, ctx: any) => Response | Promise<Response>,
  options?: AccessOptions,
): Wrapped;
/** Lets in whom `allow` allows. */
export function withAccess<Env = any>(
  allow: Allow,
  handler: AuthHandler<SignedInAuth, Env>,
  options?: AccessOptions,
): Wrapped;
