//! Which rules the tests reach, and from which side: let in, and kept out.

use std::collections::BTreeMap;

use clerk_edge_rules::rule::{Requirement, Rule};
use clerk_edge_rules::rule_set::Rules;
use serde_json::{Value, json};

/// What was reached.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    sides: BTreeMap<usize, (bool, bool)>,
}

/// A rule that the tests do not cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// The rule's number.
    pub index: usize,
    /// The rule's path.
    pub rule: String,
    /// `nothing`, `let in` or `kept out`: what is missing.
    pub missing: &'static str,
}

impl Coverage {
    /// Notes that a test reached a rule.
    pub fn note(&mut self, rule: &Rule, is_let_in: bool) {
        let Some(index) = rule.index() else { return };
        let (inside, outside) = self.sides.entry(index).or_default();
        *inside |= is_let_in;
        *outside |= !is_let_in;
    }

    /// The rules that are not reached, or from one side alone.
    #[must_use]
    pub fn uncovered(&self, rules: &Rules) -> Vec<Uncovered> {
        rules.iter().filter_map(|rule| self.missing(rule)).collect()
    }

    /// How many of a hundred rules are covered; all where there are none.
    #[must_use]
    pub fn percent(&self, rules: &Rules) -> usize {
        let covered = rules.len().saturating_sub(self.uncovered(rules).len());
        covered.saturating_mul(100).checked_div(rules.len()).unwrap_or(100)
    }

    fn missing(&self, rule: &Rule) -> Option<Uncovered> {
        let index = rule.index()?;
        let (inside, outside) = self.sides.get(&index).copied().unwrap_or_default();
        let is_open = matches!(rule.requirement(), Requirement::Anyone | Requirement::Optional)
            || rule.report_only();
        let missing = match (inside, outside || is_open) {
            (true, true) => return None,
            (false, _) if !outside => "nothing reaches it",
            (false, _) => "nobody who is let in",
            (true, false) => "nobody who is kept out",
        };
        Some(Uncovered { index, rule: rule.path_text().to_owned(), missing })
    }
}

impl Uncovered {
    /// As a member of `uncovered`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "index": self.index, "rule": self.rule, "missing": self.missing })
    }
}
