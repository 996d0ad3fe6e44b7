//! The health answer of an open and of a closed gate.

use clerk_edge_gate::answer::Answer;
use clerk_edge_gate::endpoints::health::{Health, Keys, misconfigured};
use clerk_edge_gate::settings::bindings::{Binding, Bindings};
use clerk_edge_gate::settings::{InstanceKind, Settings};
use clerk_edge_http::kind::RequestKind;
use serde_json::json;

use super::body;

fn health(keys: Option<Keys>, has_details: bool, kind: RequestKind) -> Answer {
    let notes = ["LOG is `off`.".to_owned()];
    Health {
        instance: InstanceKind::Production,
        rules_count: 4,
        rules_hash: "1a2b3c4d",
        keys,
        lookups: 7,
        lookup_failures: 2,
        upstream: "service",
        notes: &notes,
        has_details,
    }
    .answer(kind)
}

#[test]
fn with_keys_the_status_is_ok() {
    let answer = health(KEYS, true, RequestKind::Other);
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    let expected = json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "instance": "production",
        "rules": { "count": 4, "hash": "1a2b3c4d" },
        "keys": { "source": "kv", "age_seconds": 12, "count": 2 },
        "lookups": { "count": 7, "failures": 2 },
        "upstream": "service",
        "notes": ["LOG is `off`."],
    });
    assert_eq!(body(&answer), expected);
}

#[test]
fn without_details_status_and_version_are_all() {
    let expected = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    assert_eq!(body(&health(KEYS, false, RequestKind::Other)), expected);
    let page = |has_details| health(KEYS, has_details, RequestKind::Page).body.unwrap_or_default();
    let (short, full) = (page(false), page(true));
    for (text, is_short) in [
        ("Health: ok", true),
        (env!("CARGO_PKG_VERSION"), true),
        ("1a2b3c4d", false),
        ("production", false),
        ("LOG is `off`.", false),
        ("2 from kv, 12 s old", false),
    ] {
        assert_eq!((short.contains(text), full.contains(text)), (is_short, true), "{text}");
    }
}

#[test]
fn without_keys_the_status_is_unavailable() {
    let answer = health(None, true, RequestKind::Other);
    assert_eq!(answer.status, 503);
    assert_eq!(body(&answer)["status"], "unavailable");
    assert_eq!(body(&answer).get("keys"), None);
}

const KEYS: Option<Keys> = Some(Keys { source: "kv", age_seconds: 12, count: 2 });

struct OneKey(&'static str);

impl Bindings for OneKey {
    fn get(&self, name: &str) -> Option<Binding> {
        match name {
            "CLERK_PUBLISHABLE_KEY" => Some(Binding::Text(self.0.to_owned())),
            "LOG" => Some(Binding::Text("loud".to_owned())),
            _ => None,
        }
    }
}

#[test]
fn a_closed_gate_lists_its_problems_unless_the_key_is_a_production_one() {
    let closed = |key: &'static str| {
        Settings::read(&OneKey(key)).err().map(|f| misconfigured(&f, RequestKind::Other))
    };
    let Some(open) = closed("pk_test_Y2xlcmsubXlhcHAuY29tJA") else { panic!("LOG is wrong") };
    assert_eq!(open.status, 503);
    let message = "must be `all`, `decisions`, `refusals` or `off`";
    let expected = json!({
        "status": "misconfigured",
        "version": env!("CARGO_PKG_VERSION"),
        "problems": [{ "place": "LOG", "message": message }],
    });
    assert_eq!(body(&open), expected);
    let Some(live) = closed("pk_live_Y2xlcmsubXlhcHAuY29tJA") else { panic!("LOG is wrong") };
    assert_eq!(live.status, 503);
    assert_eq!(body(&live).get("problems"), None);
    assert_eq!(body(&live)["status"], "misconfigured");
}
