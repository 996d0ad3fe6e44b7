//! A denial for programs: RFC 9457.
//!
//! `type` is `about:blank`, so `title` is the status in words and `code` tells the rest. There is
//! no `detail`: what happened in particular is in the log, under `request_id`.

use serde::Serialize;

use crate::answer::Answer;
use crate::answer::refusal::Refusal;

#[derive(Serialize)]
struct ProblemJson<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<ProblemEntry<'a>>,
}

/// One problem of the configuration.
#[derive(Serialize)]
pub struct ProblemEntry<'a> {
    place: &'a str,
    message: &'a str,
}

impl<'a> From<&&'a clerk_edge_rules::problem::Problem> for ProblemEntry<'a> {
    fn from(problem: &&'a clerk_edge_rules::problem::Problem) -> Self {
        Self { place: &problem.place, message: &problem.message }
    }
}

pub(super) fn problem(denial: &Refusal<'_>) -> Answer {
    let status = denial.code.status();
    let wire = ProblemJson {
        r#type: "about:blank",
        title: phrase(status),
        status,
        code: denial.code.as_str(),
        request_id: denial.request_id,
        problems: denial.problems.iter().map(ProblemEntry::from).collect(),
    };
    // Nothing in there can fail to be written; if it did, the status would still be told.
    let body = serde_json::to_string(&wire).unwrap_or_default();
    Answer::new(status).with_body("application/problem+json", body)
}

/// The status in words, as RFC 9110 and RFC 5842 have them.
pub(super) const fn phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        508 => "Loop Detected",
        _ => "Internal Server Error",
    }
}
