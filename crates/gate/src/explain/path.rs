//! What the gate would do with a path if the caller asked for it: the rule, each condition, the
//! outcome and the headers. The decision is the one that a request gets; nothing is carried out.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::decide::Decision;
use clerk_edge_rules::explain::conditions;
use clerk_edge_rules::facts::Truth;
use clerk_edge_rules::inline_toml::from_json;
use clerk_edge_rules::matches::Matches;
use clerk_edge_rules::rule::{Rule, SignedOut};
use clerk_edge_rules::rule_set::Match;
use serde::Serialize;

use crate::auth::Auth;
use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::endpoint::Endpoint;
use crate::forward::auth_headers;
use crate::gate::Gate;
use crate::grant::{Grant, early_response};
use crate::log::Outcome;
use crate::log::record::outcome_of;
use crate::platform::Platform;
use crate::settings::{Settings, Upstream};
use crate::site_map;

/// A path that somebody asks about, and what was found for it.
pub(crate) struct PathQuestion<'a> {
    asked: String,
    found: PathKind<'a>,
}

enum PathKind<'a> {
    /// It has more than one meaning.
    Ambiguous,
    /// The gate answers it by itself.
    Endpoint(RequestPath),
    /// It is refused whoever asks.
    Refused(RequestPath, Code),
    /// It falls under these rules.
    Rules(RequestPath, Matches<'a>),
}

/// The explanation.
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
    /// Of a file, the pages by whose rules it is judged, too.
    pub(crate) pages: Vec<String>,
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
    /// `hit`, `miss` or `not-known`.
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

/// The outcome for one kind of request, and who asks as the gate would know it then.
struct Outlook<'a> {
    auth: Auth<'a>,
    outcome: ExplainedOutcome,
}

impl<'a> PathQuestion<'a> {
    /// Finds the rule for a path that was typed: a whole URL will do, and its query is ignored.
    pub(crate) async fn read<K, P: Platform>(
        typed: &str,
        gate: &'a Gate<K>,
        settings: &'a Settings,
        request: &impl Incoming,
        ctx: &RequestContext<'_, P>,
    ) -> Self {
        let path = UrlParts::of(typed).map_or(typed, |it| it.path);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let found = find(&path, gate, settings, request, ctx).await;
        let found = found.unwrap_or(PathKind::Ambiguous);
        Self { asked: typed.to_owned(), found }
    }

    /// How old claims may be on that path, in seconds.
    pub(crate) fn fresh(&self) -> Option<u32> {
        let PathKind::Rules(_, matches) = &self.found else { return None };
        matches.fresh()
    }

    /// Whether the gate would look claims up, for a page or for anything else.
    pub(crate) fn needs_lookup(&self, auth: &Auth<'_>) -> bool {
        let PathKind::Rules(_, matches) = &self.found else { return false };
        KINDS.iter().any(|kind| needs_lookup(matches, auth, *kind))
    }

