//! What the gate itself answers: pages, problems and redirects, as plain data.
//!
//! None of it may be kept by a cache, none of it runs a script, and nothing that a client sent
//! stands in it unescaped. Who may read which details is decided by whoever fills in a
//! [`Denial`]; here they are only written down.

pub mod page;
pub mod problem_json;
pub mod refusal;

use clerk_edge_http::percent;

/// An answer, ready for the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case; one name may come several times.
    pub headers: Vec<(&'static str, String)>,
    /// The body, if there is one.
    pub body: Option<String>,
}

impl Answer {
    /// An answer without a body that no cache may keep.
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

    /// With this body, whose type is taken at its word.
    #[must_use]
    pub fn with_body(mut self, content_type: &'static str, body: String) -> Self {
        self.body = Some(body);
        self.with("content-type", content_type).with("x-content-type-options", "nosniff")
    }

    /// As it is sent to this method: `HEAD` gets the headers alone.
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

    /// A preflight before assets: nothing is permitted, and nobody was asked.
    #[must_use]
    pub fn preflight() -> Self {
        Self::new(204)
    }

    /// An endpoint of the gate's own was asked with another method than `GET` or `HEAD`.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(405).with("allow", "GET, HEAD")
    }

    /// A JSON text of the gate's own.
    #[must_use]
    pub fn json(status: u16, body: String) -> Self {
        Self::new(status).with_body(JSON, body)
    }

    /// A page of the gate's own: no script, nothing from elsewhere, no address passed on.
    #[must_use]
    pub fn html(status: u16, body: String) -> Self {
        Self::new(status)
            .with_body("text/html; charset=utf-8", body)
            .with("content-security-policy", PAGE_POLICY)
            .with("referrer-policy", "no-referrer")
    }
}

const JSON: &str = "application/json; charset=utf-8";
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                           form-action 'none'; frame-ancestors 'self'";

/// The text with every character escaped that means something in HTML, in text and in quoted
/// attributes alike.
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

/// To an address that the line has made. Whatever a header cannot carry is percent-encoded, so
/// that no address can end the header or be refused by the platform.
#[must_use]
pub fn redirect(location: &str) -> Answer {
    Answer::new(307).with("location", percent::encode(location, percent::VISIBLE))
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn what_means_something_is_escaped_and_the_rest_is_not() {
        assert_eq!(escape("<a href='\"'>&amp;"), "&lt;a href=&#39;&quot;&#39;&gt;&amp;amp;");
        assert_eq!(escape("a/b ü = `1`"), "a/b ü = `1`");
    }
}
