//! `CLERK_AUTHORIZED_PARTIES`: the origins whose tokens are accepted.

use crate::settings::Settings;
use crate::settings::value_reader::ValueReader;

/// Reads the list. An entry that is no origin would never match.
pub(super) fn read(reader: &mut ValueReader<'_>, name: &'static str, to: &mut Settings) {
    let Some(entries) = reader.list(name) else { return };
    to.session_policy.authorized_parties.clear();
    for entry in entries {
        if is_origin(&entry.text) {
            to.session_policy.authorized_parties.push(entry.text);
        } else {
            reader.add(entry.place, NO_ORIGIN);
        }
    }
}

/// A scheme and a host, perhaps with a port, and nothing after it.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(plain)
        && !host.is_empty()
        && !host.contains(['/', '?', '#', '@', '\\', '*'])
        && host.bytes().all(|byte| byte.is_ascii_graphic())
}

const NO_ORIGIN: &str = "must be an origin, such as `https://app.example.com`: with its scheme, \
                         without a slash or a path at the end, and without `*`";
