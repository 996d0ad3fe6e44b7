//! The rules of a site, and which of them a request falls under.
//!
//! The most specific rule wins and the order of the list means nothing: segment by segment from the
//! left a literal beats `:name` beats `/*`, then a host beats none, then methods beat none. A path
//! without a rule needs a signed-in session. [`Rules::read`] reports every problem at once;
//! [`Rules::find`] cannot fail but for a path with more than one meaning.
//!
//! ```
//! use clerk_edge_http::path::RequestPath;
//! use clerk_edge_rules::rule_set::{Context, Rules};
//!
//! let text = r#"[{ "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": 404 }]"#;
//! let rules = Rules::read(text, &Context::default()).map_err(|problems| problems[0].to_string())?;
//! let path = RequestPath::parse("/admin/users").map_err(|_| "refused")?;
//! let found = rules.find("example.com", "GET", &path).map_err(|_| "ambiguous")?;
//! assert_eq!(found.rule.path_text(), "/admin/*");
//! # Ok::<(), String>(())
//! ```

use crate::path_params::PathParams;
use crate::path_tree;
use crate::path_tree::PathTree;
use crate::rule::Rule;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::sha1::sha1_hex;

/// Rules that were read without a problem: none ties with another, each can be reached, and none
/// redirects in a loop.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub(crate) list: Vec<Rule>,
    tree: PathTree,
    fallback: Rule,
    pub(crate) assets: bool,
    /// The same rules for an upstream that ignores case: literals in lower case.
    pub(crate) folded: Option<PathTree>,
    suffixes: Vec<String>,
}

/// What reading the rules has to know besides their text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Whether static assets are the upstream: then the names of one page share its rule.
    pub assets: bool,
    /// Whether the upstream ignores the case of a path: then both readings are judged.
    pub ignores_case: bool,
    /// What the upstream may cut off the end of a path: one more reading each.
    pub suffixes: Vec<String>,
    /// The path of the sign-in page, where it is on this site.
    pub sign_in: Option<String>,
}

/// The rule that a request falls under, and what its path captured.
#[derive(Clone, Debug)]
pub struct Match<'a> {
    /// The rule, the built-in one included.
    pub rule: &'a Rule,
    /// The values of its `:name` segments.
    pub params: PathParams,
}

/// The path falls under different rules, or gives different names, depending on who reads it;
/// answered with `path-ambiguous`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ambiguous;

impl Rules {
    /// The rules of a list that was checked by itself.
    pub(crate) fn of(list: Vec<Rule>, context: &Context) -> Self {
        Self {
            tree: PathTree::of(&list, false),
            folded: context.ignores_case.then(|| PathTree::of(&list, true)),
            list,
            fallback: Rule::default(),
            assets: context.assets,
            suffixes: context.suffixes.clone(),
        }
    }

