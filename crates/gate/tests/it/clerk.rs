//! The recorded decisions of Clerk's own SDK, request by request and function by function.
//!
//! A case agrees in status, reason, headers, cookies, URL, auth object and calls, or it is in the
//! list of differences, which says why. The list is exact: a difference that is not listed fails,
//! and so does a listed one that does not occur.

use std::collections::{BTreeMap, BTreeSet};

use clerk_edge_gate::session::sign_in_redirect::SignInRedirect;
use clerk_edge_gate::settings::Settings;
use clerk_edge_token::claims::Claims;
use serde_json::{Value, json};

use clerk_edge_testing::isolate::Isolate;
use clerk_edge_testing::mint;
use clerk_edge_testing::platform::FakePlatform;
use clerk_edge_testing::recorded;
use clerk_edge_testing::request::Request;
use clerk_edge_testing::settings;

const CASES: &str = include_str!("../../../../tests/vectors/clerk-cases.json");
const DIFFERENCES: &str = include_str!("../../../../tests/vectors/differences.json");

/// The recordings, with every `{{name}}` replaced by the token of that name.
fn recorded() -> Value {
    let raw: Value = serde_json::from_str(CASES).unwrap();
    let tokens = raw["tokens"].as_object().unwrap();
    let mut text = String::with_capacity(CASES.len() * 2);
    let mut rest = CASES;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap();
        text.push_str(before);
        match tokens.get(name) {
            Some(token) => text.push_str(token["jwt"].as_str().unwrap()),
            None => text.extend(["{{", name, "}}"]),
        }
        rest = after;
    }
    text.push_str(rest);
    let mut all: Value = serde_json::from_str(&text).unwrap();
    let sets = all["jwks"].take();
    for case in all["cases"].as_array_mut().unwrap() {
        case["jwks"] = case["jwks"].as_str().map_or(Value::Null, |name| sets[name].clone());
    }
    all
}

/// The listed differences: for each case the reason, and what the gate decides instead.
fn listed() -> BTreeMap<String, Value> {
    let all: Value = serde_json::from_str(DIFFERENCES).unwrap();
    let mut listed = BTreeMap::new();
    for group in all["groups"].as_array().unwrap() {
        assert!(!recorded::text(&group["because"]).is_empty());
        for (id, ours) in group["cases"].as_object().unwrap() {
            assert!(listed.insert(id.clone(), ours.clone()).is_none(), "{id} is listed twice");
        }
    }
    listed
}

#[test]
fn every_recorded_decision_is_equal_or_listed() {
    let all = recorded();
    let mut listed = listed();
    let mut unlisted = Vec::new();
    let cases = all["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 458);
    for case in cases {
        let (found, differing) = crate::machines::compared(case).unwrap_or_else(|| {
            let found = recorded::decide(case);
            let differing = recorded::differences(&case["expect"], &found);
            (found, differing)
        });
        let id = recorded::text(&case["id"]);
        let ours = listed.remove(id);
        match (differing.is_empty(), ours) {
            (true, None) => {}
            (true, Some(_)) => unlisted.push(format!("{id}: listed, but there is no difference")),
            (false, Some(ours)) => {
                let outcome = format!(
                    "{} {}",
                    recorded::text(&found["status"]),
                    recorded::text(&found["reason"])
                );
                if outcome.trim_end() != recorded::text(&ours) {
                    unlisted.push(format!("{id}: listed as {ours}, but it is {outcome}"));
                }
            }
            (false, None) => unlisted.push(report(case, &differing, &found)),
        }
    }
    unlisted
        .extend(listed.into_keys().map(|id| format!("{id}: listed, but there is no such case")));
    assert!(unlisted.is_empty(), "{} cases\n{}", unlisted.len(), unlisted.join("\n"));
}

fn report(case: &Value, differing: &BTreeSet<&str>, found: &Value) -> String {
    let mut report = format!("{} {} {}:", case["id"], case["group"], case["name"]);
    for field in differing {
        let expected =
            if *field == "calls" { &case["expect"]["bapi_calls"] } else { &case["expect"][*field] };
        let lines = ["\n  ", field, ": ", &short(expected), "\n  is: ", &short(&found[*field])];
        report.extend(lines);
    }
    report
}

/// The value with shortened tokens.
fn short(value: &Value) -> String {
    let text = value.to_string();
    let mut parts = text.split("eyJ");
    let mut short = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part.find(|next: char| !next.is_ascii_alphanumeric() && !"-_.=".contains(next));
        short.push_str("eyJ…");
        short.push_str(&part[end.unwrap_or(part.len())..]);
    }
    short
}

