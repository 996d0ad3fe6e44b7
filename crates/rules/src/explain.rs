//! A condition as the operator wrote it, part by part, each with its result for a caller.

use crate::condition::Condition;
use crate::decide::Caller;
use crate::evaluate::evaluate;
use crate::facts::{Facts, Truth};
use crate::inline_toml::from_json;
use crate::path_params::PathParams;
use crate::rule::Requirement;
use crate::rule_set::Match;

/// One line of an explanation: a condition inside a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionLine {
    /// How many conditions stand around it.
    pub depth: usize,
    /// The condition as `wrangler.toml` writes it; `all`, `any` and `not` alone stand for the lines
    /// that follow.
    pub text: String,
    /// Its result.
    pub truth: Truth,
}

/// The conditions of the rule, outermost first; none where the rule has no condition or the caller
/// is not known.
#[must_use]
pub fn conditions(matched: &Match<'_>, caller: Caller<'_>) -> Vec<ConditionLine> {
    let mut lines = Vec::new();
    if let (Requirement::Condition(condition), Caller::Known(facts)) =
        (matched.rule.requirement(), caller)
    {
        add(&mut lines, 0, condition, facts, &matched.params);
    }
    lines
}

fn add(
    lines: &mut Vec<ConditionLine>,
    depth: usize,
    condition: &Condition,
    facts: &dyn Facts,
    params: &PathParams,
) {
    let text = match condition {
        Condition::All(_) => "all".to_owned(),
        Condition::Any(_) => "any".to_owned(),
        Condition::Not(_) => "not".to_owned(),
        single => from_json(&single.to_string()),
    };
    lines.push(ConditionLine { depth, text, truth: evaluate(condition, facts, params) });
    for part in condition.parts() {
        add(lines, depth.saturating_add(1), part, facts, params);
    }
}
