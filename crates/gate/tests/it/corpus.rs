//! The inputs that fuzzing has found worth keeping, each through its target again.

use base64ct::{Base64, Encoding};

use clerk_edge_testing::fuzz_targets;

#[track_caller]
fn replay(kept: &str, target: fn(&[u8])) {
    let inputs: Vec<String> = serde_json::from_str(kept).unwrap();
    assert!(inputs.len() > 50, "{}", inputs.len());
    for input in inputs {
        target(&Base64::decode_vec(&input).unwrap());
    }
}

#[test]
fn tokens() {
    replay(include_str!("../../../../tests/vectors/corpus-token.json"), fuzz_targets::token);
}

#[test]
fn cookie_headers() {
    replay(include_str!("../../../../tests/vectors/corpus-cookies.json"), fuzz_targets::cookies);
}

#[test]
fn decisions() {
    replay(include_str!("../../../../tests/vectors/corpus-decision.json"), fuzz_targets::decision);
}
