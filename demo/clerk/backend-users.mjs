// Users at the Backend API: look, list, create, delete, and metadata merged or replaced. Every
// change is told to the webhook.

import { listOf } from "./backend.mjs";
import { failure, notFound } from "./errors.mjs";
import { userObject } from "./objects.mjs";

const KINDS = ["public", "private", "unsafe"];

/** `GET /v1/users?email_address=&user_id=`: the newest first. */
export function list(stage, request) {
  return listOf(request, asked(stage, request).toReversed().map(userObject));
}

/** `GET /v1/users/count`, with the same filters. */
export function count(stage, request) {
  return { json: { object: "total_count", total_count: asked(stage, request).length } };
}

function asked(stage, { query }) {
  const [emails, ids] = [query.getAll("email_address"), query.getAll("user_id")];
  const some = emails.length > 0 ? stage.people.byEmail(emails) : stage.people.users();
  return some.filter(({ id }) => ids.length === 0 || ids.includes(id));
}

/** `GET /v1/users/{id}`. */
export function get(stage, _request, [id]) {
  const person = stage.people.byId(id);
  return person ? { json: userObject(person) } : notFound("No such user.");
}

/** `POST /v1/users`. */
export function create(stage, request) {
  const { json } = request;
  const [email] = json?.email_address ?? [];
  if (email && stage.people.byEmail([email]).length > 0) {
    return failure(422, "form_identifier_exists", "That email address is taken.");
  }
  const given = { first: json?.first_name, name: json?.username, email };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
  for (const kind of KINDS) {
    if (json?.[`${kind}_metadata`]) known[`${kind}Metadata`] = json[`${kind}_metadata`];
  }
  return { json: userObject(created(stage, stage.people.create(known))) };
}

/** `DELETE /v1/users/{id}`: the person's sessions end with them. */
export function remove(stage, _request, [id]) {
  if (!deleted(stage, id)) return notFound("No such user.");
  return { json: { object: "user", id, deleted: true } };
}

/** `PATCH /v1/users/{id}/metadata`: merges, `null` deletes. */
export function mergeMetadata(stage, request, [id]) {
  return writeMetadata(stage, request, id, (kind, value) => stage.people.merge(id, kind, value));
}

/** `PUT /v1/users/{id}/metadata`: each kind that is given is replaced. */
export function replaceMetadata(stage, request, [id]) {
  return writeMetadata(stage, request, id, (kind, value) => stage.people.replace(id, kind, value));
}

/** `PATCH /v1/users/{id}`: metadata have an address of their own since 2026-05-12. */
export function update(stage, request, [id]) {
  const person = stage.people.byId(id);
  if (!person) return notFound("No such user.");
  if (KINDS.some((kind) => request.json?.[`${kind}_metadata`] !== undefined)) {
    return failure(422, "form_param_unknown", "Send metadata to /v1/users/{id}/metadata.");
  }
  if (request.json?.first_name) person.first = request.json.first_name;
  person.updatedAt = Math.max(stage.now(), person.updatedAt + 1);
  stage.webhooks.emit("user.updated", userObject(person));
  return { json: userObject(person) };
}

/** Tells the webhook of a newcomer. */
export function created(stage, person) {
  stage.webhooks.emit("user.created", userObject(person));
  return person;
}

/** Takes a person away, with all sessions, and tells the webhook; nothing if there is no such. */
export function deleted(stage, id) {
  if (!stage.people.remove(id)) return undefined;
  for (const session of stage.clients.sessions()) {
    if (session.person.id === id) stage.clients.end(session, "removed", stage.nowSeconds());
  }
  return stage.webhooks.emit("user.deleted", { object: "user", id, deleted: true });
}

/** Merges public metadata and tells the webhook. */
export function changed(stage, id, publicMetadata) {
  const person = stage.people.merge(id, "public", publicMetadata);
  return person && stage.webhooks.emit("user.updated", userObject(person));
}

function writeMetadata(stage, request, id, write) {
  if (!stage.people.byId(id)) return notFound("No such user.");
  const given = KINDS.map((kind) => [kind, request.json?.[`${kind}_metadata`]]).filter(
    ([, value]) => value !== undefined,
  );
  if (given.some(([, value]) => !isTable(value))) {
    return failure(422, "form_param_format_invalid", "Metadata must be a JSON object.");
  }
  for (const [kind, value] of given) write(kind, value);
  const person = stage.people.byId(id);
  if (given.length > 0) stage.webhooks.emit("user.updated", userObject(person));
  return { json: userObject(person) };
}

function isTable(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