    /// The rule for a request. The host may carry a port.
    ///
    /// # Errors
    /// [`Ambiguous`] where the readings of the path do not agree.
    pub fn find(
        &self,
        host: &str,
        method: &str,
        path: &RequestPath,
    ) -> Result<Match<'_>, Ambiguous> {
        let asked = path_tree::HostAndMethod::new(host, method);
        let one_reading = self.folded.is_none() && self.suffixes.is_empty();
        if let Some(text) = path.single().filter(|_| one_reading) {
            return Ok(self.find_single(&asked, text));
        }
        self.find_in_all_readings(&asked, path)
    }

    #[cold]
    #[inline(never)]
    fn find_in_all_readings(
        &self,
        asked: &path_tree::HostAndMethod<'_>,
        path: &RequestPath,
    ) -> Result<Match<'_>, Ambiguous> {
        let mut first: Option<Match<'_>> = None;
        for segments in path.readings() {
            for found in self.find_all(asked, segments) {
                let agrees =
                    |it: &Match<'_>| it.rule.index == found.rule.index && it.params == found.params;
                if !first.as_ref().is_none_or(agrees) {
                    return Err(Ambiguous);
                }
                first = first.or(Some(found));
            }
        }
        first.ok_or(Ambiguous)
    }

    /// The first rule whose path, in capitals, falls under one that asks for less: an upstream that
    /// ignores case would serve it there. `None` where that is judged.
    #[must_use]
    pub fn open_in_capitals(&self) -> Option<&Rule> {
        if self.assets || self.folded.is_some() {
            return None;
        }
        self.list.iter().find(|rule| {
            let path = rule.pattern.example("x", 0).to_ascii_uppercase();
            let method = rule.methods.first().map_or("GET", String::as_str);
            let found = RequestPath::parse(&path)
                .ok()
                .and_then(|path| self.find(rule.host().unwrap_or_default(), method, &path).ok());
            found.is_some_and(|found| found.rule.requirement.rank() < rule.requirement.rank())
        })
    }

    /// The rules in the operator's order.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.list.iter()
    }

    /// How many rules there are, the built-in one not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether only the built-in rule holds.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// A short name for exactly these rules: the beginning of a hash of their canonical text.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hash = sha1_hex(self.to_string().as_bytes());
        hash.truncate(HASH_DIGITS);
        hash
    }

    /// Places in the list of the rules that match the same paths, case counting.
    pub(crate) fn places(&self) -> impl Iterator<Item = &[usize]> {
        self.tree.places()
    }

    fn find_single(&self, asked: &path_tree::HostAndMethod<'_>, text: &str) -> Match<'_> {
        let page = if self.assets { clerk_edge_http::asset_names::page_of(text) } else { text };
        self.matched(asked, clerk_edge_http::path::split(page))
    }

    /// What one reading of the path falls under, as it stands and as the upstream may take it.
    pub(crate) fn find_all(
        &self,
        asked: &path_tree::HostAndMethod<'_>,
        mut path: Vec<&[u8]>,
    ) -> Vec<Match<'_>> {
        if self.assets {
            clerk_edge_http::asset_names::page_of_segments(&mut path);
        }
        let cut = self.suffixes.iter().filter_map(|suffix| self.without(suffix, &path));
        let mut found = Vec::new();
        for path in std::iter::once(path.clone()).chain(cut) {
            found.push(self.matched(asked, path.iter().copied()));
            if let Some(tree) = &self.folded {
                let lower: Vec<_> = path.iter().map(|it| it.to_ascii_lowercase()).collect();
                let rule = tree.find(&self.list, asked, lower.iter().map(Vec::as_slice));
                let rule = rule.unwrap_or(&self.fallback);
                found.push(Match { rule, params: rule.pattern.names(path.iter().copied()) });
            }
        }
        found
    }

    /// The path without a suffix, where it ends in it.
    fn without<'s>(&self, suffix: &str, path: &[&'s [u8]]) -> Option<Vec<&'s [u8]>> {
        let (last, before) = path.split_last()?;
        let (stem, end) = last.split_at_checked(last.len().checked_sub(suffix.len())?)?;
        let same = if self.folded.is_some() {
            end.eq_ignore_ascii_case(suffix.as_bytes())
        } else {
            end == suffix.as_bytes()
        };
        let stem = Some(stem).filter(|stem| !stem.is_empty());
        same.then(|| before.iter().copied().chain(stem).collect())
    }

    pub(crate) fn matched<'s, S>(
        &self,
        asked: &path_tree::HostAndMethod<'_>,
        segments: S,
    ) -> Match<'_>
    where
        S: Iterator<Item = &'s [u8]> + Clone,
    {
        let rule = self.tree.find(&self.list, asked, segments.clone()).unwrap_or(&self.fallback);
        Match { rule, params: rule.pattern.names(segments) }
    }
}

impl PartialEq for Rules {
    /// The tree follows from the list.
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list && self.assets == other.assets
    }
}

/// Twelve digits are 48 bits: enough to tell one deployment's rules from another's.
const HASH_DIGITS: usize = 12;

#[cfg(test)]
mod tests {
    use super::{Context, Rules, path_tree};
    use clerk_edge_http::path::RequestPath;

    #[test]
    fn the_short_cut_for_plain_paths_finds_what_the_long_way_finds() {
        let text = r#"[{ "path": "/" }, { "path": "/a/*" }, { "path": "/a/b" }, { "path": "/:x/c" },
            { "path": "/.b" }]"#;
        let paths = "/ /a /a/ /a/b /a/b/ /a/c /d/c /d/d /index.html /index /a.html /a/index.html \
                     /a/b.html /a/b/index /d/c.html/ /.b /.b/ /.html /a/.html /a/b/index.html.html";
        for assets in [false, true] {
            let context = Context { assets, ..Context::default() };
            let rules = Rules::read(text, &context).unwrap_or_default();
            assert_eq!(rules.len(), 5);
            for raw in paths.split(' ').filter(|raw| !raw.is_empty()) {
                let path = RequestPath::parse(raw);
                let short = path.map(|path| {
                    assert!(path.single().is_some(), "{raw}");
                    rules.find("", "GET", &path).map(|f| (f.rule.index, f.params)).ok()
                });
                let mut segments: Vec<&[u8]> = clerk_edge_http::path::split(raw).collect();
                if assets {
                    clerk_edge_http::asset_names::page_of_segments(&mut segments);
                }
                let asked = path_tree::HostAndMethod::new("", "GET");
                let long = rules.matched(&asked, segments.iter().copied());
                let long = Ok(Some((long.rule.index, long.params)));
                assert_eq!(short, long, "{raw} (assets: {assets})");
            }
        }
    }
}
