//! The settings that are URLs, and what each of them may contain.
//!
//! Secrets and keys are sent over `http:` only to this machine, or with a development key (for
//! containers and local networks). For other settings `http:` is accepted with a note, as Clerk's
//! SDK accepts it.

use crate::settings::InstanceKind;
use crate::settings::value_reader::ValueReader;
use clerk_edge_http::host;
use clerk_edge_http::path::has_dot_segments;
use clerk_edge_http::percent::URI;
use clerk_edge_http::url::Url;

/// `CLERK_API_URL` and `CLERK_JWKS_URL`: no trailing slash, no query.
pub(super) fn clerk_url(
    reader: &mut ValueReader<'_>,
    name: &str,
    kind: InstanceKind,
) -> Option<String> {
    let text = reader.text(name)?;
    let url = absolute_without_query(reader, name, &text, ABSOLUTE)?;
    if is_safe_for_keys(&url, kind) {
        return Some(without_trailing_slashes(&url));
    }
    reader.refuse(name, "must begin with `https://`, because secrets and keys are sent over it")
}

/// `CLERK_SIGN_IN_URL` and `CLERK_SIGN_UP_URL`: absolute, or a path on this site.
pub(super) fn page(reader: &mut ValueReader<'_>, name: &str) -> Option<String> {
    let text = reader.text(name)?;
    if text.starts_with('/') {
        return if is_site_path(&text) { Some(text) } else { reader.refuse(name, SITE_PATH) };
    }
    match Url::parse_exact(&text) {
        Some(url) => Some(url.href()),
        None => reader.refuse(name, ABSOLUTE_OR_PATH),
    }
}

/// `CLERK_PROXY_URL`: absolute, or a path on this site; no trailing slash, no query.
pub(super) fn proxy(reader: &mut ValueReader<'_>, name: &str) -> Option<String> {
    let text = reader.text(name)?;
    if !text.starts_with('/') {
        let url = absolute_without_query(reader, name, &text, ABSOLUTE_OR_PATH)?;
        if !is_encrypted(&url) {
            reader.add_note(
                "CLERK_PROXY_URL begins with `http://`: sessions are sent without encryption.",
            );
        }
        return Some(without_trailing_slashes(&url));
    }
    if !is_site_path(&text) || text.contains(['?', '#']) {
        return reader.refuse(name, SITE_PATH);
    }
    let trimmed = text.trim_end_matches('/');
    Some(if trimmed.is_empty() { "/" } else { trimmed }.to_owned())
}

/// `CLERK_DOMAIN`: a host in lower case, with or without a port.
pub(super) fn domain(reader: &mut ValueReader<'_>, name: &str) -> Option<String> {
    let text = reader.text(name)?.to_ascii_lowercase();
    if host::is_exact_with_port(&text) {
        return Some(text);
    }
    reader.refuse(name, "must be only a host, such as `example.com`, without `https://` or a path")
}

/// An absolute URL without query, fragment and dot segments. `accepted` is the message for any
/// other text.
pub(super) fn absolute_without_query(
    reader: &mut ValueReader<'_>,
    name: &str,
    text: &str,
    accepted: &str,
) -> Option<Url> {
    match Url::parse_exact(text) {
        Some(url) if !url.has_query_or_fragment() => Some(url),
        None if !has_dot_segments(text) => reader.refuse(name, accepted),
        _ => reader.refuse(name, NO_TAIL),
    }
}

/// The path, without query and fragment, of a page on this site; `None` for an absolute URL.
pub(super) fn path_on_site(page: &str) -> Option<String> {
    let path = page.split(['?', '#']).next()?;
    path.starts_with('/').then(|| path.to_owned())
}

/// The host and port of an absolute URL.
pub(super) fn host_and_port(url: &str) -> Option<String> {
    Url::parse_exact(url).map(|url| url.host_and_port())
}

/// Whether keys may be fetched through this proxy; not if it is a path.
pub(super) fn may_serve_keys(proxy: &str, kind: InstanceKind) -> bool {
    Url::parse_exact(proxy).is_some_and(|url| is_safe_for_keys(&url, kind))
}

fn is_safe_for_keys(url: &Url, kind: InstanceKind) -> bool {
    is_encrypted(url) || kind == InstanceKind::Development
}

/// Whether nobody else on the network can read what is sent to a URL: `https:`, or this machine.
pub(super) fn is_encrypted(url: &Url) -> bool {
    url.scheme() == "https" || host::is_loopback(url.host())
}

/// A URL without query, and without slashes at its end.
pub(super) fn without_trailing_slashes(url: &Url) -> String {
    url.href().trim_end_matches('/').to_owned()
}

/// Whether every browser reads the text as a path on this site.
fn is_site_path(text: &str) -> bool {
    text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|byte| URI.contains(byte))
        && !has_dot_segments(text.split(['?', '#']).next().unwrap_or_default())
}

const ABSOLUTE: &str = "must be an absolute URL, such as `https://example.com`";
const ABSOLUTE_OR_PATH: &str =
    "must be an absolute URL that begins with `https://`, or a path that begins with `/`";
const SITE_PATH: &str =
    "must be a plain path on this site, such as `/sign-in`: no `//`, `..` or `\\`";
const NO_TAIL: &str = "must have neither a query, a fragment nor dot segments";
