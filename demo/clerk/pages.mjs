// The pages of the stand-in: sign in, sign up, choose an organization, sign out.
// They stand in for the Account Portal and work without scripts.

import { activityOf } from "./activity.mjs";
import { created } from "./backend-users.mjs";
import { refused } from "./errors.mjs";
import { clientCookie, clientOf, goBack } from "./frontend.mjs";
import { html, page } from "./html.mjs";
import { loopback } from "./loopback.mjs";
import { ACME } from "./organizations.mjs";

/** `GET /`: what this is. */
export function start(stage) {
  const body = html`<p>
      It replaces one Clerk instance for <a href="${stage.site}">${stage.site}</a>.
    </p>
    <ul>
      <li><a href="/sign-in">Sign in</a></li>
      <li><a href="/sign-up">Sign up</a></li>
      <li><a href="/sign-out">Sign out</a></li>
      <li><a href="/.well-known/jwks.json">The published keys</a></li>
    </ul>`;
  return page("Stand-in for Clerk", body);
}

/** `GET /sign-in`: the choice of people. */
export function signIn(stage, request) {
  const client = clientOf(stage, request);
  const choices = stage.people.all().map(
    (person) => html`<li>
      <button name="person" value="${person.name}">
        <strong>${person.first}</strong> <span>${person.what}</span>
      </button>
    </li>`,
  );
  const body = html`<p class="soft">After signing in you return to ${back(stage, request)}</p>
    <form method="post" action="/sign-in">
      ${hidden(stage, request)}
      <ul>${choices}</ul>
    </form>
    <p><a href="/sign-up${request.search}">Sign up as a new user</a></p>`;
  return page("Sign in as", body, 200, [["set-cookie", clientCookie(client, request)]]);
}

/** `POST /sign-in`. */
export function doSignIn(stage, request) {
  const person = stage.people.named(request.form.get("person"));
  if (!person) return refused("there is no person of that name");
  return enter(stage, request, person);
}

/** `GET /sign-up`. */
export function signUp(stage, request) {
  const body = html`<form method="post" action="/sign-up">
    ${hidden(stage, request)}
    <label for="first">First name</label>
    <input id="first" name="first" required maxlength="40" autocomplete="off" />
    <button>Sign up</button>
  </form>`;
  return page("Sign up", body);
}

/** `POST /sign-up`. */
export function doSignUp(stage, request) {
  const person = stage.people.join(request.form.get("first") ?? "");
  return enter(stage, request, created(stage, person));
}

/** `GET /sign-in/tasks`: what a pending session still has to do. */
export function tasks(stage, request) {
  const { session } = clientOf(stage, request);
  if (session?.status !== "pending") {
    return page("Nothing to do", html`<p><a href="${back(stage, request)}">Continue</a></p>`);
  }
  const { first } = session.person;
  const body = html`<p>${first}, your session is pending until you choose an organization.</p>
    <form method="post" action="/sign-in/tasks">
      ${hidden(stage, request)}
      <button>Join the organization Acme</button>
    </form>`;
  return page("Choose an organization", body);
}

/** `POST /sign-in/tasks`: the session becomes active. */
export function doTasks(stage, request) {
  const client = clientOf(stage, request);
  const { session } = client;
  if (session) {
    const { memberships } = session.person;
    const isMember = memberships.some(({ organization }) => organization === ACME);
    if (!isMember) memberships.push({ organization: ACME, role: "member" });
    session.status = "active";
    session.organizationId = ACME;
    client.updatedAt = stage.nowSeconds();
  }
  return goBack(stage, request, client, destination(stage, request));
}

/** `GET /sign-out`: asks, since a link alone must not end a session. */
export function signOut(stage, request) {
  const names = clientOf(stage, request).live().map(({ person }) => person.first);
  const who =
    names.length > 0 ? `You are signed in as ${names.join(", ")}.` : "Nobody is signed in.";
  const body = html`<p>${who}</p>
    <form method="post" action="/sign-out">
      ${hidden(stage, request)}
      <button>Sign out</button>
    </form>`;
  return page("Sign out", body);
}

/** `POST /sign-out`. */
export function doSignOut(stage, request) {
  const client = clientOf(stage, request);
  for (const session of client.live()) stage.clients.end(session, "removed", stage.nowSeconds());
  return goBack(stage, request, client, destination(stage, request));
}

function enter(stage, request, person) {
  const client = clientOf(stage, request);
  const at = stage.nowSeconds() - stage.settings.session_age_seconds;
  const beside = stage.settings.multi_session;
  stage.clients.signIn(client, person, at, { beside, activity: activityOf(request) });
  return goBack(stage, request, client, destination(stage, request));
}

function hidden(stage, request) {
  const client = request.query.get("__clerk_db_jwt") ?? "";
  return html`<input type="hidden" name="redirect_url" value="${back(stage, request)}" />
    <input type="hidden" name="__clerk_db_jwt" value="${client}" />`;
}

function back(stage, request) {
  return destination(stage, request).href;
}

function destination(stage, request) {
  const url = loopback(request.query.get("redirect_url")) ?? new URL(stage.site);
  for (const name of [...url.searchParams.keys()]) {
    if (name.startsWith("__clerk_handshake")) url.searchParams.delete(name);
  }
  return url;
}
