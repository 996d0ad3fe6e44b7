//! Puts one recorded request before the gate's session logic and writes the outcome down in the
//! form in which the SDK's outcome was recorded. Used by the vectors and by the oracle's test.

pub(crate) mod draw;
pub(crate) mod mint;
pub(crate) mod platform;
pub(crate) mod pool;
pub(crate) mod settings;
pub(crate) mod targets;
pub(crate) mod visitor;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use clerk_edge_gate::auth::credential;
use clerk_edge_gate::clerk_api::failed_nonces::FailedNonces;
use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::keys::{Keys, KeysUnavailable};
use clerk_edge_gate::session;
use clerk_edge_gate::session::state::{RequestState, SignedOutReason};
use clerk_edge_gate::session::verify::SessionVerifier;
use clerk_edge_gate::settings::Settings;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_rules::reverification::{Level, Reverification};
use clerk_edge_token::claims::Claims;
use clerk_edge_token::verified_cache::VerifiedCache;
use serde_json::{Map, Value, json};

use platform::{Clerk, Imported};

/// Everything of a question but the request: one isolate's worth.
pub(crate) struct Isolate {
    pub(crate) settings: Settings,
    pub(crate) keys: Keys<Imported>,
    pub(crate) remembered: VerifiedCache,
    pub(crate) nonces: FailedNonces,
}

impl Isolate {
    pub(crate) fn new(settings: Settings) -> Self {
        let (remembered, nonces) = (VerifiedCache::default(), FailedNonces::default());
        Self { settings, keys: Keys::new(0), remembered, nonces }
    }

    pub(crate) fn verifier(&self) -> SessionVerifier<'_, Imported> {
        SessionVerifier {
            settings: &self.settings,
            keys: &self.keys,
            remembered: &self.remembered,
            nonces: &self.nonces,
        }
    }

    pub(crate) fn state(
        &self,
        request: &Request,
        clerk: &Clerk,
        now_ms: i64,
    ) -> Result<RequestState, KeysUnavailable> {
        let ctx = RequestContext::new(clerk, now_ms);
        self.authenticate(request, &ctx)
    }

    /// With the token of the header, as the gate reads it.
    pub(crate) fn authenticate(
        &self,
        request: &Request,
        ctx: &RequestContext<'_, Clerk>,
    ) -> Result<RequestState, KeysUnavailable> {
        let authorization = request.header("authorization");
        let bearer = authorization.as_deref().and_then(credential::presented);
        ready(session::authenticate_request(&self.verifier(), request, bearer, ctx))
    }
}

/// A request as plain data.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Request {
    /// A `GET` with these headers.
    pub(crate) fn get(url: &str, headers: &[(&str, &str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Self { method: "GET".into(), url: url.into(), headers: headers.collect() }
    }

    pub(crate) fn of(question: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let pairs = |list: &Value| -> Vec<(String, String)> {
            let list = list.as_array().cloned().unwrap_or_default();
            list.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
        };
        let mut headers = pairs(&question["headers"]);
        let cookies = pairs(&question["cookies"]);
        if !cookies.is_empty() {
            let joined: Vec<String> =
                cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.retain(|(name, _)| name != "cookie");
            headers.push(("cookie".into(), joined.join("; ")));
        }
        Self { method: text(&question["method"]), url: text(&question["url"]), headers }
    }
}

impl Incoming for Request {
    fn method(&self) -> &str {
        &self.method
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let all = self.headers.iter().filter(|(each, _)| each.eq_ignore_ascii_case(name));
        let values: Vec<&str> = all.map(|(_, value)| value.trim_matches([' ', '\t'])).collect();
        (!values.is_empty()).then(|| Cow::Owned(values.join(", ")))
    }

    fn header_names(&self) -> Cow<'_, str> {
        Cow::Owned(
            self.headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join("\n"),
        )
    }
}

/// What the gate decides, in the form of the recordings.
pub(crate) fn decide(question: &Value) -> Value {
    match settings::of(&question["options"]) {
        Some(settings) => decide_at(&Isolate::new(settings), question),
        None => json!({ "status": "misconfigured", "reason": null }),
    }
}

/// The same where the isolate may have seen others before.
pub(crate) fn decide_at(isolate: &Isolate, question: &Value) -> Value {
    let clerk = Clerk::of(question);
    let request = Request::of(&question["request"]);
    let mut found = match isolate.state(&request, &clerk, question["now_ms"].as_i64().unwrap()) {
        Ok(state) => describe(&state, &question["has_params"]),
        Err(KeysUnavailable { .. }) => {
            json!({ "status": "unavailable", "reason": null })
        }
    };
    found["calls"] = clerk.calls();
    found
}

/// The names of what differs.
pub(crate) fn differences(expected: &Value, found: &Value) -> BTreeSet<&'static str> {
    let expected = comparable(expected);
    let fields = ["status", "reason", "headers", "set_cookie", "token", "auth", "has", "calls"];
    fields.into_iter().filter(|field| expected[field] != found[field]).collect()
}

