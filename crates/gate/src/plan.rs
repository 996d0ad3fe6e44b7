//! What becomes of a request: a plan that the host carries out.

use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;

use crate::answer::refusal::refuse;
use crate::answer::{Answer, Refusal};
use crate::grant::Forward;

/// What becomes of a request.
pub struct Plan<'a> {
    /// Forward or answer.
    pub outcome: Action<'a>,
    /// The log's line, but for status and time, where the level wants one.
    pub log: Option<String>,
    /// The request's name, where one was needed.
    pub request_id: String,
    /// What [`server_timing`] tells a developer, where it may: with a development instance, on
    /// every route but those of `anyone`.
    pub timing: Option<String>,
}

/// Forward or answer.
pub enum Action<'a> {
    /// It goes on to the upstream.
    Forward(Forward<'a>),
    /// The gate answers by itself.
    Answer(Answer),
}

/// The value of `Server-Timing` for a [`Plan::timing`] that took so long.
#[must_use]
pub fn server_timing(timing: &str, micros: u64) -> String {
    let (ms, rest) = (micros.div_euclid(1_000), micros.rem_euclid(1_000));
    format!("auth;dur={ms}.{rest:03};desc=\"{timing}\"")
}

/// What the browser gets where the upstream did not answer.
#[must_use]
pub fn upstream_unreachable(kind: RequestKind, request_id: &str) -> Answer {
    refuse(&Refusal::new(Code::UpstreamUnreachable, request_id), kind)
}

/// What the browser gets where the platform refused what the gate made.
#[must_use]
pub fn internal_fault(kind: RequestKind, request_id: &str) -> Answer {
    refuse(&Refusal::new(Code::Internal, request_id), kind)
}
