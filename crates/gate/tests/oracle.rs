//! Draws thousands of requests at random and compares the decisions of the published SDK and the gate.
//!
//! Needs Node and the SDK: `CLERK_EDGE_NODE` names the program, as the test command does, and
//! plain `cargo test` does not run this file. `CLERK_EDGE_DRAWS` and `CLERK_EDGE_SEED` set how many
//! and which. Every difference must have its reason in the list beside the vectors.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "a test that cannot go on should stop loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use serde_json::Value;

use clerk_edge_gate::limits::HANDSHAKE_GRACE_MS;
use clerk_edge_testing::dice::Dice;
use clerk_edge_testing::draw;
use clerk_edge_testing::pool::Pool;
use clerk_edge_testing::recorded::{decide, differences, text};
use clerk_edge_token::unverified::UnverifiedToken;

const LISTED: &str = include_str!("../../../tests/vectors/differences.json");

#[test]
fn drawn_requests_are_decided_as_the_sdk_decides_them() {
    let node = std::env::var_os("CLERK_EDGE_NODE").expect("CLERK_EDGE_NODE names Node");
    let pool = Pool::new();
    let mut dice = Dice::new(number("CLERK_EDGE_SEED", 1));
    let draws = usize::try_from(number("CLERK_EDGE_DRAWS", 10_000)).unwrap();
    let questions: Vec<Value> = (0..draws).map(|_| draw::question(&mut dice, &pool)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut used = BTreeSet::new();
    let mut unexplained = Vec::new();
    for (question, expected) in questions.iter().zip(asked(&node, &questions)) {
        let found = decide(question);
        let differing = differences(&expected, &found);
        let outcome = format!("{} {}", text(&expected["status"]), text(&expected["reason"]));
        *seen.entry(outcome).or_default() += 1;
        if differing.is_empty() {
            continue;
        }
        match explanation(question, &expected, &found, &pool) {
            Some(group) => {
                used.insert(group);
                *seen.entry(format!("({group})")).or_default() += 1;
            }
            None => unexplained
                .push(format!("{differing:?}\n{question}\nSDK: {expected}\nis: {found}\n")),
        }
    }
    eprintln!("{draws} requests, by what the SDK decided and by reason of difference: {seen:#?}");
    let first = unexplained.iter().take(5).cloned().collect::<String>();
    assert!(unexplained.is_empty(), "{} unexplained\n{first}", unexplained.len());
    let listed: Value = serde_json::from_str(LISTED).unwrap();
    let groups = listed["groups"].as_array().unwrap();
    let names: BTreeSet<&str> = groups.iter().map(|group| text(&group["name"])).collect();
    assert!(used.is_subset(&names), "not in the list: {:?}", used.difference(&names));
    let marked = groups.iter().filter(|group| group["drawn"] == true);
    let marked: BTreeSet<&str> = marked.map(|group| text(&group["name"])).collect();
    assert!(
        draws < 10_000 || marked.is_subset(&used),
        "never drawn: {:?}",
        marked.difference(&used).collect::<Vec<_>>()
    );
}

/// The group of the list of differences that covers this one.
fn explanation(
    question: &Value,
    expected: &Value,
    found: &Value,
    pool: &Pool,
) -> Option<&'static str> {
    let all = question.to_string();
    let has = |text: &str| all.contains(text);
    let is_development = text(&question["options"]["publishableKey"]).starts_with("pk_test_");
    let is_satellite = question["options"]["isSatellite"] == true;
    let is_thrown = expected["status"] == "throws";
    let reason = text(&found["reason"]);
    if found["status"] == "unavailable" || expected["reason"] == "jwk-remote-failed-to-load" {
        return Some("keys-unavailable");
    }
    if let Some((group, _)) = pool.listed.iter().find(|(_, token)| has(token)) {
        return Some(group);
    }
    let brought = UnverifiedToken::read(text(&expected["token"]));
    if brought.is_ok_and(|token| token.check_kind().is_err()) {
        return Some("brought-kind");
    }
    if !expected["error"].is_null() {
        return (reason == "unexpected-error").then_some("malformed-claims");
    }
    if is_thrown && is_development && has("__clerk_handshake") {
        return Some("handshake-token");
    }
    let has_handshake = is_development && has("__clerk_handshake");
    if has_handshake && expected["status"] == "signed-in" && has_ended(expected, question) {
        return Some("handshake-ended");
    }
    let parameter = |of: &Value| text(&of["headers"]["location"]).contains("__clerk_handshake");
    if has_handshake
        && expected["status"] == "handshake"
        && differences(expected, found) == BTreeSet::from(["headers"])
        && (parameter(expected), parameter(found)) == (true, false)
    {
        return Some("handshake-failed");
    }
    if is_thrown && (is_satellite || (is_development && has("__clerk_redirect_url=/relative"))) {
        return Some("satellite-throws");
    }
    if has("__clerk_redirect_url=javascript:")
        && expected["reason"] == "primary-responds-to-syncing"
    {
        return Some("other-schemes");
    }
    if expected["status"] == "handshake"
        && ["4", "10", "3.5"]
            .iter()
            .any(|count| has(&format!("\"__clerk_redirect_count\",\"{count}\"")))
    {
        return (found["reason"] == expected["reason"]).then_some("loop-guard");
    }
    if has("//evil.com/x") {
        return Some("authority");
    }
    if has("__clerk_handshake_nonce") && expected["reason"] == "session-token-missing" {
        return Some(if has("charset") { "json" } else { "nonce" });
    }
    if text(&expected["reason"]).starts_with("session-token-expired-refresh-") {
        return match () {
            () if has("charset") => Some("json"),
            () if has("bad code") => Some("api-code"),
            () => None,
        };
    }
    None
}

/// Whether the token that the SDK accepts ended longer ago than the gate tolerates.
fn has_ended(expected: &Value, question: &Value) -> bool {
    let token = UnverifiedToken::read(text(&expected["token"])).expect("the SDK has read it");
    let ends_ms = token.claims().value("exp").and_then(Value::as_i64).unwrap_or(0) * 1_000;
    ends_ms + HANDSHAKE_GRACE_MS <= question["now_ms"].as_i64().unwrap()
}

/// What the SDK decides, question by question.
fn asked(node: &std::ffi::OsStr, questions: &[Value]) -> Vec<Value> {
    let script = std::env::var("CLERK_EDGE_ORACLE")
        .unwrap_or_else(|_| format!("{}/../../tests/oracle/serve.mjs", env!("CARGO_MANIFEST_DIR")));
    let mut oracle = Command::new(node)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = oracle.stdin.take().unwrap();
    let lines: Vec<String> = questions.iter().map(Value::to_string).collect();
    let writer = std::thread::spawn(move || input.write_all(lines.join("\n").as_bytes()));
    let output = BufReader::new(oracle.stdout.take().unwrap());
    let answers =
        output.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    writer.join().unwrap().unwrap();
    assert!(oracle.wait().unwrap().success());
    answers
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}
