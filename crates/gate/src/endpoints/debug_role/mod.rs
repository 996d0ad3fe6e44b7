//! `/debug-role`: how the gate sees the caller, why, and what would become of a path.
//!
//! For a developer who wonders and an operator with a problem. It shows a caller nothing but the
//! caller's own: never a token, a secret or another person's data. Off unless the settings say
//! otherwise; with a production instance only the signed-in see it.

pub mod page;
pub mod style;

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_http::query;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::facts::{Facts, Known};
use clerk_edge_rules::path_params::PathParams;
use clerk_edge_rules::rule::Rule;
use clerk_edge_rules::rule_set::Match;

use crate::answer::Answer;
use crate::auth::{Auth, authenticate};
use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::explain::Report;
use crate::explain::path::PathQuestion;
use crate::gate::Gate;
use crate::grant::{Grant, early_response};
use crate::platform::Platform;
use crate::settings::{InstanceKind, Settings};

/// The page or its JSON, or where the caller has to go first.
pub(crate) async fn answer<K, P, R>(
    gate: &Gate<K>,
    settings: &Settings,
    request: &R,
    ctx: &RequestContext<'_, P>,
) -> EarlyResponse
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let auth = authenticate(gate, settings, request, ctx).await;
    let response = match not_shown(settings, request, &auth) {
        Some(response) => response,
        None => explain(gate, settings, request, &auth, ctx).await,
    };
    response.with_headers(&auth.headers)
}

/// The same as JSON for a host that asks about invented people, as the command does: of any
/// instance, for the request's own method, and never a redirect. None with faulty settings.
pub async fn report<K, P, R>(
    gate: &Gate<K>,
    request: &R,
    path: Option<&str>,
    ctx: &RequestContext<'_, P>,
) -> Option<String>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let settings = gate.settings.as_ref().ok()?;
    let auth = authenticate(gate, settings, request, ctx).await;
    let question = path.map(|it| PathQuestion::read(it, settings, request));
    let looked_up = look_up(gate, settings, question.as_ref(), &auth, ctx).await;
    let path = question.map(|it| it.explain(settings, request, &auth, &looked_up));
    Some(Report::of(settings, &looked_up, path, ctx.now_seconds()).to_json())
}

async fn explain<K, P, R>(
    gate: &Gate<K>,
    settings: &Settings,
    request: &R,
    auth: &Auth<'_>,
    ctx: &RequestContext<'_, P>,
) -> EarlyResponse
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let path = asked_path(request.url());
    let question = path.as_deref().map(|it| PathQuestion::read(it, settings, request));
    let looked_up = look_up(gate, settings, question.as_ref(), auth, ctx).await;
    let path = question.map(|it| it.explain(settings, request, auth, &looked_up));
    let report = Report::of(settings, &looked_up, path, ctx.now_seconds());
    EarlyResponse::endpoint(match RequestKind::of(request) {
        RequestKind::Page => page::answer(&report),
        RequestKind::Other => Answer::json(report.http_status(), report.to_json()),
    })
}

/// `auth` with what was looked up. A role that the token lacks is looked up for display alone:
/// outcome and headers of the path use it only where the gate itself would have looked it up.
async fn look_up<'a, K, P>(
    gate: &Gate<K>,
    settings: &Settings,
    question: Option<&PathQuestion<'_>>,
    auth: &Auth<'a>,
    ctx: &RequestContext<'_, P>,
) -> Auth<'a>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
{
    let mut looked_up = auth.clone();
    let lacks_role = auth.user().is_some_and(|it| matches!(Facts::roles(it), Known::NotInToken));
    if lacks_role || question.is_some_and(|it| it.needs_lookup(auth)) {
        looked_up.look_up(gate, settings, ctx).await;
    }
    looked_up
}

/// Clerk's redirects are carried out as on any page. With a production instance a signed-out caller
/// is treated as on a route that needs a session.
fn not_shown(
    settings: &Settings,
    request: &impl Incoming,
    auth: &Auth<'_>,
) -> Option<EarlyResponse> {
    if let Some(location) = auth.redirect() {
        return Some(EarlyResponse::handshake(location.to_owned()));
    }
    if auth.user().is_some() || settings.instance.kind == InstanceKind::Development {
        return None;
    }
    let rule = Rule::default();
    let matched = Match { rule: &rule, params: PathParams::none() };
    let kind = RequestKind::of(request);
    let decision = Grant::of(&matched, auth, kind).err()?;
    Some(early_response(&decision, &matched, auth.hints(), settings, request, kind))
}

/// The path that the form asks about; an empty field asks about none.
fn asked_path(url: &str) -> Option<String> {
    let text = UrlParts::of(url)?.query?;
    let (_, path) = query::pairs(text).find(|(name, _)| name == "path")?;
    let path = path.trim();
    (!path.is_empty()).then(|| path.to_owned())
}
