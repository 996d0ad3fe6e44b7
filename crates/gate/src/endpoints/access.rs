//! `/.clerk-edge/access`: what the caller may reach, for menus. One area per rule whose path has no
//! parameters, but those that would answer the caller 404.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::decide::{Decision, decide};
use clerk_edge_rules::path_params::PathParams;
use clerk_edge_rules::rule::Rule;
use clerk_edge_rules::rule_set::Match;
use serde::Serialize;

use crate::answer::Answer;
use crate::auth::{Auth, AuthStatus, authenticate};
use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::gate::Gate;
use crate::platform::Platform;
use crate::settings::Settings;

#[derive(Serialize)]
struct Access<'a> {
    status: &'static str,
    user_id: Option<&'a str>,
    role: Option<String>,
    org_id: Option<&'a str>,
    areas: Vec<Area<'a>>,
}

#[derive(Serialize)]
struct Area<'a> {
    path: &'a str,
    allowed: bool,
}

/// The answer, or Clerk's redirect.
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
    let mut auth = authenticate(gate, settings, request, ctx).await;
    let response = areas(gate, settings, &mut auth, ctx).await;
    response.with_headers(&auth.headers)
}

async fn areas<K, P>(
    gate: &Gate<K>,
    settings: &Settings,
    auth: &mut Auth<'_>,
    ctx: &RequestContext<'_, P>,
) -> EarlyResponse
where
    K: Clone + 'static,
    P: Platform<Key = K>,
{
    if let Some(location) = auth.redirect() {
        return EarlyResponse::handshake(location.to_owned());
    }
    if let AuthStatus::Unavailable { code, retry_after_seconds } = auth.status {
        return EarlyResponse::unavailable(code, retry_after_seconds);
    }
    let listed = || settings.rules.iter().filter(|rule| !rule.has_params());
    if listed().any(|rule| decision(rule, auth) == Decision::NeedsLookup) {
        auth.look_up(gate, settings, ctx).await;
    }
    if let Some(failed) = auth.failed_lookup()
        && listed().any(|rule| decision(rule, auth) == Decision::Refuse(Code::ClaimsUnavailable))
    {
        return EarlyResponse::unavailable(Code::ClaimsUnavailable, failed.retry_after_seconds);
    }
    let areas = listed().filter_map(|rule| area(rule, auth)).collect();
    let user = auth.user();
    let access = Access {
        status: if user.is_some() { "signed-in" } else { "signed-out" },
        user_id: user.map(|it| it.session().subject()),
        role: user.map(|it| it.roles().join(",")).filter(|roles| !roles.is_empty()),
        org_id: user.and_then(|it| it.session().claims().organization()?.id()),
        areas,
    };
    EarlyResponse::endpoint(Answer::json(200, serde_json::to_string(&access).unwrap_or_default()))
}

fn area<'a>(rule: &'a Rule, auth: &Auth<'_>) -> Option<Area<'a>> {
    let allowed = match decision(rule, auth) {
        _ if rule.report_only() => true,
        Decision::Refuse(Code::NotFound) => return None,
        decision => decision == Decision::Allow,
    };
    Some(Area { path: rule.path_text(), allowed })
}

fn decision<'r>(rule: &'r Rule, auth: &Auth<'_>) -> Decision<'r> {
    let matched = Match { rule, params: PathParams::none() };
    decide(&matched, auth.caller(), RequestKind::Other)
}
