//! Bindings that make no configuration. Whoever holds this closes the gate: there is no way from
//! here to half a configuration.

use clerk_edge_rules::problem::Problem;

/// Holding one means: at least one binding is missing, unreadable or contradicts another.
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

    /// Whether an answer may carry the problems: not with a key of a production instance.
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
