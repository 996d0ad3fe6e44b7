//! THE LINE: one request, top to bottom. All branching about a request lives here.
//!
//! 1. The settings are complete, else 500 `configuration`.
//! 2. The host is a plain name or address, else 400 `host-invalid`. The path has one canonical
//!    form, and no reading of it leaves the upstream's base path, else 400 `path-ambiguous`. That
//!    form is what goes upstream.
//! 3. The gate's own endpoints answer for themselves; nobody is served the site map.
//! 4. A CORS preflight carries no credentials and is not judged.
//! 5. The rule for the path under every reading, else 400 `path-ambiguous`; of a file also those of
//!    the pages it belongs to, else 503 `site-map`.
//! 6. A rule that lets anyone in ends here: nobody is asked for.
//! 7. Who asks, as Clerk decides it; a handshake is a redirect. Where no key can be had:
//!    503 `keys-unavailable`, never "signed out".
//! 8. The rule's condition. Where it depends on a claim that the token lacks, that claim is looked
//!    up once and the condition judged again; 503 `claims-unavailable` where it could not be. What
//!    webhooks have pushed since counts against the token's claims.
//! 9. `send`: pages go where the role belongs.
//! 10. Forward, with what the upstream may know.
//!
//! The order is the security property. Only a grant forwards, and only the decision, a preflight or
//! a rule that merely reports makes one.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::{RequestKind, is_preflight};
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::decide::Decision;
use clerk_edge_rules::matches::Matches;
use clerk_edge_rules::rule::Rule;
use clerk_edge_rules::rule_set::Rules;

use crate::answer::Answer;
use crate::auth::{Auth, authenticate};
use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::endpoint::Endpoint;
use crate::endpoints;
use crate::forward::Forward;
use crate::gate::Gate;
use crate::grant::{Grant, early_response};
use crate::log::record::LogRecord;
use crate::plan::{Action, Plan};
use crate::platform::Platform;
use crate::settings::{LogLevel, Settings};
use crate::{data_request, site_map};

/// A request that goes on, and what its finish needs.
struct Forwarded<'g> {
    forward: Forward<'g>,
    guarded: bool,
    append: Vec<(&'static str, String)>,
}

/// Decides one request.
pub async fn decide<'g, K, P, R>(
    gate: &'g Gate<K>,
    request: &R,
    ctx: &RequestContext<'_, P>,
) -> Plan<'g>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    decide_by(gate, None, request, ctx).await
}

/// The same with one rule in code, if `only` is given.
///
/// With `only`, the rule of a wrapped function holds for every path: `ROUTES` is not read, the
/// gate has no addresses of its own, and a preflight is answered, because nobody is known on it.
pub async fn decide_by<'g, K, P, R>(
    gate: &'g Gate<K>,
    only: Option<&'g Rules>,
    request: &R,
    ctx: &RequestContext<'_, P>,
) -> Plan<'g>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let mut record = LogRecord::default();
    let (action, guarded, append) = match line(gate, only, request, ctx, &mut record).await {
        Ok(it) => {
            record.forwarded();
            (Action::Forward(it.forward), it.guarded, it.append)
        }
        Err(response) => {
            (Action::Answer(stopped(gate, request, response, &mut record)), false, Vec::new())
        }
    };
    let level = gate.settings.as_ref().map_or(LogLevel::Decisions, |it| it.log);
    let log = record.line(level, request, ctx);
    let timing = gate.is_development().then(|| record.timing()).flatten();
    Plan::new(action, guarded, record.into_request_id(), log, &append, timing)
}

/// The answer to a request that does not go on.
#[inline(never)]
fn stopped<'g, K, R: Incoming>(
    gate: &'g Gate<K>,
    request: &R,
    response: EarlyResponse,
    record: &mut LogRecord<'g>,
) -> Answer {
    record.stopped(&response);
    record.name(request);
    let is_refused = data_request::is_refused(&response);
    let answer = response.answer(request, record.request_id(), gate.settings.as_ref().err());
    if is_refused { data_request::answer(answer, record.path_text(), request) } else { answer }
}

