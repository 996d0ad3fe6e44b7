//! The settings that are addresses, each with what may stand in it.
//!
//! Where a secret goes or keys come from, `http:` is taken for this very machine alone, or with a
//! development key (containers, local networks). Elsewhere it is taken with a remark, as Clerk's
//! SDK takes it.

use crate::settings::address::{Address, is_dot_segment, is_host_and_port};
use crate::settings::bindings::Bindings;
use crate::settings::value_reader::ValueReader;

/// `CLERK_API_URL` and `CLERK_JWKS_URL`: no trailing slash, no query.
pub(super) fn trusted<B: Bindings>(
    reader: &ValueReader<'_, B>,
    name: &str,
    development: bool,
) -> Option<String> {
    let address = bare(reader, name, ABSOLUTE)?;
    if address.is_secure() || address.is_loopback() || development {
        return Some(address.trimmed());
    }
    reader.refuse(name, "must begin with `https://`: secrets and keys do not travel in the clear")
}

/// `CLERK_SIGN_IN_URL` and `CLERK_SIGN_UP_URL`: absolute, or a path on this site.
pub(super) fn page<B: Bindings>(reader: &ValueReader<'_, B>, name: &str) -> Option<String> {
    let text = reader.text(name)?;
    if text.starts_with('/') {
        return if is_site_path(&text) { Some(text) } else { reader.refuse(name, SITE_PATH) };
    }
    match Address::parse(&text) {
        Some(address) => Some(address.whole()),
        None => reader.refuse(name, ABSOLUTE_OR_PATH),
    }
}

/// `CLERK_PROXY_URL`: absolute, or a path on this site; no trailing slash, no query.
pub(super) fn proxy<B: Bindings>(reader: &ValueReader<'_, B>, name: &str) -> Option<String> {
    let text = reader.text(name)?;
    if !text.starts_with('/') {
        let address = bare(reader, name, ABSOLUTE_OR_PATH)?;
        if !address.is_secure() && !address.is_loopback() {
            reader.remark("CLERK_PROXY_URL begins with `http://`: sessions travel in the clear.");
        }
        return Some(address.trimmed());
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
    if is_host_and_port(&text) {
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
    Address::parse(address).map(|address| address.authority().to_owned())
}

/// Whether keys may be fetched through this proxy.
pub(super) fn may_give_keys(proxy: &str, development: bool) -> bool {
    Address::parse(proxy).is_some_and(|a| a.is_secure() || a.is_loopback() || development)
}

/// An absolute address without query and fragment.
fn bare<B: Bindings>(reader: &ValueReader<'_, B>, name: &str, expected: &str) -> Option<Address> {
    let text = reader.text(name)?;
    let Some(address) = Address::parse(&text) else { return reader.refuse(name, expected) };
    if address.has_tail() || address.has_dot_segments() {
        return reader.refuse(name, NO_TAIL);
    }
    Some(address)
}

/// A path that no browser reads as another host's.
fn is_site_path(text: &str) -> bool {
    text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"<>`{}|^".contains(&b))
        && !text.split(['?', '#']).next().unwrap_or_default().split('/').any(is_dot_segment)
}

const ABSOLUTE: &str = "must be an absolute address, such as `https://example.com`";
const ABSOLUTE_OR_PATH: &str =
    "must be an absolute address that begins with `https://`, or a path that begins with `/`";
const SITE_PATH: &str =
    "must be a plain path on this site, such as `/sign-in`: no `//`, `..` or `\\`";
pub(super) const NO_TAIL: &str = "must have neither a query, a fragment nor dot segments";
