// Events as Clerk sends them through Svix: signed, tried at once, kept when that fails, and sent
// again when a test says so. There is no timer: Svix's waits of minutes and hours are left out.

import { createHmac, randomBytes } from "node:crypto";
import { loopback } from "./loopback.mjs";

/** A secret in Svix's form. */
export function makeSecret() {
  return `whsec_${randomBytes(24).toString("base64")}`;
}

/** The three headers of one delivery of `text` at `timestamp` (seconds). */
export function signedHeaders(secret, id, timestamp, text) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${text}`).digest("base64");
  return {
    "svix-id": id,
    "svix-timestamp": String(timestamp),
    "svix-signature": `v1,${signature}`,
  };
}

/** The endpoint of an instance, and all that was or should be sent to it. */
export class Webhooks {
  #stage;
  #messages = [];
  #running = new Set();
  #end = new AbortController();
  url;
  secret = makeSecret();
  /** Whether new events wait until they are delivered by hand. */
  hold = false;

  constructor(stage) {
    this.#stage = stage;
  }

  /** Sets where events go: an address on loopback. Answers whether it may be. */
  configure({ url, secret, hold }) {
    if (url !== undefined && url !== null && !loopback(url)) return false;
    if (url !== undefined) this.url = url ?? undefined;
    if (secret !== undefined) this.secret = secret;
    if (hold !== undefined) this.hold = hold;
    return true;
  }

  /** An event. The answer is its message, once the first attempt has ended. */
  emit(type, data) {
    const message = {
      id: `msg_${randomBytes(14).toString("hex")}`,
      type,
      // The body is fixed here: what changes later has an event of its own.
      text: JSON.stringify({
        data,
        event_attributes: { http_request: { client_ip: "127.0.0.1", user_agent: "stand-in" } },
        instance_id: this.#stage.instance.id,
        object: "event",
        timestamp: this.#stage.now(),
        type,
      }),
      attempts: [],
      state: "waiting",
    };
    this.#messages.push(message);
    if (this.#messages.length > MESSAGES_MAX) this.#messages.shift();
    return this.url && !this.hold ? this.#attempt(message) : Promise.resolve(message);
  }

  /**
   * Delivers by hand, one after the other: those of `ids` in that order, whatever became of them
   * before, else all that have not arrived. `order: "reversed"` turns the order round. `age` moves
   * the time of signing into the past, `secret` signs with another secret.
   */
  async deliver({ ids, order, age = 0, secret } = {}) {
    const wanted = ids
      ? ids.map((id) => this.#messages.find((message) => message.id === id)).filter(Boolean)
      : this.#messages.filter(({ state }) => state !== "delivered");
    if (order === "reversed") wanted.reverse();
    for (const message of wanted) await this.#attempt(message, { age, secret });
    return wanted;
  }

  /** Resolves once nothing is under way. */
  async idle() {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  all() {
    return this.#messages;
  }

  clear() {
    this.#messages = [];
  }

  /** Ends what is under way. */
  async close() {
    this.#end.abort();
    await this.idle();
  }

  #attempt(message, options) {
    const running = this.#send(message, options).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  async #send(message, { age = 0, secret = this.secret } = {}) {
    if (!this.url) return message;
    const timestamp = this.#stage.nowSeconds() - age;
    const headers = signedHeaders(secret, message.id, timestamp, message.text);
    const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(PATIENCE_MS)]);
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        headers: { "content-type": "application/json", "user-agent": "Svix-Webhooks", ...headers },
        body: message.text,
        redirect: "manual",
        signal,
      });
      const body = (await answer.text()).slice(0, ANSWER_MAX);
      message.attempts.push({ timestamp, status: answer.status, body });
      // A redirect is a failure; what has arrived once stays delivered.
      if (answer.ok) message.state = "delivered";
    } catch (error) {
      message.attempts.push({ timestamp, status: null, body: String(error.message) });
    }
    if (message.state !== "delivered") message.state = "failed";
    return message;
  }
}

const PATIENCE_MS = 15_000;
const MESSAGES_MAX = 1000;
const ANSWER_MAX = 10_000;
