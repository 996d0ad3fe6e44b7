//! One rule: its path, what it asks of a caller, and what becomes of those it does not let in.
//!
//! How a rule is found is in [`crate::rule_set`], what it decides in [`crate::decide`].

use std::cmp::Ordering;

use crate::condition::Condition;
use crate::pattern::{Pattern, Segment};
use crate::target::Target;

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
    pub(crate) fresh: Option<u32>,
    pub(crate) report_only: bool,
    pub(crate) without_site_map: bool,
    pub(crate) is_shared: bool,
}

/// What a path asks. Every path has one.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Requirement {
    /// Nothing; no authentication work is done.
    Anyone,
    /// Nothing, but who asks is found out.
    Optional,
    /// A session.
    #[default]
    SignedIn,
    /// A session of which this holds.
    Condition(Condition),
}

impl Requirement {
    /// How much is asked.
    pub(crate) const fn rank(&self) -> u8 {
        match self {
            Self::Anyone => 0,
            Self::Optional => 1,
            Self::SignedIn => 2,
            Self::Condition(_) => 3,
        }
    }

    /// Every role that is asked for, under `not` as well.
    #[must_use]
    pub fn roles(&self) -> Vec<&str> {
        match self {
            Self::Condition(condition) => condition.roles(),
            Self::Anyone | Self::Optional | Self::SignedIn => Vec::new(),
        }
    }
}

impl Requirement {
    /// Whether a role or a claim is part of the condition.
    #[must_use]
    pub fn asks_for_claims(&self) -> bool {
        match self {
            Self::Condition(condition) => condition.asks_for_claims(),
            Self::Anyone | Self::Optional | Self::SignedIn => false,
        }
    }
}

impl Rule {
    /// The place in the operator's list; `None` for the built-in rule.
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

    /// Whether the path captures parameters.
    #[must_use]
    pub fn has_params(&self) -> bool {
        self.pattern.segments().iter().any(|segment| matches!(segment, Segment::Name(_)))
    }

    /// Whether a file under this rule is judged by it alone: it says `site_map = false`, or names
    /// the file literally.
    #[must_use]
    pub fn decides_alone(&self) -> bool {
        self.without_site_map || self.index.is_some() && self.pattern.is_literal()
    }

    /// The more specific of two rules is the greater one: their paths count from the left, then a
    /// host, then methods.
    pub(crate) fn cmp_specificity(&self, other: &Self) -> Ordering {
        let own = self.index.map(|_| self.pattern.ranks()).into_iter().flatten();
        let others = other.index.map(|_| other.pattern.ranks()).into_iter().flatten();
        own.cmp(others)
            .then(self.host.is_some().cmp(&other.host.is_some()))
            .then(self.methods.is_empty().cmp(&other.methods.is_empty()).reverse())
    }

    /// What the path asks.
    #[must_use]
    pub fn requirement(&self) -> &Requirement {
        &self.requirement
    }

    /// What happens to a visitor who is not signed in.
    #[must_use]
    pub fn signed_out(&self) -> &SignedOut {
        &self.signed_out
    }

    /// What happens to a visitor who is signed in but not allowed.
    #[must_use]
    pub fn otherwise(&self) -> &Otherwise {
        &self.otherwise
    }

    /// Where a page redirects the visitors that it allows, by role.
    #[must_use]
    pub fn send(&self) -> Option<&RedirectByRole> {
        self.send.as_ref()
    }

    /// Whether a missing role or claim is looked up also where only a header would carry it.
    #[must_use]
    pub fn lookup(&self) -> bool {
        self.lookup
    }

    /// How old claims may be, in seconds. Older ones count as absent for role and metadata.
    #[must_use]
    pub fn fresh(&self) -> Option<u32> {
        self.fresh
    }

    /// Whether anything of the rule depends on the caller's role or on a claim.
    #[must_use]
    pub fn asks_for_claims(&self) -> bool {
        let by_role = self.send().is_some_and(|send| send.by_role().next().is_some());
        self.lookup || self.fresh.is_some() || by_role || self.requirement.asks_for_claims()
    }

    /// Whether the decision is logged and not carried out.
    #[must_use]
    pub fn report_only(&self) -> bool {
        self.report_only
    }

    /// `cache = "shared"`: all callers who may enter get the same answer, which Cloudflare's cache
    /// may keep.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }
}

/// A visitor who is not signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SignedOut {
    /// A page is redirected to sign-in and back; anything else is answered 401.
    #[default]
    SignIn,
    /// Answered with this status: 401 or 404.
    Status(u16),
    /// A page is redirected there; anything else is answered 401.
    Redirect(Target),
}

/// A visitor who is signed in but not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// Answered with this status: 403 or 404.
    Status(u16),
    /// A page is redirected there; anything else is answered 403.
    Redirect(Target),
}

impl Default for Otherwise {
    fn default() -> Self {
        Self::Status(403)
    }
}

/// Where a page sends the signed-in visitors that it allows, by role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectByRole {
    by_role: Vec<(String, Target)>,
    rest: Option<Target>,
}

impl RedirectByRole {
    pub(super) fn new(by_role: Vec<(String, Target)>, rest: Option<Target>) -> Self {
        Self { by_role, rest }
    }

    /// The entry for a caller with these roles: of several roles the first that is named counts,
    /// and `"*"` stands for the rest. `None` means that the caller stays.
    #[must_use]
    pub fn entry(&self, roles: &[String]) -> Option<(&str, &Target)> {
        let named = |role: &String| self.by_role().find(|(known, _)| known == role);
        roles.iter().find_map(named).or_else(|| self.rest().map(|target| ("*", target)))
    }

    /// Every role that is named, with its target.
    pub fn by_role(&self) -> impl Iterator<Item = (&str, &Target)> {
        self.by_role.iter().map(|(role, target)| (role.as_str(), target))
    }

    /// The target for all other visitors.
    #[must_use]
    pub fn rest(&self) -> Option<&Target> {
        self.rest.as_ref()
    }
}
