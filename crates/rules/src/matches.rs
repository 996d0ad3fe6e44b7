//! The rules that a request falls under: that of its path and, for a file, those of the pages it
//! belongs to.
//!
//! The pages come from the site map, else from the file's name. Names and map can close any file;
//! only the map can open one. What the rules make of a caller is in [`crate::decide`].

use std::cmp::Ordering;

use clerk_edge_http::asset_names::{page_of, page_of_segments};
use clerk_edge_http::path::{RequestPath, address_of, split};
use clerk_edge_http::percent::decode_once;

use crate::companions::{self, Upstream};
use crate::limits::PAGES_TOLD_MAX;
use crate::path_tree::HostAndMethod;
use crate::rule::Requirement;
use crate::rule_set::{Match, Rules};
use crate::site_map::{SiteMap, Tie, has_extension, last_segment};

/// The rules that a request falls under. There is at least one.
#[derive(Clone, Debug)]
pub struct Matches<'r> {
    own: Match<'r>,
    is_file: bool,
    /// Of a file that belongs to pages: all that count, the most specific first.
    of_file: Vec<FileRule<'r>>,
    pages: Vec<String>,
}

/// A rule that counts for a file.
#[derive(Clone, Debug)]
pub(crate) struct FileRule<'r> {
    pub(crate) matched: Match<'r>,
    /// Of the rules with one number here, one must allow; a rule without a number must.
    pub(crate) one_of: Option<usize>,
}

/// What a path's name says of it, before anybody looks at the site map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// The root: a page.
    Root,
    /// Without an extension: a page, unless the site map names it.
    Bare,
    /// With an extension other than `.html`: a file.
    File,
}

/// What is known of the site besides its rules.
#[derive(Clone, Copy, Debug)]
pub struct Site<'m> {
    /// Whether files are served from `ASSETS`.
    pub has_assets: bool,
    /// The site map, where there is one.
    pub map: Option<&'m SiteMap>,
}

impl<'r> From<Match<'r>> for Matches<'r> {
    /// Of a page: the rule of its path.
    fn from(own: Match<'r>) -> Self {
        Self { own, is_file: false, of_file: Vec::new(), pages: Vec::new() }
    }
}

impl<'r> Matches<'r> {
    /// Of a file that the rule of its path decides alone.
    #[must_use]
    pub fn of_file_alone(own: Match<'r>) -> Self {
        Self { is_file: true, ..Self::from(own) }
    }

    /// The most specific one.
    #[must_use]
    pub fn first(&self) -> &Match<'r> {
        self.of_file.first().map_or(&self.own, |rule| &rule.matched)
    }

    /// Whether nobody is asked for.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.all().all(|matched| *matched.rule.requirement() == Requirement::Anyone)
    }

    /// Whether all rules that do not let everybody in merely report.
    #[must_use]
    pub fn merely_report(&self) -> bool {
        let counting = self.all().filter(|it| *it.rule.requirement() != Requirement::Anyone);
        let mut counting = counting.peekable();
        counting.peek().is_some() && counting.all(|matched| matched.rule.report_only())
    }

    /// Whether `send` means nothing.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.is_file
    }

    /// The pages by whose rules a file is judged, as many as are told.
    #[must_use]
    pub fn pages(&self) -> &[String] {
        &self.pages
    }

    /// The rule of the path alone, where no page counts.
    pub(crate) fn single(&self) -> Option<&Match<'r>> {
        self.of_file.is_empty().then_some(&self.own)
    }

    /// The rules of a file that belongs to pages.
    pub(crate) fn of_file(&self) -> &[FileRule<'r>] {
        &self.of_file
    }

    /// How old claims may be, in seconds, so that every rule accepts them.
    #[must_use]
    pub fn fresh(&self) -> Option<u32> {
        self.all().filter_map(|matched| matched.rule.fresh()).min()
    }

    /// Whether one of the rules depends on the caller's role or on a claim.
    #[must_use]
    pub fn ask_for_claims(&self) -> bool {
        self.all().any(|matched| matched.rule.asks_for_claims())
    }

    fn all(&self) -> impl Iterator<Item = &Match<'r>> {
        self.single().into_iter().chain(self.of_file.iter().map(|rule| &rule.matched))
    }

    fn tell(&mut self, page: String) {
        if self.pages.len() < PAGES_TOLD_MAX && !self.pages.contains(&page) {
            self.pages.push(page);
        }
    }

    /// Adds a rule in its place; one that is there already is not added again. Where two are
    /// equally specific, the earlier stays before.
    fn add(&mut self, matched: Match<'r>, one_of: Option<usize>) {
        let is_same = |it: &FileRule<'_>| {
            it.matched.rule.index == matched.rule.index
                && it.matched.params == matched.params
                && it.one_of == one_of
        };
        if self.of_file.iter().any(is_same) {
            return;
        }
        let place = self
            .of_file
            .partition_point(|it| it.matched.rule.cmp_specificity(matched.rule) != Ordering::Less);
        self.of_file.insert(place, FileRule { matched, one_of });
    }
}

