//! What each path asks of a visitor: a small language, parsed once, evaluated for every request.
//!
//! [`Rules::read`] is where everything can go wrong, and says so all at once; [`Rules::find`] and
//! [`Condition::judge`] cannot fail any more. The most specific rule wins and the order of the
//! list means nothing: segment by segment from the left a literal beats `:name` beats `/*`, then
//! a host beats none, then methods beat none. A path without a rule needs a signed-in session.
//!
//! One file per question: `read` which texts are rules, `tree` which rule a path falls under,
//! `judge` what a condition says of a visitor, `target` where a redirect leads, `check` and
//! `cycles` what makes a whole set wrong, `display` how it is written.
//!
//! It refuses to know what a token or a header is: who asks is told through [`Facts`].
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

use crate::check;
use crate::condition::Condition;
use crate::path_params::PathParams;
use crate::path_tree;
use crate::path_tree::PathTree;
use crate::pattern::Pattern;
use crate::problem::Problem;
use crate::read;
use crate::redirect_circles;
use crate::response::{Otherwise, RedirectByRole, SignedOut};
use clerk_edge_http::path::RequestPath;

/// Holding one means: every rule was understood, none ties with another, each can be reached, and
/// none leads in a circle.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub(crate) list: Vec<Rule>,
    tree: PathTree,
    fallback: Rule,
    pub(crate) assets: bool,
}

/// What reading the rules has to know besides their text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Whether static assets are the upstream: then the names of one page share its rule.
    pub assets: bool,
    /// The path of the sign-in page, where it is on this site.
    pub sign_in: Option<String>,
}

/// One line of the operator's text, or the built-in one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    pub(crate) index: Option<usize>,
    pub(crate) pattern: Pattern,
    pub(crate) host: Option<String>,
    pub(crate) methods: Vec<String>,
    pub(crate) requirement: Requirement,
    pub(crate) signed_out: SignedOut,
    pub(crate) otherwise: Otherwise,
    pub(crate) send: Option<RedirectByRole>,
    pub(crate) lookup: bool,
    pub(crate) report_only: bool,
}

/// What a path asks. Every path has one.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Requirement {
    /// Nothing; no authentication work is done.
    Anyone(OpenPath),
    /// Nothing, but whoever it is shall be known.
    Optional(OpenPath),
    /// A session.
    #[default]
    SignedIn,
    /// A session of which this holds.
    Condition(Condition),
}

/// Holding one means: a rule says that a request may go on without a session. Only reading such
/// a rule makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenPath(pub(crate) ());

/// The rule that a request falls under, and what its path captured.
#[derive(Clone, Debug)]
pub struct Match<'a> {
    /// The rule, the built-in one included.
    pub rule: &'a Rule,
    /// The values of its `:name` segments.
    pub names: PathParams,
}

/// The path falls under different rules, or gives different names, depending on who reads it;
/// answered with `path-ambiguous`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ambiguous;

impl Rules {
    /// Reads the JSON list of rules.
    ///
    /// # Errors
    /// Every problem there is, each with its place.
    pub fn read(json_text: &str, context: &Context) -> Result<Self, Vec<Problem>> {
        let list = read::rules(json_text, context)?;
        let tree = PathTree::of(&list);
        let rules = Self { list, tree, fallback: Rule::default(), assets: context.assets };
        let mut problems = check::problems(&rules);
        if problems.is_empty() {
            problems = redirect_circles::problems(&rules, context.sign_in.as_deref());
        }
        if problems.is_empty() { Ok(rules) } else { Err(problems) }
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
        if let Some(text) = path.single() {
            return Ok(self.find_single(&asked, text));
        }
        let mut readings = path.stored_readings().iter().map(|reading| {
            let mut segments: Vec<&[u8]> = reading.segments().collect();
            if self.assets {
                crate::asset_names::page_of_segments(&mut segments);
            }
            self.matched(&asked, segments.iter().copied())
        });
        let first = readings.next().ok_or(Ambiguous)?;
        let agreed = readings
            .all(|other| other.rule.index == first.rule.index && other.names == first.names);
        agreed.then_some(first).ok_or(Ambiguous)
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
        let mut hash = sha1_smol::Sha1::from(self.to_string()).digest().to_string();
        hash.truncate(HASH_DIGITS);
        hash
    }

    fn find_single(&self, asked: &path_tree::HostAndMethod<'_>, text: &str) -> Match<'_> {
        let page = if self.assets { crate::asset_names::page_of(text) } else { text };
        self.matched(asked, clerk_edge_http::path::split(page))
    }

    fn matched<'s, S>(&self, asked: &path_tree::HostAndMethod<'_>, segments: S) -> Match<'_>
    where
        S: Iterator<Item = &'s [u8]> + Clone,
    {
        let rule = self.tree.find(&self.list, asked, segments.clone()).unwrap_or(&self.fallback);
        Match { rule, names: rule.pattern.names(segments) }
    }
}

impl PartialEq for Rules {
    /// The tree follows from the list.
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list && self.assets == other.assets
    }
}

impl Rule {
    /// The place in the operator's list; none for the built-in rule.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// The path as the rule writes it, in canonical form; `default` for the built-in rule.
    #[must_use]
    pub fn path_text(&self) -> &str {
        if self.index.is_some() { self.pattern.text() } else { "default" }
    }

    /// The host that the rule is narrowed to.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The methods that the rule is narrowed to; none means all. `HEAD` follows `GET`.
    #[must_use]
    pub fn methods(&self) -> &[String] {
        &self.methods
    }

    /// What the path asks.
    #[must_use]
    pub fn requirement(&self) -> &Requirement {
        &self.requirement
    }

    /// What becomes of a visitor who is not signed in.
    #[must_use]
    pub fn signed_out(&self) -> &SignedOut {
        &self.signed_out
    }

    /// What becomes of one who is signed in but not allowed.
    #[must_use]
    pub fn otherwise(&self) -> &Otherwise {
        &self.otherwise
    }

    /// Where one who is allowed is sent on to, by role.
    #[must_use]
    pub fn send(&self) -> Option<&RedirectByRole> {
        self.send.as_ref()
    }

    /// Whether a missing role or claim is looked up also where only a header would carry it.
    #[must_use]
    pub fn lookup(&self) -> bool {
        self.lookup
    }

    /// Whether the decision is logged and not carried out.
    #[must_use]
    pub fn report_only(&self) -> bool {
        self.report_only
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
            let context = Context { assets, sign_in: None };
            let rules = Rules::read(text, &context).unwrap_or_default();
            assert_eq!(rules.len(), 5);
            for raw in paths.split(' ').filter(|raw| !raw.is_empty()) {
                let path = RequestPath::parse(raw);
                let short = path.map(|path| {
                    assert!(path.single().is_some(), "{raw}");
                    rules.find("", "GET", &path).map(|f| (f.rule.index, f.names)).ok()
                });
                let mut segments: Vec<&[u8]> = clerk_edge_http::path::split(raw).collect();
                if assets {
                    crate::asset_names::page_of_segments(&mut segments);
                }
                let asked = path_tree::HostAndMethod::new("", "GET");
                let long = rules.matched(&asked, segments.iter().copied());
                let long = Ok(Some((long.rule.index, long.names)));
                assert_eq!(short, long, "{raw} (assets: {assets})");
            }
        }
    }
}
