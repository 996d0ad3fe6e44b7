//! How many allocations and header reads a decision may make (a header read is a call into the
//! runtime). These counts are the same on every machine. If a change needs more of them, it changes
//! the number here.
//!
//! Times are measured in `bench/` and not in tests.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops loudly"
)]

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use base64ct::{Base64UrlUnpadded, Encoding};
use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::gate::Gate;
use clerk_edge_gate::plan::Action;
use clerk_edge_gate::platform::{
    ClerkCallError, ClerkRequest, ClerkResponse, Platform, StoreFailed,
};
use clerk_edge_gate::settings::bindings::{Binding, Bindings};
use clerk_edge_http::incoming::{BodyError, Incoming};
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::{Crypto, KeyError, VerifierFailed};
use clerk_edge_token::key::PublicKey;
use serde_json::{Value, json};

/// What a decision cost.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    allocations: u64,
    headers: u32,
}

/// Fails where a decision costs more than it may, and where it costs less: then the budget is
/// lowered, so that the next change cannot spend the difference unseen.
#[track_caller]
fn costs(what: &str, request: &Request, allocations: u64, headers: u32) {
    costs_at(&Bound::usual(), what, request, allocations, headers);
}

#[track_caller]
fn costs_at(bound: &Bound, what: &str, request: &Request, allocations: u64, headers: u32) {
    let gate = Gate::open(bound);
    // Once before, so that what a first request finds out is known.
    let (first, _) = decide(&gate, request);
    let (again, cost) = decide(&gate, request);
    assert_eq!(first, again, "{what}");
    assert_eq!(cost, Cost { allocations, headers }, "{what}: allocations and headers read");
}

fn decide(gate: &Gate<()>, request: &Request) -> (u16, Cost) {
    request.headers_read.set(0);
    let mut status = 0;
    let info = allocation_counter::measure(|| {
        let ctx = RequestContext::new(&Willing, NOW_MS);
        let mut line = pin!(clerk_edge_gate::line::decide(gate, request, &ctx));
        let Poll::Ready(decision) = line.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        else {
            panic!("it waits for something");
        };
        status = match &decision.action {
            Action::Answer(answer) => answer.status,
            Action::Forward(_) => 0,
        };
    });
    (status, Cost { allocations: info.count_total, headers: request.headers_read.get() })
}

#[test]
fn an_open_path() {
    costs("open", &Request::page("/blog/2026/first", None), 2, 0);
}

#[test]
fn a_token_that_was_verified_before() {
    let token = token("genuine");
    costs("sent on", &Request::page("/welcome", Some(&token)), 12, 4);
    costs("passed on", &Request::page("/dashboard/reports", Some(&token)), 7, 4);
    let service = Bound::before_service();
    costs_at(&service, "to a service", &Request::page("/dashboard/x", Some(&token)), 27, 4);
    costs("Bearer", &Request::bearer("/dashboard/reports", &token), 7, 4);
}

#[test]
fn a_token_that_was_not_verified_before() {
    let gate = Gate::open(&Bound::usual());
    let request = |number: u32| {
        let token = token(&format!("genuine{number}"));
        Request::page("/dashboard/reports", Some(&token))
    };
    assert_eq!(decide(&gate, &request(1)).0, 0);
    assert_eq!(decide(&gate, &request(2)), (0, Cost { allocations: 93, headers: 4 }));
}

#[test]
fn a_forged_token() {
    costs("forged", &Request::page("/dashboard", Some(&token("forged"))), 96, 4);
}

#[test]
fn a_request_without_a_session() {
    costs("page", &Request::page("/welcome", None), 34, 4);
    costs("API", &Request::api("/api/items/17"), 19, 5);
}

/// A request that counts which headers are asked for.
struct Request {
    url: String,
    headers: BTreeMap<&'static str, String>,
    names: String,
    headers_read: Cell<u32>,
}

impl Request {
    fn page(path: &str, token: Option<&str>) -> Self {
        let own = token.map_or_else(String::new, |token| {
            format!(
                "; __client_uat=1795210000; __session={token}; __client_uat_{SUFFIX}=1795210000; \
                 __session_{SUFFIX}={token}"
            )
        });
        Self::new(
            path,
            &[
                ("cookie", &format!("_ga=GA1.1.123; theme=dark; locale=en-GB{own}")),
                ("sec-fetch-dest", "document"),
                ("accept", "text/html,*/*;q=0.8"),
            ],
        )
    }

    fn bearer(path: &str, token: &str) -> Self {
        Self::new(path, &[("authorization", &format!("Bearer {token}"))])
    }

    fn api(path: &str) -> Self {
        Self::new(path, &[("cookie", "theme=dark"), ("sec-fetch-dest", "empty")])
    }

