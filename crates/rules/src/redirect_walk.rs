//! Follows all redirects for one kind of visitor and reports where they end.
//!
//! What the rules alone do not settle (a permission, a claim) is a question with two answers, and
//! both are followed; a question keeps its answer along the whole path. After `STOPS_MAX` steps
//! the search stops and reports nothing: so tangled a set is accepted rather than called wrong.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use crate::claim_path::ClaimPath;
use crate::condition::{ClaimWanted, Condition};
use crate::decide::{Caller, Decision, decide_rule};
use crate::facts::{Facts, Known, Lookup, Truth};
use crate::reverification::Reverification;
use crate::rule::{Requirement, Rule};
use crate::rule_set::{Match, Rules};
use clerk_edge_http::kind::RequestKind;
use clerk_edge_http::path::RequestPath;

/// A kind of caller, as far as the rules tell them apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AssumedCaller {
    /// Nobody is signed in, or the session is pending.
    SignedOut,
    /// Signed in, without a role.
    NoRole,
    /// Signed in with this role.
    Role(String),
}

/// How one way ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WalkEnd {
    /// At a page, or at an address of another site.
    Arrived,
    /// At an answer that is not the page.
    Refused,
    /// Nowhere.
    Circle,
}

/// One way from a page, by the answers that were assumed.
#[derive(Clone, Debug)]
pub(super) struct RedirectPath {
    /// The field of the first rule that sent the caller on; none where it stayed.
    pub(super) field: Option<String>,
    /// How it ends.
    pub(super) end: WalkEnd,
    /// The pages, in order, for the operator.
    pub(super) trail: Vec<String>,
}

/// Follows one kind of caller on one host.
pub(super) struct Walk<'r> {
    rules: &'r Rules,
    host: &'r str,
    caller: &'r AssumedCaller,
    left: Cell<usize>,
    ways: RefCell<Vec<RedirectPath>>,
    roles: RefCell<BTreeSet<String>>,
}

/// Where the walk stands: what came before, and what is assumed of the caller.
#[derive(Clone, Default)]
struct WalkState<'r> {
    field: Option<String>,
    trail: Vec<String>,
    seen: Vec<(Option<usize>, &'r str, String)>,
    answers: Vec<(OpenQuestion, bool)>,
}

/// Something that may hold or not, and its part. Without the whole there is no part: a caller
/// without an organization has no permission.
type OpenQuestion = (String, Option<String>);

impl<'r> Walk<'r> {
    /// A walk that has not begun.
    pub(super) fn new(rules: &'r Rules, host: &'r str, caller: &'r AssumedCaller) -> Self {
        let left = Cell::new(STOPS_MAX);
        Self { rules, host, caller, left, ways: RefCell::default(), roles: RefCell::default() }
    }

    /// Every way from a page, named as the operator knows it; and the roles that were asked for.
    pub(super) fn from(self, path: &str, shown: &str) -> (Vec<RedirectPath>, BTreeSet<String>) {
        self.stop(path, WalkState { trail: vec![shown.to_owned()], ..WalkState::default() });
        (self.ways.take(), self.roles.take())
    }

    fn stop(&self, path: &str, mut state: WalkState<'r>) {
        let Some(left) = self.left.get().checked_sub(1) else { return };
        self.left.set(left);
        let found = RequestPath::parse(path).ok();
        let found = found.as_ref().and_then(|path| self.rules.find(self.host, "GET", path).ok());
        let Some(Match { rule, params }) = found else {
            return self.end(state, WalkEnd::Refused, Some("path-ambiguous".to_owned()));
        };
        let here = (rule.index, rule.path_text(), path.to_owned());
        if state.seen.contains(&here) || state.seen.len() > REDIRECTS_MAX {
            return self.end(state, WalkEnd::Circle, None);
        }
        self.note_roles(rule);
        let assumed =
            Assumed { caller: self.caller, answers: &state.answers, open: <_>::default() };
        let matched = Match { rule, params };
        let decision = decide_rule(&matched, assumed.caller(), RequestKind::Page);
        match (decision, assumed.open.take()) {
            (Decision::Allow, _) => self.end(state, WalkEnd::Arrived, None),
            _ if rule.report_only => self.end(state, WalkEnd::Arrived, None),
            (Decision::NeedsLookup, Some(question)) => {
                for answer in [false, true] {
                    let mut state = state.clone();
                    state.answers.push((question.clone(), answer));
                    self.stop(path, state);
                }
            }
            (Decision::Redirect { field, target }, _) => {
                state.field.get_or_insert(field.to_string());
                state.seen.push(here);
                let Some(next) = target.path(&matched.params) else {
                    return self.end(state, WalkEnd::Arrived, None);
                };
                state.trail.push(next.clone());
                self.stop(&next, state);
            }
            (Decision::SignIn, _) => {
                self.end(state, WalkEnd::Refused, Some("sign-in".to_owned()));
            }
            (Decision::Refuse(code), _) => {
                self.end(state, WalkEnd::Refused, Some(code.status().to_string()));
            }
            (Decision::NeedsLookup, None) => self.end(state, WalkEnd::Arrived, None),
        }
    }

