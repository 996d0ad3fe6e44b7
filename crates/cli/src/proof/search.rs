//! Looks for a caller in one cell: all combinations of the facts that its conditions ask about.

use clerk_edge_gate::settings::Settings;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::decide::{Caller, Decision, decide};
use clerk_edge_rules::rule::{Requirement, Rule};
use clerk_edge_rules::rule_set::{Match, Rules};

use crate::people::Person;
use crate::proof::assumption::{self, Assumption};
use crate::proof::facts::FactSet;
use crate::proof::{FACTS_MAX, Undecided};

/// Somebody who may ask.
#[derive(Clone, Debug, PartialEq)]
pub enum Candidate {
    /// Nobody is signed in.
    SignedOut,
    /// Somebody with these facts.
    Assumed(Assumption),
}

impl Candidate {
    /// The person; none where no token says this.
    #[must_use]
    pub fn person(&self, settings: &Settings) -> Option<Person> {
        match self {
            Self::SignedOut => Some(Person::signed_out()),
            Self::Assumed(assumed) => assumed.person(&settings.role_claims),
        }
    }

    /// As a test file writes the person.
    #[must_use]
    pub fn table(&self) -> serde_json::Value {
        match self {
            Self::SignedOut => serde_json::json!("signed-out"),
            Self::Assumed(assumed) => match assumed.table() {
                serde_json::Value::Object(fields) if fields.is_empty() => {
                    serde_json::json!("signed-in")
                }
                table => table,
            },
        }
    }

    fn caller(&self) -> Caller<'_> {
        match self {
            Self::SignedOut => Caller::SignedOut,
            Self::Assumed(assumed) => Caller::Known(assumed),
        }
    }
}

/// The rule that counts for one path, host and method.
#[must_use]
pub fn find<'r>(
    rules: &'r Rules,
    host: &str,
    method: &str,
    path: &RequestPath,
) -> Option<Match<'r>> {
    rules.find(host, method, path).ok()
}

/// Whether the rule lets a caller in. Whoever is sent on by role was let in, so this asks as a
/// program does.
#[must_use]
pub fn lets_in(matched: &Match<'_>, candidate: &Candidate) -> bool {
    matched.rule.report_only()
        || decide(matched, candidate.caller(), RequestKind::Other) == Decision::Allow
}

/// Whether both rules ask the same of everybody, so that nobody needs to be looked for.
#[must_use]
pub fn ask_the_same(left: &Match<'_>, right: &Match<'_>) -> bool {
    left.rule.requirement() == right.rule.requirement()
        && left.rule.report_only() == right.rule.report_only()
        && left.params == right.params
}

/// Whether the rule lets everybody in.
#[must_use]
pub fn is_open(rule: &Rule) -> bool {
    rule.report_only() || matches!(rule.requirement(), Requirement::Anyone | Requirement::Optional)
}

/// The first signed-in caller of whom `holds` says so, among all that these rules tell apart.
///
/// # Errors
/// Where the rules ask too many facts.
pub fn first(
    matches: &[&Match<'_>],
    path: &str,
    settings: &Settings,
    mut holds: impl FnMut(&Candidate) -> bool,
) -> Result<Option<Candidate>, Undecided> {
    let mut facts = FactSet::default();
    for matched in matches {
        if let Requirement::Condition(condition) = matched.rule.requirement() {
            facts.add(condition, &matched.params);
        }
    }
    facts.add_roles_to_claims(&settings.role_claims);
    facts.check(path)?;
    let all = assumption::all(&facts).into_iter().map(Candidate::Assumed);
    Ok(all.into_iter().find(|candidate| holds(candidate)))
}

const _: () = assert!(FACTS_MAX <= 12, "all combinations are held in memory");
