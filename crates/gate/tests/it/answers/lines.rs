//! The log: which decisions it contains, and the members of a line.

use clerk_edge_gate::context::KeySource;
use clerk_edge_gate::log::{LogLine, Outcome, finish};
use clerk_edge_gate::settings::LogLevel;
use clerk_edge_rules::code::Code;
use serde_json::{Value, json};

fn line(path: &str) -> LogLine<'_> {
    LogLine {
        time_ms: 1_795_216_500_123,
        request_id: "ray-1",
        method: "GET",
        host: "a.example",
        path,
        rule: None,
        outcome: Outcome::Refuse,
        would: None,
        code: None,
        reason: None,
        user: None,
        role_source: None,
        key_source: None,
        lookups: 0,
        pages: &[],
        claims_age_seconds: None,
    }
}

#[track_caller]
fn read(line: &LogLine<'_>) -> Value {
    let text = finish(&line.to_json(), 200, 15);
    assert!(!text.contains('\n'), "one line");
    match serde_json::from_str(&text) {
        Ok(value) => value,
        Err(error) => panic!("{error} in {text}"),
    }
}

#[test]
fn a_line_contains_only_the_members_that_apply() {
    let bare = json!({
        "time": "2026-11-20T23:15:00.123Z",
        "request_id": "ray-1",
        "method": "GET",
        "host": "a.example",
        "path": "/admin",
        "outcome": "refuse",
        "status": 200,
        "lookups": 0,
        "micros": 15,
    });
    assert_eq!(read(&line("/admin")), bare);
    let full = LogLine {
        rule: Some("/admin/*"),
        outcome: Outcome::Forward,
        would: Some(Outcome::Redirect),
        code: Some(Code::NotAllowed),
        reason: Some("session-token-missing"),
        user: Some("user_1"),
        role_source: Some("metadata.role"),
        key_source: Some(KeySource::Store),
        lookups: 1,
        pages: &[],
        ..line("/admin")
    };
    let expected = json!({
        "time": "2026-11-20T23:15:00.123Z",
        "request_id": "ray-1",
        "method": "GET",
        "host": "a.example",
        "path": "/admin",
        "rule": "/admin/*",
        "outcome": "forward",
        "would": "redirect",
        "status": 200,
        "code": "not-allowed",
        "reason": "session-token-missing",
        "user": "user_1",
        "role_source": "metadata.role",
        "key_source": "kv",
        "lookups": 1,
        "micros": 15,
    });
    assert_eq!(read(&full), expected);
}

#[test]
fn the_length_of_a_line_is_bounded() {
    let long = "ü\"\n".repeat(100_000);
    let mut all = line(&long);
    all.request_id = &long;
    all.method = &long;
    all.host = &long;
    all.rule = Some(&long);
    all.reason = Some(&long);
    all.user = Some(&long);
    all.role_source = Some(&long);
    assert!(all.to_json().len() < 8_192, "{} bytes", all.to_json().len());
    let chars = |path: &str| read(&line(path))["path"].as_str().map(|p| p.chars().count());
    assert_eq!(chars(&"ü".repeat(512)), Some(512));
    assert_eq!(chars(&"ü".repeat(513)), Some(512));
}

#[test]
fn each_level_logs_its_decisions() {
    let wants = |outcome, would, open| {
        [LogLevel::All, LogLevel::Decisions, LogLevel::Refusals, LogLevel::Off]
            .map(|level| level.wants(outcome, would, open))
    };
    let forward = Outcome::Forward;
    assert_eq!(wants(forward, None, true), [true, false, false, false]);
    assert_eq!(wants(forward, None, false), [true, true, false, false]);
    assert_eq!(wants(forward, Some(Outcome::Refuse), false), [true, true, true, false]);
    for refused in [Outcome::Refuse, Outcome::Redirect, Outcome::Handshake] {
        assert_eq!(wants(refused, None, false), [true, true, true, false]);
        assert_eq!(wants(refused, None, true), [true, true, true, false]);
    }
}
