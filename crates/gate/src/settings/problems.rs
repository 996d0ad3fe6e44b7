//! The problems that keep bindings from being a configuration. With any of them the gate stays
//! closed.

use clerk_edge_rules::problem::Problem;

/// At least one problem: a binding is missing, cannot be read or contradicts another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsProblems {
    first: Problem,
    others: Vec<Problem>,
    may_be_shown: bool,
}

impl SettingsProblems {
    pub(super) fn new(first: Problem, others: Vec<Problem>, may_be_shown: bool) -> Self {
        Self { first, others, may_be_shown }
    }

    /// Every problem, at least one.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Whether a response may list the problems. With a production key it may not.
    #[must_use]
    pub fn may_be_shown(&self) -> bool {
        self.may_be_shown
    }
}

impl std::fmt::Display for SettingsProblems {
    /// One line per problem, for the log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first)?;
        self.others.iter().try_for_each(|problem| write!(f, "\n{problem}"))
    }
}