/// The recording without what we never send: see the list of differences.
fn comparable(expected: &Value) -> Value {
    let mut expected = expected.clone();
    if let Some(headers) = expected["headers"].as_object_mut() {
        headers.retain(|name, _| {
            !name.starts_with("access-control-") && name != "x-clerk-auth-message"
        });
    }
    if let Some(auth) = expected["auth"].as_object_mut() {
        auth.retain(|name, value| !(name == "orgPermissions" && value == &json!([])));
    }
    // A pending session is signed out for us; its token goes nowhere.
    if expected["auth"]["sessionStatus"] == "pending" {
        expected["token"] = Value::Null;
    }
    let calls = expected["bapi_calls"].as_array().cloned().unwrap_or_default();
    let calls = calls.iter().filter(|call| !text(&call["url"]).ends_with("/v1/jwks"));
    expected["calls"] = calls.map(platform::comparable_call).collect();
    expected
}

fn describe(state: &RequestState, params: &Value) -> Value {
    let mut headers = Map::new();
    let mut cookies = Vec::new();
    for (name, value) in state.headers() {
        if name == "set-cookie" {
            cookies.push(value);
        } else {
            headers.insert(name.to_owned(), value.into());
        }
    }
    let (status, reason, token, auth) = match state {
        RequestState::SignedIn(state) => {
            let auth = signed_in(state.session.claims());
            ("signed-in", Value::Null, json!(state.token.as_ref()), auth)
        }
        RequestState::SignedOut(state) if state.why == SignedOutReason::Pending => {
            ("signed-in", Value::Null, Value::Null, signed_out(&json!("pending")))
        }
        RequestState::SignedOut(state) => {
            let reason = json!(state.reason().unwrap().to_string());
            ("signed-out", reason, Value::Null, signed_out(&Value::Null))
        }
        RequestState::Handshake(state) => {
            ("handshake", json!(state.reason.to_string()), Value::Null, Value::Null)
        }
    };
    let mut found = json!({
        "status": status, "reason": reason, "headers": headers, "set_cookie": cookies,
        "token": token, "auth": auth,
    });
    if let (Some(params), RequestState::SignedIn(state)) = (params.as_array(), state) {
        let claims = state.session.claims();
        found["has"] = params.iter().map(|asked| has(claims, asked)).collect();
    }
    found
}

/// The auth object; what is undefined in JavaScript is left out.
pub(crate) fn signed_in(claims: &Claims) -> Value {
    let value = |name: &str| claims.value(name).cloned();
    let null = |name: &str| value(name).unwrap_or_default();
    let organization = claims.organization();
    let text = |text: Option<&str>| text.map(Value::from);
    let permissions =
        organization.map(|all| all.permissions().to_vec()).filter(|all| !all.is_empty());
    let all = [
        ("tokenType", Some(json!("session_token"))),
        ("sessionId", value("sid")),
        ("sessionStatus", Some(null("sts"))),
        ("userId", value("sub")),
        ("actor", value("act")),
        ("orgId", text(organization.and_then(|all| all.id()))),
        ("orgRole", text(organization.and_then(|all| all.role()))),
        ("orgSlug", text(organization.and_then(|all| all.slug()))),
        ("orgPermissions", permissions.map(Value::from)),
        ("factorVerificationAge", Some(null("fva"))),
        ("isAuthenticated", Some(json!(true))),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn signed_out(status: &Value) -> Value {
    json!({
        "tokenType": "session_token", "sessionId": null, "sessionStatus": status, "userId": null,
        "actor": null, "orgId": null, "orgRole": null, "orgSlug": null, "orgPermissions": null,
        "factorVerificationAge": null, "isAuthenticated": false,
    })
}

/// Clerk's `has()`: every dimension that is asked must hold, and one must be asked.
pub(crate) fn has(claims: &Claims, asked: &Value) -> bool {
    let asked = asked.as_object().unwrap();
    let holds = |(name, value): (&String, &Value)| match (name.as_str(), value) {
        ("role", Value::String(role)) => claims.has_role(role),
        ("permission", Value::String(permission)) => claims.has_permission(permission),
        ("feature", Value::String(feature)) => claims.has_feature(feature),
        ("plan", Value::String(plan)) => claims.has_plan(plan),
        ("reverification", Value::String(preset)) => {
            Reverification::preset(preset).is_some_and(|preset| reverified(claims, preset))
        }
        ("reverification", object) => {
            let level = object["level"].as_str().and_then(Level::named);
            let minutes = object["afterMinutes"].as_f64();
            level.zip(minutes).is_some_and(|(level, after_minutes)| {
                reverified(claims, Reverification { level, after_minutes })
            })
        }
        _ => false,
    };
    !asked.is_empty() && asked.iter().all(holds)
}

/// Polls once: nothing that the double does takes time.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the platform in memory is always ready"),
    }
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn reverified(claims: &Claims, wanted: Reverification) -> bool {
    claims.factor_ages().is_some_and(|ages| wanted.holds(ages.first, ages.second))
}
