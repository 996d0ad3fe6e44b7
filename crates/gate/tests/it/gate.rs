//! The line, natively: whole requests through a whole gate, on a platform in memory.
//!
//! Whatever is asked, the harness sees to it that no token comes out in a log, a body or a header
//! but that of Clerk's own handshake.

mod access;
mod account;
mod cache;
mod closed;
mod debug;
mod forward;
mod handler;
mod health;
mod incidents;
mod kinds;
mod lines;
mod lookups;
mod nextjs;
mod one_decision;
mod people;
mod reports;
mod servers;
mod steps;
mod stripped;

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding};
use clerk_edge_gate::answer::Answer;
use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::gate::Gate;
use clerk_edge_gate::plan::{Action, Plan};
use clerk_edge_gate::platform::{ClerkCallError, ClerkRequest, ClerkResponse};
use clerk_edge_gate::settings::bindings::{Binding, Bindings};
use clerk_edge_token::algorithm::Algorithm;
use serde_json::{Value, json};

use crate::keys::{modulus, set};
use clerk_edge_testing::mint::{ISSUER, LIVE_KEY, NOW, NOW_MS, TEST_KEY, changed};
use clerk_edge_testing::platform::{FakePlatform, json as reply};
use clerk_edge_testing::request::Request;
use clerk_edge_testing::settings::{BACKEND_KEYS, FRONTEND_KEYS};
use clerk_edge_testing::signature::{Imported, fake_signature};

/// An isolate with its gate open, and the world around it.
struct Site {
    gate: Gate<Imported>,
    double: FakePlatform,
    now_ms: i64,
}

/// The bindings of a Worker.
#[derive(Clone, Default)]
struct Bound(BTreeMap<String, Binding>);

impl Bindings for Bound {
    fn get(&self, name: &str) -> Option<Binding> {
        self.0.get(name).cloned()
    }
}

impl Bound {
    /// A production instance before a service, with a secret key and these rules.
    fn live(rules: &Value) -> Self {
        let bound = Self::default().text("CLERK_PUBLISHABLE_KEY", LIVE_KEY);
        let bound =
            bound.text("CLERK_SECRET_KEY", "sk_live_deadbeef").with("ORIGIN", Binding::Service);
        bound.text("ROUTES", &rules.to_string()).text("LOG", "all")
    }

    /// The same of a development instance.
    fn development(rules: &Value) -> Self {
        let bound = Self::live(rules).text("CLERK_PUBLISHABLE_KEY", TEST_KEY);
        bound.text("CLERK_SECRET_KEY", "sk_test_deadbeef")
    }

    fn text(self, name: &str, value: &str) -> Self {
        self.with(name, Binding::Text(value.to_owned()))
    }

    fn with(mut self, name: &str, binding: Binding) -> Self {
        self.0.insert(name.to_owned(), binding);
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    /// Opens a gate; Clerk's keys can be had.
    fn open(&self) -> Site {
        let site = Site { gate: Gate::open(self), double: FakePlatform::default(), now_ms: NOW_MS };
        site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
        site
    }
}

/// What came of a request.
#[derive(Default)]
struct Seen {
    /// The status of the gate's own answer; 0 where the request goes on.
    status: u16,
    answer: Option<Answer>,
    /// Headers for the upstream.
    set: Vec<(String, String)>,
    /// Headers for the browser.
    append: Vec<(String, String)>,
    url: Option<String>,
    guarded: bool,
    log: Value,
    lines: Vec<String>,
    timing: Option<String>,
    /// The addresses of the calls made, but for keys.
    calls: Vec<String>,
    /// The same calls, whole.
    made: Vec<ClerkRequest>,
}

impl Site {
    fn ask(&self, request: &Request) -> Seen {
        let ctx = RequestContext::new(&self.double, self.now_ms);
        let decision = self.double.run(clerk_edge_gate::line::decide(&self.gate, request, &ctx));
        let keys = [FRONTEND_KEYS, BACKEND_KEYS];
        let mut made = self.double.calls.borrow().clone();
        made.retain(|call| !keys.contains(&call.url.as_str()));
        let calls = self.double.take_urls();
        let calls = calls.into_iter().filter(|url| !keys.contains(&url.as_str())).collect();
        let seen = Seen { made, ..Seen::of(decision, ctx.take_notes(), calls) };
        seen.keeps_secret(request);
        seen
    }

    /// A page asked for without any cookie.
    fn page(&self, path: &str) -> Seen {
        self.ask(&page(path, &[]))
    }

    /// A page asked for with this session in its cookies.
    fn page_with(&self, path: &str, token: &str) -> Seen {
        self.ask(&page(path, &[("cookie", &cookies(token))]))
    }

    /// What a program asks for with this session in its header.
    fn api_with(&self, path: &str, token: &str) -> Seen {
        self.ask(&get(path, &[("authorization", &format!("Bearer {token}"))]))
    }

