//! Whether a request wants a page, which decides between redirect and status, HTML and JSON.
//!
//! A prefetch counts as what it fetches: a browser uses its answer as the page later, and Clerk
//! decides without looking at `Sec-Purpose`.

use crate::incoming::Incoming;

/// What the sender can make of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// A person looks at the answer: redirects are followed, HTML is read.
    Page,
    /// A program does.
    Other,
}

impl RequestKind {
    /// `GET` or `HEAD` for a document or a frame; where the browser does not say what for,
    /// `Accept` decides.
    #[must_use]
    pub fn of(request: &impl Incoming) -> Self {
        if !matches!(request.method(), "GET" | "HEAD") {
            return Self::Other;
        }
        let is_page = match request.header("sec-fetch-dest") {
            Some(destination) => matches!(destination.as_ref(), "document" | "iframe"),
            None => request.header("accept").is_some_and(|accept| accept.contains("text/html")),
        };
        if is_page { Self::Page } else { Self::Other }
    }
}

/// Whether the request asks, as a browser does before a cross-origin request, what is allowed.
/// Such a request carries no credentials, so there is nobody to judge.
#[must_use]
pub fn is_preflight(request: &impl Incoming) -> bool {
    request.method() == "OPTIONS"
        && request.header("origin").is_some()
        && request.header("access-control-request-method").is_some()
}
