//! Whether a condition holds for a caller: total, pure, without allocation.
//!
//! `Unknown` is returned only if the missing claim decides the result.

use crate::caller_kind::CallerKind;
use crate::condition::{Condition, IdsWanted, OrgWanted};
use crate::facts::{Facts, Truth};
use crate::path_params::PathParams;

/// The result of a condition for a caller on a path with these parameters.
#[must_use]
pub fn evaluate(condition: &Condition, facts: &dyn Facts, params: &PathParams) -> Truth {
    match condition {
        Condition::All(parts) => {
            let mut truth = Truth::Holds;
            for part in parts {
                truth = truth.and(evaluate(part, facts, params));
                if truth == Truth::Fails {
                    break;
                }
            }
            truth
        }
        Condition::Any(parts) => any(parts, |part| evaluate(part, facts, params)),
        Condition::Not(part) => !evaluate(part, facts, params),
        Condition::SignedIn if facts.kind().is_machine() => Truth::Unknown,
        Condition::SignedIn => Truth::Holds,
        Condition::ApiKey => of_kind(facts, CallerKind::ApiKey, &IdsWanted::Any),
        Condition::Machine(wanted) => of_kind(facts, CallerKind::Machine, wanted),
        Condition::OAuth(wanted) => of_kind(facts, CallerKind::OAuth, wanted),
        Condition::Scope(wanted) => wanted.iter().all(|name| facts.has_scope(name)).into(),
        Condition::Role(wanted) => {
            facts.roles().truth(|roles| roles.iter().any(|role| wanted.contains(role)))
        }
        Condition::Permission(wanted) => any(wanted, |name| facts.permission(name)),
        Condition::Feature(wanted) => any(wanted, |name| facts.feature(name)),
        Condition::Plan(wanted) => any(wanted, |name| facts.plan(name)),
        Condition::Org(OrgWanted::Any) => facts.organization(None),
        Condition::Org(OrgWanted::Named(name)) => facts.organization(Some(name.as_bytes())),
        Condition::Org(OrgWanted::Captured(name)) => {
            params.get(name).map_or(Truth::Fails, |value| facts.organization(Some(value)))
        }
        Condition::Claim(path, wanted) => facts.claim(path, wanted),
        Condition::Reverified(wanted) => facts.reverified(wanted),
    }
}

fn of_kind(facts: &dyn Facts, kind: CallerKind, wanted: &IdsWanted) -> Truth {
    (facts.kind() == kind && wanted.admits(facts.machine_id())).into()
}

fn any<T>(items: &[T], truth: impl Fn(&T) -> Truth) -> Truth {
    let mut any = Truth::Fails;
    for item in items {
        any = any.or(truth(item));
        if any == Truth::Holds {
            break;
        }
    }
    any
}
