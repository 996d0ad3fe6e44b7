//! A recorded question about machine tokens, put before a whole gate: the SDK's `acceptsToken` is
//! the rule's kinds, and what the upstream receives is the auth object.

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding};
use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::gate::Gate;
use clerk_edge_gate::line;
use clerk_edge_gate::plan::Action;
use clerk_edge_gate::settings::bindings::{Binding, Bindings};
use serde_json::{Map, Value, json};

use clerk_edge_testing::platform::FakePlatform;
use clerk_edge_testing::recorded::text;
use clerk_edge_testing::recorded_clerk::{RecordedClerk, calls, comparable_call};
use clerk_edge_testing::request::Request;
use clerk_edge_testing::signature::Imported;
use clerk_edge_testing::task::ready;

/// The bindings of a Worker with the SDK's options.
pub(crate) struct Bound(pub(crate) BTreeMap<&'static str, Binding>);

impl Bindings for Bound {
    fn get(&self, name: &str) -> Option<Binding> {
        self.0.get(name).cloned()
    }
}

/// Whether the question is about tokens of machines.
pub(crate) fn is_one(question: &Value) -> bool {
    let accepts = &question["options"]["acceptsToken"];
    let is_named = text(&question["group"]).contains("machine") || accepts != "any";
    !accepts.is_null() && accepts != "session_token" && accepts != "foo" && is_named
}

/// The decision, with the fields that [`expected`] has.
pub(crate) fn decide(question: &Value) -> Value {
    let gate: Gate<Imported> = Gate::open(&bound(&question["options"]));
    decide_at(&gate, question)
}

/// The same at a gate that may have seen others before.
pub(crate) fn decide_at(gate: &Gate<Imported>, question: &Value) -> Value {
    let clerk = FakePlatform::of(RecordedClerk::of(question));
    let request = Request::of(&question["request"]);
    let ctx = RequestContext::new(&clerk, question["now_ms"].as_i64().unwrap());
    let plan = ready(line::decide(gate, &request, &ctx));
    let mut found = match &plan.action {
        Action::Forward(forward) => {
            json!({ "status": "signed-in", "reason": null, "auth": auth(&forward.set) })
        }
        Action::Answer(answer) => {
            let status = answer.header("x-clerk-auth-status");
            let status = match answer.status {
                503 => "unavailable",
                500 => "misconfigured",
                _ => status.unwrap_or("signed-out"),
            };
            let reason = answer.header("x-clerk-auth-reason");
            json!({ "status": status, "reason": reason, "auth": null })
        }
    };
    found["calls"] = calls(&clerk);
    found
}

/// What was recorded, as far as a gate shows it: a machine's auth object without its name, which is
/// not forwarded, and its scopes as a list where the SDK leaves a text.
pub(crate) fn expected(recorded: &Value) -> Value {
    let auth = &recorded["auth"];
    let kind = text(&auth["tokenType"]);
    let is_machine = auth["isAuthenticated"] == true && kind != "session_token";
    let made = recorded["bapi_calls"].as_array().cloned().unwrap_or_default();
    let made = made.iter().filter(|call| !text(&call["url"]).ends_with("/jwks"));
    json!({
        "status": recorded["status"], "reason": recorded["reason"],
        "auth": if is_machine { machine(auth) } else { Value::Null },
        "calls": made.map(comparable_call).collect::<Value>(),
    })
}

fn machine(auth: &Value) -> Value {
    let mut auth: Map<String, Value> = auth.as_object().unwrap().clone();
    auth.retain(|name, value| {
        !["name", "isAuthenticated"].contains(&name.as_str()) && !value.is_null() && value != ""
    });
    let scopes = match auth.get("scopes") {
        Some(Value::String(text)) => json!(text.split(' ').collect::<Vec<_>>()),
        Some(list) => list.clone(),
        None => json!([]),
    };
    let scopes = scopes.as_array().cloned().unwrap_or_default();
    let scopes: Vec<_> = scopes.into_iter().filter(|scope| scope != "").collect();
    auth.insert("scopes".to_owned(), json!(scopes));
    Value::Object(auth)
}

/// The auth object from the headers that the upstream receives; nothing for a session.
fn auth(set: &[(String, String)]) -> Value {
    let names = [
        ("x-clerk-auth-type", "tokenType"),
        ("x-clerk-token-id", "id"),
        ("x-clerk-subject", "subject"),
        ("x-clerk-user-id", "userId"),
        ("x-clerk-org-id", "orgId"),
        ("x-clerk-machine-id", "machineId"),
        ("x-clerk-client-id", "clientId"),
    ];
    let value = |wanted: &str| set.iter().find(|(name, _)| name == wanted).map(|(_, v)| v);
    if value("x-clerk-auth-type").is_none() {
        return Value::Null;
    }
    let mut auth = Map::new();
    for (header, name) in names {
        if let Some(value) = value(header) {
            auth.insert(name.to_owned(), json!(value));
        }
    }
    let scopes = value("x-clerk-scopes").map(String::as_str).unwrap_or_default();
    let scopes: Vec<&str> = scopes.split(' ').filter(|scope| !scope.is_empty()).collect();
    auth.insert("scopes".to_owned(), json!(scopes));
    if let Some(claims) = value("x-clerk-claims") {
        let claims = Base64UrlUnpadded::decode_vec(claims).unwrap();
        auth.insert("claims".to_owned(), serde_json::from_slice(&claims).unwrap());
    }
    Value::Object(auth)
}

/// The bindings for recorded options.
pub(crate) fn bound(options: &Value) -> Bound {
    let mut bound = BTreeMap::new();
    let mut bind = |name, text: String| bound.insert(name, Binding::Text(text));
    let texts = [
        ("publishableKey", "CLERK_PUBLISHABLE_KEY"),
        ("secretKey", "CLERK_SECRET_KEY"),
        ("machineSecretKey", "CLERK_MACHINE_SECRET_KEY"),
        ("jwtKey", "CLERK_JWT_KEY"),
        ("audience", "CLERK_AUDIENCE"),
        ("authorizedParties", "CLERK_AUTHORIZED_PARTIES"),
        ("issuer", "CLERK_ISSUER"),
        ("apiUrl", "CLERK_API_URL"),
        ("domain", "CLERK_DOMAIN"),
    ];
    bind("CLERK_PUBLISHABLE_KEY", "pk_live_Y2xlcmsubXlhcHAuY29tJA".to_owned());
    bind("CLERK_API_URL", "https://api.clerk.test".to_owned());
    bind("CLERK_ISSUER", "any".to_owned());
    for (option, name) in texts {
        match &options[option] {
            Value::String(text) if !text.is_empty() => drop(bind(name, text.clone())),
            list @ Value::Array(_) => drop(bind(name, list.to_string())),
            _ => {}
        }
    }
    if options["isSatellite"] == true {
        bind("CLERK_IS_SATELLITE", "true".to_owned());
    }
    if let Some(skew) = options["clockSkewInMs"].as_i64() {
        bind("CLERK_CLOCK_SKEW_SECONDS", (skew / 1_000).to_string());
    }
    let rules = json!([{ "path": "/*", "allow": allow(&options["acceptsToken"]) }]);
    bind("ROUTES", rules.to_string());
    bound.insert("ORIGIN", Binding::Service);
    Bound(bound)
}

/// The condition that names these kinds and asks nothing else.
fn allow(accepts: &Value) -> Value {
    let kind = |name: &str| match name {
        "api_key" => json!({ "api_key": true }),
        "m2m_token" => json!({ "machine": true }),
        "oauth_token" => json!({ "oauth": true }),
        _ => json!("signed-in"),
    };
    match accepts {
        Value::String(name) if name == "any" => {
            let all = ["session_token", "api_key", "m2m_token", "oauth_token"];
            json!({ "any": all.map(kind) })
        }
        Value::String(name) => kind(name),
        list => {
            let names = list.as_array().unwrap().iter();
            json!({ "any": names.map(|name| kind(text(name))).collect::<Vec<_>>() })
        }
    }
}
