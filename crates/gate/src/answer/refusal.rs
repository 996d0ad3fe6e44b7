//! A request that does not go on: what the answer to it says, to people and to programs.

use crate::answer::{Answer, page, problem_json};
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::problem::Problem;

/// Everything that the answer may tell.
#[derive(Clone, Debug)]
pub struct Refusal<'a> {
    /// Why; the status follows from it.
    pub code: Code,
    /// The request's name in the log.
    pub request_id: &'a str,
    /// Where one signs in, on the page of [`Code::SignedOut`].
    pub sign_in: Option<&'a str>,
    /// For the 503s; a few seconds where nobody said.
    pub retry_after_seconds: Option<u32>,
    /// For [`Code::Configuration`], where they may be shown.
    pub problems: Vec<&'a Problem>,
}

impl<'a> Refusal<'a> {
    /// A denial with a code and nothing further to tell.
    #[must_use]
    pub fn new(code: Code, request_id: &'a str) -> Self {
        Self { code, request_id, sign_in: None, retry_after_seconds: None, problems: Vec::new() }
    }
}

/// The answer to a denial: HTML for a page, a problem for anything else.
#[must_use]
pub fn deny(denial: &Refusal<'_>, kind: RequestKind) -> Answer {
    let answer = match kind {
        RequestKind::Page => page::page(denial),
        RequestKind::Other => problem_json::problem(denial),
    };
    match answer.status {
        401 => answer.with("www-authenticate", "Bearer"),
        503 => {
            let seconds = denial.retry_after_seconds.unwrap_or(RETRY_AFTER_SECONDS).max(1);
            answer.with("retry-after", seconds.to_string())
        }
        _ => answer,
    }
}

/// Long enough for a short fault to pass, short enough for whoever waits.
const RETRY_AFTER_SECONDS: u32 = 5;