impl Rules {
    /// What a path's name says. The names of one page count as the page.
    #[must_use]
    pub fn name_kind(&self, path: &RequestPath) -> NameKind {
        if let Some(text) = path.single() {
            let page = if self.assets { page_of(text) } else { text };
            let page = page.strip_suffix('/').unwrap_or(page);
            return kind_of(last_segment(page));
        }
        let kinds = path.readings().map(|mut segments| {
            if self.assets {
                page_of_segments(&mut segments);
            }
            kind_of(segments.last().copied().unwrap_or_default())
        });
        kinds.max_by_key(|kind| *kind as u8).unwrap_or(NameKind::File)
    }

    /// The rules of a path that may be a file's, beside the one that covers the path itself.
    ///
    /// Every reading of the path counts, so that no spelling of a file's name is judged otherwise.
    #[must_use]
    pub fn with_pages<'r>(
        &'r self,
        own: Match<'r>,
        (host, method): (&str, &str),
        path: &RequestPath,
        site: Site<'_>,
    ) -> Matches<'r> {
        let asked = HostAndMethod::new(host, method);
        let is_file = site.has_assets && self.name_kind(path) == NameKind::File;
        let mut matches = Matches { is_file, ..Matches::from(own) };
        let mut is_named = true;
        for (number, mut segments) in path.readings().enumerate() {
            if self.assets {
                page_of_segments(&mut segments);
            }
            let named = self.by_map(&mut matches, number, &asked, &segments, site);
            if !named {
                self.by_name(&mut matches, &asked, &segments, site);
            }
            is_named &= named;
        }
        // Where no rule covers the path, a file that the map names needs its pages alone.
        if !matches.of_file.is_empty() && !(is_named && matches.own.rule.index.is_none()) {
            let own = matches.own.clone();
            matches.add(own, None);
        }
        matches
    }

    /// Adds the rules of the pages that the map says; whether it names the file.
    fn by_map<'r>(
        &'r self,
        matches: &mut Matches<'r>,
        reading: usize,
        asked: &HostAndMethod<'_>,
        segments: &[&[u8]],
        site: Site<'_>,
    ) -> bool {
        let Some(map) = site.map else { return false };
        let Some(found) = map.pages_of(&address_of(&segments.join(&b'/'))) else { return false };
        matches.is_file = true;
        let rules = |page: &str| {
            let decoded: Vec<Vec<u8>> = split(page).map(decode_once).collect();
            self.find_all(asked, decoded.iter().map(Vec::as_slice).collect())
        };
        let open = found.pages().find(|page| {
            let mut rules = rules(page).into_iter();
            found.tie == Tie::Loads && rules.all(|it| *it.rule.requirement() == Requirement::Anyone)
        });
        // A page that lets everybody in is one that allows.
        for page in found.pages().filter(|page| open.is_none_or(|open| open == *page)) {
            let rules = rules(page);
            // Where one page has several rules, each must allow.
            let is_one_of = found.tie == Tie::Loads && rules.len() == 1;
            for matched in rules {
                matches.add(matched, is_one_of.then_some(reading));
            }
            matches.tell(page.to_owned());
        }
        true
    }

    /// Adds the rules of the page whose companion the name is.
    fn by_name<'r>(
        &'r self,
        matches: &mut Matches<'r>,
        asked: &HostAndMethod<'_>,
        segments: &[&[u8]],
        site: Site<'_>,
    ) {
        let upstream =
            Upstream { has_assets: site.has_assets, ignores_case: self.folded.is_some() };
        let Some(page) = companions::page_of(segments, upstream) else { return };
        matches.tell(address_of(&page.join(&b'/')));
        matches.is_file = true;
        for matched in self.find_all(asked, page) {
            matches.add(matched, None);
        }
    }
}

fn kind_of(last: &[u8]) -> NameKind {
    match last {
        b"" => NameKind::Root,
        last if has_extension(last) => NameKind::File,
        _ => NameKind::Bare,
    }
}
