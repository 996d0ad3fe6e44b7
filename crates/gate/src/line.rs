//! THE LINE: one request, top to bottom. All branching about a request lives here.
//!
//! 1. The settings are complete, else 500 `configuration`.
//! 2. The host is a plain name or address, else 400 `host-invalid`. The path has one canonical
//!    form, and no reading of it leaves the upstream's base path, else 400 `path-ambiguous`. That
//!    form is what goes upstream.
//! 3. The gate's own endpoints answer for themselves; what else lies below their folder is 404, and
//!    so is the site map. With a live key a page on a preview's host is 400 `host-invalid`.
//! 4. A CORS preflight is not judged: neither body nor credentials go on, no content comes back.
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
use crate::forward::{Forward, HOP};
use crate::gate::Gate;
use crate::grant::{Grant, Passes, early_response};
use crate::help;
use crate::log::record::LogRecord;
use crate::plan::{Action, Plan};
use crate::platform::Platform;
use crate::settings::{LogLevel, Settings};
use crate::{data_request, site_map};

/// A request that goes on, and what its finish needs.
struct Forwarded<'g> {
    forward: Forward<'g>,
    passes: Passes,
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
    let (action, passes, append) = match line(gate, only, request, ctx, &mut record).await {
        Ok(it) => {
            record.forwarded();
            (Action::Forward(it.forward), it.passes, it.append)
        }
        Err(response) => {
            let answer = stopped(gate, request, response, &mut record);
            (Action::Answer(answer), Passes::Unchanged, Vec::new())
        }
    };
    let level = gate.settings.as_ref().map_or(LogLevel::Decisions, |it| it.log);
    let log = record.line(level, request, ctx);
    let timing = gate.is_development().then(|| record.timing()).flatten();
    Plan::new(action, passes, record.into_request_id(), log, &append, timing)
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
    let settings = gate.settings.as_ref();
    let help = |it: &EarlyResponse| Some(help::of(it, settings.ok()?, request, record.path_text()));
    let answer = response.answer(request, record.request_id(), settings.err(), help);
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
        Err(faulty) => return Err(endpoints::closed(faulty, request, url.path)),
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
    if let Some(code) = misplaced(settings, request, host, ctx) {
        return Err(EarlyResponse::code(code));
    }
    let forward = |grant: &Grant, auth: &Auth<'_>| Forwarded {
        forward: Forward::new(grant, auth, settings, request, &path, &url),
        passes: grant.passes(),
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
    let (grant, auth) = settle(entered, auth, record)?;
    // 10
    Ok(forward(&grant, &auth))
}

/// Why a request has no place here: a live key cannot work on its host, or it was passed on before.
fn misplaced<P>(
    settings: &Settings,
    request: &impl Incoming,
    host: &str,
    ctx: &RequestContext<'_, P>,
) -> Option<Code> {
    if settings.upstream_is_implied && request.header(HOP).is_some() {
        ctx.note(CAME_BACK);
        return Some(Code::UpstreamUnreachable);
    }
    let is_live_page =
        settings.is_live_on_preview(host) && RequestKind::of(request) == RequestKind::Page;
    is_live_page.then_some(Code::HostInvalid)
}

/// What goes on: a grant, or a refusal by a rule that merely reports, which is written down.
fn settle<'g>(
    entered: Result<Grant, (EarlyResponse, Option<&'g Rule>)>,
    auth: Auth<'g>,
    record: &mut LogRecord<'g>,
) -> Result<(Grant, Auth<'g>), EarlyResponse> {
    let (response, by) = match entered {
        Ok(grant) => return Ok((grant, auth)),
        Err(refused) => refused,
    };
    let response = response.with_loop_cause(auth.loop_cause.as_deref());
    let Some(grant) = by.and_then(Grant::reported) else {
        return Err(response.with_headers(&auth.headers));
    };
    record.would(&response);
    Ok((grant, auth.without_handshake()))
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

/// Without a note the operator would see a site that does not answer, and no reason.
const CAME_BACK: &str = "a request that was passed on came back to the gate: neither ASSETS nor \
    ORIGIN is bound, and UPSTREAM is not set. For a static site set binding = \"ASSETS\" under \
    [assets] in wrangler.toml";
