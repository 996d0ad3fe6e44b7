// Types of the settings: rules, conditions, and the environment. README.md explains them.

/** One or several, of which one has to hold. */
type OneOf<T> = T | T[];

/** What a condition may ask. All members that are given must hold. */
export interface Condition {
  /** The role that rules see: `ROLE_CLAIMS`. */
  role?: OneOf<string>;
  /** `org:billing:manage`. */
  permission?: OneOf<string>;
  feature?: OneOf<string>;
  plan?: OneOf<string>;
  /** The active organization's slug or id, `:name` of the path, or `true` for any. */
  org?: string | true;
  /** A claim's path and its value, a list of values, or `{ exists: true }`. */
  claim?: Record<string, OneOf<string | number | boolean> | { exists: true }>;
  /** How recently the person proved who they are. */
  reverified?:
    | "strict_mfa"
    | "strict"
    | "moderate"
    | "lax"
    | { level: "first_factor" | "second_factor" | "multi_factor"; after_minutes: number };
  all?: Condition[];
  any?: Condition[];
  not?: Condition;
}

/** Who is let in. */
export type Allow = "anyone" | "optional" | "signed-in" | Condition;

/** One rule of `ROUTES`. The most specific one counts for a path. */
export interface Rule {
  /** `/a`, `/:name/b`, `/a/*`. */
  path: string;
  host?: string;
  methods?: string[];
  /** Default `signed-in`. */
  allow?: Allow;
  /** Default `sign-in`. Or a status, or where pages are redirected. */
  signed_out?: "sign-in" | 401 | 404 | (string & {});
  /** Default 403. Or 404, or where pages are redirected. */
  otherwise?: 403 | 404 | (string & {});
  /** Where pages go by role; `"*"` for the rest. */
  send?: Record<string, string>;
  /** Look up a role or claim that only a header would carry. */
  lookup?: boolean;
  /** Decide and log, but forward. */
  report_only?: boolean;
}

/** Settings in code. The same name must not be set in the environment. */
export interface Settings {
  CLAIM_HEADERS?: Record<string, string>;
  CLERK_API_URL?: string;
  CLERK_AUDIENCE?: OneOf<string>;
  CLERK_AUTHORIZED_PARTIES?: OneOf<string>;
  CLERK_CLOCK_SKEW_SECONDS?: number;
  CLERK_CROSS_ORIGIN_SYNC?: boolean;
  CLERK_DOMAIN?: string;
  CLERK_ISSUER?: OneOf<string>;
  CLERK_IS_SATELLITE?: boolean;
  CLERK_JWKS_URL?: string;
  CLERK_JWT_KEY?: string;
  CLERK_PROXY_URL?: string;
  CLERK_PUBLISHABLE_KEY?: string;
  CLERK_SATELLITE_AUTO_SYNC?: boolean;
  CLERK_SIGN_IN_URL?: string;
  CLERK_SIGN_UP_URL?: string;
  CLERK_TRUST_FORWARDED_HOST?: boolean;
  DEBUG_ROLE?: boolean;
  LOG?: "all" | "decisions" | "refusals" | "off";
  LOOKUP_TTL_SECONDS?: number;
  PATH_CASE?: "exact" | "insensitive";
  PATH_SUFFIXES?: string[];
  ROLE_CLAIMS?: string[];
  ROUTES?: Rule[];
  UPSTREAM?: string;
}

/** The settings in the environment: texts, JSON values, secrets and bindings. */
export type Env = {
  [Name in keyof Settings]?: Settings[Name] | string;
} & {
  CLERK_SECRET_KEY?: string;
  CLERK_CACHE?: object;
  ASSETS?: object;
  ORIGIN?: object;
};
