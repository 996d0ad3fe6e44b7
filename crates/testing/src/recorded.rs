//! Decides recorded requests with the gate's session code, and compares with what the SDK decided.

use std::collections::BTreeSet;

use clerk_edge_gate::keys::KeysUnavailable;
use clerk_edge_gate::session::state::{RequestState, SignedOutReason};
use clerk_edge_rules::reverification::{Level, Reverification};
use clerk_edge_token::claims::Claims;
use serde_json::{Map, Value, json};

use crate::isolate::Isolate;
use crate::platform::FakePlatform;
use crate::recorded_clerk::{RecordedClerk, calls, comparable_call};
use crate::request::Request;
use crate::settings;

/// The gate's decision in the form of the recordings.
pub fn decide(question: &Value) -> Value {
    match settings::of_options(&question["options"]) {
        Some(settings) => decide_at(&Isolate::new(settings), question),
        None => json!({ "status": "misconfigured", "reason": null }),
    }
}

/// The same in an isolate that may have decided other requests before.
pub fn decide_at(isolate: &Isolate, question: &Value) -> Value {
    let clerk = FakePlatform::of(RecordedClerk::of(question));
    let request = Request::of(&question["request"]);
    let mut found = match isolate.state(&request, &clerk, question["now_ms"].as_i64().unwrap()) {
        Ok(state) => describe(&state, &question["has_params"]),
        Err(KeysUnavailable { .. }) => {
            json!({ "status": "unavailable", "reason": null })
        }
    };
    found["calls"] = calls(&clerk);
    found
}

/// The names of the fields that differ.
pub fn differences(expected: &Value, found: &Value) -> BTreeSet<&'static str> {
    let expected = comparable(expected);
    let fields = ["status", "reason", "headers", "set_cookie", "token", "auth", "has", "calls"];
    fields.into_iter().filter(|field| expected[field] != found[field]).collect()
}

/// The recording without what the gate never sends: see the list of differences.
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
    // For the gate a pending session is signed out, and its token is not used.
    if expected["auth"]["sessionStatus"] == "pending" {
        expected["token"] = Value::Null;
    }
    let calls = expected["bapi_calls"].as_array().cloned().unwrap_or_default();
    let calls = calls.iter().filter(|call| !text(&call["url"]).ends_with("/v1/jwks"));
    expected["calls"] = calls.map(comparable_call).collect();
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

/// The auth object of a signed-in user. Members that are undefined in JavaScript are left out.
pub fn signed_in(claims: &Claims) -> Value {
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

/// Clerk's `has()`: every given condition must hold, and at least one must be given.
pub fn has(claims: &Claims, asked: &Value) -> bool {
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

/// The text of a JSON value; empty if it is not a text.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn reverified(claims: &Claims, wanted: Reverification) -> bool {
    claims.factor_ages().is_some_and(|ages| wanted.holds(ages.first, ages.second))
}
