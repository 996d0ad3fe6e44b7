//! The gate's own answers, and the lines of its log.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

mod health;
mod lines;
mod refusals;

use clerk_edge_gate::answer::Answer;
use serde_json::Value;

/// The body as JSON.
#[track_caller]
fn body(answer: &Answer) -> Value {
    match serde_json::from_str(answer.body.as_deref().unwrap_or_default()) {
        Ok(value) => value,
        Err(error) => panic!("{error} in {:?}", answer.body),
    }
}
