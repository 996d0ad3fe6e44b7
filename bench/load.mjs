// The load: sixteen kept-alive connections, each with one request under way, written by hand on raw
// sockets so that the generator is never what is measured. It counts and checks every answer; it
// refuses to pipeline, to open connections inside a measurement, and to take a wrong answer for one.
import net from "node:net";

export const CONNECTIONS = 16;
const HEAD_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = "0\r\n\r\n";

// Opens the connections and sends one request over each, so that a measurement begins in full swing.
export async function open(port, warm, connections = CONNECTIONS) {
  const lanes = await Promise.all(Array.from({ length: connections }, () => Lane.open(port)));
  await Promise.all(lanes.map((lane) => lane.ask(warm)));
  return new Load(lanes);
}

class Load {
  constructor(lanes) {
    this.lanes = lanes;
  }

  // Sends what `next` gives until `requests` are sent or `milliseconds` have passed, and waits for
  // every answer. Those that `right` does not accept are counted by their status.
  async run({ next, right, requests = Infinity, milliseconds = Infinity }) {
    const wrong = {};
    const begun = performance.now();
    const until = begun + milliseconds;
    let sent = 0;
    await Promise.all(
      this.lanes.map((lane) =>
        lane.pump(
          () => (sent < requests && performance.now() < until ? (sent++, next()) : undefined),
          (status, head) => {
            if (!right(status, head)) wrong[status] = (wrong[status] ?? 0) + 1;
          },
        ),
      ),
    );
    return { answers: sent, wall_ms: performance.now() - begun, wrong };
  }

  close() {
    for (const lane of this.lanes) lane.socket.destroy();
  }
}

// One connection. Its answer is complete when its own framing says so.
class Lane {
  static open(port) {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Lane(socket)));
    });
  }

  constructor(socket) {
    this.socket = socket;
    this.rest = undefined;
    this.answered = () => {};
    this.failed = () => {};
    socket.removeAllListeners("error");
    socket.on("data", (chunk) => this.take(chunk));
    socket.on("error", (error) => this.failed(error));
    socket.on("close", () => this.failed(new Error("workerd closed a connection under load")));
  }

  // One request, one answer with head and body; for the check that comes before any measurement.
  ask(bytes) {
    return new Promise((resolve, reject) => {
      this.failed = reject;
      this.answered = (status, head, body) => {
        this.failed = () => {};
        resolve({ status, head, body });
      };
      this.socket.write(bytes);
    });
  }

  pump(next, seen) {
    return new Promise((resolve, reject) => {
      this.failed = reject;
      const go = () => {
        const bytes = next();
        if (bytes) return this.socket.write(bytes);
        this.failed = () => {};
        return resolve();
      };
      this.answered = (status, head) => {
        seen(status, head);
        go();
      };
      go();
    });
  }

  take(chunk) {
    const all = this.rest ? Buffer.concat([this.rest, chunk]) : chunk;
    const end = all.indexOf(HEAD_END);
    const head = end < 0 ? undefined : all.latin1Slice(0, end + 2).toLowerCase();
    const body = end < 0 ? undefined : bodyOf(head, all, end + HEAD_END.length);
    this.rest = body === undefined ? all : undefined;
    if (body !== undefined) this.answered(Number(head.slice(9, 12)), head, body);
  }
}

// The body's bytes as they came, or `undefined` while there are more to come.
function bodyOf(head, all, start) {
  const at = head.indexOf("\r\ncontent-length: ");
  if (at >= 0) {
    const length = Number.parseInt(head.slice(at + 18), 10);
    return all.length >= start + length ? all.subarray(start) : undefined;
  }
  if (head.includes("\r\ntransfer-encoding: chunked")) {
    const last = Math.max(start, all.length - LAST_CHUNK.length);
    return all.latin1Slice(last) === LAST_CHUNK ? all.subarray(start) : undefined;
  }
  return all.subarray(start);
}
