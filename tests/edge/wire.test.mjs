// Forwarding as it looks on the wire, for each kind of upstream that speaks HTTP: what the upstream
// receives, what the browser gets, and that everything between them streams through untouched.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Instance } from "./mint.mjs";
import { exchange, raw, serve } from "./raw.mjs";

const RULES = [
  { path: "/open/*", allow: "anyone" },
  { path: "/maybe/*", allow: "optional" },
  { path: "/members/*", allow: "signed-in" },
];
const CLAIMS = {
  metadata: { role: "admin", team: "käse,brot" },
  o: { id: "org_1", slg: "acme", rol: "admin", per: "read,manage", fpm: "3" },
  fea: "o:billing",
};
const ZIPPED = gzipSync("zipped ".repeat(100));
/** Whoever comes without a cookie. */
const STRANGER = "";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

const clerk = await Instance.make({ live: true });
const cookie = await clerk.cookies(CLAIMS);
const settings = {
  CLERK_PUBLISHABLE_KEY: clerk.publishableKey,
  CLERK_JWT_KEY: clerk.pem,
  ROUTES: RULES,
  CLAIM_HEADERS: { "x-app-team": "metadata.team" },
  LOG: "off",
};

/** What the upstream does under each path; all else is told back. */
const ANSWERS = {
  gzip: (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(ZIPPED),
  redirect: (response) => response.writeHead(302, { location: "https://elsewhere.example/x" }).end(),
  cookies: (response) => response.writeHead(200, { "set-cookie": ["a=1; Path=/", "b=2; HttpOnly"] }).end("ok"),
  nothing: (response) => response.writeHead(204).end(),
  same: (response) => response.writeHead(304, { etag: '"1"' }).end(),
  teapot: (response) => response.writeHead(418, "Short and stout", { "x-own": "kept" }).end("tea"),
  broken: (response) => response.socket.destroy(),
  shared: (response) =>
    response
      .writeHead(200, {
        "cache-control": "public, max-age=60, s-maxage=600",
        "cdn-cache-control": "max-age=600",
        "cloudflare-cdn-cache-control": "max-age=600",
        "surrogate-control": "max-age=600",
        vary: "Accept-Encoding",
      })
      .end("ok"),
  plain: (response) => response.writeHead(200).end("ok"),
  letters(response, request) {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    if (from === undefined) return response.writeHead(200, { "content-length": LETTERS.length }).end(LETTERS);
    const part = LETTERS.slice(Number(from), Number(to) + 1);
    return response.writeHead(206, { "content-range": `bytes ${from}-${to}/26` }).end(part);
  },
};

let [upstream, upload] = [];

before(async () => {
  upstream = await serve((request, response) => {
    const name = request.url.split("?")[0].split("/").at(-1);
    if (name === "slowly") return void upload.emit("come", request, response);
    if (Object.hasOwn(ANSWERS, name)) return ANSWERS[name](response, request);
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers, rawHeaders } = request;
      const told = { method, url, headers, rawHeaders, body: Buffer.concat(chunks).toString() };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(told));
    });
  });
  upload = new (await import("node:events")).EventEmitter();
  upstream.server.on("upgrade", echo);
});
after(() => upstream.stop());

/** A WebSocket server that says each short text back; and which headers it was opened with. */
function echo(request, socket) {
  const accept = createHash("sha1")
    .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  socket.write(`${[...lines, `Sec-WebSocket-Accept: ${accept}`].join("\r\n")}\r\n\r\n`);
  const say = (text) => socket.write(Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]));
  say(`hello ${request.headers["x-clerk-user-id"] ?? "nobody"}`);
  socket.on("data", (frame) => {
    if ((frame[0] & 0x0f) === 8) return socket.end();
    const [size, mask] = [frame[1] & 0x7f, frame.subarray(2, 6)];
    say(`you said ${frame.subarray(6, 6 + size).map((byte, at) => byte ^ mask[at % 4]).toString()}`);
  });
  socket.on("error", () => {});
}

const UPSTREAMS = {
  url: () => ({ vars: { UPSTREAM: `${upstream.url}/base` }, host: "app.example.com" }),
  passthrough: () => ({ vars: { UPSTREAM: "passthrough" }, host: new URL(upstream.url).host }),
  service: () => ({ vars: {}, host: "app.example.com", origin: relay(upstream.url) }),
};

