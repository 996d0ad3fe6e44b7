//! Where a visitor of one kind ends up who asks for a page and follows every redirect.
//!
//! What the rules alone do not settle (a permission, a claim …) is a question with two answers,
//! and both are followed; the same question has the same answer all along the way. So a circle
//! that is found is one that somebody can be caught in. It refuses to guess beyond
//! [`STOPS_MAX`]: a set so tangled is let through rather than called wrong.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use crate::condition::{ClaimWanted, Condition, OrgWanted};
use crate::facts::Truth;
use crate::path_params::PathParams;
use crate::response::{Otherwise, SignedOut};
use crate::rule_set::{Match, Requirement, Rule, Rules};
use crate::target::Target;
use clerk_edge_http::path::RequestPath;

/// A kind of visitor, as far as the rules tell them apart.
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
    /// The field of the first rule that sent the visitor on; none where it stayed.
    pub(super) field: Option<String>,
    /// How it ends.
    pub(super) end: WalkEnd,
    /// The pages, in order, for the operator.
    pub(super) trail: Vec<String>,
}

/// Follows one kind of visitor on one host.
pub(super) struct Walk<'r> {
    rules: &'r Rules,
    host: &'r str,
    visitor: &'r AssumedCaller,
    left: Cell<usize>,
    ways: RefCell<Vec<RedirectPath>>,
    roles: RefCell<BTreeSet<String>>,
}

/// Where the walk stands: what came before, and what is assumed of the visitor.
#[derive(Clone, Default)]
struct WalkState<'r> {
    field: Option<String>,
    trail: Vec<String>,
    seen: Vec<(Option<usize>, &'r str, String)>,
    answers: Vec<(Question, bool)>,
}

/// Something that may be so or not, independently of all else but the question in front of it:
/// nobody has a permission without an organization.
type Question = (String, Option<String>);

/// What a rule does with the visitor.
enum Step<'r> {
    Stay,
    Refuse(String),
    Go(String, &'r Target),
    Ask(Question),
}

impl<'r> Walk<'r> {
    /// A walk that has not begun.
    pub(super) fn new(rules: &'r Rules, host: &'r str, visitor: &'r AssumedCaller) -> Self {
        let left = Cell::new(STOPS_MAX);
        Self { rules, host, visitor, left, ways: RefCell::default(), roles: RefCell::default() }
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
        let Some(Match { rule, names }) = found else {
            return self.end(state, WalkEnd::Refused, Some("path-ambiguous".to_owned()));
        };
        let here = (rule.index, rule.path_text(), path.to_owned());
        if state.seen.contains(&here) || state.seen.len() > REDIRECTS_MAX {
            return self.end(state, WalkEnd::Circle, None);
        }
        match self.step(rule, &names, &state.answers) {
            Step::Stay => self.end(state, WalkEnd::Arrived, None),
            Step::Refuse(how) => self.end(state, WalkEnd::Refused, Some(how)),
            Step::Ask(question) => {
                for answer in [false, true] {
                    let mut state = state.clone();
                    state.answers.push((question.clone(), answer));
                    self.stop(path, state);
                }
            }
            Step::Go(field, target) => {
                state.field.get_or_insert(field);
                state.seen.push(here);
                let Some(next) = target.path(&names) else {
                    return self.end(state, WalkEnd::Arrived, None);
                };
                state.trail.push(next.clone());
                self.stop(&next, state);
            }
        }
    }

    fn end(&self, mut state: WalkState<'_>, end: WalkEnd, how: Option<String>) {
        if let (Some(how), Some(last)) = (how, state.trail.last_mut()) {
            last.extend([" (", &how, ")"]);
        }
        self.ways.borrow_mut().push(RedirectPath { field: state.field, end, trail: state.trail });
    }

