//! A gate with rules for machines, Clerk's answers about tokens, and tokens that are JWTs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use base64ct::{Base64UrlUnpadded, Encoding};
use clerk_edge_gate::answer::Answer;
use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::gate::Gate;
use clerk_edge_gate::line;
use clerk_edge_gate::plan::Action;
use clerk_edge_gate::settings::bindings::{Binding, Bindings};
use clerk_edge_token::algorithm::Algorithm;
use serde_json::{Value, json};

use clerk_edge_testing::mint::{ISSUER, LIVE_KEY, NOW, NOW_MS, changed};
use clerk_edge_testing::platform::{FakePlatform, Scene, json as reply};
use clerk_edge_testing::request::Request;
use clerk_edge_testing::settings::FRONTEND_KEYS;
use clerk_edge_testing::signature::{Imported, fake_signature};

use crate::keys::{modulus, set};

pub(crate) const SITE: &str = "https://www.example.com";
pub(crate) const API: &str = "https://api.clerk.com";

/// Bindings of a production instance before a service.
pub(crate) struct Bound(BTreeMap<String, Binding>);

impl Bindings for Bound {
    fn get(&self, name: &str) -> Option<Binding> {
        self.0.get(name).cloned()
    }
}

impl Bound {
    pub(crate) fn new(rules: &Value) -> Self {
        let bound = Self([("ORIGIN".to_owned(), Binding::Service)].into());
        let bound = bound.text("CLERK_PUBLISHABLE_KEY", LIVE_KEY).text("LOG", "all");
        bound.text("CLERK_SECRET_KEY", "sk_live_deadbeef").text("ROUTES", &rules.to_string())
    }

    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        self.with(name, Binding::Text(value.to_owned()))
    }

    pub(crate) fn with(mut self, name: &str, binding: Binding) -> Self {
        self.0.insert(name.to_owned(), binding);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    pub(crate) fn open(&self) -> Stand {
        let stand = Stand { gate: Gate::open(self), double: FakePlatform::default() };
        stand.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
        for (path, body) in [(KEYS, api_key()), (M2M, m2m()), (OAUTH, oauth())] {
            stand.says(path, 200, &body);
        }
        stand
    }
}

pub(crate) const KEYS: &str = "/api_keys/verify";
pub(crate) const M2M: &str = "/m2m_tokens/verify";
pub(crate) const OAUTH: &str = "/oauth_applications/access_tokens/verify";

/// An isolate.
pub(crate) struct Stand {
    pub(crate) gate: Gate<Imported>,
    pub(crate) double: FakePlatform,
}

