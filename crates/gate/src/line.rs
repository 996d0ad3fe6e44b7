//! THE LINE: one request, top to bottom. All branching about a request lives here.
//!
//! 1. The settings are complete, else 500 `configuration`.
//! 2. The host is a plain name or address, else 400 `host-invalid`. The path has one canonical
//!    form, and no reading of it leaves the upstream's base path, else 400 `path-ambiguous`. That
//!    form is what goes upstream.
//! 3. The gate's own endpoints answer for themselves.
//! 4. A CORS preflight carries no credentials and is not judged.
//! 5. The rule for the path under every reading, else 400 `path-ambiguous`.
//! 6. A rule that lets anyone in ends here: nobody is asked for.
//! 7. Who asks, as Clerk decides it; a handshake is a redirect. Where no key can be had:
//!    503 `keys-unavailable`, never "signed out".
//! 8. The rule's condition. Where it depends on a claim that the token lacks, that claim is looked
//!    up once and the condition judged again; 503 `claims-unavailable` where it could not be.
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
use clerk_edge_rules::rule::Requirement;
use clerk_edge_rules::rule_set::{Match, Rules};

use crate::auth::Auth;
use crate::auth::for_machines::{Asked, authenticate_by_rule};
use crate::challenge;
use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::endpoint::Endpoint;
use crate::endpoints;
use crate::forward::Forward;
use crate::gate::Gate;
use crate::grant::{self, Grant, early_response};
use crate::log::record::LogRecord;

use crate::plan::{Action, Plan};
use crate::platform::Platform;
use crate::settings::{LogLevel, Settings};

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
            record.stopped(&response);
            record.name(request);
            let faulty = gate.settings.as_ref().err();
            let answer = response.answer(request, record.request_id(), faulty);
            (Action::Answer(answer), false, Vec::new())
        }
    };
    let level = gate.settings.as_ref().map_or(LogLevel::Decisions, |it| it.log);
    let log = record.line(level, request, ctx);
    let timing = gate.is_development().then(|| record.timing()).flatten();
    Plan::new(action, guarded, record.into_request_id(), log, &append, timing)
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
    // 4
    if is_preflight(request) {
        let grant = Grant::preflight(&settings.upstream).filter(|_| only.is_none());
        let forwarded = grant.map(|it| forward(&it, &Auth::not_asked()));
        let answer = || challenge::preflight(settings, request, host, &path);
        return forwarded.ok_or_else(|| EarlyResponse::endpoint(answer()));
    }
    // 5
    let found = only.unwrap_or(&settings.rules).find(host, request.method(), &path);
    let matched = found.map_err(|_| EarlyResponse::AMBIGUOUS_PATH)?;
    record.rule(matched.rule);
    // 6, and 7 where somebody is asked for. An open path reads no header, not even to tell a page.
    let (mut auth, kind) = match matched.rule.requirement() {
        Requirement::Anyone => (Auth::not_asked(), RequestKind::Other),
        _ => {
            let asked = Asked { request, matched: &matched, url: &url, path: &path };
            (authenticate_by_rule(gate, settings, &asked, ctx).await, RequestKind::of(request))
        }
    };
    // 8, 9
    let entered = enter(gate, settings, (request, kind), &matched, &mut auth, ctx).await;
    record.authenticated(&auth);
    let grant = match entered {
        Ok(grant) => grant,
        Err(response) => {
            let Some(grant) = Grant::reported(matched.rule) else {
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

/// Carries the decision out. What it needs is looked up once and added to `auth`.
async fn enter<'g, K, P, R>(
    gate: &'g Gate<K>,
    settings: &'g Settings,
    (request, kind): (&R, RequestKind),
    matched: &Match<'_>,
    auth: &mut Auth<'g>,
    ctx: &RequestContext<'_, P>,
) -> Result<Grant, EarlyResponse>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    if let Some(location) = auth.redirect() {
        return Err(EarlyResponse::handshake(location.to_owned()));
    }
    let refused = |auth: &Auth<'_>, decision: Decision<'_>| {
        let hints = auth.hints();
        let response = early_response(&decision, matched, hints, settings, request, kind);
        challenge::add(response, matched.rule, auth, request)
    };
    if let Some(activation) = auth.activation() {
        let of = |decision| refused(auth, decision);
        return Err(grant::not_activated(activation, matched.rule, kind, of));
    }
    let mut decided = Grant::of(matched, auth, kind);
    if matches!(decided, Err(Decision::NeedsLookup)) {
        auth.look_up(gate, settings, ctx).await;
        decided = Grant::of(matched, auth, kind);
    }
    decided.map_err(|decision| refused(auth, decision))
}