const relay = (url) => `export default {
  fetch(request) {
    const { pathname, search } = new URL(request.url);
    return fetch(${JSON.stringify(url)} + pathname + search, request);
  },
};`;

for (const [kind, make] of Object.entries(UPSTREAMS)) {
  describe(`upstream: ${kind}`, () => {
    let gate;
    const base = kind === "url" ? "/base" : "";
    const { promise: made, resolve } = Promise.withResolvers();
    before(async () => {
      const { vars, host, origin } = make();
      gate = await raw({ ...settings, ...vars }, { origin });
      resolve({ host, port: gate.port });
    });
    after(() => gate.stop());

    /** One request; `headers` are lines, so that any spelling can be sent. */
    const ask = async (path, { method = "GET", headers = [], body, as = cookie } = {}) => {
      const { host, port } = await made;
      const own = as ? [`Cookie: ${as}`] : [];
      const size = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
      const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...own, ...size, ...headers];
      return exchange(port, lines, body);
    };
    const told = async (path, init) => {
      const { status, body } = await ask(path, init);
      assert.equal(status, 200, body.toString());
      return JSON.parse(body);
    };

    test("who asks is told to the upstream, encoded", async () => {
      const { headers, url } = await told("/members/a?b=c&d=%2F&e");
      assert.equal(url, `${base}/members/a?b=c&d=%2F&e`, "the query is as it came");
      const ours = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("x-clerk-")));
      const { "x-clerk-claims": claims, ...others } = ours;
      assert.deepEqual(others, {
        "x-clerk-auth-status": "signed-in",
        "x-clerk-user-id": "user_1",
        "x-clerk-session-id": "sess_1",
        "x-clerk-role": "admin",
        "x-clerk-org-id": "org_1",
        "x-clerk-org-slug": "acme",
        "x-clerk-org-role": "org:admin",
        "x-clerk-org-permissions": "org:billing:read,org:billing:manage",
      });
      const decoded = JSON.parse(Buffer.from(claims, "base64url"));
      assert.equal(decoded.metadata.team, CLAIMS.metadata.team);
      assert.equal(headers["x-app-team"], "k%C3%A4se,brot");
    });

    const SPOOFS = [
      "X-Clerk-User-Id: user_evil",
      "x_clerk_user_id: user_evil",
      "X-CLERK_USER-ID: user_evil",
      "x-clerk-anything: user_evil",
      "X-App-Team: user_evil",
      "x_app_team: user_evil",
      "x-middleware-subrequest: middleware:middleware:middleware",
      "X-Matched-Path: /admin",
      "x-invoke-path: /admin",
      "x_middleware_subrequest: pages/_middleware",
    ];

    for (const [path, as, status] of [
      ["/members/x", cookie, "signed-in"],
      ["/maybe/x", STRANGER, "signed-out"],
      ["/maybe/x", "__session=forged; __client_uat=1", "signed-out"],
      ["/open/x", cookie, undefined],
      ["/open/x", STRANGER, undefined],
    ]) {
      test(`no client writes our headers: ${path} as ${as === cookie ? "a member" : (as || "a stranger")}`, async () => {
        const { headers } = await told(path, { headers: [...SPOOFS, "Connection: x-clerk-user-id"], as });
        assert.doesNotMatch(JSON.stringify(headers), /user_evil|middleware|\/admin/);
        assert.equal(headers["x-clerk-auth-status"], status);
        assert.equal(headers["x-clerk-user-id"], status === "signed-in" ? "user_1" : undefined);
        assert.equal(headers["x-clerk-claims"] !== undefined, status === "signed-in");
      });
    }

    test("a client's `Connection` cannot take ours away", async () => {
      const headers = ["Connection: keep-alive, x-clerk-user-id, X-Clerk-Role", "connection: x-clerk-auth-status"];
      const { headers: received } = await told("/members/x", { headers });
      assert.equal(received["x-clerk-user-id"], "user_1");
      assert.equal(received["x-clerk-role"], "admin");
      assert.equal(received["x-clerk-auth-status"], "signed-in");
    });

    test("other headers and the body arrive as they were sent", async () => {
      const headers = ["X-Own: a, b", "Accept-Language: de", "Content-Type: text/plain; charset=x", "Origin: https://a.example"];
      const body = "grüße\0\r\n".repeat(1000);
      const seen = await told("/members/x", { method: "POST", headers, body });
      assert.equal(seen.method, "POST");
      assert.equal(seen.body, body);
      assert.equal(seen.headers["x-own"], "a, b");
      assert.equal(seen.headers["content-type"], "text/plain; charset=x");
      assert.equal(seen.headers.cookie, cookie);
    });

    for (const method of ["PROPFIND", "PUT", "PATCH", "DELETE", "OPTIONS", "REPORT"]) {
      test(`${method} stays ${method}, and is judged`, async () => {
        assert.equal((await told("/members/x", { method })).method, method);
        assert.equal((await ask("/members/x", { method, as: STRANGER })).status, 401);
      });
    }

    test("a preflight goes on unjudged, without anybody's identity", async () => {
      const headers = ["Origin: https://a.example", "Access-Control-Request-Method: PUT", "x-clerk-user-id: user_evil"];
      const { status, body, all } = await ask("/members/x", { method: "OPTIONS", headers });
      assert.equal(status, 200);
      assert.equal(body.length, 0, "no content of a guarded path comes back");
      assert.deepEqual([all("content-type"), all("content-length")], [[], ["0"]]);
      assert.equal((await ask("/members/x", { method: "OPTIONS", headers: headers.slice(1), as: STRANGER })).status, 401);
    });

    for (const [sent, canonical] of [
      ["/members/%61/%7Euser", "/members/a/~user"],
      ["/members/./a/../b", "/members/b"],
      ["/members/caf%c3%a9", "/members/caf%C3%A9"],
      ["/open/../members/x", "/members/x"],
      ["/members/a%2fb", "/members/a%2Fb"],
      ["/members/x/", "/members/x/"],
    ]) {
      test(`what is judged is what is sent: ${sent}`, async () => {
        assert.equal((await told(`${sent}?q=%2e%2E`)).url, `${base}${canonical}?q=%2e%2E`);
        assert.equal((await ask(sent, { as: STRANGER })).status, 401);
      });
    }

    test("HEAD has the headers of GET and no body", async () => {
      const { status, body, all } = await ask("/members/letters", { method: "HEAD" });
      assert.deepEqual([status, body.length, all("content-length")], [200, 0, ["26"]]);
      const refused = await ask("/members/letters", { method: "HEAD", as: STRANGER });
      assert.deepEqual([refused.status, refused.body.length], [401, 0]);
    });

    test("a range", async () => {
      const { status, body, all } = await ask("/members/letters", { headers: ["Range: bytes=3-5"] });
      assert.deepEqual([status, body.toString(), all("content-range")], [206, "def", ["bytes 3-5/26"]]);
      assert.equal((await ask("/members/letters", { headers: ["Range: bytes=3-5"], as: STRANGER })).status, 401);
    });

    test("a conditional request is decided before it is answered", async () => {
      const headers = ['If-None-Match: "1"', "Sec-Fetch-Dest: document"];
      assert.equal((await ask("/members/same", { headers })).status, 304);
      assert.equal((await ask("/members/same", { headers, as: STRANGER })).status, 307);
      assert.equal((await ask("/members/same", { headers: headers.slice(0, 1), as: STRANGER })).status, 401);
    });

    test("gzip stays gzip", async () => {
      const { body, all } = await ask("/members/gzip", { headers: ["Accept-Encoding: gzip"] });
      assert.deepEqual(all("content-encoding"), ["gzip"]);
      assert(body.equals(ZIPPED));
    });

    test("a redirect of the upstream's is passed on, not followed", async () => {
      const { status, all } = await ask("/members/redirect");
      assert.deepEqual([status, all("location")], [302, ["https://elsewhere.example/x"]]);
    });

    test("each cookie that the upstream sets arrives", async () => {
      const { all } = await ask("/members/cookies");
      assert.deepEqual(all("set-cookie"), ["a=1; Path=/", "b=2; HttpOnly"]);
    });

    test("status, phrase and headers are the upstream's", async () => {
      assert.equal((await ask("/members/nothing")).status, 204);
      const { status, phrase, body, all } = await ask("/members/teapot");
      assert.deepEqual([status, phrase, body.toString()], [418, "Short and stout", "tea"]);
      assert.deepEqual(all("x-own"), ["kept"]);
    });

    test("shared caches keep nothing that was guarded, and all that is open", async () => {
      for (const path of ["/members/shared", "/maybe/shared"]) {
        const { headers, all } = await ask(path);
        assert.deepEqual(all("cache-control"), ["private, max-age=60"], path);
        assert.deepEqual(all("vary"), ["Accept-Encoding, Cookie, Authorization"]);
        assert(!headers.some(([name]) => /^(cdn-|cloudflare-cdn-)cache-control$|^surrogate-control$/.test(name)));
      }
      assert.deepEqual((await ask("/members/plain")).all("cache-control"), ["private, no-store"]);
      const open = await ask("/open/shared");
      assert.deepEqual(open.all("cache-control"), ["public, max-age=60, s-maxage=600"]);
      assert.deepEqual(open.all("cdn-cache-control"), ["max-age=600"]);
      assert.deepEqual(open.all("vary"), ["Accept-Encoding"]);
      // A deceptive ending makes nothing cacheable.
      const { all: deceived } = await ask("/members/x.css");
      assert.deepEqual(deceived("cache-control"), ["private, no-store"]);
    });

    test("an upstream that breaks is a 502 that leaks nothing", async () => {
      const { status, body, all } = await ask("/members/broken");
      assert.equal(status, 502, body.toString());
      assert.equal(JSON.parse(body).code, "upstream-unreachable");
      assert.deepEqual(all("cache-control"), ["no-store"]);
      assert.doesNotMatch(body.toString(), /127\.0\.0\.1|network|error:/i);
      const page = await ask("/members/broken", { headers: ["Sec-Fetch-Dest: document"] });
      assert.equal(page.status, 502);
      assert.match(page.all("content-type")[0], /^text\/html/);
    });

    test("a body streams up and an answer streams down, piece by piece", async () => {
      const { host, port } = await made;
      const come = once(upload, "come");
      const socket = net.connect(port, "127.0.0.1");
      socket.on("error", () => {});
      let received = "";
      socket.on("data", (chunk) => (received += chunk));
      const head = [`POST /members/slowly HTTP/1.1`, `Host: ${host}`, `Cookie: ${cookie}`, "Transfer-Encoding: chunked"];
      socket.write(`${head.join("\r\n")}\r\n\r\n5\r\nfirst\r\n`);
      const [request, response] = await come;
      const [first] = await once(request, "data");
      assert.equal(first.toString(), "first", "it is here before the rest was sent");
      response.writeHead(200);
      response.write("down");
      while (!received.includes("down")) await once(socket, "data");
      socket.write("6\r\nsecond\r\n0\r\n\r\n");
      const [second] = await once(request, "data");
      assert.equal(second.toString(), "second");
      response.end("end");
      while (!received.includes("end")) await once(socket, "data");
      socket.destroy();
    });

    test("a WebSocket is opened for a member, and for nobody else", async () => {
      const { host, port } = await made;
      const open = [
        "GET /members/ws HTTP/1.1", `Host: ${host}`, "Connection: Upgrade", "Upgrade: websocket",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ];
      const socket = net.connect(port, "127.0.0.1");
      socket.on("error", () => {});
      let received = "";
      const until = async (text) => {
        while (!received.includes(text)) received += (await once(socket, "data"))[0].toString("latin1");
      };
      socket.write(`${open.join("\r\n")}\r\nCookie: ${cookie}\r\n\r\n`);
      await until("hello user_1");
      assert.match(received, /^HTTP\/1\.1 101 /);
      const said = Buffer.from("ping");
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | said.length, 0, 0, 0, 0]), said]));
      await until("you said ping");
      socket.destroy();
      const refused = await exchange(port, open.filter((line) => !line.startsWith("Connection")));
      assert.equal(refused.status, 401);
    });

    if (kind === "url") {
      test("another origin is told what the gate saw, whatever the client wrote", async () => {
        const headers = ["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "X-Forwarded-For: 1.1.1.1", "CF-Connecting-IP: 192.0.2.7"];
        const { headers: received } = await told("/members/x", { headers });
        assert.equal(received.host, new URL(upstream.url).host);
        assert.equal(received["x-forwarded-host"], "app.example.com");
        assert.equal(received["x-forwarded-proto"], "http");
        assert.equal(received["x-forwarded-for"], "192.0.2.7");
      });

      test("an open route is told so too", async () => {
        const { headers } = await told("/open/x", { headers: ["x_forwarded_host: evil.example"] });
        assert.equal(headers["x-forwarded-host"], "app.example.com");
        assert.equal(headers["x_forwarded_host"], undefined);
      });
    }
  });
}
