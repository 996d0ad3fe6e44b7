//! THE DECISION: who may enter a path, and what becomes of those who may not.
//!
//! Pure and total. The gate carries a decision out; the explanation, the list of areas, the search
//! for redirect circles and the command show it. None of them decides anything by itself.

use clerk_edge_http::kind::RequestKind;

use crate::caller_kind::CallerKind;
use crate::code::Code;
use crate::evaluate::evaluate;
use crate::facts::{Facts, Known, Lookup, Truth};
use crate::rule::{Otherwise, Requirement, Rule, SignedOut};
use crate::rule_set::Match;
use crate::target::Target;

/// Who asks.
#[derive(Clone, Copy)]
pub enum Caller<'a> {
    /// A machine's token came, and it is not accepted.
    Refused,
    /// Nobody is signed in, or the session is pending.
    SignedOut,
    /// It could not be found out who asks; this code says why.
    Unknown(Code),
    /// Somebody is signed in.
    Known(&'a dyn Facts),
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision<'r> {
    /// It may go on.
    Allow,
    /// It is redirected by a field of the rule.
    Redirect {
        /// The field.
        field: RedirectField<'r>,
        /// Where to.
        target: &'r Target,
    },
    /// It is redirected to the sign-in page, and back from there.
    SignIn,
    /// It is refused with this code.
    Refuse(Code),
    /// It depends on a claim that the token lacks: look it up and decide again.
    NeedsLookup,
}

/// The field of a rule that redirects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectField<'r> {
    /// `signed_out`.
    SignedOut,
    /// `otherwise`.
    Otherwise,
    /// `send`, with the role or `"*"`.
    Send(&'r str),
}

impl std::fmt::Display for RedirectField<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SignedOut => f.write_str("signed_out"),
            Self::Otherwise => f.write_str("otherwise"),
            Self::Send(role) => write!(f, "send.{role}"),
        }
    }
}

/// Decides a request that falls under this rule.
#[must_use]
pub fn decide<'r>(matched: &Match<'r>, caller: Caller<'_>, kind: RequestKind) -> Decision<'r> {
    let rule = matched.rule;
    let facts = match (rule.requirement(), caller) {
        (Requirement::Anyone, _) => return Decision::Allow,
        // Before any question: a kind that the rule does not name is nobody.
        (_, Caller::Known(facts)) if rule.accepts().has(facts.kind()) => facts,
        (Requirement::Optional, _) => return Decision::Allow,
        (_, Caller::Unknown(code)) => return Decision::Refuse(code),
        (_, Caller::SignedOut) => return signed_out(rule, kind),
        (_, Caller::Refused | Caller::Known(_)) => return signed_out(rule, RequestKind::Other),
    };
    // A machine follows no redirect, whatever it accepts.
    let kind = if facts.kind().is_machine() { RequestKind::Other } else { kind };
    let truth = match rule.requirement() {
        Requirement::Condition(condition) => evaluate(condition, facts, &matched.params),
        _ => Truth::Holds,
    };
    let role_decides = truth == Truth::Holds && sends_by_unknown_role(rule, facts, kind);
    if truth == Truth::Unknown || role_decides {
        match facts.lookup() {
            Lookup::NotTried => return Decision::NeedsLookup,
            Lookup::Failed => return Decision::Refuse(Code::ClaimsUnavailable),
            Lookup::Done | Lookup::NotConfigured => {}
        }
    }
    let goes_on = truth == Truth::Holds || rule.report_only();
    if goes_on && rule.lookup() && facts.lookup() == Lookup::NotTried && facts.lacks_a_header() {
        return Decision::NeedsLookup;
    }
    if truth == Truth::Holds { allowed(rule, facts, kind) } else { not_allowed(rule, kind) }
}

/// A page that sends people by role has to know the role, unless it sends everybody alike.
fn sends_by_unknown_role(rule: &Rule, facts: &dyn Facts, kind: RequestKind) -> bool {
    let by_role = rule.send().is_some_and(|send| send.by_role().next().is_some());
    kind == RequestKind::Page && by_role && matches!(facts.roles(), Known::NotInToken)
}

fn allowed<'r>(rule: &'r Rule, facts: &dyn Facts, kind: RequestKind) -> Decision<'r> {
    let Some(send) = rule.send().filter(|_| kind == RequestKind::Page) else {
        return Decision::Allow;
    };
    let roles = match facts.roles() {
        Known::Yes(roles) => roles,
        Known::No | Known::NotInToken => &[],
    };
    match send.entry(roles) {
        Some((name, target)) => Decision::Redirect { field: RedirectField::Send(name), target },
        None => Decision::Allow,
    }
}

fn signed_out(rule: &Rule, kind: RequestKind) -> Decision<'_> {
    let for_people = rule.accepts().has(CallerKind::Session);
    let kind = if for_people { kind } else { RequestKind::Other };
    match (rule.signed_out(), kind) {
        (SignedOut::SignIn, RequestKind::Page) => Decision::SignIn,
        (SignedOut::Redirect(target), RequestKind::Page) => {
            Decision::Redirect { field: RedirectField::SignedOut, target }
        }
        (SignedOut::Status(404), _) => Decision::Refuse(Code::NotFound),
        _ => Decision::Refuse(Code::SignedOut),
    }
}

/// What becomes of somebody who is signed in and not allowed.
#[must_use]
pub fn not_allowed(rule: &Rule, kind: RequestKind) -> Decision<'_> {
    match (rule.otherwise(), kind) {
        (Otherwise::Redirect(target), RequestKind::Page) => {
            Decision::Redirect { field: RedirectField::Otherwise, target }
        }
        (Otherwise::Status(404), _) => Decision::Refuse(Code::NotFound),
        _ => Decision::Refuse(Code::NotAllowed),
    }
}
