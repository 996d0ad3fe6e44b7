//! The recorded decisions of Clerk's own SDK, request by request and function by function.
//!
//! A case agrees in status, reason, headers, cookies, address, auth object and calls, or it is in
//! the list of differences, which says why. The list must be exact: a difference that is not in
//! it fails, and so does one in it that does not occur.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::judge;

const CASES: &str = include_str!("../vectors/clerk-cases.json");
const DIFFERENCES: &str = include_str!("../vectors/differences.json");

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
            None => text.push_str(&format!("{{{{{name}}}}}")),
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

/// What is listed: for each case the reason and what we say instead.
fn listed() -> BTreeMap<String, Value> {
    let all: Value = serde_json::from_str(DIFFERENCES).unwrap();
    let mut listed = BTreeMap::new();
    for group in all["groups"].as_array().unwrap() {
        assert!(!judge::text(&group["because"]).is_empty());
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
        let found = judge::decide(case);
        let differing: BTreeSet<_> = judge::differences(&case["expect"], &found);
        let id = judge::text(&case["id"]);
        let ours = listed.remove(id);
        match (differing.is_empty(), ours) {
            (true, None) => {}
            (true, Some(_)) => unlisted.push(format!("{id}: listed, but there is no difference")),
            (false, Some(ours)) => {
                let outcome =
                    format!("{} {}", judge::text(&found["status"]), judge::text(&found["reason"]));
                if outcome.trim_end() != judge::text(&ours) {
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
        report.push_str(&format!(
            "\n  {field}: {}\n  is: {}",
            short(expected),
            short(&found[*field])
        ));
    }
    report
}

/// The value with its tokens cut short.
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
