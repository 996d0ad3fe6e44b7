//! What a request is for: three questions about it that differ on purpose, and the preflight.
//!
//! A prefetch counts as what it fetches: a browser uses its answer as the page later, and Clerk's
//! SDK does not look at `Sec-Purpose`. What follows from the answers belongs in the gate.

use crate::incoming::Incoming;

/// What the sender can do with a response: it decides between redirect and status, HTML and JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// A browser shows the response: redirects are followed and HTML is rendered.
    Page,
    /// A program reads the response.
    Other,
}

impl RequestKind {
    /// A page is a `GET` or `HEAD` for a document or a frame. Without `Sec-Fetch-Dest`, an `Accept`
    /// that contains `text/html` decides. The gate's own rule.
    #[must_use]
    pub fn of(request: &impl Incoming) -> Self {
        match request.method() {
            "GET" | "HEAD" => Self::by_headers(request),
            _ => Self::Other,
        }
    }

    /// The same whatever the method: the answer to a form that a browser sends is a page, too.
    #[must_use]
    pub fn by_headers(request: &impl Incoming) -> Self {
        let is_page = match request.header("sec-fetch-dest") {
            Some(destination) => matches!(destination.as_ref(), "document" | "iframe"),
            None => request.header("accept").is_some_and(|accept| accept.contains("text/html")),
        };
        if is_page { Self::Page } else { Self::Other }
    }
}

/// Whether `Sec-Fetch-Dest` is `document`. As in Clerk's SDK, a frame is not one, and neither the
/// method nor `Accept` counts.
#[must_use]
pub fn is_document(request: &impl Incoming) -> bool {
    request.header("sec-fetch-dest").as_deref() == Some("document")
}

/// Whether the browser may be redirected for a handshake: a `GET` for a document or a frame.
/// Without `Sec-Fetch-Dest`, an `Accept` that starts with `text/html` decides. As in Clerk's SDK,
/// `HEAD` is not eligible and an empty header counts as absent.
#[must_use]
pub fn is_eligible_for_handshake(request: &impl Incoming) -> bool {
    let header = |name| request.header(name).filter(|value| !value.is_empty());
    request.method() == "GET"
        && match header("sec-fetch-dest") {
            Some(destination) => matches!(destination.as_ref(), "document" | "iframe"),
            None => header("accept").is_some_and(|accept| accept.starts_with("text/html")),
        }
}

/// Whether a browser asks before a cross-origin request what is allowed. Such a request carries no
/// credentials, so it cannot be authenticated.
#[must_use]
pub fn is_preflight(request: &impl Incoming) -> bool {
    request.method() == "OPTIONS"
        && request.header("origin").is_some()
        && request.header("access-control-request-method").is_some()
}
