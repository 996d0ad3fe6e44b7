//! THE DECISION: who may enter a path, and what becomes of those who may not.
//!
//! Pure and total. The gate carries a decision out; the explanation, the list of areas, the search
//! for redirect circles and the command show it. None of them decides anything by itself.

use clerk_edge_http::kind::RequestKind;

use crate::code::Code;
use crate::evaluate::evaluate;
use crate::facts::{Facts, Known, Lookup, Truth};
use crate::matches::{FileRule, Matches};
use crate::rule::{Otherwise, Requirement, Rule, SignedOut};
use crate::rule_set::Match;
use crate::target::Target;

/// Who asks.
#[derive(Clone, Copy)]
pub enum Caller<'a> {
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

/// A decision and the rule that gives it.
#[derive(Clone, Debug)]
pub struct Decided<'m, 'r> {
    /// What becomes of the request.
    pub decision: Decision<'r>,
    /// The rule that answers; where all allow, the most specific one.
    pub by: &'m Match<'r>,
}

/// Decides a request that falls under these rules. The first that does not allow answers; one that
/// merely reports answers only where no other does.
#[must_use]
pub fn decide<'m, 'r>(
    matches: &'m Matches<'r>,
    caller: Caller<'_>,
    kind: RequestKind,
) -> Decided<'m, 'r> {
    if let Some(by) = matches.single() {
        let sends = !matches.is_file();
        return Decided { decision: decide_by(by, caller, kind, sends), by };
    }
    let mut reported = None;
    for rule in matches.of_file() {
        let Some(decision) = decide_of_file(matches, rule, caller, kind) else { continue };
        let is_open = decision == Decision::NeedsLookup;
        let decided = Decided { decision, by: &rule.matched };
        if is_open || !rule.matched.rule.report_only() {
            return decided;
        }
        reported.get_or_insert(decided);
    }
    reported.unwrap_or(Decided { decision: Decision::Allow, by: matches.first() })
}

/// Decides a request that falls under one rule, which is no file's.
#[must_use]
pub fn decide_rule<'r>(matched: &Match<'r>, caller: Caller<'_>, kind: RequestKind) -> Decision<'r> {
    decide_by(matched, caller, kind, true)
}

/// What one rule of a file says; `None` where it allows, or another of which one must allow does.
fn decide_of_file<'r>(
    matches: &Matches<'r>,
    rule: &FileRule<'r>,
    caller: Caller<'_>,
    kind: RequestKind,
) -> Option<Decision<'r>> {
    let says = |rule: &FileRule<'r>| decide_by(&rule.matched, caller, kind, false);
    let own = Some(says(rule)).filter(|decision| *decision != Decision::Allow)?;
    let group = || {
        let others = matches.of_file().iter().filter(|it| !std::ptr::eq(*it, rule));
        others.filter(|it| rule.one_of.is_some() && it.one_of == rule.one_of)
    };
    if group().any(|it| says(it) == Decision::Allow) {
        return None;
    }
    if group().any(|it| says(it) == Decision::NeedsLookup) {
        return Some(Decision::NeedsLookup);
    }
    let counts = rule.matched.rule.report_only() || own == Decision::NeedsLookup;
    if !counts && group().any(|it| it.matched.rule.report_only()) {
        return None;
    }
    Some(own)
}

/// What one rule says. Where it does not send, nobody who is allowed is redirected.
fn decide_by<'r>(
    matched: &Match<'r>,
    caller: Caller<'_>,
    kind: RequestKind,
    sends: bool,
) -> Decision<'r> {
    let rule = matched.rule;
    let facts = match (rule.requirement(), caller) {
        (Requirement::Anyone, _) => return Decision::Allow,
        (_, Caller::Known(facts)) => facts,
        (Requirement::Optional, _) => return Decision::Allow,
        (_, Caller::Unknown(code)) => return Decision::Refuse(code),
        (_, Caller::SignedOut) => return signed_out(rule, kind),
    };
    let truth = match rule.requirement() {
        Requirement::Condition(condition) => evaluate(condition, facts, &matched.params),
        _ => Truth::Holds,
    };
    let role_decides = sends && truth == Truth::Holds && sends_by_unknown_role(rule, facts, kind);
    if truth == Truth::Unknown || role_decides {
        match facts.lookup() {
            Lookup::NotTried => return Decision::NeedsLookup,
            Lookup::Failed => return Decision::Refuse(Code::ClaimsUnavailable),
            Lookup::Done | Lookup::NotConfigured => {}
        }
    }
    let goes_on = truth == Truth::Holds || rule.report_only();
    let fills_headers = rule.lookup() || facts.claims_are_old();
    if goes_on && fills_headers && facts.lookup() == Lookup::NotTried && facts.lacks_a_header() {
        return Decision::NeedsLookup;
    }
    match truth {
        Truth::Holds if sends => allowed(rule, facts, kind),
        Truth::Holds => Decision::Allow,
        Truth::Fails | Truth::Unknown => not_allowed(rule, kind),
    }
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
    match (rule.signed_out(), kind) {
        (SignedOut::SignIn, RequestKind::Page) => Decision::SignIn,
        (SignedOut::Redirect(target), RequestKind::Page) => {
            Decision::Redirect { field: RedirectField::SignedOut, target }
        }
        (SignedOut::Status(404), _) => Decision::Refuse(Code::NotFound),
        _ => Decision::Refuse(Code::SignedOut),
    }
}

fn not_allowed(rule: &Rule, kind: RequestKind) -> Decision<'_> {
    match (rule.otherwise(), kind) {
        (Otherwise::Redirect(target), RequestKind::Page) => {
            Decision::Redirect { field: RedirectField::Otherwise, target }
        }
        (Otherwise::Status(404), _) => Decision::Refuse(Code::NotFound),
        _ => Decision::Refuse(Code::NotAllowed),
    }
}
