//! What the gate would do with a path if the caller asked for it: the rule, each condition, the
//! outcome and the headers.
//!
//! It goes through the same functions as a request does. It refuses to carry anything out.

use serde::Serialize;

use crate::auth::principal::User;
use crate::auth::{Auth, AuthStatus};
use crate::early_response::EarlyResponse;
use crate::endpoints::Own;
use crate::explain::role::LookupState;
use crate::forward::headers::{AuthHeaders, headers_to_set};
use crate::grant::{Grant, Verdict, identity_headers};
use crate::judge::{lacks_a_role, nobody, settle};
use crate::log::Outcome;
use crate::settings::{Settings, Upstream};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::facts::Truth;
use clerk_edge_rules::response::SignedOut;
use clerk_edge_rules::rule_set::{Match, Requirement};

/// A path that somebody asks about, as far as it leads.
pub(crate) struct PathQuestion<'a> {
    asked: String,
    found: PathKind<'a>,
}

enum PathKind<'a> {
    /// It can be read in more than one way.
    Ambiguous,
    /// The gate answers it by itself.
    Own(RequestPath),
    /// It falls under a rule.
    Rule(RequestPath, Match<'a>),
}

/// The answer.
#[derive(Debug, Serialize)]
pub(crate) struct PathExplanation {
    /// The path as it was typed.
    pub(crate) asked: String,
    /// As it is judged and sent.
    pub(crate) canonical: Option<String>,
    /// The rule's path.
    pub(crate) rule: Option<String>,
    /// The whole rule, as JSON in a text.
    pub(crate) rule_text: Option<String>,
    /// Its condition, line by line, outermost first.
    pub(crate) conditions: Vec<ConditionLine>,
    /// What becomes of a page.
    pub(crate) outcome: ExplainedOutcome,
    /// What becomes of anything else.
    pub(crate) outcome_unless_page: ExplainedOutcome,
    /// What the upstream would receive.
    pub(crate) headers: Vec<(String, String)>,
    /// Why the upstream receives none of them, where that is so.
    pub(crate) headers_note: Option<&'static str>,
}

/// One condition.
#[derive(Debug, Serialize)]
pub(crate) struct ConditionLine {
    /// How deep it stands.
    pub(crate) depth: usize,
    /// What it asks.
    pub(crate) text: String,
    /// `hit`, `missed` or `not-known`.
    pub(crate) result: &'static str,
}

/// An outcome, for programs and in words.
#[derive(Debug, Serialize)]
pub(crate) struct ExplainedOutcome {
    /// `forward`, `redirect`, `refuse` or `own`.
    pub(crate) action: &'static str,
    /// The status, where the gate answers by itself.
    pub(crate) status: Option<u16>,
    /// The code of a refusal.
    pub(crate) code: Option<&'static str>,
    /// Where a redirect leads.
    pub(crate) location: Option<String>,
    /// Whether the rule merely reports, so that the request goes on all the same.
    pub(crate) report_only: bool,
    /// In words.
    pub(crate) words: String,
}

impl<'a> PathQuestion<'a> {
    /// Finds the rule for a path that was typed: a whole address will do, its query does not count.
    pub(crate) fn read(typed: &str, settings: &'a Settings, request: &impl Incoming) -> Self {
        let path = UrlParts::of(typed).map_or(typed, |it| it.path);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let found = find(&path, settings, request).unwrap_or(PathKind::Ambiguous);
        Self { asked: typed.to_owned(), found }
    }

    /// Whether the rule depends on what the token lacks.
    pub(crate) fn lacks(&self, visitor: &User<'_>) -> bool {
        let PathKind::Rule(_, matched) = &self.found else { return false };
        let verdict = Grant::judge(matched.rule.requirement(), visitor, &matched.names);
        matches!(verdict, Verdict::Unknown) || (matched.rule.lookup() && visitor.lacks_a_header())
    }

