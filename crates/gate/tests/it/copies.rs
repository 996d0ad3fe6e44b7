//! What stands in two files, because one of them cannot use the other, is the same in both.

use clerk_edge_gate::answer::Refusal;
use clerk_edge_gate::answer::refusal::refuse;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;
use serde_json::Value;

const IO_JS: &str = include_str!("../../../../src/io.js");
const PENDING_JS: &str = include_str!("../../../../src/pending.js");
const REQUEST_RS: &str = include_str!("../../../../src/request.rs");
const DEMO_RULES: &str = include_str!("../../../../demo/rules.mjs");
const WRANGLER: &str = include_str!("../../../../wrangler.toml");

#[test]
fn the_demo_has_the_rules_of_the_shipped_configuration() {
    let demo: Value = json(between(DEMO_RULES, "export const ROUTES = ", ";\n"));
    let shipped: toml::Table = WRANGLER.parse().unwrap();
    let shipped = serde_json::to_value(&shipped["vars"]["ROUTES"]).unwrap();
    assert!(shipped.as_array().is_some_and(|rules| rules.len() >= 10));
    assert_eq!(demo, shipped);
}

#[test]
fn the_demo_has_the_fields_of_the_shipped_configuration() {
    let demo = between(DEMO_RULES, "export const SELF_METADATA = ", ";\n");
    let demo: Value = json(&with_quoted_names(demo));
    let shipped: toml::Table = WRANGLER.parse().unwrap();
    assert_eq!(demo, serde_json::to_value(&shipped["vars"]["SELF_METADATA"]).unwrap());
}

#[test]
fn io_js_fetches_the_headers_that_the_worker_reads_in_one_call() {
    let script: Vec<String> = list(between(IO_JS, "const USUAL = ", ";"));
    let worker: Vec<String> = list(between(REQUEST_RS, "const USUAL: [&str; 4] = ", ";"));
    assert_eq!(script.len(), 4);
    assert_eq!(script, worker);
}

#[test]
fn the_500_of_an_instance_that_ended_has_the_members_of_problem_json() {
    let script = between(PENDING_JS, "const problem = ", ";");
    let script: Value = json(&with_quoted_names(script));
    let refusal = refuse(&Refusal::new(Code::Internal, "ray-1"), RequestKind::Other);
    let mut gate: Value = json(refusal.body.as_deref().unwrap());
    // An instance that has ended cannot say which request it was.
    gate.as_object_mut().unwrap().remove("request_id");
    assert_eq!(script, gate);
    for header in ["content-type", "cache-control"] {
        let line = format!("\"{header}\": \"{}\"", refusal.header(header).unwrap());
        assert!(PENDING_JS.contains(&line), "{line}");
    }
}

/// The text after `start` and before the next `end`.
#[track_caller]
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no `{start}`"));
    rest.split_once(end).unwrap_or_else(|| panic!("no `{end}` after `{start}`")).0
}

#[track_caller]
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[track_caller]
fn list(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// A JavaScript object whose names have no quotes, as JSON.
fn with_quoted_names(object: &str) -> String {
    let quoted = |word: &str| match word.strip_suffix(':') {
        Some(name) => format!("\"{name}\":"),
        None => word.to_owned(),
    };
    object.split(' ').map(quoted).collect::<Vec<_>>().join(" ")
}
