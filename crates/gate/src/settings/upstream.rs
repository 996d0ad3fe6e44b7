//! `UPSTREAM`: where allowed requests go, and whether the binding that it names is there.
//! `PATH_CASE` and `PATH_SUFFIXES`: how this upstream reads paths.

use crate::settings::bindings::{ASSETS, Binding, ORIGIN, PATH_CASE, PATH_SUFFIXES};
use crate::settings::urls;
use crate::settings::value_reader::ValueReader;
use crate::settings::{Settings, Upstream, UpstreamKind};

/// Reads `UPSTREAM`. Where the gate is part of a program, that program is the upstream.
pub(super) fn read(reader: &mut ValueReader<'_>, name: &str, upstream: &mut Upstream) {
    if *upstream != Upstream::Handler {
        *upstream = of_worker(reader, name);
    } else if reader.text(name).is_some_and(|text| text.trim() != "handler") {
        reader.add(name, NOT_THE_HANDLER);
    }
}

/// If it is not set: assets if bound, else the service if bound, else the zone.
fn of_worker(reader: &mut ValueReader<'_>, name: &str) -> Upstream {
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

/// Reads `UPSTREAM_KIND`. The secret key must have been read before.
pub(super) fn kind(reader: &mut ValueReader<'_>, name: &str, settings: &Settings) -> UpstreamKind {
    let Some(text) = reader.text(name) else { return UpstreamKind::Plain };
    let problem = match text.trim() {
        "plain" => return UpstreamKind::Plain,
        "nextjs" if settings.secret_key.is_none() => "is `nextjs`, which needs CLERK_SECRET_KEY",
        "nextjs" if settings.upstream == Upstream::Assets => {
            "is `nextjs`, but the upstream is assets: bind the app as ORIGIN, or set UPSTREAM"
        }
        "nextjs" => return UpstreamKind::NextJs,
        _ => "must be `plain` or `nextjs`",
    };
    reader.add(name, problem);
    UpstreamKind::Plain
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
    if !urls::is_encrypted(&url) {
        reader.add_note(INSECURE);
    }
    Some(Upstream::Url(urls::without_trailing_slashes(&url)))
}

/// Whether the upstream ignores case, and which suffixes it cuts from a path.
pub(super) fn reading(reader: &mut ValueReader<'_>, upstream: &Upstream) -> (bool, Vec<String>) {
    let ignores_case = ignores_case(reader);
    let mut suffixes = suffixes(reader);
    // A handler may ask the asset server, which finds a page under several names.
    if *upstream == Upstream::Handler && reader.bound(ASSETS).is_some() {
        suffixes.extend(NAMES_OF_PAGES.map(str::to_owned));
    }
    for (name, is_set) in [(PATH_CASE, ignores_case), (PATH_SUFFIXES, !suffixes.is_empty())] {
        if is_set && *upstream == Upstream::Assets {
            reader.add(name, NOT_FOR_ASSETS);
        }
    }
    (ignores_case, suffixes)
}

fn ignores_case(reader: &mut ValueReader<'_>) -> bool {
    let Some(text) = reader.text(PATH_CASE) else { return false };
    match text.trim() {
        "exact" => {}
        "insensitive" => return true,
        _ => reader.add(PATH_CASE, "must be `exact` or `insensitive`"),
    }
    false
}

fn suffixes(reader: &mut ValueReader<'_>) -> Vec<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let mut suffixes = Vec::new();
    for entry in reader.list(PATH_SUFFIXES).into_iter().flatten() {
        if entry.text.bytes().all(is_plain) {
            suffixes.push(entry.text);
        } else {
            reader.add(entry.place, "must be a suffix of plain letters, such as `.json`");
        }
    }
    suffixes
}

const ACCEPTED: &str = "must be `assets`, `service`, `passthrough` or an absolute URL such as \
                        `https://example.com`";
/// `/admin.html`, `/admin/index.html` and `/admin/index` are `/admin` to the asset server.
const NAMES_OF_PAGES: [&str; 3] = [".html", "index.html", "index"];
const NOT_THE_HANDLER: &str =
    "must be `handler` or not set, because the code of this Worker is the upstream";
const ORIGIN_ACCEPTED: &str =
    "must be a service binding (the URL of an origin belongs in UPSTREAM)";
const NO_ASSETS: &str = "is `assets`, but no assets are bound as ASSETS";
const NO_SERVICE: &str = "is `service`, but no service is bound as ORIGIN";
const NOT_FOR_ASSETS: &str = "is for a service, a URL or a zone: for assets the gate knows that \
                              case counts, and which names a page has";
const BOTH_BOUND: &str =
    "ASSETS and ORIGIN are both bound, and ASSETS is used: name one of them in UPSTREAM.";
const INSECURE: &str = "UPSTREAM begins with `http://`: requests are sent without encryption.";
