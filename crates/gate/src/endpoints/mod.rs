//! Answers of the gate's own addresses. They are never cached, and show a caller nothing but the
//! caller's own.

pub mod access;
pub mod account;
pub mod debug_role;
pub mod health;
pub mod page;
pub mod webhook;

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;

use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::endpoint::{Endpoint, EndpointId, HEALTH, READ};
use crate::gate::Gate;
use crate::platform::Platform;
use crate::rare::Rare;
use crate::settings::Settings;
use crate::settings::problems::SettingsProblems;

/// The answer while faulty settings keep the gate closed.
#[cold]
#[inline(never)]
pub(crate) fn closed(
    faulty: &SettingsProblems,
    request: &impl Incoming,
    raw_path: &str,
) -> EarlyResponse {
    let method = request.method();
    match (raw_path.strip_suffix('/').unwrap_or(raw_path), method) {
        (HEALTH, "GET" | "HEAD") => {
            EarlyResponse::endpoint(health::misconfigured(faulty, RequestKind::of(request)))
        }
        (HEALTH, _) => method_not_allowed(READ.join(", ")),
        _ => EarlyResponse::code(Code::Configuration),
    }
}

/// The answer of one of the gate's own addresses.
#[cold]
#[inline(never)]
pub(crate) fn answer<'f, K, P, R>(
    endpoint: &'f Endpoint,
    gate: &'f Gate<K>,
    settings: &'f Settings,
    request: &'f R,
    ctx: &'f RequestContext<'_, P>,
) -> Rare<'f, EarlyResponse>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    Box::pin(async move {
        if !endpoint.answers(request.method()) {
            return method_not_allowed(endpoint.allow());
        }
        match endpoint.id {
            EndpointId::Health => {
                EarlyResponse::endpoint(health::answer(gate, settings, request, ctx).await)
            }
            EndpointId::Unknown => EarlyResponse::code(Code::NotFound),
            // Boxed: requests to other addresses carry none of it.
            EndpointId::Account(id) => {
                Box::pin(account::answer(id, gate, settings, request, ctx)).await
            }
            EndpointId::Webhook => Box::pin(webhook::answer(gate, settings, request, ctx)).await,
            EndpointId::Access => access::answer(gate, settings, request, ctx).await,
            EndpointId::Page => page::answer(request),
            EndpointId::DebugRole => debug_role::answer(gate, settings, request, ctx).await,
        }
    })
}

fn method_not_allowed(allow: String) -> EarlyResponse {
    EarlyResponse::code(Code::MethodNotAllowed).with_headers(&[("allow", allow)])
}
