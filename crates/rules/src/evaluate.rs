//! Does a condition hold of this visitor? Total, pure, without errors and without allocation.
//!
//! Unknown comes up only where the outcome really hangs on what the token lacks: what fails
//! anyway fails, and nobody is asked.

use serde_json::Value;

use crate::condition::{ClaimWanted, Condition, OrgWanted};
use crate::facts::{Facts, Known, Truth};
use crate::path_params::PathParams;

/// One line of an explanation: a condition inside a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionLine {
    /// How deep it stands.
    pub depth: usize,
    /// What it asks, in the rules' own JSON; `all`, `any` and `not` alone stand for what follows.
    pub text: String,
    /// What it comes to.
    pub truth: Truth,
}

impl Condition {
    /// What the condition says of a visitor on a path with these names.
    #[must_use]
    pub fn judge(&self, facts: &impl Facts, names: &PathParams) -> Truth {
        self.judge_with(&|single: &Self| single.judge_single(facts, names))
    }

    /// The same, line by line, outermost first.
    #[must_use]
    pub fn explain(&self, facts: &impl Facts, names: &PathParams) -> Vec<ConditionLine> {
        let mut lines = Vec::new();
        self.explain_at(0, facts, names, &mut lines);
        lines
    }

    /// Combines what is said of the single questions inside.
    pub(super) fn judge_with(&self, judge: &impl Fn(&Self) -> Truth) -> Truth {
        match self {
            Self::All(parts) => {
                let mut truth = Truth::Holds;
                for part in parts {
                    truth = truth.and(part.judge_with(judge));
                    if truth == Truth::Fails {
                        break;
                    }
                }
                truth
            }
            Self::Any(parts) => {
                let mut truth = Truth::Fails;
                for part in parts {
                    truth = truth.or(part.judge_with(judge));
                    if truth == Truth::Holds {
                        break;
                    }
                }
                truth
            }
            Self::Not(part) => !part.judge_with(judge),
            single => judge(single),
        }
    }

    /// The conditions inside this one.
    pub(super) fn parts(&self) -> &[Self] {
        match self {
            Self::All(parts) | Self::Any(parts) => parts,
            Self::Not(part) => std::slice::from_ref(part),
            _ => &[],
        }
    }

    fn judge_single(&self, facts: &impl Facts, names: &PathParams) -> Truth {
        match self {
            Self::Role(wanted) => match facts.roles() {
                Known::Yes(roles) => roles.iter().any(|role| wanted.contains(role)).into(),
                Known::No => Truth::Fails,
                Known::NotInToken => Truth::Unknown,
            },
            Self::Permission(wanted) => wanted.iter().any(|name| facts.permission(name)).into(),
            Self::Feature(wanted) => wanted.iter().any(|name| facts.feature(name)).into(),
            Self::Plan(wanted) => wanted.iter().any(|name| facts.plan(name)).into(),
            Self::Org(wanted) => org_is(wanted, facts, names).into(),
            Self::Claim(path, wanted) => match facts.claim(path) {
                Known::Yes(value) => claim_is(value, wanted).into(),
                Known::No => Truth::Fails,
                Known::NotInToken => Truth::Unknown,
            },
            Self::Reverified(wanted) => facts.reverified(wanted).into(),
            Self::All(_) | Self::Any(_) | Self::Not(_) => Truth::Unknown, // never single
        }
    }

    fn explain_at(
        &self,
        depth: usize,
        facts: &impl Facts,
        names: &PathParams,
        lines: &mut Vec<ConditionLine>,
    ) {
        let text = match self {
            Self::All(_) => "all".to_owned(),
            Self::Any(_) => "any".to_owned(),
            Self::Not(_) => "not".to_owned(),
            single => single.to_string(),
        };
        lines.push(ConditionLine { depth, text, truth: self.judge(facts, names) });
        for part in self.parts() {
            part.explain_at(depth.saturating_add(1), facts, names, lines);
        }
    }
}

fn org_is(wanted: &OrgWanted, facts: &impl Facts, names: &PathParams) -> bool {
    let same = |wanted: &[u8]| {
        let active = if is_org_id(wanted) { facts.org_id() } else { facts.org_slug() };
        active.is_some_and(|active| active.as_bytes() == wanted)
    };
    match wanted {
        OrgWanted::Some => facts.org_id().is_some(),
        OrgWanted::Named(name) => same(name.as_bytes()),
        OrgWanted::Captured(name) => names.get(name).is_some_and(same),
    }
}

/// Clerk's ids begin so; slugs hold no underscore.
fn is_org_id(name: &[u8]) -> bool {
    name.starts_with(b"org_")
}

fn claim_is(value: &Value, wanted: &ClaimWanted) -> bool {
    match (wanted, value) {
        (ClaimWanted::Exists, _) => true,
        (ClaimWanted::OneOf(wanted), Value::Array(values)) => {
            values.iter().any(|value| wanted.iter().any(|wanted| is_same(value, wanted)))
        }
        (ClaimWanted::OneOf(wanted), value) => wanted.iter().any(|wanted| is_same(value, wanted)),
    }
}

/// JSON knows one kind of number: `5` and `5.0` are the same, `"5"` is none.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) if left.is_f64() || right.is_f64() => {
            left.as_f64() == right.as_f64()
        }
        _ => left == right,
    }
}
