//! The answer to a refused request as problem JSON (RFC 9457), for programs.
//!
//! `type` is `about:blank`, so `title` is the status in words and `code` says why. There is no
//! `detail`: details are in the log, under `request_id`.

use serde::Serialize;

use crate::answer::{Answer, Refusal};

#[derive(Serialize)]
struct ProblemJson<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "is_false")]
    retryable: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    clerk_codes: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<ProblemEntry<'a>>,
}

/// One problem of the configuration.
#[derive(Serialize)]
pub struct ProblemEntry<'a> {
    place: &'a str,
    message: &'a str,
}

impl<'a> ProblemEntry<'a> {
    /// Where it is.
    pub(crate) const fn place(&self) -> &'a str {
        self.place
    }

    /// What it is.
    pub(crate) const fn message(&self) -> &'a str {
        self.message
    }
}

impl<'a> From<&&'a clerk_edge_rules::problem::Problem> for ProblemEntry<'a> {
    fn from(problem: &&'a clerk_edge_rules::problem::Problem) -> Self {
        Self { place: &problem.place, message: &problem.message }
    }
}

/// The problem JSON of a refusal.
pub(super) fn problem_json(refusal: &Refusal<'_>) -> Answer {
    let status = refusal.code.status();
    let json = ProblemJson {
        r#type: "about:blank",
        title: phrase(status),
        status,
        code: refusal.code.as_str(),
        request_id: refusal.request_id,
        retryable: refusal.code.is_retryable(),
        clerk_codes: refusal.clerk_codes,
        problems: refusal.problems.iter().map(ProblemEntry::from).collect(),
    };
    // Serialising these fields cannot fail.
    let body = serde_json::to_string(&json).unwrap_or_default();
    Answer::new(status).with_body("application/problem+json", body)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// The status in words, from RFC 9110 and RFC 5842.
const fn phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        508 => "Loop Detected",
        _ => "Internal Server Error",
    }
}
