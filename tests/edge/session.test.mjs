// Who asks, in workerd with its own WebCrypto and tokens made for the real clock. Each token that is
// refused differs in one thing from one that is accepted.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { Instance } from "./mint.mjs";
import { exchange, raw, serve } from "./raw.mjs";

const RULES = [
  { path: "/members/*", allow: "signed-in" },
  { path: "/maybe/*", allow: "optional" },
  { path: "/quiet/*", allow: "signed-in", signed_out: 404 },
];
const HOST = "app.example.com";
const PARTY = "https://app.example.com";

const clerk = await Instance.make({ live: true });
const stranger = await Instance.make({ live: true, kid: clerk.kid });
const now = Math.floor(Date.now() / 1000);

let [gate, upstream, served] = [undefined, undefined, 0];
before(async () => {
  upstream = await serve((request, response) => {
    served += 1;
    response.end(JSON.stringify(request.headers));
  });
  gate = await raw({
    CLERK_PUBLISHABLE_KEY: clerk.publishableKey,
    CLERK_JWT_KEY: clerk.pem,
    CLERK_AUTHORIZED_PARTIES: [PARTY],
    CLERK_AUDIENCE: "shop",
    ROUTES: RULES,
    UPSTREAM: upstream.url,
    LOG: "off",
  });
});
after(() => Promise.all([gate?.stop(), upstream?.stop()]));

