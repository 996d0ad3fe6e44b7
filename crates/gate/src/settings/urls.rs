//! The settings that are URLs, and what each of them may contain.
//!
//! Secrets and keys are sent over `http:` only to this machine, or with a development key (for
//! containers and local networks). For other settings `http:` is accepted with a note, as Clerk's
//! SDK accepts it.

use crate::settings::InstanceKind;
use crate::settings::address::{Address, is_dot_segment, is_host_and_port};
use crate::settings::value_reader::ValueReader;

/// `CLERK_API_URL` and `CLERK_JWKS_URL`: no trailing slash, no query.
pub(super) fn clerk_url(
    reader: &mut ValueReader<'_>,
    name: &str,
    kind: InstanceKind,
) -> Option<String> {
    let text = reader.text(name)?;
    let url = absolute_without_query(reader, name, &text, ABSOLUTE)?;
    if is_safe_for_keys(&url, kind) {
        return Some(url.trimmed());
    }
    reader.refuse(name, "must begin with `https://`, because secrets and keys are sent over it")
}

/// `CLERK_SIGN_IN_URL` and `CLERK_SIGN_UP_URL`: absolute, or a path on this site.
pub(super) fn page(reader: &mut ValueReader<'_>, name: &str) -> Option<String> {
    let text = reader.text(name)?;
    if text.starts_with('/') {
        return if is_site_path(&text) { Some(text) } else { reader.refuse(name, SITE_PATH) };
    }
    match Address::parse(&text) {
        Some(url) => Some(url.whole()),
        None => reader.refuse(name, ABSOLUTE_OR_PATH),
    }
}

/// `CLERK_PROXY_URL`: absolute, or a path on this site; no trailing slash, no query.
pub(super) fn proxy(reader: &mut ValueReader<'_>, name: &str) -> Option<String> {
    let text = reader.text(name)?;
    if !text.starts_with('/') {
        let url = absolute_without_query(reader, name, &text, ABSOLUTE_OR_PATH)?;
        if !url.is_secure() && !url.is_loopback() {
            reader.add_note(
                "CLERK_PROXY_URL begins with `http://`: sessions are sent without encryption.",
            );
        }
        return Some(url.trimmed());
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
    if is_host_and_port(&text) {
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
) -> Option<Address> {
    match Address::parse(text) {
        None => reader.refuse(name, accepted),
        Some(url) if url.has_tail() || url.has_dot_segments() => reader.refuse(name, NO_TAIL),
        Some(url) => Some(url),
    }
}

/// The path, without query and fragment, of a page on this site; `None` for an absolute URL.
pub(super) fn path_on_site(page: &str) -> Option<String> {
    let path = page.split(['?', '#']).next()?;
    path.starts_with('/').then(|| path.to_owned())
}

/// The host and port of an absolute URL.
pub(super) fn host_and_port(url: &str) -> Option<String> {
    Address::parse(url).map(|url| url.authority().to_owned())
}

/// Whether keys may be fetched through this proxy; not if it is a path.
pub(super) fn may_serve_keys(proxy: &str, kind: InstanceKind) -> bool {
    Address::parse(proxy).is_some_and(|url| is_safe_for_keys(&url, kind))
}

fn is_safe_for_keys(url: &Address, kind: InstanceKind) -> bool {
    url.is_secure() || url.is_loopback() || kind == InstanceKind::Development
}

/// Whether every browser reads the text as a path on this site.
fn is_site_path(text: &str) -> bool {
    text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"<>`{}|^".contains(&b))
        && !text.split(['?', '#']).next().unwrap_or_default().split('/').any(is_dot_segment)
}

const ABSOLUTE: &str = "must be an absolute URL, such as `https://example.com`";
const ABSOLUTE_OR_PATH: &str =
    "must be an absolute URL that begins with `https://`, or a path that begins with `/`";
const SITE_PATH: &str =
    "must be a plain path on this site, such as `/sign-in`: no `//`, `..` or `\\`";
const NO_TAIL: &str = "must have neither a query, a fragment nor dot segments";
