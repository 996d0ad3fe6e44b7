// Elements for pages behind the gate; docs/account.md describes them. Nothing is decided here.

const AT = "/.clerk-edge/";
const here = () => location.pathname + location.search + location.hash;
const now = () => Date.now();

/** What the tabs share, as far as the browser keeps anything. */
const memory = {};
const shared = {
  get: (name) => {
    try {
      return Number(localStorage.getItem(`clerk-edge-${name}`)) || memory[name] || 0;
    } catch {
      return memory[name] ?? 0;
    }
  },
  set: (name, value) => {
    memory[name] = value;
    try {
      localStorage.setItem(`clerk-edge-${name}`, value);
    } catch {}
  },
};

/** The end of the session in milliseconds, once the Frontend API has told it. */
let sessionEnd;

/** Asks the gate; `undefined` where there is no answer. */
async function ask(path, body) {
  const headers = { accept: "application/json" };
  if (body) headers["content-type"] = "application/json";
  const init = { headers, ...(body && { method: "POST", body: JSON.stringify(body) }) };
  return fetch(AT + path, init).catch(() => undefined);
}

function make(name, props = {}, ...children) {
  const { part, ...rest } = props;
  const element = Object.assign(document.createElement(name), rest);
  if (part) element.setAttribute("part", part);
  element.append(...children);
  return element;
}

/** Minutes and seconds, or hours where there are some. */
function clock(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const rest = `${two(minutes % 60)}:${two(seconds % 60)}`;
  return minutes < 60 ? rest : `${Math.floor(minutes / 60)}:${rest}`;
}

/** Does something every second, and at once when its tab is shown again. */
class Ticking extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    const { signal } = this.stop;
    const tick = () => this.isConnected && this.tick();
    const timer = setInterval(tick, 1000);
    signal.addEventListener("abort", () => clearInterval(timer));
    document.addEventListener("visibilitychange", tick, { signal });
    this.begin?.(signal);
  }

  disconnectedCallback() {
    this.stop.abort();
  }

  number(name, otherwise) {
    const number = Number(this.getAttribute(name));
    return number > 0 ? number : otherwise;
  }
}

class SessionTimer extends Ticking {
  begin() {
    this.setAttribute("role", "timer");
    this.load();
    addEventListener("clerk-refreshed", () => this.load(), { signal: this.stop.signal });
  }

  async load() {
    const answer = await ask("session");
    if (!answer?.ok) return;
    this.ends = (await answer.json()).expires_at * 1000 || 0;
    this.tick();
  }

  tick() {
    if (this.ends === undefined || document.hidden) return;
    const line = (part, text, end) => make("span", { part }, `${text} ${clock(end - now())}`);
    const lines = [line("token", "Token:", this.ends)];
    if (sessionEnd) lines.push(" ", line("session", "Session:", sessionEnd));
    this.replaceChildren(...(this.ends ? lines : ["Signed out"]));
  }
}

class Inactivity extends Ticking {
  async begin(signal) {
    this.hidden = true;
    this.setAttribute("role", "alert");
    const answer = await ask("session");
    const signedIn = answer?.ok && (await answer.json()).status === "signed-in";
    if (!signedIn || signal.aborted) return;
    shared.set("active", now());
    this.counts = true;
    for (const name of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"]) {
      addEventListener(name, () => this.active(), { signal, passive: true, capture: true });
    }
  }

  get left() {
    return this.number("minutes", 15) * 60_000 - (now() - shared.get("active"));
  }

  /** A visitor who comes back too late is not active again. */
  active() {
    if (this.left > 0 && now() - shared.get("active") > 500) shared.set("active", now());
    this.tick();
  }

  tick() {
    if (!this.counts) return;
    const { left } = this;
    if (left <= 0) return this.signOut();
    const warns = left <= this.number("warn", 60) * 1000;
    if (this.hidden === warns) this.hidden = !warns;
    for (const each of this.querySelectorAll("[data-left]")) each.textContent = clock(left);
  }

  /** As a form: whatever is answered, the page that was open is gone. */
  signOut() {
    this.counts = false;
    const to = this.getAttribute("to") ?? "/";
    const form = make("form", { method: "post", action: `${AT}sign-out`, hidden: true });
    form.append(make("input", { name: "to", value: to }));
    document.body.append(form);
    form.submit();
  }
}

class Refresh extends Ticking {
  get isDue() {
    const due = shared.get("fresh") + this.number("every", 50) * 1000;
    return !document.hidden && !this.ended && now() >= Math.max(due, this.waits ?? 0);
  }

  /** Of several tabs one asks: the one that holds the lock. */
  tick() {
    if (!this.isDue) return;
    const ifOne = (lock) => lock && this.isDue && this.refresh();
    const { locks } = navigator;
    if (!locks) return ifOne(true);
    locks.request("clerk-edge", { ifAvailable: true }, ifOne);
  }