/// What came of a request.
#[derive(Default)]
pub(crate) struct Seen {
    /// The status of the gate's own answer; 0 where the request goes on.
    pub(crate) status: u16,
    pub(crate) answer: Option<Answer>,
    pub(crate) set: Vec<(String, String)>,
    pub(crate) removed: Vec<String>,
    pub(crate) notes: Vec<String>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.answer.as_ref().and_then(|it| it.header(name)).unwrap_or_default()
    }

    pub(crate) fn told(&self, name: &str) -> &str {
        let found = self.set.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        let body = self.answer.as_ref().and_then(|it| it.body.clone()).unwrap_or_default();
        serde_json::from_str(&body).unwrap_or_default()
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Stand {
    pub(crate) fn says(&self, path: &str, status: u16, body: &Value) {
        self.double.says(&format!("{API}{path}"), Ok(reply(status, &body.to_string())));
    }

    /// Clerk takes this long for its answers about API keys.
    pub(crate) fn takes(&self, ms: i64, status: u16, body: &Value) {
        let outcome = Ok(reply(status, &body.to_string()));
        self.double.plays(&format!("{API}{KEYS}"), [Scene { after_ms: ms, outcome }]);
    }

    pub(crate) fn ask(&self, request: &Request) -> Seen {
        self.ask_at(request, NOW_MS)
    }

    pub(crate) fn ask_at(&self, request: &Request, now_ms: i64) -> Seen {
        self.double.run(self.asking(request, now_ms))
    }

    pub(crate) async fn asking(&self, request: &Request, now_ms: i64) -> Seen {
        let ctx = RequestContext::new(&self.double, now_ms);
        let plan = line::decide(&self.gate, request, &ctx).await;
        let notes = ctx.take_notes();
        match plan.action {
            Action::Forward(it) => {
                Seen { set: it.set, removed: it.remove, notes, ..Seen::default() }
            }
            Action::Answer(it) => {
                Seen { status: it.status, answer: Some(it), notes, ..Seen::default() }
            }
        }
    }

    /// An API call with this token.
    pub(crate) fn with(&self, path: &str, token: &str) -> Seen {
        self.ask(&bearer(path, token))
    }

    /// Calls about tokens so far.
    pub(crate) fn calls(&self) -> usize {
        let urls = self.double.take_urls();
        let now = urls.iter().filter(|url| url.starts_with(API)).count();
        COUNTED.with_borrow_mut(|counted| {
            *counted += now;
            *counted
        })
    }
}

thread_local! {
    static COUNTED: RefCell<usize> = const { RefCell::new(0) };
}

/// Begins to count calls anew.
pub(crate) fn count_from_zero() {
    COUNTED.set(0);
}

pub(crate) fn bearer(path: &str, token: &str) -> Request {
    Request::get(&format!("{SITE}{path}"), &[("authorization", &format!("Bearer {token}"))])
}

pub(crate) fn page(path: &str, headers: &[(&str, &str)]) -> Request {
    let dest = [("sec-fetch-dest", "document"), ("accept", "text/html")];
    Request::get(&format!("{SITE}{path}"), &[&dest, headers].concat())
}

/// A session token.
pub(crate) fn session(changes: &Value) -> String {
    let claims = json!({
        "azp": SITE, "exp": NOW + 60, "iat": NOW, "iss": ISSUER, "nbf": NOW - 10, "sid": "sess_1",
        "sub": "user_1",
    });
    jwt(&json!({ "alg": "RS256", "kid": "a", "typ": "JWT" }), &changed(claims, changes))
}

/// An M2M token that is a JWT.
pub(crate) fn m2m_jwt(changes: &Value) -> String {
    let claims = json!({
        "exp": NOW + 60, "iat": NOW, "iss": ISSUER, "jti": "mt_1", "sub": "mch_1",
        "scopes": "mch_a mch_b",
    });
    let header = json!({ "alg": "RS256", "kid": "a", "typ": "JWT", "cat": "cl_B7d4PD333AAA" });
    jwt(&header, &changed(claims, changes))
}

/// An OAuth access token that is a JWT.
pub(crate) fn oauth_jwt(changes: &Value) -> String {
    let claims = json!({
        "exp": NOW + 60, "iat": NOW, "iss": ISSUER, "jti": "oat_1", "sub": "user_1",
        "client_id": "client_1", "scope": "read:x write:x",
    });
    jwt(&json!({ "alg": "RS256", "kid": "a", "typ": "at+jwt" }), &changed(claims, changes))
}

fn jwt(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = fake_signature(&modulus(1), Algorithm::Rs256, message.as_bytes());
    format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature))
}

/// What Clerk says of an API key.
pub(crate) fn api_key() -> Value {
    json!({
        "object": "api_key", "id": "ak_1", "subject": "user_1", "scopes": ["read:x", "write:x"],
        "claims": { "tenant": "t1" }, "revoked": false, "expired": false, "expiration": null,
    })
}

/// What Clerk says of an M2M token.
pub(crate) fn m2m() -> Value {
    json!({
        "object": "machine_to_machine_token", "id": "mt_1", "subject": "mch_1", "scopes": ["mch_a"],
        "claims": null, "revoked": false, "expired": false, "expiration": (NOW + 60) * 1_000,
    })
}

/// What Clerk says of an OAuth access token.
pub(crate) fn oauth() -> Value {
    json!({
        "object": "clerk_idp_oauth_access_token", "id": "oat_1", "subject": "user_1",
        "client_id": "client_1", "scopes": ["read:x"], "revoked": false, "expired": false,
        "expiration": NOW + 60,
    })
}

/// A token in shared ownership, as several requests hold it.
pub(crate) fn shared(text: &str) -> Rc<str> {
    text.into()
}