async fn line<'g, K, P, R>(
    gate: &'g Gate<K>,
    only: Option<&'g Rules>,
    request: &R,
    ctx: &RequestContext<'_, P>,
    record: &mut LogRecord<'g>,
) -> Result<Forwarded<'g>, EarlyResponse>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    // 1
    let url = UrlParts::of(request.url()).ok_or(EarlyResponse::code(Code::Internal))?;
    let settings = match &gate.settings {
        Ok(settings) => settings,
        Err(faulty) => return Err(endpoints::closed(faulty, request.method(), url.path)),
    };
    // 2
    let host = url.host().ok_or(EarlyResponse::code(Code::HostInvalid))?;
    let path = RequestPath::parse(url.path).map_err(|_| EarlyResponse::AMBIGUOUS_PATH)?;
    record.path(&path);
    if !settings.upstream.holds(&path) {
        return Err(EarlyResponse::AMBIGUOUS_PATH);
    }
    // 3
    if let Some(endpoint) = Endpoint::of(&path, settings).filter(|_| only.is_none()) {
        return Err(endpoints::answer(endpoint, gate, settings, request, ctx).await);
    }
    let forward = |grant: &Grant, auth: &Auth<'_>| Forwarded {
        forward: Forward::new(grant, auth, settings, request, &path, &url),
        guarded: grant.is_guarded(),
        append: auth.headers.clone(),
    };
    if settings.site_map.has_assets && site_map::is_its_own(&path) {
        return Err(EarlyResponse::code(Code::NotFound));
    }
    // 4
    if is_preflight(request) {
        let grant = Grant::preflight(&settings.upstream).filter(|_| only.is_none());
        let forwarded = grant.map(|it| forward(&it, &Auth::not_asked()));
        return forwarded.ok_or_else(|| EarlyResponse::endpoint(Answer::preflight()));
    }
    // 5
    let asked = (host, request.method());
    let found = match only {
        None => site_map::matches(&gate.site_map, settings, asked, &path, ctx).await,
        Some(only) => site_map::of_rules(only, asked, &path),
    };
    let matches = found.map_err(EarlyResponse::code)?;
    record.rules(&matches);
    // 6, and 7 where somebody is asked for. An open path reads no header, not even to tell a page.
    let (mut auth, kind) = match matches.is_open() {
        true => (Auth::not_asked(), RequestKind::Other),
        false => (authenticate(gate, settings, request, ctx).await, RequestKind::of(request)),
    };
    // 8, 9
    let entered = enter(gate, settings, (request, kind), &matches, &mut auth, ctx).await;
    record.authenticated(&auth);
    let grant = match entered {
        Ok(grant) => grant,
        Err((response, by)) => {
            let Some(grant) = by.and_then(Grant::reported) else {
                return Err(response.with_headers(&auth.headers));
            };
            record.would(&response);
            auth = auth.without_handshake();
            grant
        }
    };
    // 10
    Ok(forward(&grant, &auth))
}

/// Carries the decision out. What it needs is looked up once and added to `auth`. With a response
/// comes the rule that gives it.
async fn enter<'g, K, P, R>(
    gate: &'g Gate<K>,
    settings: &'g Settings,
    (request, kind): (&R, RequestKind),
    matches: &Matches<'g>,
    auth: &mut Auth<'g>,
    ctx: &RequestContext<'_, P>,
) -> Result<Grant, (EarlyResponse, Option<&'g Rule>)>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    if let Some(location) = auth.redirect() {
        let by = Some(matches.first().rule).filter(|_| matches.merely_report());
        return Err((EarlyResponse::handshake(location.to_owned()), by));
    }
    if settings.reads_pushed_findings() && matches.ask_for_claims() {
        auth.add_pushed(gate, settings, ctx).await;
    }
    let mut decided = Grant::of(matches, auth, kind);
    if decided.as_ref().is_err_and(|it| it.decision == Decision::NeedsLookup) {
        auth.look_up(gate, settings, matches.fresh(), ctx).await;
        decided = Grant::of(matches, auth, kind);
    }
    let hints = auth.hints();
    decided.map_err(|decided| {
        let by = decided.by.rule;
        (early_response(&decided, hints, settings, request, kind), Some(by))
    })
}