    /// What would become of the caller there. `looked_up` is `auth` with what was looked up; it
    /// counts only where the gate itself would have looked it up.
    pub(crate) fn explain<'b>(
        self,
        settings: &Settings,
        request: &impl Incoming,
        auth: &Auth<'b>,
        looked_up: &Auth<'b>,
    ) -> PathExplanation {
        let (path, matches) = match self.found {
            PathKind::Ambiguous => {
                let end = || ExplainedOutcome::stopped(&EarlyResponse::AMBIGUOUS_PATH, false);
                return PathExplanation::plain(self.asked, None, end);
            }
            PathKind::Endpoint(path) => {
                return PathExplanation::plain(self.asked, Some(&path), ExplainedOutcome::own);
            }
            PathKind::Refused(path, code) => {
                let end = || ExplainedOutcome::stopped(&EarlyResponse::code(code), false);
                return PathExplanation::plain(self.asked, Some(&path), end);
            }
            PathKind::Rules(path, matches) => (path, matches),
        };
        let [page, other] = KINDS.map(|kind| {
            let auth = if needs_lookup(&matches, auth, kind) { looked_up } else { auth };
            let mut auth = auth.clone();
            let outcome = match Grant::of(&matches, &mut auth, kind) {
                Ok(_) => ExplainedOutcome::forward(settings),
                Err(decided) => {
                    let (rule, hints) = (decided.by.rule, auth.hints());
                    let response = early_response(&decided, hints, settings, request, kind);
                    ExplainedOutcome::of_response(&response, rule)
                }
            };
            Outlook { auth, outcome }
        });
        let forwarded = [&page, &other].into_iter().find(|it| it.outcome.goes_on());
        let headers = forwarded.map(|it| headers(&it.auth, &matches, settings)).unwrap_or_default();
        let no_headers = settings.upstream == Upstream::Assets && !headers.is_empty();
        let matched = matches.first();
        PathExplanation {
            asked: self.asked,
            canonical: Some(path.as_str().to_owned()),
            rule: Some(matched.rule.path_text().to_owned()),
            rule_text: matched.rule.index().map(|_| from_json(&matched.rule.to_string())),
            pages: matches.pages().to_vec(),
            conditions: condition_lines(matched, &page.auth),
            outcome: page.outcome,
            outcome_unless_page: other.outcome,
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
            pages: Vec::new(),
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
            Upstream::Handler => "It goes on to the handler in this Worker's own code.",
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

    fn of_response(response: &EarlyResponse, rule: &Rule) -> Self {
        let mut end = Self::stopped(response, rule.report_only());
        // The `redirect_url` would name this page instead of the explained path.
        if *rule.signed_out() == SignedOut::SignIn && end.action == "redirect" {
            end.location = end.location.take().map(without_return);
            end.words = end.words_of_redirect();
        }
        end
    }

    fn stopped(response: &EarlyResponse, report_only: bool) -> Self {
        let action = outcome_of(response).unwrap_or(Outcome::Refuse).as_str();
        let code = response.code_of_refusal();
        let mut end = Self {
            action,
            status: Some(code.map_or(307, Code::status)),
            code: code.map(Code::as_str),
            location: response.location().map(str::to_owned),
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

async fn find<'a, K, P: Platform>(
    path: &str,
    gate: &'a Gate<K>,
    settings: &'a Settings,
    request: &impl Incoming,
    ctx: &RequestContext<'_, P>,
) -> Option<PathKind<'a>> {
    let path = RequestPath::parse(path).ok().filter(|path| settings.upstream.holds(path))?;
    if Endpoint::of(&path, settings).is_some() {
        return Some(PathKind::Endpoint(path));
    }
    if settings.site_map.has_assets && site_map::is_its_own(&path) {
        return Some(PathKind::Refused(path, Code::NotFound));
    }
    let host = UrlParts::of(request.url())?.host()?;
    let asked = (host, request.method());
    match site_map::matches(&gate.site_map, settings, asked, &path, ctx).await {
        Ok(matches) => Some(PathKind::Rules(path, matches)),
        Err(Code::PathAmbiguous) => None,
        Err(code) => Some(PathKind::Refused(path, code)),
    }
}

fn needs_lookup(matches: &Matches<'_>, auth: &Auth<'_>, kind: RequestKind) -> bool {
    let mut auth = auth.clone();
    let decided = Grant::of(matches, &mut auth, kind);
    decided.is_err_and(|it| it.decision == Decision::NeedsLookup)
}

fn condition_lines(matched: &Match<'_>, auth: &Auth<'_>) -> Vec<ConditionLine> {
    let mut auth = auth.clone();
    let lines = conditions(matched, auth.caller(matched.rule.fresh())).into_iter();
    lines
        .map(|line| ConditionLine {
            depth: line.depth,
            text: line.text,
            result: match line.truth {
                Truth::Holds => "hit",
                Truth::Fails => "miss",
                Truth::Unknown => "not-known",
            },
        })
        .collect()
}

fn headers(auth: &Auth<'_>, matches: &Matches<'_>, settings: &Settings) -> Vec<(String, String)> {
    if matches.is_open() { Vec::new() } else { auth_headers(&auth.status, settings) }
}

fn without_return(location: String) -> String {
    match location.split_once('?') {
        Some((page, query)) if query.contains("redirect_url=") => page.to_owned(),
        _ => location,
    }
}

/// Both kinds of request, the page first.
const KINDS: [RequestKind; 2] = [RequestKind::Page, RequestKind::Other];
const OF_ASSETS: &str = "The upstream is static assets, and files receive no headers. A Worker or \
                         an origin in their place would receive these.";
