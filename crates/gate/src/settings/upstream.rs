//! `UPSTREAM`: where allowed requests go, and whether what it names is bound. `PATH_CASE` and
//! `PATH_SUFFIXES`: what it makes of a path besides what all servers are taken to do.

use crate::settings::Upstream;
use crate::settings::bindings::{Binding, Bindings};
use crate::settings::urls::{is_safe, without_query, without_trailing_slashes};
use crate::settings::value_reader::ValueReader;

/// Assets before a service before the zone, unless it is said.
pub(super) fn read<B: Bindings>(reader: &ValueReader<'_, B>) -> Upstream {
    let assets = fetchable(reader, ASSETS, "must be an assets binding");
    let origin = fetchable(
        reader,
        ORIGIN,
        "must be a service binding (the address of an origin belongs into UPSTREAM)",
    );
    match reader.bound(UPSTREAM) {
        None if assets => {
            if origin {
                reader.remark(
                    "ASSETS and ORIGIN are both bound, and ASSETS is used: say which in UPSTREAM.",
                );
            }
            Upstream::Assets
        }
        None if origin => Upstream::Service,
        None => Upstream::Passthrough,
        Some(Binding::Text(text)) => named(reader, &text, assets, origin),
        Some(other) => {
            reader.note(UPSTREAM, format!("{ACCEPTED}, but {} is bound", other.shape()));
            Upstream::Passthrough
        }
    }
}

fn named<B: Bindings>(
    reader: &ValueReader<'_, B>,
    text: &str,
    assets: bool,
    origin: bool,
) -> Upstream {
    match text.trim() {
        "assets" => {
            if !assets {
                reader.note(UPSTREAM, "is `assets`, but no assets are bound as ASSETS");
            }
            Upstream::Assets
        }
        "service" => {
            if !origin {
                reader.note(UPSTREAM, "is `service`, but no service is bound as ORIGIN");
            }
            Upstream::Service
        }
        "passthrough" => Upstream::Passthrough,
        address => url(reader, address).unwrap_or(Upstream::Passthrough),
    }
}

fn url<B: Bindings>(reader: &ValueReader<'_, B>, text: &str) -> Option<Upstream> {
    let address = match without_query(text, ACCEPTED) {
        Ok(address) => address,
        Err(problem) => return reader.refuse(UPSTREAM, problem),
    };
    if !is_safe(&address) {
        reader.remark("UPSTREAM begins with `http://`: what the gate adds travels in the clear.");
    }
    Some(Upstream::Url(without_trailing_slashes(&address)))
}

/// Whether it ignores case, and which endings it cuts off.
pub(super) fn reading<B: Bindings>(
    reader: &ValueReader<'_, B>,
    to: &Upstream,
) -> (bool, Vec<String>) {
    let case = reader.text(CASE).and_then(|text| match text.trim() {
        "exact" => Some(false),
        "insensitive" => Some(true),
        _ => reader.refuse(CASE, "must be `exact` or `insensitive`"),
    });
    let mut suffixes = Vec::new();
    for entry in reader.list(SUFFIXES).into_iter().flatten() {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if entry.text.bytes().all(plain) {
            suffixes.push(entry.text);
        } else {
            reader.note(entry.place, "must be an ending of plain letters, such as `.json`");
        }
    }
    let ignores_case = case.unwrap_or_default();
    for (name, applies) in [(CASE, ignores_case), (SUFFIXES, !suffixes.is_empty())] {
        if applies && *to == Upstream::Assets {
            reader.note(name, FOR_OTHERS);
        }
    }
    (ignores_case, suffixes)
}

/// Whether something that can be fetched from is bound; anything else there is a problem.
fn fetchable<B: Bindings>(reader: &ValueReader<'_, B>, name: &str, expected: &str) -> bool {
    match reader.bound(name) {
        None => false,
        Some(Binding::Service) => true,
        Some(other) => {
            reader.note(name, format!("{expected}, but {} is bound", other.shape()));
            true
        }
    }
}

const UPSTREAM: &str = "UPSTREAM";
const CASE: &str = "PATH_CASE";
const SUFFIXES: &str = "PATH_SUFFIXES";
const FOR_OTHERS: &str = "is for a service, an address or a zone: with assets case counts, and the \
                          names of a page are known";
const ASSETS: &str = "ASSETS";
const ORIGIN: &str = "ORIGIN";
const ACCEPTED: &str = "must be `assets`, `service`, `passthrough` or an absolute address such as \
                        `https://example.com`";