fn table(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(CASES).unwrap();
    let rows = all["aux"][name].as_array().unwrap().clone();
    assert!(!rows.is_empty());
    rows
}

fn claims(object: &Value) -> Claims {
    Claims::new(object.as_object().unwrap().clone())
}

#[test]
fn claims_become_the_recorded_auth_object() {
    let rows = table("session_claims_cases");
    assert_eq!(rows.len(), 15);
    for row in rows {
        let mut found = recorded::signed_in(&claims(&row["claims"]));
        let found = found.as_object_mut().unwrap();
        found.remove("tokenType");
        found.remove("isAuthenticated");
        let mut expected = row["value"].as_object().unwrap().clone();
        expected.retain(|name, value| name != "orgPermissions" || *value != json!([]));
        assert_eq!(*found, expected, "{row}");
    }
}

#[test]
fn has_answers_as_recorded() {
    let rows = table("has_cases");
    assert_eq!(rows.len(), 105);
    for row in rows {
        let state = &row["state"];
        let as_claims = json!({
            "sub": state["userId"], "org_id": state["orgId"], "org_role": state["orgRole"],
            "org_permissions": state["orgPermissions"], "fva": state["factorVerificationAge"],
            "fea": state["features"], "pla": state["plans"],
        });
        let expected = row["value"].as_bool().unwrap();
        assert_eq!(recorded::has(&claims(&as_claims), &row["params"]), expected, "{row}");
    }
}

/// The URL as the browser sees it, as a handshake sends it to Clerk.
fn seen(url: &str, headers: &[(&str, &str)], trust: bool) -> String {
    let settings = settings::of_key(mint::LIVE_KEY);
    let isolate = Isolate::new(Settings { trust_forwarded_host: trust, ..settings });
    let mut request = Request::get(url, headers);
    request.headers.push(("cookie".into(), "__client_uat=5".into()));
    request.headers.push(("sec-fetch-dest".into(), "document".into()));
    let state = isolate.state(&request, &FakePlatform::default(), mint::NOW_MS).unwrap();
    let location = url::Url::parse(state.location().unwrap()).unwrap();
    location.query_pairs().find(|(name, _)| name == "redirect_url").unwrap().1.into_owned()
}

#[test]
fn the_url_is_the_recorded_one() {
    for row in table("clerk_url_cases") {
        let headers = row["headers"].as_object().unwrap();
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), recorded::text(value))).collect();
        let url = recorded::text(&row["url"]);
        let expected = recorded::text(&row["clerk_url"]);
        // A path that begins with `//` is not read as a host: listed as "authority".
        let expected =
            if url.contains("//evil.com") { "http://example.com//evil.com/x" } else { expected };
        assert_eq!(seen(url, &headers, true), expected, "{row}");
    }
}

#[test]
fn forwarded_headers_count_only_if_they_are_trusted() {
    let headers =
        [("x-forwarded-host", "other.com"), ("x-forwarded-proto", "http"), ("host", "third.com")];
    assert_eq!(seen("https://a.com/p?q=1", &headers, false), "https://a.com/p?q=1");
    assert_eq!(seen("https://a.com/p?q=1", &headers, true), "http://other.com/p?q=1");
}

#[test]
fn sign_in_urls_are_the_recorded_ones() {
    let mut left_out = Vec::new();
    for (index, row) in table("redirect_cases").iter().enumerate() {
        let options = &row["options"];
        let base = recorded::text(&options["baseUrl"]);
        let back = recorded::text(&row["args"]["returnBackUrl"]);
        // The gate redirects to the sign-in page alone, and returns to the page of the request alone.
        if row["fn"] != "redirectToSignIn" || origin(base) != origin(back) {
            left_out.push(index);
            continue;
        }
        let mut settings = settings::of_key(recorded::text(&options["publishableKey"]));
        settings.sign_in_url = options["signInUrl"].as_str().map(str::to_owned);
        settings.is_satellite = options["isSatellite"] == json!(true);
        let cookie = format!("__clerk_db_jwt={}", recorded::text(&options["devBrowserToken"]));
        let request = Request::get(back, &[("cookie", &cookie)]);
        let redirect = SignInRedirect::from(&settings, &request).unwrap();
        let is_pending = options["sessionStatus"] == "pending";
        let found = redirect.to_sign_in(is_pending);
        let expected = recorded::text(&row["value"]);
        assert_eq!(found, expected, "{row}");
    }
    // No `returnBackUrl` (two rows), a relative one, `redirectToSignUp` (seven rows), and one on
    // another port.
    assert_eq!(left_out, [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
}

fn origin(address: &str) -> Option<String> {
    url::Url::parse(address).ok().map(|address| address.origin().ascii_serialization())
}
