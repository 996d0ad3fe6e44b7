//! Organizations by path: the recorded decisions of Clerk's SDK with `organizationSyncOptions`, and
//! the rule's own `activate`.

mod activate;

use std::collections::BTreeMap;

use clerk_edge_testing::recorded::{decide, differences, text};
use serde_json::Value;

const CASES: &str = include_str!("../../../../tests/vectors/clerk-organizations.json");
const DIFFERENCES: &str = include_str!("../../../../tests/vectors/differences-organizations.json");

#[test]
fn every_recorded_decision_is_equal_or_listed() {
    let all: Value = serde_json::from_str(DIFFERENCES).unwrap();
    let mut listed: BTreeMap<String, String> = BTreeMap::new();
    for group in all["groups"].as_array().unwrap() {
        assert!(!text(&group["because"]).is_empty());
        for (id, ours) in group["cases"].as_object().unwrap() {
            assert!(listed.insert(id.clone(), text(ours).to_owned()).is_none(), "{id} twice");
        }
    }
    let mut wrong = Vec::new();
    let cases = crate::machines::recordings(CASES);
    assert_eq!(cases.len(), 222);
    for case in &cases {
        let id = text(&case["id"]);
        let found = decide(case);
        let differing = differences(&case["expect"], &found);
        let outcome = format!("{} {}", text(&found["status"]), text(&found["reason"]));
        match (differing.is_empty(), listed.remove(id)) {
            (true, None) => {}
            (false, Some(ours)) if ours == outcome.trim_end() => {}
            (_, ours) => wrong.push(format!(
                "{id} {}: {differing:?} is {outcome}, listed {ours:?}, recorded {} {}\n  {}\n  {}",
                text(&case["name"]),
                text(&case["expect"]["status"]),
                text(&case["expect"]["reason"]),
                found["headers"],
                case["expect"]["headers"],
            )),
        }
    }
    wrong.extend(listed.into_keys().map(|id| format!("{id}: listed, but there is no such case")));
    assert!(wrong.is_empty(), "{} cases\n{}", wrong.len(), wrong.join("\n"));
}