    fn end(&self, mut state: WalkState<'_>, end: WalkEnd, how: Option<String>) {
        if let (Some(how), Some(last)) = (how, state.trail.last_mut()) {
            last.extend([" (", &how, ")"]);
        }
        self.ways.borrow_mut().push(RedirectPath { field: state.field, end, trail: state.trail });
    }

    fn note_roles(&self, rule: &Rule) {
        let mut roles = self.roles.borrow_mut();
        if let Some(send) = &rule.send {
            roles.extend(send.by_role().map(|(role, _)| role.to_owned()));
        }
        if let Requirement::Condition(condition) = &rule.requirement {
            add_roles(condition, &mut roles);
        }
    }
}

fn add_roles(condition: &Condition, roles: &mut BTreeSet<String>) {
    if let Condition::Role(wanted) = condition {
        roles.extend(wanted.iter().cloned());
    }
    for part in condition.parts() {
        add_roles(part, roles);
    }
}

/// The answer that follows from those assumed: a part of something absent is absent, and where a
/// part is there the whole is.
fn answered((whole, part): &OpenQuestion, answers: &[(OpenQuestion, bool)]) -> Truth {
    let same = answers.iter().filter(|((known, _), _)| known == whole);
    for ((_, known), answer) in same {
        let settled = match (known, part, answer) {
            (known, part, _) if known == part => true,
            (None, Some(_), false) | (Some(_), None, true) => true,
            _ => false,
        };
        if settled {
            return (*answer).into();
        }
    }
    Truth::Unknown
}

/// A caller with what is assumed so far. The first question without an answer is noted.
struct Assumed<'a> {
    caller: &'a AssumedCaller,
    answers: &'a [(OpenQuestion, bool)],
    open: RefCell<Option<OpenQuestion>>,
}

impl Assumed<'_> {
    fn caller(&self) -> Caller<'_> {
        match self.caller {
            AssumedCaller::SignedOut => Caller::SignedOut,
            AssumedCaller::NoRole | AssumedCaller::Role(_) => Caller::Known(self),
        }
    }

    fn ask(&self, whole: String, part: Option<String>) -> Truth {
        let question = (whole, part);
        let answer = answered(&question, self.answers);
        if answer == Truth::Unknown {
            self.open.borrow_mut().get_or_insert(question);
        }
        answer
    }
}

impl Facts for Assumed<'_> {
    fn roles(&self) -> Known<&[String]> {
        match self.caller {
            AssumedCaller::Role(role) => Known::Yes(std::slice::from_ref(role)),
            AssumedCaller::NoRole | AssumedCaller::SignedOut => Known::No,
        }
    }

    fn permission(&self, name: &str) -> Truth {
        self.ask(ORG.to_owned(), Some(format!("permission {name}")))
    }

    fn feature(&self, name: &str) -> Truth {
        self.ask(format!("feature {name}"), None)
    }

    fn plan(&self, name: &str) -> Truth {
        self.ask(format!("plan {name}"), None)
    }

    fn organization(&self, wanted: Option<&[u8]>) -> Truth {
        let named = wanted.map(|name| format!("named {}", String::from_utf8_lossy(name)));
        self.ask(ORG.to_owned(), named)
    }

    fn claim(&self, path: &ClaimPath, wanted: &ClaimWanted) -> Truth {
        let whole = || format!("claim {path}");
        let ClaimWanted::OneOf(values) = wanted else { return self.ask(whole(), None) };
        let truth = |value: &serde_json::Value| self.ask(whole(), Some(value.to_string()));
        values.iter().map(truth).fold(Truth::Fails, Truth::or)
    }

    fn reverified(&self, wanted: &Reverification) -> Truth {
        self.ask(Condition::Reverified(*wanted).to_string(), None)
    }

    /// Makes the decision ask for the answer to the question that was noted.
    fn lookup(&self) -> Lookup {
        Lookup::NotTried
    }

    fn lacks_a_header(&self) -> bool {
        false
    }
}

const ORG: &str = "org";
/// Browsers give up here.
const REDIRECTS_MAX: usize = 20;
/// Each rule in a way costs one stop for each of its open questions.
const STOPS_MAX: usize = 1_000;
