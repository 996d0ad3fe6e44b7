//! The site map at hand: read through `ASSETS` once an isolate, and asked for the rules of a file.
//!
//! What its text means belongs in `clerk_edge_rules::site_map`, what the rules of a file's pages
//! come to in `clerk_edge_rules::matches`.

use std::cell::{Cell, OnceCell};

use clerk_edge_http::asset_names::page_of_segments;
use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::matches::{Matches, NameKind, Site};
use clerk_edge_rules::rule_set::Rules;
use clerk_edge_rules::site_map::{SiteMap, SiteMapError};

use crate::context::RequestContext;
use crate::limits::{SITE_MAP_BYTES_MAX, SITE_MAP_PAUSE_MS, SITE_MAP_TIMEOUT_MS};
use crate::platform::{AssetResponse, Platform};
use crate::settings::Settings;
use crate::settings::site_map::SiteMapMode;

/// What an isolate knows of its site map.
#[derive(Debug, Default)]
pub(crate) struct KnownSiteMap {
    known: OnceCell<Found>,
    /// Reading failed; until then it is not tried again.
    paused_until_ms: Cell<Option<i64>>,
}

/// What reading came to. Files do not change while an isolate lives, so it is kept.
#[derive(Debug)]
enum Found {
    Map(SiteMap),
    /// The site has none. `is_page`: a page came in its place.
    Nothing {
        is_page: bool,
    },
    Malformed(SiteMapError),
}

/// The site map, as far as a file can be judged by it.
enum Usable<'m> {
    Map(&'m SiteMap),
    Nothing,
    Never,
}

/// The rules of a request. A file has those of the pages it belongs to, too.
///
/// # Errors
/// [`Code::PathAmbiguous`], and [`Code::SiteMap`] for a file where the map cannot be used.
pub(crate) async fn matches<'g, P: Platform>(
    site_map: &'g KnownSiteMap,
    settings: &'g Settings,
    (host, method): (&str, &str),
    path: &RequestPath,
    ctx: &RequestContext<'_, P>,
) -> Result<Matches<'g>, Code> {
    let rules = &settings.rules;
    let own = rules.find(host, method, path).map_err(|_| Code::PathAmbiguous)?;
    let kind = rules.name_kind(path);
    let has_assets = settings.site_map.has_assets;
    if own.rule.decides_alone() {
        let is_file = has_assets && kind == NameKind::File;
        return Ok(if is_file { Matches::of_file_alone(own) } else { Matches::from(own) });
    }
    if kind == NameKind::Root || kind == NameKind::Bare && !has_assets {
        return Ok(Matches::from(own));
    }
    let map = match (has_assets, settings.site_map.mode) {
        (false, _) | (_, SiteMapMode::Off) => None,
        (true, mode) => match site_map.usable(mode, ctx).await {
            Usable::Map(map) if kind == NameKind::File || map.has_bare_names() => Some(map),
            Usable::Never if kind == NameKind::File => return Err(Code::SiteMap),
            Usable::Map(_) | Usable::Nothing | Usable::Never => None,
        },
    };
    if kind == NameKind::Bare && map.is_none() {
        return Ok(Matches::from(own));
    }
    Ok(rules.with_pages(own, (host, method), path, Site { has_assets, map }))
}

/// The rules of a request under rules that were given in code: that of its path alone.
///
/// # Errors
/// [`Code::PathAmbiguous`].
pub(crate) fn of_rules<'r>(
    rules: &'r Rules,
    (host, method): (&str, &str),
    path: &RequestPath,
) -> Result<Matches<'r>, Code> {
    rules.find(host, method, path).map(Matches::from).map_err(|_| Code::PathAmbiguous)
}

/// Whether a path is the site map's own, in any spelling. Nobody is served it.
pub(crate) fn is_its_own(path: &RequestPath) -> bool {
    let is_name = |name: &[u8]| name.eq_ignore_ascii_case(NAME.as_bytes());
    if let Some(text) = path.single()
        && !text.as_bytes().rsplit(|byte| *byte == b'/').take(2).any(|it| it.starts_with(b"_"))
    {
        return false;
    }
    path.readings().any(|mut segments| {
        page_of_segments(&mut segments);
        matches!(segments.as_slice(), [name] if is_name(name))
    })
}