/** One request; whether anything reached the upstream is checked with it. */
async function ask(headers, path = "/members/x", method = "GET") {
  const reached = served;
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${HOST}`, ...headers];
  const answer = await exchange(gate.port, lines);
  const one = (name) => answer.all(name)[0];
  assert.equal(served - reached, answer.status === 200 ? 1 : 0, "what is refused is not forwarded");
  return { ...answer, one, reason: one("x-clerk-auth-reason"), told: one("x-clerk-auth-status") };
}

const bearer = (token) => [`Authorization: Bearer ${token}`];
const PAGE = ["Sec-Fetch-Dest: document", "Accept: text/html"];

async function refused(headers, reason, status = 401) {
  const answer = await ask(headers);
  assert.equal(answer.status, status, `${answer.reason} ${answer.body}`);
  assert.equal(answer.reason, reason);
  assert.deepEqual(answer.all("cache-control"), ["no-store"]);
  assert.equal(answer.one("x-clerk-auth-message"), undefined);
  assert(!answer.headers.some(([name]) => name.startsWith("access-control-")));
  return answer;
}

async function accepted(headers) {
  const answer = await ask(headers);
  assert.equal(answer.status, 200, `${answer.reason} ${answer.body}`);
  assert.equal(JSON.parse(answer.body)["x-clerk-user-id"], "user_1");
}

/** A token of any shape with any signature. */
function built(header, claims, sign = () => "") {
  const part = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
  const message = `${part(header)}.${part(claims)}`;
  return `${message}.${sign(message)}`;
}

const CLAIMS = { iss: clerk.issuer, sub: "user_1", sid: "sess_1", azp: PARTY, iat: now - 5, exp: now + 600, v: 2 };

describe("a token in the header", () => {
  const GOOD = {
    "as Clerk issues it": [{}, {}],
    "without a category": [{}, { cat: undefined }],
    "whose audience is ours": [{ aud: "shop" }, {}],
    "one of whose audiences is ours": [{ aud: ["other", "shop"] }, {}],
    "without an audience": [{ aud: undefined }, {}],
    "of any kid, where the key is bound": [{}, { kid: "another" }],
    "that expires on the last of all dates": [{ exp: 8.64e12 }, {}],
    "that expired within the skew": [{ exp: now - 2 }, {}],
    "that begins within the skew": [{ nbf: now + 3, iat: now + 3 }, {}],
  };
  for (const [name, [claims, header]] of Object.entries(GOOD)) {
    test(`${name} is accepted`, async () => accepted(bearer(await clerk.token(claims, header))));
  }

  const expired = "session-token-expired-refresh-non-eligible-no-refresh-cookie";
  const BAD = {
    "that has expired": [{ exp: now - 10 }, {}, expired],
    "that is not valid yet": [{ nbf: now + 60 }, {}, "session-token-nbf"],
    "from the future": [{ iat: now + 60 }, {}, "session-token-iat-in-the-future"],
    "for another party": [{ azp: "https://evil.example" }, {}, "token-invalid-authorized-parties"],
    "for a party that ours is the beginning of": [{ azp: `${PARTY}.evil.example` }, {}, "token-invalid-authorized-parties"],
    "for no party": [{ azp: undefined }, {}, "token-invalid-authorized-parties"],
    "of another issuer": [{ iss: "https://clerk.evil.example" }, {}, "token-invalid-issuer"],
    "of no issuer": [{ iss: undefined }, {}, "token-invalid-issuer"],
    "for another audience": [{ aud: "another-shop" }, {}, "token-verification-failed"],
    "of nobody": [{ sub: undefined }, {}, "token-verification-failed"],
    "that never expires": [{ exp: undefined }, {}, "token-verification-failed"],
    "whose expiry is a text": [{ exp: String(now + 60) }, {}, "token-verification-failed"],
    "whose expiry no date can have": [{ exp: 8.64e12 + 1 }, {}, "token-verification-failed"],
    "whose start is null": [{ nbf: null }, {}, "token-verification-failed"],
    "made from a template": [{}, { cat: "cl_B7d4PD222AAA" }, "token-type-mismatch"],
    "of a machine, by category": [{}, { cat: "cl_B7d4PD333AAA" }, "token-type-mismatch"],
    "of a machine, by subject": [{ sub: "mch_1" }, { cat: undefined }, "token-type-mismatch"],
    "of OAuth": [{}, { typ: "at+jwt", cat: undefined }, "token-type-mismatch"],
    "with a critical extension": [{}, { crit: ["exp"] }, "token-invalid"],
    "with an empty list of those": [{}, { crit: [] }, "token-invalid"],
    "of another type": [{}, { typ: "jwt" }, "token-invalid"],
    "for another algorithm of the same kind": [{}, { alg: "RS512" }, "token-verification-failed"],
    "for PS256": [{}, { alg: "PS256" }, "token-invalid-algorithm"],
    "for ES256": [{}, { alg: "ES256" }, "token-invalid-algorithm"],
  };
  for (const [name, [claims, header, reason]] of Object.entries(BAD)) {
    test(`${name} is refused`, async () => void (await refused(bearer(await clerk.token(claims, header)), reason)));
  }

  test("with one letter of it changed is refused", async () => {
    const token = await clerk.token();
    const [head, claims, signature] = token.split(".");
    const turned = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
    for (const at of [0, 100, 300]) {
      await refused(bearer(`${head}.${claims}.${turned(signature, at)}`), "token-invalid-signature");
    }
    const lifted = Buffer.from(JSON.stringify({ ...CLAIMS, sub: "user_2" })).toString("base64url");
    await refused(bearer(`${head}.${lifted}.${signature}`), "token-invalid-signature");
    await accepted(bearer(token));
  });

  for (const alg of ["none", "None", "NONE", "nOnE", "", null, "HS256", "rs256", "RS256 ", 7]) {
    test(`that claims ${JSON.stringify(alg)} is refused, signed or not`, async () => {
      const header = { alg, kid: clerk.kid, typ: "JWT" };
      const keys = [clerk.pem, ` ${clerk.pem}`, clerk.pem.trim()];
      const by_hmac = (key) => (message) => createHmac("sha256", key).update(message).digest("base64url");
      for (const sign of [() => "", () => "AAAA", ...keys.map(by_hmac)]) {
        await refused(bearer(built(header, CLAIMS, sign)), "token-invalid-algorithm");
      }
      const genuine = (await clerk.token()).split(".").at(-1);
      await refused(bearer(built(header, CLAIMS, () => genuine)), "token-invalid-algorithm");
    });
  }

  test("that brings or names its own key is nobody's, and that address is not asked", async () => {
    const asked = [];
    const trap = await serve((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify(stranger.jwks));
    });
    const [jwk] = stranger.jwks.keys;
    const own = { jku: `${trap.url}/jku`, x5u: `${trap.url}/x5u`, jwk, x5c: ["AAAA"] };
    for (const name of Object.keys(own)) {
      await refused(bearer(await stranger.token({}, { [name]: own[name] })), "token-invalid-signature");
    }
    await accepted(bearer(await clerk.token({}, own)));
    assert.deepEqual(asked, []);
    await trap.stop();
  });

  const JUNK = {
    "a payload that is null": built({ alg: "RS256" }, "null"),
    "a payload that is a list": built({ alg: "RS256" }, "[]"),
    "a header that is a text": built('"x"', CLAIMS),
    "a header that is no JSON": built("{", CLAIMS),
    "bytes that are no UTF-8": built({ alg: "RS256" }, CLAIMS).replace(".", ".__79"),
    "two parts": "a.b",
    "four parts": "a.b.c.d",
    "dots alone": ".".repeat(10_000),
    "padding in the middle": "e30=.e30.e30",
  };
  for (const [name, token] of Object.entries(JUNK)) {
    test(`${name}: refused, nothing breaks`, async () => {
      const { status, reason } = await ask(bearer(token));
      assert.equal(status, 401);
      assert.match(reason, /^token-/);
    });
  }

  test("above 16 kB is refused unread; just below it is read", async () => {
    const { status, body } = await ask(bearer("a".repeat(16 * 1024 + 1)));
    assert.deepEqual([status, JSON.parse(body).code], [400, "token-too-large"]);
    await refused(bearer("a".repeat(16 * 1024)), "token-invalid");
  });

  test("schemes are read as Clerk reads them", async () => {
    const [good, cookie] = [await clerk.token(), `Cookie: ${await clerk.cookies({ sub: "user_1" })}`];
    await accepted([`Authorization: ${good}`]);
    await accepted([`Authorization: Bearer ${good} and more`]);
    await refused([`Authorization: bearer ${good}`], "session-token-and-uat-missing");
    await accepted([`Authorization: bearer x`, cookie]);
    // A token in the header wins, also where it is the worse one.
    await refused([...bearer("x"), cookie], "token-invalid");
    await refused([`Authorization: Bearer ${good}`, `Authorization: Bearer ${good}`], "token-invalid");
  });
});

describe("cookies of a production instance", () => {
  const session = async (claims, header) => `__session=${await clerk.token(claims, header)}`;
  const uat = (seconds) => `__client_uat=${now - seconds}`;
  const cookies = (...all) => [`Cookie: ${all.join("; ")}`];

  test("session and mark are accepted, and the suffixed ones before the plain", async () => {
    await accepted(cookies(await session(), uat(60)));
    const { suffix } = clerk;
    const other = await session({ sub: "user_2" });
    const own = `__session_${suffix}=${await clerk.token()}`;
    await accepted(cookies(other, uat(60), own, `__client_uat_${suffix}=${now - 60}`));
  });

  test("of two cookies of one name the first counts", async () => {
    await accepted(cookies(await session(), await session({ sub: "user_2" }), uat(60)));
  });

  const forms = {
    "no cookie at all": async () => [[], "session-token-and-uat-missing", false],
    "a session without the mark": async () => [[await session()], "session-token-but-no-client-uat", true],
    "the mark without a session": async () => [[uat(60)], "client-uat-but-no-session-token", true],
    "a session older than the mark": async () => [[await session(), uat(-60)], "session-token-iat-before-client-uat", true],
    "an expired session": async () => [
      [await session({ iat: now - 120, exp: now - 60 }), uat(600)],
      "session-token-expired-refresh-non-eligible-no-refresh-cookie",
      true,
    ],
    "a forged session": async () => [[`__session=${await stranger.token()}`, uat(60)], "token-invalid-signature", false],
    "a session for another party": async () => [
      [await session({ azp: "https://evil.example" }), uat(60)],
      "token-invalid-authorized-parties",
      false,
    ],
    "a machine's token": async () => [[await session({ sub: "mch_1" }), uat(60)], "token-type-mismatch", false],
    "a payload that is null": async () => [[`__session=${built({ alg: "RS256" }, "null")}`, uat(60)], "token-invalid", false],
  };

  for (const [name, form] of Object.entries(forms)) {
    test(`${name}: a program gets 401, a page is redirected`, async () => {
      const [values, reason, handshake] = await form();
      const sent = values.length > 0 ? cookies(...values) : [];
      const program = await refused(sent, reason);
      assert.equal(program.told, "signed-out");
      assert.deepEqual(program.all("www-authenticate"), ["Bearer"]);
      const page = await ask([...sent, ...PAGE]);
      assert.equal(page.status, 307);
      assert.deepEqual(page.all("cache-control"), ["no-store"]);
      const location = new URL(page.one("location"));
      assert.equal(page.reason, reason);
      if (!handshake) {
        assert.equal(`${location.origin}${location.pathname}`, "https://accounts.example.com/sign-in");
        assert.equal(location.searchParams.get("redirect_url"), `http://${HOST}/members/x`);
        return;
      }
      assert.equal(page.told, "handshake");
      assert.equal(`${location.origin}${location.pathname}`, "https://clerk.example.com/v1/client/handshake");
      assert.equal(location.searchParams.get("__clerk_hs_reason"), reason);
      assert.equal(location.searchParams.get("redirect_url"), `http://${HOST}/members/x`);
      assert.match(page.one("set-cookie"), /^__clerk_redirect_count=1; /);
    });
  }

  test("the third round of a loop ends with a page that says why", async () => {
    const sent = cookies(uat(60), "__clerk_redirect_count=3");
    const page = await ask([...sent, ...PAGE]);
    assert.equal(page.status, 508);
    assert.equal(page.reason, "client-uat-but-no-session-token");
    assert.match(page.body.toString(), /<html/);
    assert.equal((await ask([...cookies(uat(60), "__clerk_redirect_count=2"), ...PAGE])).status, 307);
    const optional = await ask([...sent, ...PAGE], "/maybe/x");
    assert.equal(optional.status, 200);
    assert.equal(JSON.parse(optional.body)["x-clerk-auth-status"], "signed-out");
  });

  test("a pending session is signed out, and its page goes to the tasks", async () => {
    const sent = cookies(await session({ sts: "pending" }), uat(60));
    assert.equal((await ask(sent)).status, 401);
    const page = await ask([...sent, ...PAGE]);
    assert.equal(page.status, 307);
    assert.match(new URL(page.one("location")).pathname, /\/tasks$/);
    const optional = await ask(sent, "/maybe/x");
    assert.equal(JSON.parse(optional.body)["x-clerk-user-id"], undefined);
  });

  test("who rather hides a place says 404, and does so to pages too", async () => {
    for (const headers of [[], PAGE]) assert.equal((await ask(headers, "/quiet/x")).status, 404);
  });

  test("no redirect goes where a client wants", async () => {
    const evil = ["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "Referer: https://evil.example/", "Origin: https://evil.example"];
    const page = await ask([...PAGE, ...evil], "/members//evil.example/%5Cevil.example?redirect_url=https://evil.example");
    const location = new URL(page.one("location"));
    assert.equal(location.origin, "https://accounts.example.com");
    assert.equal(new URL(location.searchParams.get("redirect_url")).host, HOST);
  });

  test("64 kB of cookies are read or refused, and break nothing", async () => {
    const many = Array.from({ length: 2_000 }, (_, at) => `c${at}=${"x".repeat(20)}`);
    const { status } = await ask(cookies(...many, await session(), uat(60)));
    assert([200, 400, 431].includes(status), String(status));
    await accepted(cookies(await session(), uat(60)));
  });
});
