// A browser reduced to what the flows need: a cookie jar that, like a browser's, knows hosts and
// no ports, redirects followed one by one with a limit, and forms sent from the page they are on.

const HOPS_MAX = 12;

/** One visitor with an empty jar. */
export class Visitor {
  #jar = new Map();

  /**
   * Opens a page as a navigation would, following redirects; the answers on the way are kept. It
   * ends before the address of which `stopAt` is true.
   */
  async open(url, { method = "GET", form, headers = {}, stopAt = () => false } = {}) {
    const hops = [];
    let [at, verb, body] = [new URL(url), method, form && new URLSearchParams(form)];
    for (;;) {
      const answer = await this.#ask(at, verb, body, headers);
      hops.push({ url: at.href, status: answer.status, headers: answer.headers });
      const location = answer.headers.get("location");
      if (location === null || answer.status < 300 || answer.status > 399) {
        const { status, headers: received } = answer;
        return { url: at.href, status, headers: received, hops, text: await answer.text() };
      }
      await answer.arrayBuffer();
      if (hops.length > HOPS_MAX) throw new Error(`too many redirects: ${at.href}`);
      at = new URL(location, at);
      if (stopAt(at)) return { url: at.href, hops };
      if (answer.status === 303) [verb, body] = ["GET", undefined];
    }
  }

  /** Opens a page behind the gate, signs in on the way and lands on it. */
  async signIn(url, person, headers = {}) {
    const door = await this.open(url, { headers });
    const inside = await this.press(door, { person }, headers);
    if (inside.url !== url) throw new Error(`${person} did not land: ${inside.text}`);
    return inside;
  }

  /** Presses a button of the form on `page`. */
  async press(page, fields, headers = {}, stopAt = undefined) {
    const hidden = [...page.text.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const kept = hidden.map(([, name, value]) => [name, unescape(value)]);
    const action = /<form[^>]*action="([^"]*)"/.exec(page.text)?.[1];
    const form = { ...Object.fromEntries(kept), ...fields };
    return this.open(new URL(action, page.url), { method: "POST", form, headers, stopAt });
  }

  /** A `fetch` of a script: not a page, redirects not followed. */
  async fetch(url, headers = {}) {
    return this.#ask(new URL(url), "GET", undefined, { ...SCRIPT, ...headers });
  }

  cookie(url, name) {
    return this.#jar.get(new URL(url).hostname)?.get(name);
  }

  setCookie(url, name, value) {
    const { hostname } = new URL(url);
    this.#jar.set(hostname, (this.#jar.get(hostname) ?? new Map()).set(name, value));
  }

  async #ask(url, method, body, headers) {
    const kept = this.#jar.get(url.hostname) ?? new Map();
    const cookie = [...kept].map(([name, value]) => `${name}=${value}`).join("; ");
    const sent = { ...PAGE, ...headers, ...(cookie && { cookie }) };
    const answer = await fetch(url, { method, body, headers: sent, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) this.#keep(url, line);
    return answer;
  }

  #keep(url, line) {
    const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
    if (name === undefined) throw new Error(`unreadable Set-Cookie: ${line}`);
    this.setCookie(url.href, name, value);
    if (/; *Max-Age=0(;|$)/i.test(line)) this.#jar.get(url.hostname).delete(name);
  }
}

function unescape(text) {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}

const PAGE = { accept: "text/html,*/*;q=0.8", "sec-fetch-dest": "document" };
const SCRIPT = { accept: "application/json", "sec-fetch-dest": "empty" };
