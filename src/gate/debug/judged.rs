//! What the gate would do with a path if the caller asked for it: the rule, each condition, the
//! outcome and the headers.
//!
//! It goes through the same functions as a request does. It refuses to carry anything out.

use serde::Serialize;

use super::role::Looked;
use crate::code::Code;
use crate::forward::headers::{Told, to_set};
use crate::gate::endpoints::Own;
use crate::gate::grant::{Grant, Verdict, identity_headers};
use crate::gate::judge::{lacks_a_role, nobody, settle};
use crate::gate::stop::Stop;
use crate::gate::visitor::Visitor;
use crate::gate::who::{Asked, Who};
use crate::log::Outcome;
use crate::request::address::Address;
use crate::request::{Incoming, Kind, RequestPath};
use crate::rules::{Match, Requirement, SignedOut, Truth};
use crate::settings::{Settings, Upstream};

/// A path that somebody asks about, as far as it leads.
pub(super) struct Question<'a> {
    asked: String,
    found: Found<'a>,
}

enum Found<'a> {
    /// It can be read in more than one way.
    Ambiguous,
    /// The gate answers it by itself.
    Own(RequestPath),
    /// It falls under a rule.
    Rule(RequestPath, Match<'a>),
}

/// The answer.
#[derive(Debug, Serialize)]
pub(super) struct Judged {
    /// The path as it was typed.
    pub(super) asked: String,
    /// As it is judged and sent.
    pub(super) canonical: Option<String>,
    /// The rule's path.
    pub(super) rule: Option<String>,
    /// The whole rule, as JSON in a text.
    pub(super) rule_text: Option<String>,
    /// Its condition, line by line, outermost first.
    pub(super) conditions: Vec<ConditionLine>,
    /// What becomes of a page.
    pub(super) outcome: End,
    /// What becomes of anything else.
    pub(super) outcome_unless_page: End,
    /// What the upstream would receive.
    pub(super) headers: Vec<(String, String)>,
    /// Why the upstream receives none of them, where that is so.
    pub(super) headers_note: Option<&'static str>,
}

/// One condition.
#[derive(Debug, Serialize)]
pub(super) struct ConditionLine {
    /// How deep it stands.
    pub(super) depth: usize,
    /// What it asks.
    pub(super) text: String,
    /// `hit`, `missed` or `not-known`.
    pub(super) result: &'static str,
}

/// An outcome, for programs and in words.
#[derive(Debug, Serialize)]
pub(super) struct End {
    /// `forward`, `redirect`, `refuse` or `own`.
    pub(super) action: &'static str,
    /// The status, where the gate answers by itself.
    pub(super) status: Option<u16>,
    /// The code of a refusal.
    pub(super) code: Option<&'static str>,
    /// Where a redirect leads.
    pub(super) location: Option<String>,
    /// Whether the rule merely reports, so that the request goes on all the same.
    pub(super) report_only: bool,
    /// In words.
    pub(super) words: String,
}

impl<'a> Question<'a> {
    /// Finds the rule for a path that was typed: a whole address will do, its query does not count.
    pub(super) fn read(typed: &str, settings: &'a Settings, request: &impl Incoming) -> Self {
        let path = Address::of(typed).map_or(typed, |it| it.path);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let found = find(&path, settings, request).unwrap_or(Found::Ambiguous);
        Self { asked: typed.to_owned(), found }
    }

    /// Whether the rule depends on what the token lacks.
    pub(super) fn lacks(&self, visitor: &Visitor<'_>) -> bool {
        let Found::Rule(_, matched) = &self.found else { return false };
        let verdict = Grant::judge(matched.rule.requirement(), visitor, &matched.names);
        matches!(verdict, Verdict::Unknown) || (matched.rule.lookup() && visitor.lacks_a_header())
    }

    /// What would become of the caller there.
    pub(super) fn judge(
        self,
        settings: &Settings,
        request: &impl Incoming,
        asked: &Asked<'_>,
        looked: Looked,
    ) -> Judged {
        let (path, matched) = match self.found {
            Found::Ambiguous => {
                let end = || End::stopped(&Stop::PATH, false);
                return Judged::plain(self.asked, None, end);
            }
            Found::Own(path) => return Judged::plain(self.asked, Some(&path), End::own),
            Found::Rule(path, matched) => (path, matched),
        };
        let end = |kind| match attempt(settings, request, asked, &matched, looked, kind) {
            Ok(()) => End::forward(settings),
            Err(stop) => End::of_stop(&stop, &matched),
        };
        let (outcome, outcome_unless_page) = (end(Kind::Page), end(Kind::Other));
        let goes_on = outcome.goes_on() || outcome_unless_page.goes_on();
        let headers = if goes_on { headers(asked, &matched, settings) } else { Vec::new() };
        let no_headers = settings.upstream == Upstream::Assets && !headers.is_empty();
        Judged {
            asked: self.asked,
            canonical: Some(path.as_str().to_owned()),
            rule: Some(matched.rule.path_text().to_owned()),
            rule_text: matched.rule.index().map(|_| matched.rule.to_string()),
            conditions: conditions(asked, &matched),
            outcome,
            outcome_unless_page,
            headers,
            headers_note: no_headers.then_some(OF_ASSETS),
        }
    }
}