    /// What would become of the caller there.
    pub(crate) fn judge(
        self,
        settings: &Settings,
        request: &impl Incoming,
        asked: &Auth<'_>,
        looked: LookupState,
    ) -> PathExplanation {
        let (path, matched) = match self.found {
            PathKind::Ambiguous => {
                let end = || ExplainedOutcome::stopped(&EarlyResponse::PATH, false);
                return PathExplanation::plain(self.asked, None, end);
            }
            PathKind::Own(path) => {
                return PathExplanation::plain(self.asked, Some(&path), ExplainedOutcome::own);
            }
            PathKind::Rule(path, matched) => (path, matched),
        };
        let end = |kind| match attempt(settings, request, asked, &matched, looked, kind) {
            Ok(()) => ExplainedOutcome::forward(settings),
            Err(stop) => ExplainedOutcome::of_stop(&stop, &matched),
        };
        let (outcome, outcome_unless_page) = (end(RequestKind::Page), end(RequestKind::Other));
        let goes_on = outcome.goes_on() || outcome_unless_page.goes_on();
        let headers = if goes_on { headers(asked, &matched, settings) } else { Vec::new() };
        let no_headers = settings.upstream == Upstream::Assets && !headers.is_empty();
        PathExplanation {
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

impl PathExplanation {
    fn plain(
        asked: String,
        path: Option<&RequestPath>,
        end: impl Fn() -> ExplainedOutcome,
    ) -> Self {
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

impl ExplainedOutcome {
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

    fn of_stop(stop: &EarlyResponse, matched: &Match<'_>) -> Self {
        let mut end = Self::stopped(stop, matched.rule.report_only());
        // The way back in a sign-in's address would be the one to this page.
        if *matched.rule.signed_out() == SignedOut::SignIn && end.action == "redirect" {
            end.location = end.location.take().map(without_return);
            end.words = end.words_of_redirect();
        }
        end
    }

    fn stopped(stop: &EarlyResponse, report_only: bool) -> Self {
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

fn find<'a>(path: &str, settings: &'a Settings, request: &impl Incoming) -> Option<PathKind<'a>> {
    let path = RequestPath::parse(path).ok()?;
    if Own::of(&path, settings).is_some() {
        return Some(PathKind::Own(path));
    }
    let host = UrlParts::of(request.url())?.authority;
    let matched = settings.rules.find(host, "GET", &path).ok()?;
    Some(PathKind::Rule(path, matched))
}

fn attempt(
    settings: &Settings,
    request: &impl Incoming,
    asked: &Auth<'_>,
    matched: &Match<'_>,
    looked: LookupState,
    kind: RequestKind,
) -> Result<(), EarlyResponse> {
    let requirement = matched.rule.requirement();
    match (&asked.who, requirement) {
        (_, Requirement::Anyone(_)) => Ok(()),
        (AuthStatus::SignedIn(visitor), _) => {
            let wanted = match Grant::judge(requirement, visitor, &matched.names) {
                Verdict::Unknown => true,
                Verdict::Granted(_) => lacks_a_role(matched.rule, visitor, kind),
                Verdict::Refused => false,
            };
            if let (true, LookupState::Failed(failed)) = (wanted, looked) {
                return Err(EarlyResponse::later(
                    Code::ClaimsUnavailable,
                    failed.retry_after_seconds,
                ));
            }
            settle(visitor, matched, kind).map(|_| ())
        }
        (_, Requirement::Optional(_)) => Ok(()),
        (who, _) => Err(nobody(who, settings, request, matched, kind)),
    }
}

fn conditions(asked: &Auth<'_>, matched: &Match<'_>) -> Vec<ConditionLine> {
    let (AuthStatus::SignedIn(visitor), Requirement::Condition(condition)) =
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

fn headers(asked: &Auth<'_>, matched: &Match<'_>, settings: &Settings) -> Vec<(String, String)> {
    match (&asked.who, matched.rule.requirement()) {
        (_, Requirement::Anyone(_)) | (AuthStatus::NotAsked, _) => Vec::new(),
        (AuthStatus::SignedIn(visitor), _) => identity_headers(visitor, settings),
        (AuthStatus::Unavailable { .. }, _) => headers_to_set(AuthHeaders::Unavailable, &[]),
        (AuthStatus::SignedOut { .. } | AuthStatus::Handshake { .. }, _) => {
            headers_to_set(AuthHeaders::SignedOut, &[])
        }
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