    fn step(&self, rule: &'r Rule, names: &PathParams, answers: &[(Question, bool)]) -> Step<'r> {
        self.note_roles(rule);
        let allowed = match &rule.requirement {
            Requirement::Anyone(_) => return Step::Stay,
            _ if rule.report_only => return Step::Stay,
            Requirement::Optional(_) if *self.visitor == AssumedCaller::SignedOut => {
                return Step::Stay;
            }
            _ if *self.visitor == AssumedCaller::SignedOut => return signed_out(rule),
            Requirement::Optional(_) | Requirement::SignedIn => Truth::Holds,
            Requirement::Condition(condition) => {
                let open = RefCell::new(None);
                let judge = |single: &Condition| self.judge(single, names, answers, &open);
                let truth = condition.judge_with(&judge);
                match (truth, open.take()) {
                    (Truth::Unknown, Some(question)) => return Step::Ask(question),
                    (truth, _) => truth,
                }
            }
        };
        if allowed == Truth::Holds { self.sent(rule) } else { denied(rule) }
    }

    fn sent(&self, rule: &'r Rule) -> Step<'r> {
        let Some(send) = &rule.send else { return Step::Stay };
        let own = match self.visitor {
            AssumedCaller::Role(own) => send.by_role().find(|(named, _)| named == own),
            AssumedCaller::NoRole | AssumedCaller::SignedOut => None,
        };
        match own.or_else(|| send.rest().map(|target| ("*", target))) {
            Some((key, target)) => Step::Go(format!("send.{key}"), target),
            None => Step::Stay,
        }
    }

    /// What is known of a single question; the first that is open is noted.
    fn judge(
        &self,
        single: &Condition,
        names: &PathParams,
        answers: &[(Question, bool)],
        open: &RefCell<Option<Question>>,
    ) -> Truth {
        if let Condition::Role(wanted) = single {
            return matches!(self.visitor, AssumedCaller::Role(role) if wanted.contains(role))
                .into();
        }
        let mut truth = Truth::Fails;
        for question in questions(single, names) {
            let answer = answered(&question, answers);
            if answer == Truth::Unknown {
                open.borrow_mut().get_or_insert(question);
            }
            truth = truth.or(answer);
        }
        truth
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

fn signed_out(rule: &Rule) -> Step<'_> {
    match &rule.signed_out {
        SignedOut::SignIn => Step::Refuse("sign-in".to_owned()),
        SignedOut::Status(status) => Step::Refuse(status.to_string()),
        SignedOut::Redirect(target) => Step::Go("signed_out".to_owned(), target),
    }
}

fn denied(rule: &Rule) -> Step<'_> {
    match &rule.otherwise {
        Otherwise::Status(status) => Step::Refuse(status.to_string()),
        Otherwise::Redirect(target) => Step::Go("otherwise".to_owned(), target),
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

/// What a single condition comes down to: it holds if one of these does.
fn questions(single: &Condition, names: &PathParams) -> Vec<Question> {
    let of_org = |kind: &str, wanted: &[String]| {
        let one = |name: &String| (ORG.to_owned(), Some(format!("{kind} {name}")));
        wanted.iter().map(one).collect()
    };
    let alone = |kind: &str, wanted: &[String]| {
        wanted.iter().map(|name| (format!("{kind} {name}"), None)).collect()
    };
    match single {
        Condition::Permission(wanted) => of_org("permission", wanted),
        Condition::Feature(wanted) => alone("feature", wanted),
        Condition::Plan(wanted) => alone("plan", wanted),
        Condition::Org(OrgWanted::Some) => vec![(ORG.to_owned(), None)],
        Condition::Org(OrgWanted::Named(name)) => of_org("named", std::slice::from_ref(name)),
        Condition::Org(OrgWanted::Captured(name)) => {
            let value = String::from_utf8_lossy(names.get(name).unwrap_or_default());
            of_org("named", &[value.into_owned()])
        }
        Condition::Claim(path, ClaimWanted::Exists) => vec![(format!("claim {path}"), None)],
        Condition::Claim(path, ClaimWanted::OneOf(values)) => {
            let one =
                |value: &serde_json::Value| (format!("claim {path}"), Some(value.to_string()));
            values.iter().map(one).collect()
        }
        other => vec![(other.to_string(), None)],
    }
}

/// The answer that follows from those assumed: a part of something absent is absent, and where a
/// part is there the whole is.
fn answered((whole, part): &Question, answers: &[(Question, bool)]) -> Truth {
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

const ORG: &str = "org";
/// Browsers give up here.
const REDIRECTS_MAX: usize = 20;
/// Each rule in a way costs one stop for each of its open questions.
const STOPS_MAX: usize = 1_000;
