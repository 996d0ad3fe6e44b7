//! Answers of the gate's own addresses. They are never cached, and show a caller nothing but the
//! caller's own.

pub mod access;
pub mod account;
pub mod debug_role;
pub mod health;
pub mod oauth_metadata;

use clerk_edge_http::incoming::Incoming;
use clerk_edge_rules::code::Code;

use crate::answer::Answer;
use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::endpoint::{Endpoint, EndpointId, HEALTH, READ};
use crate::gate::Gate;
use crate::platform::Platform;
use crate::settings::Settings;
use crate::settings::problems::SettingsProblems;

/// The answer while faulty settings keep the gate closed.
pub(crate) fn closed(faulty: &SettingsProblems, method: &str, raw_path: &str) -> EarlyResponse {
    match (raw_path.strip_suffix('/').unwrap_or(raw_path), method) {
        (HEALTH, "GET" | "HEAD") => EarlyResponse::endpoint(health::misconfigured(faulty)),
        (HEALTH, _) => method_not_allowed(READ.join(", ")),
        _ => EarlyResponse::code(Code::Configuration),
    }
}

/// The answer of one of the gate's own addresses.
pub(crate) async fn answer<K, P, R>(
    endpoint: &Endpoint,
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
    if !endpoint.answers(request.method()) {
        return method_not_allowed(endpoint.allow());
    }
    match endpoint.id {
        EndpointId::OAuthResource => found(oauth_metadata::resource(settings, request)),
        EndpointId::OAuthServer => found(oauth_metadata::server(settings, request)),
        EndpointId::Health => EarlyResponse::endpoint(health::answer(gate, settings, ctx).await),
        EndpointId::Unknown => EarlyResponse::code(Code::NotFound),
        // Boxed: requests to other addresses carry none of it.
        EndpointId::Account(id) => {
            Box::pin(account::answer(id, gate, settings, request, ctx)).await
        }
        EndpointId::Access => access::answer(gate, settings, request, ctx).await,
        EndpointId::DebugRole => debug_role::answer(gate, settings, request, ctx).await,
    }
}

fn method_not_allowed(allow: String) -> EarlyResponse {
    EarlyResponse::code(Code::MethodNotAllowed).with_headers(&[("allow", allow)])
}

/// The answer, where there is something at the address.
fn found(answer: Option<Answer>) -> EarlyResponse {
    answer.map_or(EarlyResponse::code(Code::NotFound), EarlyResponse::endpoint)
}