  async refresh() {
    shared.set("fresh", now());
    const answer = await ask("refresh");
    this.ended = answer?.status === 401;
    this.waits = now() + (Number(answer?.headers.get("retry-after")) || 0) * 1000;
    const detail = { status: answer?.status ?? 0 };
    const name = answer?.ok ? "clerk-refreshed" : "clerk-not-refreshed";
    dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** The page has just come through the gate. */
  begin() {
    if (shared.get("fresh") === 0) shared.set("fresh", now());
    this.tick();
  }
}

/** A list takes the place of the element's content once it is known. */
class List extends HTMLElement {
  connectedCallback() {
    if (!this.shadowRoot) {
      this.attachShadow({ mode: "open" });
      this.shadowRoot.adoptedStyleSheets = [List.sheet];
      this.body = make("div", {}, make("slot"));
      this.says = make("p", { part: "status", role: "status", tabIndex: -1 });
      this.shadowRoot.append(this.body, this.says);
    }
    this.load();
  }

  show(items) {
    this.body.replaceChildren(make("ul", { part: "list" }, ...items));
  }

  /** A button that can be pressed once. */
  button(text, label, act) {
    const button = make("button", { part: "button", type: "button", ariaLabel: label }, text);
    button.onclick = async () => {
      button.disabled = true;
      this.says.textContent = (await act()) ?? "";
      button.disabled = false;
      // The focus was on a button that is gone.
      if (!button.isConnected) this.says.focus();
    };
    return button;
  }
}

List.sheet = new CSSStyleSheet();
List.sheet.replaceSync(`:host{display:block}:host([hidden]){display:none}
ul{list-style:none;margin:0;padding:0;display:grid;gap:var(--clerk-gap,.75rem)}
p:empty{display:none}button{font:inherit;cursor:pointer}
:focus-visible{outline:2px solid;outline-offset:2px}`);

class Sessions extends List {
  async load() {
    const answer = await ask("sessions");
    if (!answer?.ok) return;
    const { sessions } = await answer.json();
    this.show(sessions.map((session) => this.item(session)));
    if (sessions.some(({ current }) => !current)) {
      this.body.append(this.end("Sign out all others", "", { others: true }));
    }
  }

  item({ id, device, browser, place, last_active_at: at, current }) {
    const name = [browser, device].filter(Boolean).join(" on ") || "A browser";
    const told = [name, place, at && new Date(at).toLocaleString()].filter(Boolean).join(", ");
    const own = () => make("strong", { part: "current" }, "This session");
    const row = make("li", { part: "session" }, make("span", {}, `${told} `));
    row.append(current ? own() : this.end("Sign out", `: ${told}`, { id }));
    return row;
  }

  end(text, more, body) {
    return this.button(text, text + more, async () => {
      const answer = await ask("sessions/revoke", body);
      if (!answer?.ok) return "That did not work. Try again in a moment.";
      await this.load();
      return "Signed out.";
    });
  }
}

class SessionSwitch extends List {
  async load() {
    this.hidden = true;
    const environment = await this.clerk("environment");
    if (environment?.auth_config?.single_session_mode !== false) return;
    const client = (await this.clerk("client"))?.response;
    if (!client?.sessions?.length) return;
    this.show(client.sessions.map((session) => this.item(session, client.last_active_session_id)));
    this.hidden = false;
  }

  item({ id, user, public_user_data: person, expire_at: end }, current) {
    const known = [user?.first_name ?? person?.first_name, user?.last_name ?? person?.last_name];
    const name = known.filter(Boolean).join(" ") || (person?.identifier ?? "An account");
    if (id !== current) {
      const act = () => this.change(id);
      return make("li", { part: "session" }, this.button(name, `Switch to ${name}`, act));
    }
    sessionEnd = end;
    return make("li", { part: "session current", ariaCurrent: "true" }, name);
  }

  async change(id) {
    const done = await this.clerk(`client/sessions/${encodeURIComponent(id)}/touch`, {});
    if (!done) return "That did not work. Try again in a moment.";
    location.assign(`${AT}refresh?to=${encodeURIComponent(here())}`);
  }

  /** Asks the Frontend API as this browser. */
  async clerk(path, body) {
    const api = this.getAttribute("frontend-api") ?? hostOf(this.getAttribute("publishable-key"));
    const mark = /(?:^|; )__clerk_db_jwt(?:_[^=]+)?=([^;]+)/.exec(document.cookie)?.[1];
    const query = new URLSearchParams({ __clerk_api_version: "2026-05-12" });
    if (mark) query.set("__clerk_db_jwt", mark);
    const init = { credentials: "include" };
    if (body) Object.assign(init, { method: "POST", body: new URLSearchParams(body) });
    const answer = await fetch(`${api}/v1/${path}?${query}`, init).catch(() => undefined);
    return answer?.ok ? answer.json() : undefined;
  }
}

/** A publishable key names the host of the Frontend API. */
function hostOf(key) {
  try {
    return `https://${atob(key.split("_")[2]).replace(/\$$/, "")}`;
  } catch {
    return "";
  }
}

const ELEMENTS = {
  "clerk-session-timer": SessionTimer,
  "clerk-inactivity": Inactivity,
  "clerk-refresh": Refresh,
  "clerk-sessions": Sessions,
  "clerk-session-switch": SessionSwitch,
};
for (const [name, element] of Object.entries(ELEMENTS)) {
  if (!customElements.get(name)) customElements.define(name, element);
}