impl KnownSiteMap {
    /// Notes for the health answer.
    pub(crate) async fn notes<P: Platform>(
        &self,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) -> Option<String> {
        let mode = settings.site_map.mode;
        if !settings.site_map.has_assets || mode == SiteMapMode::Off {
            return None;
        }
        self.usable(mode, ctx).await;
        match self.known.get() {
            None => Some(UNREADABLE.to_owned()),
            Some(Found::Malformed(error)) => Some(malformed(*error)),
            Some(Found::Map(map)) if map.is_empty() => Some(EMPTY.to_owned()),
            Some(Found::Map(_)) => None,
            Some(Found::Nothing { is_page: true }) => Some(PAGE.to_owned()),
            Some(Found::Nothing { is_page: false }) => Some(NONE.to_owned()),
        }
    }

    async fn usable<P: Platform>(
        &self,
        mode: SiteMapMode,
        ctx: &RequestContext<'_, P>,
    ) -> Usable<'_> {
        if self.known.get().is_none() {
            Box::pin(self.read(ctx)).await;
        }
        match self.known.get() {
            Some(Found::Map(map)) => Usable::Map(map),
            Some(Found::Nothing { .. }) if mode == SiteMapMode::Auto => Usable::Nothing,
            Some(Found::Nothing { .. } | Found::Malformed(_)) | None => Usable::Never,
        }
    }

    /// Reads the map. Requests that come meanwhile read it for themselves.
    #[cold]
    async fn read<P: Platform>(&self, ctx: &RequestContext<'_, P>) {
        if self.paused_until_ms.get().is_some_and(|until| {
            let left = until.saturating_sub(ctx.now_ms);
            left > 0 && left <= SITE_MAP_PAUSE_MS
        }) {
            return;
        }
        let asked = ctx.platform.asset(PATH, SITE_MAP_TIMEOUT_MS, SITE_MAP_BYTES_MAX).await;
        let Some(found) = asked.ok().and_then(found) else {
            self.paused_until_ms.set(Some(ctx.now_ms.saturating_add(SITE_MAP_PAUSE_MS)));
            ctx.note(UNREADABLE);
            return;
        };
        if let Found::Malformed(error) = &found {
            ctx.note(malformed(*error));
        }
        self.known.get_or_init(|| found);
    }
}

/// What an answer of the asset server means; `None` where it is no answer to this question.
fn found(response: AssetResponse) -> Option<Found> {
    let kind = response.content_type.as_deref().unwrap_or_default();
    let is_page = kind.trim_ascii_start().to_ascii_lowercase().starts_with("text/html");
    match response.status {
        404 => Some(Found::Nothing { is_page: false }),
        200 if is_page => Some(Found::Nothing { is_page: true }),
        200 => Some(match response.body.map(SiteMap::parse) {
            Some(Ok(map)) => Found::Map(map),
            Some(Err(error)) => Found::Malformed(error),
            None => Found::Malformed(SiteMapError::TooLarge),
        }),
        _ => None,
    }
}

fn malformed(error: SiteMapError) -> String {
    format!("SITE_MAP: the site map is not right: {error}. Files are answered 503; build it again.")
}

const NAME: &str = "_clerk-edge.txt";
const PATH: &str = "/_clerk-edge.txt";
const NONE: &str = "SITE_MAP: the site has no site map (`_clerk-edge.txt`), so the text of a \
                    guarded page may be read in files under other rules. The build makes one.";
const PAGE: &str = "SITE_MAP: the site has no site map; the asset server answers with a page in \
                    its place. Of a single-page application, no rule can guard a page's scripts.";
const EMPTY: &str = "SITE_MAP: the site map names no file. Of a single-page application, no rule \
                     can guard a page's scripts.";
const UNREADABLE: &str = "SITE_MAP: the site map could not be read. Files are answered 503.";
