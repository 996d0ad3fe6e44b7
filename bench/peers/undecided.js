// The product's answers without its decision: the same headers are read, the same line is logged, the
// same answers are made, by the same hand-written JavaScript, and everybody is let through. What this
// costs is the price of what the product promises; nobody who keeps the promise can be cheaper.
import * as io from "../../src/io.js";

const LINE =
  '{"time":"2026-11-21T12:00:00.000Z","request_id":"9a1b2c3d4e5f6789-FRA","method":"GET",' +
  '"host":"app.bench.example","path":"/dashboard/reports/2026","rule":"/dashboard/*",' +
  '"outcome":"forward","user":"user_2bBenchBenchBenchBench1","role_source":"metadata.role",' +
  '"key_source":"binding","lookups":0,"status":200,"micros":20}';
const SHARED = "cdn-cache-control\ncloudflare-cdn-cache-control\nsurrogate-control";
const PRIVATE = "private, max-age=0, must-revalidate";
const VARY = "Cookie, Authorization";
const STATUS = "x-clerk-auth-status\nsigned-out\nx-clerk-auth-reason\nsession-token-and-uat-missing";
const SIGN_IN =
  "https://accounts.bench.example/sign-in?redirect_url=https%3A%2F%2Fapp.bench.example%2Fwelcome";
const REFUSED =
  '{"type":"about:blank","title":"Unauthorized","status":401,"code":"signed-out",' +
  '"request_id":"9a1b2c3d4e5f6789-FRA"}';
const IDENTITY = [
  ["auth-status", "signed-in"],
  ["user-id", "user_2bBenchBenchBenchBench1"],
  ["session-id", "sess_2bBenchBenchBenchBench1"],
  ["role", "admin"],
  ["org-id", "org_2bBenchBenchBenchBench1"],
  ["org-slug", "bench"],
  ["org-role", "org:admin"],
  ["org-permissions", "org:billing:manage,org:reports:read"],
  ["claims", "eyJ".padEnd(640, "A")],
].flatMap(([name, value]) => [`x-clerk-${name}`, value]);

io.bind({
  upstream_answered(response) {
    console.log(LINE);
    return io.withHeaders(response, SHARED, `cache-control\n${PRIVATE}\nvary\n${VARY}`, "");
  },
});

export default {
  fetch(request, env) {
    const { method, url, headers } = request;
    const usual = io.usual(headers);
    const names = env.UPSTREAM ? io.names(headers) : "";
    if (env.UPSTREAM) return pass(request, env, `${method}${url}${names}`);
    console.log(LINE);
    if (url.includes("/api/")) {
      headers.get("accept");
      const own = "content-type\napplication/problem+json\nx-content-type-options\nnosniff";
      return io.answer(401, `cache-control\nno-store\n${own}\n${STATUS}`, REFUSED);
    }
    const isSignedIn = usual.includes("__session") || usual.includes("Bearer");
    const [location, status] = isSignedIn ? ["/ok", ""] : [SIGN_IN, `\n${STATUS}`];
    return io.answer(307, `cache-control\nno-store\nlocation\n${location}${status}`, undefined);
  },
};

function pass(request, env, note) {
  if (!request.url.includes("/api/")) return io.forward(env.UPSTREAM, request, request, note);
  return io.forward(env.UPSTREAM, io.withChanges(request, undefined, "", IDENTITY.join("\n")), request, note);
}
