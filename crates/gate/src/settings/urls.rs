//! The settings that are addresses, each with what may stand in it.
//!
//! Where a secret goes or keys come from, `http:` is taken for this very machine alone, or with a
//! development key (containers, local networks). Elsewhere it is taken with a remark, as Clerk's
//! SDK takes it.

use crate::settings::bindings::Bindings;
use crate::settings::value_reader::ValueReader;
use clerk_edge_http::host;
use clerk_edge_http::path::has_dot_segments;
use clerk_edge_http::percent::URI;
use clerk_edge_http::url::Url;

/// `CLERK_API_URL` and `CLERK_JWKS_URL`: no trailing slash, no query.
pub(super) fn trusted<B: Bindings>(
    reader: &ValueReader<'_, B>,
    name: &str,
    development: bool,
) -> Option<String> {
    let address = bare(reader, name, ABSOLUTE)?;
    if is_safe(&address) || development {
        return Some(without_trailing_slashes(&address));
    }
    reader.refuse(name, "must begin with `https://`: secrets and keys do not travel in the clear")
}

/// `CLERK_SIGN_IN_URL` and `CLERK_SIGN_UP_URL`: absolute, or a path on this site.
pub(super) fn page<B: Bindings>(reader: &ValueReader<'_, B>, name: &str) -> Option<String> {
    let text = reader.text(name)?;
    if text.starts_with('/') {
        return if is_site_path(&text) { Some(text) } else { reader.refuse(name, SITE_PATH) };
    }
    match Url::parse_exact(&text) {
        Some(address) => Some(address.href()),
        None => reader.refuse(name, ABSOLUTE_OR_PATH),
    }
}

/// `CLERK_PROXY_URL`: absolute, or a path on this site; no trailing slash, no query.
pub(super) fn proxy<B: Bindings>(reader: &ValueReader<'_, B>, name: &str) -> Option<String> {
    let text = reader.text(name)?;
    if !text.starts_with('/') {
        let address = bare(reader, name, ABSOLUTE_OR_PATH)?;
        if !is_safe(&address) {
            reader.remark("CLERK_PROXY_URL begins with `http://`: sessions travel in the clear.");
        }
        return Some(without_trailing_slashes(&address));
    }
    if !is_site_path(&text) || text.contains(['?', '#']) {
        return reader.refuse(name, SITE_PATH);
    }
    let trimmed = text.trim_end_matches('/');
    Some(if trimmed.is_empty() { "/" } else { trimmed }.to_owned())
}

/// `CLERK_DOMAIN`: a host, lower-cased, perhaps with a port.
pub(super) fn domain<B: Bindings>(reader: &ValueReader<'_, B>, name: &str) -> Option<String> {
    let text = reader.text(name)?.to_ascii_lowercase();
    if host::is_exact_with_port(&text) {
        return Some(text);
    }
    reader.refuse(name, "must be a host alone, such as `example.com`, without `https://` or a path")
}

/// The path of a page that is on this site, without query and fragment.
pub(super) fn path_on_site(page: &str) -> Option<String> {
    let path = page.split(['?', '#']).next()?;
    path.starts_with('/').then(|| path.to_owned())
}

/// The host and port of an absolute address.
pub(super) fn host_and_port(address: &str) -> Option<String> {
    Url::parse_exact(address).map(|address| address.host_and_port())
}

/// Whether keys may be fetched through this proxy.
pub(super) fn may_give_keys(proxy: &str, development: bool) -> bool {
    Url::parse_exact(proxy).is_some_and(|proxy| is_safe(&proxy) || development)
}

/// An absolute address without query and fragment.
fn bare<B: Bindings>(reader: &ValueReader<'_, B>, name: &str, expected: &str) -> Option<Url> {
    let text = reader.text(name)?;
    without_query(&text, expected).map_or_else(|problem| reader.refuse(name, problem), Some)
}

/// Reads an absolute URL without query and fragment; the error is the problem to report, which is
/// `expected` if the text is not an absolute URL.
pub(super) fn without_query<'a>(text: &str, expected: &'a str) -> Result<Url, &'a str> {
    match Url::parse_exact(text) {
        Some(url) if !url.has_query_or_fragment() => Ok(url),
        None if !has_dot_segments(text) => Err(expected),
        _ => Err(NO_TAIL),
    }
}

/// Whether nobody on the network can read what is sent there.
pub(super) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || host::is_loopback(url.host())
}

/// A URL without query, and without the slashes at its end.
pub(super) fn without_trailing_slashes(url: &Url) -> String {
    url.href().trim_end_matches('/').to_owned()
}

/// A path that no browser reads as another host's.
fn is_site_path(text: &str) -> bool {
    text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|byte| URI.contains(byte))
        && !has_dot_segments(text.split(['?', '#']).next().unwrap_or_default())
}

const ABSOLUTE: &str = "must be an absolute address, such as `https://example.com`";
const ABSOLUTE_OR_PATH: &str =
    "must be an absolute address that begins with `https://`, or a path that begins with `/`";
const SITE_PATH: &str =
    "must be a plain path on this site, such as `/sign-in`: no `//`, `..` or `\\`";
const NO_TAIL: &str = "must have neither a query, a fragment nor dot segments";
