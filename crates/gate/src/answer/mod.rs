//! The gate's own answers as plain data: status, headers and body, and what a refusal contains.
//!
//! No answer may be stored by a cache or runs a script, and text from a client is always escaped.
//! Which details a refusal may show is decided where the [`Refusal`] is made.

pub mod help;
pub mod page;
pub mod problem_json;
pub mod refusal;

use crate::answer::help::Help;
use clerk_edge_http::percent;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::problem::Problem;

/// An answer, ready for the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case. A name may occur more than once.
    pub headers: Vec<(&'static str, String)>,
    /// The body, if there is one.
    pub body: Option<String>,
}

impl Answer {
    /// An answer without a body that no cache may store.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self { status, headers: vec![("cache-control", "no-store".to_owned())], body: None }
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With this body, of exactly this type.
    #[must_use]
    pub fn with_body(mut self, content_type: &'static str, body: String) -> Self {
        self.body = Some(body);
        self.with("content-type", content_type).with("x-content-type-options", "nosniff")
    }

    /// The answer to a request with this method: `HEAD` gets no body.
    #[must_use]
    pub fn to_method(mut self, method: &str) -> Self {
        if method == "HEAD" {
            self.body = None;
        }
        self
    }

    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
    }

    /// The answer to a CORS preflight for assets: it permits nothing.
    #[must_use]
    pub fn preflight() -> Self {
        Self::new(204)
    }

    /// A JSON text.
    #[must_use]
    pub fn json(status: u16, body: String) -> Self {
        Self::new(status).with_body(JSON, body)
    }

    /// A page without scripts, with forms that post to this site. No other page may frame it, and
    /// its forms send `Origin`.
    #[must_use]
    pub fn form_page(body: String) -> Self {
        Self::new(200)
            .with_body(HTML, body)
            .with("content-security-policy", FORM_PAGE_POLICY)
            .with("referrer-policy", "same-origin")
    }

    /// A redirect that the browser follows with `GET`, whatever the method of the request was.
    #[must_use]
    pub fn see_other(location: &str) -> Self {
        Self::new(303).with("location", percent::encode(location, percent::VISIBLE))
    }

    /// A page without scripts, that loads nothing and sends no `Referer`.
    #[must_use]
    pub fn html(status: u16, body: String) -> Self {
        Self::new(status)
            .with_body(HTML, body)
            .with("content-security-policy", PAGE_POLICY)
            .with("referrer-policy", "no-referrer")
    }
}

/// Why a request is refused, and the details that its answer may contain.
#[derive(Clone, Debug)]
pub struct Refusal<'a> {
    /// Why. The status depends on it.
    pub code: Code,
    /// The `request_id` of the log.
    pub request_id: &'a str,
    /// The sign-in URL, for the page of [`Code::SignedOut`].
    pub sign_in: Option<&'a str>,
    /// For status 503: when to try again. `None` means after a few seconds.
    pub retry_after_seconds: Option<u32>,
    /// For [`Code::Configuration`]: the problems, if they may be shown. For
    /// [`Code::MetadataInvalid`]: what is wrong with the fields that were sent.
    pub problems: Vec<&'a Problem>,
    /// On a page: what else helps.
    pub help: Option<&'a Help>,
    /// For [`Code::ClerkRefused`]: the codes of Clerk's API.
    pub clerk_codes: &'a [String],
}

impl<'a> Refusal<'a> {
    /// A refusal with a code and no details.
    #[must_use]
    pub fn new(code: Code, request_id: &'a str) -> Self {
        Self {
            code,
            request_id,
            sign_in: None,
            retry_after_seconds: None,
            problems: Vec::new(),
            clerk_codes: &[],
            help: None,
        }
    }
}

const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const FORM_PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                                form-action 'self'; frame-ancestors 'none'";
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                           form-action 'none'; frame-ancestors 'none'";

/// The text with all characters escaped that have a meaning in HTML text or in quoted attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// A redirect. Bytes that a header must not contain are percent-encoded, so that a URL can neither
/// end the header nor be rejected by the platform.
#[must_use]
pub fn redirect(location: &str) -> Answer {
    Answer::new(307).with("location", percent::encode(location, percent::VISIBLE))
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn only_characters_with_a_meaning_in_html_are_escaped() {
        assert_eq!(escape("<a href='\"'>&amp;"), "&lt;a href=&#39;&quot;&#39;&gt;&amp;amp;");
        assert_eq!(escape("a/b ü = `1`"), "a/b ü = `1`");
    }
}
