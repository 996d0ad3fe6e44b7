//! `to`: where a page comes back to. A path on this site and nothing else.

use clerk_edge_http::path::RequestPath;
use clerk_edge_http::percent;
use clerk_edge_rules::code::Code;

use crate::early_response::EarlyResponse;
use crate::limits::RETURN_ADDRESS_BYTES_MAX;

/// A path on this site, perhaps with a query and a fragment, fit for a header and an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RedirectTo(String);

impl RedirectTo {
    /// The path that a parameter names; `/` without one.
    pub(super) fn parse(parameter: Option<&str>) -> Result<Self, EarlyResponse> {
        let to = parameter.map_or_else(|| Some("/".to_owned()), own_path);
        to.map(Self).ok_or(EarlyResponse::code(Code::BadTarget))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The path in canonical form. What a browser's parser takes for another site, or drops, is
/// refused and not mended: control characters, `\`, `//` at the beginning.
fn own_path(text: &str) -> Option<String> {
    let is_odd = |c: char| c.is_control() || c == '\\';
    if text.len() > RETURN_ADDRESS_BYTES_MAX || text.contains(is_odd) {
        return None;
    }
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (path, rest) = text.split_at_checked(end)?;
    let path = RequestPath::parse(path).ok()?;
    if path.as_str().starts_with("//") {
        return None;
    }
    Some(percent::encode(&[path.as_str(), rest].concat(), percent::VISIBLE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_site_is_taken_in_canonical_form() {
        for (text, path) in [
            ("/", "/"),
            ("/a/b?c=d&e=%2F#f", "/a/b?c=d&e=%2F#f"),
            ("/a?to=https://evil.test", "/a?to=https://evil.test"),
            ("/a/../b", "/b"),
            ("/é?ü=1", "/%C3%A9?%C3%BC=1"),
            ("/a b", "/a%20b"),
        ] {
            assert_eq!(own_path(text).as_deref(), Some(path), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let long = format!("/{}", "a".repeat(RETURN_ADDRESS_BYTES_MAX));
        for text in [
            "",
            "a",
            "//evil.test",
            "/\\evil.test",
            "\\/evil.test",
            "/\t/evil.test",
            "/.//evil.test",
            "/a/..//evil.test",
            "https://evil.test",
            "javascript:alert(1)",
            "?a=b",
            "#a",
            "/a\r\nset-cookie: x=y",
            "/a?b\\c",
            "/100%",
            &long,
        ] {
            assert_eq!(own_path(text), None, "{text}");
        }
    }
}
