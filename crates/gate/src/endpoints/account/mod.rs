//! The addresses for the caller's own account: what a site without a backend needs of the secret
//! key. Each file answers one of them.
//!
//! Whoever is asked for is the caller of this request and nobody else: every call of the Backend
//! API names a user and a session that a verified token has named.

pub(crate) mod account_request;
pub(crate) mod caller;
pub(crate) mod ended_cookies;
pub(crate) mod fields;
pub(crate) mod form;
pub(crate) mod metadata;
pub(crate) mod redirect_to;
pub(crate) mod refresh;
pub(crate) mod revoke;
pub(crate) mod same_site;
pub(crate) mod session;
pub(crate) mod session_js;
pub(crate) mod sessions;
pub(crate) mod sign_out;

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;

use crate::auth::credential::presented;
use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::endpoint::AccountEndpoint;
use crate::endpoints::account::account_request::AccountRequest;
use crate::gate::Gate;
use crate::platform::Platform;
use crate::settings::Settings;

/// The answer of one of these addresses.
pub(crate) async fn answer<K, P, R>(
    id: AccountEndpoint,
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
    let kind = RequestKind::by_headers(request);
    let bearer = request.header("authorization");
    let bearer = bearer.as_deref().and_then(presented).map(str::to_owned);
    let account = AccountRequest { gate, settings, request, ctx, kind, bearer };
    let outcome = match id {
        AccountEndpoint::Metadata => metadata::answer(&account).await,
        AccountEndpoint::Refresh => refresh::answer(&account).await,
        AccountEndpoint::Revoke => revoke::answer(&account).await,
        AccountEndpoint::Session => session::answer(&account).await,
        AccountEndpoint::SessionJs => Ok(session_js::answer(&account)),
        AccountEndpoint::Sessions => sessions::answer(&account).await,
        AccountEndpoint::SignOut => sign_out::answer(&account).await,
    };
    let (Ok(response) | Err(response)) = outcome;
    response.to(kind).with_headers(&[("content-security-policy", NO_FRAMES.to_owned())])
}

const NO_FRAMES: &str = "frame-ancestors 'none'";
