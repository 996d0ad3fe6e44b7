//! `UPSTREAM`: where allowed requests go, and whether the binding that it names is there.

use crate::settings::Upstream;
use crate::settings::bindings::{ASSETS, Binding, ORIGIN};
use crate::settings::urls;
use crate::settings::value_reader::ValueReader;

/// Reads `UPSTREAM`. If it is not set: assets if bound, else the service if bound, else the zone.
pub(super) fn read(reader: &mut ValueReader<'_>, name: &str) -> Upstream {
    let assets = reader.is_bound(ASSETS, &Binding::Service, "must be an assets binding");
    let origin = reader.is_bound(ORIGIN, &Binding::Service, ORIGIN_ACCEPTED);
    match reader.bound(name) {
        None if assets => {
            if origin {
                reader.add_note(BOTH_BOUND);
            }
            Upstream::Assets
        }
        None if origin => Upstream::Service,
        None => Upstream::Passthrough,
        Some(Binding::Text(text)) => match text.trim() {
            "assets" => bound(reader, name, assets, Upstream::Assets, NO_ASSETS),
            "service" => bound(reader, name, origin, Upstream::Service, NO_SERVICE),
            "passthrough" => Upstream::Passthrough,
            text => url(reader, name, text).unwrap_or(Upstream::Passthrough),
        },
        Some(other) => reader.refuse_kind(name, ACCEPTED, &other).unwrap_or(Upstream::Passthrough),
    }
}

/// The upstream that was named; a problem if its binding is missing.
fn bound(
    reader: &mut ValueReader<'_>,
    name: &str,
    is_bound: bool,
    named: Upstream,
    otherwise: &str,
) -> Upstream {
    if !is_bound {
        reader.add(name, otherwise);
    }
    named
}

fn url(reader: &mut ValueReader<'_>, name: &str, text: &str) -> Option<Upstream> {
    let url = urls::absolute_without_query(reader, name, text, ACCEPTED)?;
    if !url.is_secure() && !url.is_loopback() {
        reader.add_note(INSECURE);
    }
    Some(Upstream::Url(url.trimmed()))
}

const ACCEPTED: &str = "must be `assets`, `service`, `passthrough` or an absolute URL such as \
                        `https://example.com`";
const ORIGIN_ACCEPTED: &str =
    "must be a service binding (the URL of an origin belongs in UPSTREAM)";
const NO_ASSETS: &str = "is `assets`, but no assets are bound as ASSETS";
const NO_SERVICE: &str = "is `service`, but no service is bound as ORIGIN";
const BOTH_BOUND: &str =
    "ASSETS and ORIGIN are both bound, and ASSETS is used: name one of them in UPSTREAM.";
const INSECURE: &str = "UPSTREAM begins with `http://`: requests are sent without encryption.";