impl Judged {
    fn plain(asked: String, path: Option<&RequestPath>, end: impl Fn() -> End) -> Self {
        Self {
            asked,
            canonical: path.map(|it| it.as_str().to_owned()),
            rule: None,
            rule_text: None,
            conditions: Vec::new(),
            outcome: end(),
            outcome_unless_page: end(),
            headers: Vec::new(),
            headers_note: None,
        }
    }
}

impl End {
    fn forward(settings: &Settings) -> Self {
        let words = match settings.upstream {
            Upstream::Assets => "It goes on to the static assets.",
            Upstream::Service => "It goes on to the service that is bound as ORIGIN.",
            Upstream::Passthrough => "It goes on to the zone's origin.",
            Upstream::Url(_) => "It goes on to the address in UPSTREAM.",
        };
        Self { action: "forward", words: words.to_owned(), ..Self::own() }
    }

    fn own() -> Self {
        Self {
            action: "own",
            status: None,
            code: None,
            location: None,
            report_only: false,
            words: "The gate answers this address by itself; no rule is asked.".to_owned(),
        }
    }

    fn of_stop(stop: &Stop, matched: &Match<'_>) -> Self {
        let mut end = Self::stopped(stop, matched.rule.report_only());
        // The way back in a sign-in's address would be the one to this page.
        if *matched.rule.signed_out() == SignedOut::SignIn && end.action == "redirect" {
            end.location = end.location.take().map(without_return);
            end.words = end.words_of_redirect();
        }
        end
    }

    fn stopped(stop: &Stop, report_only: bool) -> Self {
        let action = stop.outcome().unwrap_or(Outcome::Refuse).as_str();
        let code = stop.denial_code();
        let mut end = Self {
            action,
            status: Some(code.map_or(307, Code::status)),
            code: code.map(Code::as_str),
            location: stop.location().map(str::to_owned),
            report_only,
            words: String::new(),
        };
        end.words = match code {
            Some(code) => format!("It is refused with {} {}.", code.status(), code.as_str()),
            None => end.words_of_redirect(),
        };
        end
    }

    fn words_of_redirect(&self) -> String {
        format!("It is redirected (307) to {}.", self.location.as_deref().unwrap_or_default())
    }

    fn goes_on(&self) -> bool {
        self.action == "forward" || self.report_only
    }
}

fn find<'a>(path: &str, settings: &'a Settings, request: &impl Incoming) -> Option<Found<'a>> {
    let path = RequestPath::parse(path).ok()?;
    if Own::of(&path, settings).is_some() {
        return Some(Found::Own(path));
    }
    let host = Address::of(request.url())?.host()?;
    let matched = settings.rules.find(host, "GET", &path).ok();
    let matched = matched.filter(|_| settings.upstream.holds(&path))?;
    Some(Found::Rule(path, matched))
}

fn attempt(
    settings: &Settings,
    request: &impl Incoming,
    asked: &Asked<'_>,
    matched: &Match<'_>,
    looked: Looked,
    kind: Kind,
) -> Result<(), Stop> {
    let requirement = matched.rule.requirement();
    match (&asked.who, requirement) {
        (_, Requirement::Anyone(_)) => Ok(()),
        (Who::SignedIn(visitor), _) => {
            let wanted = match Grant::judge(requirement, visitor, &matched.names) {
                Verdict::Unknown => true,
                Verdict::Granted(_) => lacks_a_role(matched.rule, visitor, kind),
                Verdict::Refused => false,
            };
            if let (true, Looked::Failed(failed)) = (wanted, looked) {
                return Err(Stop::later(Code::ClaimsUnavailable, failed.retry_after_seconds));
            }
            settle(visitor, matched, kind).map(|_| ())
        }
        (_, Requirement::Optional(_)) => Ok(()),
        (who, _) => Err(nobody(who, settings, request, matched, kind)),
    }
}

fn conditions(asked: &Asked<'_>, matched: &Match<'_>) -> Vec<ConditionLine> {
    let (Who::SignedIn(visitor), Requirement::Condition(condition)) =
        (&asked.who, matched.rule.requirement())
    else {
        return Vec::new();
    };
    let lines = condition.explain(visitor, &matched.names).into_iter();
    lines
        .map(|line| ConditionLine {
            depth: line.depth,
            text: line.text,
            result: match line.truth {
                Truth::Holds => "hit",
                Truth::Fails => "missed",
                Truth::Unknown => "not-known",
            },
        })
        .collect()
}

fn headers(asked: &Asked<'_>, matched: &Match<'_>, settings: &Settings) -> Vec<(String, String)> {
    match (&asked.who, matched.rule.requirement()) {
        (_, Requirement::Anyone(_)) | (Who::NotAsked, _) => Vec::new(),
        (Who::SignedIn(visitor), _) => identity_headers(visitor, settings),
        (Who::Unavailable { .. }, _) => to_set(Told::Unavailable, &[]),
        (Who::SignedOut { .. } | Who::Handshake { .. }, _) => to_set(Told::SignedOut, &[]),
    }
}

fn without_return(location: String) -> String {
    match location.split_once('?') {
        Some((page, query)) if query.contains("redirect_url=") => page.to_owned(),
        _ => location,
    }
}

const OF_ASSETS: &str = "The upstream is static assets, and files receive no headers. A Worker or \
                         an origin in their place would receive these.";
