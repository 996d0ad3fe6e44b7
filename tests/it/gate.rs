//! The line, natively: whole requests through a whole gate, on a platform in memory.
//!
//! Whatever is asked, the harness sees to it that no token comes out in a log, a body or a header
//! but that of Clerk's own handshake.

mod access;
mod cache;
mod closed;
mod debug;
mod forward;
mod health;
mod incidents;
mod kinds;
mod lines;
mod lookups;
mod people;
mod reports;
mod servers;
mod steps;
mod stripped;

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding};
use clerk_edge::answer::Answer;
use clerk_edge::gate::{Decision, Gate, Outcome};
use clerk_edge::platform::{CallFailed, Reply};
use clerk_edge::settings::{Binding, Bindings};
use clerk_edge::token::Algorithm;
use clerk_edge::turn::Turn;
use serde_json::{Value, json};

use crate::double::{BACKEND_KEYS, Double, FRONTEND_KEYS, Imported, json as reply, sign};
use crate::judge::Request;
use crate::judge::mint::{ISSUER, LIVE_KEY, NOW, NOW_MS, TEST_KEY, changed};
use crate::keys::{modulus, set};

/// An isolate with its gate open, and the world around it.
struct Site {
    gate: Gate<Imported>,
    double: Double,
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
        let site = Site { gate: Gate::open(self), double: Double::default(), now_ms: NOW_MS };
        site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
        site
    }
}

/// What came of a request.
struct Seen {
    /// The status of the gate's own answer; 0 where the request goes on.
    status: u16,
    answer: Option<Answer>,
    /// Headers for the upstream.
    set: Vec<(String, String)>,
    /// Headers for the browser.
    append: Vec<(&'static str, String)>,
    url: Option<String>,
    guarded: bool,
    log: Value,
    lines: Vec<String>,
    timing: Option<String>,
    /// Calls made, but for keys.
    calls: Vec<String>,
}

impl Site {
    fn ask(&self, request: &Request) -> Seen {
        let turn = Turn::new(&self.double, self.now_ms);
        let decision = self.double.run(self.gate.decide(request, &turn));
        let keys = [FRONTEND_KEYS, BACKEND_KEYS];
        let calls = self.double.take_urls();
        let calls = calls.into_iter().filter(|url| !keys.contains(&url.as_str())).collect();
        let seen = Seen::of(decision, turn.take_lines(), calls);
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
    fn user(&self, outcome: Result<Reply, CallFailed>) {
        self.double.says(USER, outcome);
    }
}

impl Seen {
    fn of(decision: Decision<'_>, lines: Vec<String>, calls: Vec<String>) -> Self {
        let log =
            decision.log.as_deref().map_or(Value::Null, |it| serde_json::from_str(it).unwrap());
        let timing = decision.timing;
        let rest = Self {
            status: 0,
            answer: None,
            set: Vec::new(),
            append: Vec::new(),
            url: None,
            guarded: false,
            log,
            lines,
            timing,
            calls,
        };
        match decision.outcome {
            Outcome::Forward(it) => Self {
                set: it.set.clone(),
                append: it.append.clone(),
                url: it.url.clone(),
                guarded: it.guarded,
                ..rest
            },
            Outcome::Answer(it) => Self { status: it.status, answer: Some(it), ..rest },
        }
    }

    #[track_caller]
    fn keeps_secret(&self, request: &Request) {
        let sent = request.headers.iter().flat_map(|(_, value)| value.split(['=', ';', ' ']));
        for text in sent.filter(|text| text.len() > 100) {
            let body = self.body();
            let all =
                [self.log.to_string(), self.lines.join("\n"), body, format!("{:?}", self.set)];
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
        self.append.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str())
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
    let signature = sign(&modulus(which), Algorithm::Rs256, message.as_bytes());
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
fn user(metadata: &Value) -> Result<Reply, CallFailed> {
    Ok(reply(200, &json!({ "id": "user_1", "public_metadata": metadata }).to_string()))
}

const HERE: &str = "https://www.example.com";
const USER: &str = "https://api.clerk.com/v1/users/user_1";
const PORTAL: &str = "https://accounts.inspired.puma-74.lcl.dev";
