// Control addresses for users and their events: create, change, delete, and deliver again, late,
// twice or in another order. Each answers once the delivery that it causes has ended.

import { changed, created, deleted } from "./backend-users.mjs";
import { userObject } from "./objects.mjs";

/** Method, path and handler of each. */
export const EVENT_ROUTES = [
  ["POST", "/stage/webhook", configure],
  ["GET", "/stage/events", (stage) => ({ events: stage.webhooks.all().map(shown) })],
  ["POST", "/stage/events/deliver", deliver],
  ["POST", "/stage/events/emit", emit],
  ["POST", "/stage/users", create],
  ["POST", "/stage/users/change", change],
  ["POST", "/stage/users/delete", remove],
];

/** `{ url, secret, hold }`: where events go, and whether they wait to be delivered by hand. */
function configure(stage, wanted) {
  if (!stage.webhooks.configure(wanted)) return { unknown: [String(wanted.url)] };
  const { url = null, secret, hold } = stage.webhooks;
  return { url, secret, hold };
}

/** `{ ids, order: "reversed", age, secret }`: see `Webhooks.deliver`. */
async function deliver(stage, wanted) {
  await stage.webhooks.idle();
  return { events: (await stage.webhooks.deliver(wanted)).map(shown) };
}

/** `{ type, data }`: any event. */
async function emit(stage, { type, data }) {
  return { event: shown(await stage.webhooks.emit(type, data)) };
}

/** `{ name, first, email, public_metadata }`: a new user. */
async function create(stage, { public_metadata: publicMetadata = {}, ...known }) {
  const person = stage.people.create({ ...known, publicMetadata });
  created(stage, person);
  await stage.webhooks.idle();
  return { user: userObject(person), event: shown(stage.webhooks.all().at(-1)) };
}

/** `{ id, public_metadata }`: merged into the user's. */
async function change(stage, { id, public_metadata: patch }) {
  const message = await changed(stage, id, patch);
  if (!message) return { unknown: [String(id)] };
  return { user: userObject(stage.people.byId(id)), event: shown(message) };
}

/** `{ id }`. */
async function remove(stage, { id }) {
  const message = await deleted(stage, id);
  return message ? { event: shown(message) } : { unknown: [String(id)] };
}

function shown({ id, type, state, attempts, text }) {
  return { id, type, state, attempts, event: JSON.parse(text) };
}