    fn new(path: &str, headers: &[(&'static str, &str)]) -> Self {
        let ray = ("cf-ray", "9a1b2c3d4e5f6789-FRA");
        let headers = headers.iter().chain([&ray]);
        let headers: BTreeMap<_, _> =
            headers.map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self {
            url: format!("https://app.example.com{path}"),
            names: headers.keys().copied().collect::<Vec<_>>().join("\n"),
            headers,
            headers_read: Cell::new(0),
        }
    }
}

impl Incoming for Request {
    fn method(&self) -> &'static str {
        "GET"
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.headers_read.set(self.headers_read.get() + 1);
        self.headers.get(name).map(|value| Cow::Borrowed(value.as_str()))
    }

    fn header_names(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.names)
    }

    async fn body(&self, _: usize) -> Result<Vec<u8>, BodyError> {
        panic!("nobody asks for the body")
    }
}

/// Takes every key, and every signature but one that says `forged`.
struct Willing;

impl Crypto for Willing {
    type Key = ();

    async fn import(&self, _: &PublicKey, _: Algorithm) -> Result<(), KeyError> {
        Ok(())
    }

    async fn verify(&self, (): &(), _: &[u8], signature: &[u8]) -> Result<bool, VerifierFailed> {
        Ok(!signature.starts_with(b"forged"))
    }
}

impl Platform for Willing {
    async fn call(&self, call: &ClerkRequest) -> Result<ClerkResponse, ClerkCallError> {
        panic!("nothing here has to be asked: {}", call.url)
    }

    async fn pause(&self, _ms: u32) {}

    async fn load(&self, _: &str) -> Result<Option<String>, StoreFailed> {
        Ok(None)
    }

    async fn store(&self, _: &str, _: &str, _: u32) -> Result<(), StoreFailed> {
        Ok(())
    }
}

struct Bound(BTreeMap<&'static str, Binding>);

impl Bound {
    /// A production instance with its key at hand, before assets, with rules and log.
    fn usual() -> Self {
        let rules = json!([
            { "path": "/", "allow": "anyone" },
            { "path": "/blog/*", "allow": "anyone" },
            { "path": "/welcome", "allow": "signed-in", "send": { "admin": "/admin", "*": "/" } },
            { "path": "/dashboard/*", "allow": "signed-in" },
            { "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": "/" },
            { "path": "/api/*", "allow": "signed-in" },
        ]);
        let bound = BTreeMap::from([
            ("CLERK_PUBLISHABLE_KEY", Binding::Text(PUBLISHABLE_KEY.to_owned())),
            ("CLERK_JWT_KEY", Binding::Text(public_key())),
            ("CLERK_AUTHORIZED_PARTIES", Binding::Text("https://app.example.com".to_owned())),
            ("ASSETS", Binding::Service),
            ("ROUTES", Binding::Json(rules.to_string())),
        ]);
        Self(bound)
    }

    /// The same before another Worker, which is told who asks.
    fn before_service() -> Self {
        let Self(mut bound) = Self::usual();
        bound.remove("ASSETS");
        bound.insert("ORIGIN", Binding::Service);
        Self(bound)
    }
}

impl Bindings for Bound {
    fn get(&self, name: &str) -> Option<Binding> {
        self.0.get(name).cloned()
    }
}

/// Any key will do: nothing is verified here.
fn public_key() -> String {
    let cases: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/clerk-cases.json")).unwrap();
    cases["keys"]["a"]["public_spki_pem"].as_str().unwrap().to_owned()
}

/// A token of Clerk's second form; its signature says what the platform is to make of it.
fn token(signature: &str) -> String {
    let header = json!({
        "alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": "ins_2bBudget", "typ": "JWT",
    });
    let claims = json!({
        "azp": "https://app.example.com", "exp": NOW + 50, "fva": [4, -1], "iat": NOW - 10,
        "iss": "https://clerk.myapp.com", "jti": "17", "metadata": { "role": "member" },
        "nbf": NOW - 20, "o": { "id": "org_2b", "rol": "admin", "slg": "bench" },
        "sid": "sess_2bBudget", "sts": "active", "sub": "user_2bBudget", "v": 2,
    });
    let padded = format!("{signature:*<256}");
    [header.to_string(), claims.to_string(), padded]
        .map(|part| Base64UrlUnpadded::encode_string(part.as_bytes()))
        .join(".")
}

const NOW: i64 = 1_795_216_500;
const NOW_MS: i64 = NOW * 1_000;
/// `clerk.myapp.com$`
const PUBLISHABLE_KEY: &str = "pk_live_Y2xlcmsubXlhcHAuY29tJA";
const SUFFIX: &str = "qlbZh9z9";
