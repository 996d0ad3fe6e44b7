//! The answer to a refused request, for people or for programs.

use crate::answer::page::refusal_page;
use crate::answer::problem_json::problem_json;
use crate::answer::{Answer, Refusal};
use clerk_edge_http::kind::RequestKind;

/// The answer to a refused request: HTML for a page, problem JSON for anything else.
#[must_use]
pub fn refuse(refusal: &Refusal<'_>, kind: RequestKind) -> Answer {
    let answer = match kind {
        RequestKind::Page => refusal_page(refusal),
        RequestKind::Other => problem_json(refusal),
    };
    match answer.status {
        401 => answer.with("www-authenticate", "Bearer"),
        503 => {
            let seconds = refusal.retry_after_seconds.unwrap_or(RETRY_AFTER_SECONDS).max(1);
            answer.with("retry-after", seconds.to_string())
        }
        _ => answer,
    }
}

/// Long enough for a short failure to pass, short enough for a person who waits.
const RETRY_AFTER_SECONDS: u32 = 5;
