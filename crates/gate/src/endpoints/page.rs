//! `/.clerk-edge/page?to=`: 303 to a page of this site. Frameworks that are told of a redirect in
//! their own data format navigate to it by themselves; this address is outside their application,
//! so that they load the page instead.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_http::{percent, query};
use clerk_edge_rules::code::Code;

use crate::answer::Answer;
use crate::early_response::EarlyResponse;

/// The redirect.
pub(crate) fn answer(request: &impl Incoming) -> EarlyResponse {
    let text = UrlParts::of(request.url()).and_then(|it| it.query).unwrap_or_default();
    let to = query::pairs(text).find(|(name, _)| name == "to");
    let to = to.map_or_else(|| Some("/".to_owned()), |(_, to)| path_on_site(&to));
    match to {
        Some(to) => EarlyResponse::endpoint(Answer::new(303).with("location", to)),
        None => EarlyResponse::code(Code::BadTarget),
    }
}

/// A path on this site in canonical form, with its query. What a browser takes for another site is
/// refused.
fn path_on_site(text: &str) -> Option<String> {
    if text.contains(|c: char| c.is_control() || c == '\\') {
        return None;
    }
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (path, rest) = text.split_at_checked(end)?;
    let path = RequestPath::parse(path).ok()?;
    let is_elsewhere = path.as_str().starts_with("//");
    let to = percent::encode(&[path.as_str(), rest].concat(), percent::VISIBLE);
    (!is_elsewhere).then_some(to)
}

#[cfg(test)]
mod tests {
    use super::path_on_site;

    #[test]
    fn only_a_path_of_this_site_is_led_to() {
        for (text, path) in [
            ("/", "/"),
            ("/a/b?c=d&e=%2F#f", "/a/b?c=d&e=%2F#f"),
            ("/a/../b", "/b"),
            ("/é?ü", "/%C3%A9?%C3%BC"),
        ] {
            assert_eq!(path_on_site(text).as_deref(), Some(path), "{text}");
        }
        for text in [
            "",
            "a",
            "//evil.test",
            "/\\evil.test",
            "\\/evil.test",
            "/\t/evil.test",
            "/.//evil.test",
            "https://evil.test",
            "javascript:alert(1)",
            "?a",
            "/a\r\nx: y",
            "/100%",
        ] {
            assert_eq!(path_on_site(text), None, "{text}");
        }
    }
}