    /// From now on this is what Clerk's API says of the user.
    fn user(&self, outcome: Result<ClerkResponse, ClerkCallError>) {
        self.double.says(USER, outcome);
    }
}

impl Seen {
    fn of(mut plan: Plan<'_>, lines: Vec<String>, calls: Vec<String>) -> Self {
        plan.decided(0);
        let mut seen = Self { lines, calls, ..Self::default() };
        let line = match plan.action {
            Action::Forward(it) => {
                let (changes, line) = plan.finish.forwarded(200, None, None, 0);
                seen.append = pairs(changes.append);
                seen.guarded = !changes.remove.is_empty();
                (seen.set, seen.url) = (it.set, it.url);
                line
            }
            Action::Answer(it) => {
                let line = plan.finish.answered(&it, 0);
                (seen.status, seen.answer) = (it.status, Some(it));
                line
            }
        };
        seen.log = line.map_or(Value::Null, |it| serde_json::from_str(&it).unwrap());
        seen.take_timing();
        seen
    }

    /// Keeps the words of `Server-Timing` apart from the other headers.
    fn take_timing(&mut self) {
        let headers = self.append.iter().map(|(name, value)| (name.as_str(), value));
        let own = self.answer.iter().flat_map(|it| it.headers.iter().map(|(n, v)| (*n, v)));
        let value = headers.chain(own).find(|(name, _)| *name == "server-timing");
        self.timing = value.and_then(|(_, value)| {
            value.strip_prefix("auth;dur=0.000;desc=\"")?.strip_suffix('"').map(str::to_owned)
        });
        self.append.retain(|(name, _)| name != "server-timing");
        if let Some(answer) = &mut self.answer {
            answer.headers.retain(|(name, _)| *name != "server-timing");
        }
    }

    #[track_caller]
    fn keeps_secret(&self, request: &Request) {
        let sent = request.headers.iter().flat_map(|(_, value)| value.split(['=', ';', ' ']));
        for text in sent.filter(|text| text.len() > 100) {
            let body = self.body();
            // An app of `UPSTREAM_KIND = nextjs` gets it, and only in this header.
            let set = self.set.iter().filter(|(name, _)| name != "x-clerk-auth-token");
            let set: Vec<_> = set.collect();
            let all = [self.log.to_string(), self.lines.join("\n"), body, format!("{set:?}")];
            assert!(!all.iter().any(|it| it.contains(text)), "a token came out: {all:?}");
        }
    }

    fn body(&self) -> String {
        self.answer.as_ref().and_then(|it| it.body.clone()).unwrap_or_default()
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.body()).unwrap()
    }

    /// A header of the gate's own answer.
    fn header(&self, name: &str) -> Option<&str> {
        self.answer.as_ref()?.header(name)
    }

    fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    /// A header for the upstream.
    fn told(&self, name: &str) -> Option<&str> {
        self.set.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// A header for the browser, beside the upstream's.
    fn appended(&self, name: &str) -> Option<&str> {
        self.append.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The code in the log.
    fn code(&self) -> &str {
        self.log["code"].as_str().unwrap_or_default()
    }

    #[track_caller]
    fn is_forwarded(&self) -> &Self {
        assert_eq!(self.status, 0, "{}", self.log);
        self
    }

    #[track_caller]
    fn is_refused(&self, status: u16, code: &str) -> &Self {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.log);
        assert_eq!(self.log["outcome"], "refuse");
        assert_eq!(self.header("cache-control"), Some("no-store"));
        self
    }

    #[track_caller]
    fn leads_to(&self, location: &str) -> &Self {
        assert_eq!((self.status, self.location()), (307, location), "{}", self.log);
        assert_eq!(self.header("cache-control"), Some("no-store"));
        self
    }
}

fn get(path: &str, headers: &[(&str, &str)]) -> Request {
    Request::get(&format!("{HERE}{path}"), headers)
}

fn page(path: &str, headers: &[(&str, &str)]) -> Request {
    let dest = [("sec-fetch-dest", "document"), ("accept", "text/html")];
    get(path, &[&dest, headers].concat())
}

fn method(name: &str, request: Request) -> Request {
    Request { method: name.to_owned(), ..request }
}

/// A session token with these claims changed.
fn token(changes: &Value) -> String {
    signed_by(1, changes)
}

/// A session token under the key of this number; the instance has the first alone.
fn signed_by(which: u8, changes: &Value) -> String {
    let claims = json!({
        "azp": HERE, "exp": NOW + 60, "iat": NOW, "iss": ISSUER, "nbf": NOW - 10,
        "sid": "sess_1", "sub": "user_1",
    });
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let header = json!({ "alg": "RS256", "kid": "a", "typ": "JWT" });
    let message = format!("{}.{}", part(&header), part(&changed(claims, changes)));
    let signature = fake_signature(&modulus(which), Algorithm::Rs256, message.as_bytes());
    format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature))
}

/// A token with this role where the role is looked for first.
fn with_role(role: &str) -> String {
    token(&json!({ "metadata": { "role": role } }))
}

/// Clerk's cookies of somebody who is signed in; the mark of a development browser does no harm.
fn cookies(token: &str) -> String {
    format!("__session={token}; __client_uat={}; __clerk_db_jwt=mark", NOW - 100)
}

/// What Clerk's API says of a user with this metadata.
#[expect(clippy::unnecessary_wraps, reason = "an outcome among others")]
fn user(metadata: &Value) -> Result<ClerkResponse, ClerkCallError> {
    Ok(reply(200, &json!({ "id": "user_1", "public_metadata": metadata }).to_string()))
}

const HERE: &str = "https://www.example.com";
const USER: &str = "https://api.clerk.com/v1/users/user_1";
const PORTAL: &str = "https://accounts.inspired.puma-74.lcl.dev";

/// Names and values in turn, each on a line.
fn pairs(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    lines.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect()
}
