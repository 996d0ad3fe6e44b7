// JWT templates: tokens for other services, whose claims are filled from user and session.

import { randomBytes } from "node:crypto";
import { failure, notFound } from "./errors.mjs";
import { userObject } from "./objects.mjs";

/** The templates at the start. A whole text `{{path}}` is replaced by the value at that path. */
export const TEMPLATES = {
  example: {
    claims: { role: "{{user.public_metadata.role}}", aud: "https://service.example" },
    lifetime: 60,
  },
};

/** A token of the session by the template of this name, or why there is none. */
export function templateToken(stage, session, name, lifetime, party) {
  const template = Object.hasOwn(stage.templates, name) ? stage.templates[name] : undefined;
  if (!template) return { refusal: notFound(`There is no JWT template named ${name}.`) };
  const facts = {
    user: userObject(session.person),
    session: { id: session.id },
    org: stage.organizations.find(({ id }) => id === session.organizationId) ?? {},
  };
  const issuedAt = stage.nowSeconds();
  const claims = {
    ...fill(template.claims ?? {}, facts),
    ...(party && { azp: party }),
    exp: issuedAt + (lifetime ?? template.lifetime ?? 60),
    iat: issuedAt,
    iss: stage.issuer,
    jti: randomBytes(10).toString("hex"),
    nbf: issuedAt - 5,
    sub: session.person.id,
  };
  return { jwt: stage.keys.sign({ cat: TEMPLATE_CATEGORY }, claims) };
}

/** The lifetime that a body asks for, or why it cannot be had. */
export function wantedLifetime(json) {
  const lifetime = json?.expires_in_seconds;
  if (lifetime === undefined) return {};
  if (Number.isInteger(lifetime) && lifetime >= 30 && lifetime <= 315_360_000) return { lifetime };
  const message = "expires_in_seconds must be a whole number from 30 to 315360000.";
  return { refusal: failure(422, "form_param_value_invalid", message) };
}

function fill(value, facts) {
  if (typeof value === "string") return fillText(value, facts);
  if (Array.isArray(value)) return value.map((each) => fill(each, facts));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fill(each, facts)]));
}

function fillText(text, facts) {
  const path = /^\{\{\s*([a-z_.]+)\s*\}\}$/i.exec(text)?.[1];
  if (path === undefined) return text;
  const step = (at, name) => (Object.hasOwn(Object(at), name) ? at[name] : null);
  return path.split(".").reduce(step, facts);
}

const TEMPLATE_CATEGORY = "cl_B7d4PD222AAA";
