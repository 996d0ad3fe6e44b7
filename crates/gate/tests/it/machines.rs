//! Machine tokens: the recorded decisions of Clerk's SDK, and what it lacks.
//!
//! A recorded case agrees in status, reason, auth object and calls, or the list of differences says
//! why it does not.

mod hostile;
mod memory;
mod metadata;
mod recorded;
mod rules;
pub(crate) mod stand;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use clerk_edge_testing::recorded::{decide, differences, text};

const CASES: &str = include_str!("../../../../tests/vectors/clerk-machines.json");
const DIFFERENCES: &str = include_str!("../../../../tests/vectors/differences-machines.json");

/// What the gate decides in a recorded case about machines, and the names of what differs; `None`
/// for any other case.
pub(crate) fn compared(case: &Value) -> Option<(Value, BTreeSet<&'static str>)> {
    if !recorded::is_one(case) {
        return None;
    }
    let found = recorded::decide(case);
    let expected = recorded::expected(&case["expect"]);
    let fields = ["status", "reason", "auth", "calls"];
    let differing = fields.into_iter().filter(|field| expected[field] != found[field]).collect();
    Some((found, differing))
}

/// The recordings with every placeholder replaced.
pub(crate) fn recordings(raw: &str) -> Vec<Value> {
    let mut all: Value = serde_json::from_str(raw).unwrap();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for (name, token) in all["tokens"].as_object().unwrap() {
        texts.insert(name.clone(), text(&token["jwt"]).to_owned());
    }
    for (name, key) in all["keys"].as_object().unwrap() {
        texts.insert(format!("pem:{name}"), text(&key["public_spki_pem"]).to_owned());
    }
    let (sets, bodies) = (all["jwks"].take(), all["bodies"].take());
    let mut cases = all["cases"].take();
    for case in cases.as_array_mut().unwrap() {
        case["jwks"] = case["jwks"].as_str().map_or(Value::Null, |name| sets[name].clone());
        for answer in case["bapi"].as_array_mut().into_iter().flatten() {
            let name = text(&answer["body"]).strip_prefix("{{body:").map(str::to_owned);
            if let Some(name) = name {
                answer["body"] = bodies[name.trim_end_matches('}')].clone();
            }
        }
        fill(case, &texts);
    }
    cases.as_array().unwrap().clone()
}

fn fill(value: &mut Value, texts: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            for (name, filling) in texts {
                let placeholder = ["{{", name, "}}"].concat();
                if text.contains(&placeholder) {
                    *text = text.replace(&placeholder, filling);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, texts)),
        Value::Object(members) => members.values_mut().for_each(|member| fill(member, texts)),
        _ => {}
    }
}

/// The listed differences: for each case what the gate says instead.
fn listed() -> BTreeMap<String, String> {
    let all: Value = serde_json::from_str(DIFFERENCES).unwrap();
    let mut listed = BTreeMap::new();
    for group in all["groups"].as_array().unwrap() {
        assert!(!text(&group["because"]).is_empty());
        for (id, ours) in group["cases"].as_object().unwrap() {
            assert!(listed.insert(id.clone(), text(ours).to_owned()).is_none(), "{id} twice");
        }
    }
    listed
}

#[test]
fn every_recorded_decision_is_equal_or_listed() {
    let mut listed = listed();
    let mut wrong = Vec::new();
    let cases = recordings(CASES);
    assert_eq!(cases.len(), 380);
    for case in &cases {
        let id = text(&case["id"]);
        let (found, differing) = compared(case).unwrap_or_else(|| {
            let found = decide(case);
            let differing = differences(&case["expect"], &found);
            (found, differing)
        });
        let outcome = format!("{} {}", text(&found["status"]), text(&found["reason"]));
        match (differing.is_empty(), listed.remove(id)) {
            (true, None) => {}
            (false, Some(ours)) if ours == outcome.trim_end() => {}
            (_, ours) => wrong.push(format!(
                "{id} {}: {differing:?} is {outcome}, listed {ours:?}, recorded {} {} {}\n   {}",
                text(&case["name"]),
                text(&case["expect"]["status"]),
                text(&case["expect"]["reason"]),
                case["expect"]["auth"],
                found
            )),
        }
    }
    wrong.extend(listed.into_keys().map(|id| format!("{id}: listed, but there is no such case")));
    assert!(wrong.is_empty(), "{} cases\n{}", wrong.len(), wrong.join("\n"));
}
