//! One rule: its path, what it asks of a caller, and what becomes of those it does not let in.
//!
//! How a rule is found is in [`crate::rule_set`], what it decides in [`crate::decide`].

use crate::caller_kind::CallerKinds;
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
    pub(crate) report_only: bool,
    pub(crate) activate: Option<Activate>,
    pub(crate) accepts: CallerKinds,
    pub(crate) machines: Option<Box<ForMachines>>,
}

/// Which organization a page needs to be active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activate {
    /// The one that the path names under this name.
    Captured(String),
    /// None: the personal account.
    Personal,
}

/// What a rule says of machines; only where it names a kind of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForMachines {
    /// Every scope that the condition asks for.
    pub scopes: Vec<String>,
    /// `audience`: for whom a token must have been made.
    pub audience: Option<Audience>,
    /// `forward_token`: whether `Authorization` stays on the request.
    pub forward_token: bool,
}

/// For whom a token must have been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// For the address of the rule.
    Itself,
    /// For the address of the rule, or for nobody in particular.
    Optional,
    /// For one of these.
    OneOf(Vec<String>),
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
    /// Every role that is asked for, under `not` as well.
    #[must_use]
    pub fn roles(&self) -> Vec<&str> {
        match self {
            Self::Condition(condition) => condition.roles(),
            Self::Anyone | Self::Optional | Self::SignedIn => Vec::new(),
        }
    }

    /// Whether it asks for a claim.
    #[must_use]
    pub fn reads_claims(&self) -> bool {
        fn reads(condition: &Condition) -> bool {
            matches!(condition, Condition::Claim(..)) || condition.parts().iter().any(reads)
        }
        matches!(self, Self::Condition(condition) if reads(condition))
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

    /// How many segments the path has, `/*` not counted.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.pattern.segments().len()
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

    /// The organization that has to be active.
    #[must_use]
    pub fn activate(&self) -> Option<&Activate> {
        self.activate.as_ref()
    }

    /// The kinds of callers that the rule names. All others are signed out here.
    #[must_use]
    pub fn accepts(&self) -> CallerKinds {
        self.accepts
    }

    /// What the rule says of machines, where it names a kind of them.
    #[must_use]
    pub fn machines(&self) -> Option<&ForMachines> {
        self.machines.as_deref()
    }

    /// Whether the decision is logged and not carried out.
    #[must_use]
    pub fn report_only(&self) -> bool {
        self.report_only
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
