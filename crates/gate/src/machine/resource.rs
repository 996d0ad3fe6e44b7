//! The address of a rule as an OAuth resource (RFC 8707, RFC 9728), and of the document that
//! describes it. Both are made of the request's own URL, never of forwarded headers.

use clerk_edge_http::path::RequestPath;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::rule::Rule;

/// Where documents about resources are (RFC 9728, 3.1).
pub(crate) const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Where the authorization server's document is (RFC 8414).
pub(crate) const SERVER: &str = "/.well-known/oauth-authorization-server";

/// The path of a rule, without `/*`, its names filled from the request.
fn rule_path(rule: &Rule, path: &RequestPath) -> String {
    let segments = path.as_str().split('/').filter(|segment| !segment.is_empty());
    segments.take(rule.depth()).fold(String::new(), |path, segment| path + "/" + segment)
}

/// The addresses that `audience = "self"` means: the rule's, and exactly the one that was asked
/// for.
pub(crate) fn own_addresses(rule: &Rule, path: &RequestPath, url: &UrlParts<'_>) -> Vec<String> {
    let own = rule_path(rule, path);
    [own.as_str(), path.as_str()].map(|path| format!("{}{path}", origin(url))).into()
}

/// The document that describes a rule's resource.
pub(crate) fn document(url: &UrlParts<'_>, rule: &Rule, path: &RequestPath) -> String {
    format!("{}{WELL_KNOWN}{}", origin(url), rule_path(rule, path))
}

/// The origin of a request's own URL.
pub(crate) fn origin(url: &UrlParts<'_>) -> String {
    format!("{}://{}", url.scheme, url.authority)
}
