//! Which kinds of callers a rule accepts: exactly those that its condition names. Computed once,
//! when the rule is read.

use crate::caller_kind::{CallerKind, CallerKinds};
use crate::condition::Condition;
use crate::rule::Requirement;

/// The kinds that a rule accepts: those that it names, as far as its condition can hold for them.
/// A condition that names no kind is one for sessions.
pub(crate) fn accepted(requirement: &Requirement) -> CallerKinds {
    let Requirement::Condition(condition) = requirement else { return CallerKinds::SESSION };
    let named = named(condition);
    let named = if named.is_empty() { CallerKinds::SESSION } else { named };
    named.and(possible(condition))
}

/// The kinds for which a condition can hold.
pub(crate) fn possible(condition: &Condition) -> CallerKinds {
    match condition {
        Condition::All(parts) => {
            parts.iter().map(possible).fold(CallerKinds::ALL, CallerKinds::and)
        }
        Condition::Any(parts) => {
            parts.iter().map(possible).fold(CallerKinds::NONE, CallerKinds::or)
        }
        // Under `not` a question that is only asked of sessions holds for no machine either.
        Condition::Not(part) if named(part) == CallerKinds::SESSION => CallerKinds::SESSION,
        Condition::Org(_) | Condition::Claim(..) | Condition::Not(_) => CallerKinds::ALL,
        Condition::Scope(_) => CallerKinds::MACHINES,
        single => of_one(single),
    }
}

/// The kinds that a condition names. `not` of a machine's kind names none: it only narrows.
fn named(condition: &Condition) -> CallerKinds {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().map(named).fold(CallerKinds::NONE, CallerKinds::or)
        }
        Condition::Not(part) => named(part).and(CallerKinds::SESSION),
        Condition::Org(_) | Condition::Claim(..) | Condition::Scope(_) => CallerKinds::NONE,
        single => of_one(single),
    }
}

fn of_one(condition: &Condition) -> CallerKinds {
    CallerKinds::only(match condition {
        Condition::ApiKey => CallerKind::ApiKey,
        Condition::Machine(_) => CallerKind::Machine,
        Condition::OAuth(_) => CallerKind::OAuth,
        _ => CallerKind::Session,
    })
}

/// Every scope that a condition asks for, each once, in order; not those under `not`.
pub(crate) fn scopes(condition: &Condition, into: &mut Vec<String>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                scopes(part, into);
            }
        }
        Condition::Scope(names) => {
            for name in names {
                if !into.contains(name) {
                    into.push(name.clone());
                }
            }
        }
        _ => {}
    }
}
