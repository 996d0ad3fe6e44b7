//! Authenticates a request by Clerk's session, as Clerk's own server SDK does.
//!
//! A token in the `Authorization` header counts before cookies. For cookies, `by_cookie` follows
//! Clerk's decision tree: handshakes, satellites, development browsers, `__client_uat`, and last
//! the signature. Nothing that a client sends is an error here; the only error is that no key could
//! be fetched.
//!
//! No session is kept here and nothing is signed. The browser is never redirected to a host that a
//! client named, except to the satellites of a development instance, as Clerk's SDK does.

pub(crate) mod account;
pub(crate) mod by_cookie;
pub(crate) mod context;
pub mod cookies;
pub(crate) mod handshake_resolve;
pub(crate) mod handshake_start;
pub mod organization;
pub mod reason;
pub(crate) mod refresh;
pub(crate) mod set_cookie;
pub mod sign_in_redirect;
pub mod state;
pub mod verify;

use crate::context::RequestContext;
use crate::keys::KeysUnavailable;
use crate::platform::Platform;
use crate::session::context::AuthenticateContext;
use crate::session::cookies::Cookies;
use crate::session::state::{Activation, BrowserUpdate, RequestState};
use crate::session::verify::SessionVerifier;
use clerk_edge_http::incoming::Incoming;

/// Who sent the request: by the token of its `Authorization` header, if it has one, else by its
/// cookies. Ready at the first poll if the token was verified before.
///
/// # Errors
/// [`KeysUnavailable`], and never because of anything that the client sent.
pub async fn authenticate_request<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    request: &R,
    bearer: Option<&str>,
    ctx: &RequestContext<'_, P>,
) -> Result<RequestState, KeysUnavailable> {
    if let Some(token) = bearer {
        return by_header(verifier, request, token, ctx).await;
    }
    let header = request.header("cookie").unwrap_or_default();
    let cookies = Cookies::read(&header, &verifier.settings.instance.cookie_suffix);
    let now_seconds = ctx.now_seconds();
    let (auth, token) = AuthenticateContext::read(verifier, request, &cookies, None, now_seconds);
    let mut state = by_cookie::by_cookie(verifier, &auth, token, ctx).await?;
    if auth.activate.is_some() {
        state = state.activating(|session| organization::activation(&auth, session));
    }
    Ok(state)
}

/// By the token of the header. Cookies are read only if it is refused.
async fn by_header<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    request: &R,
    bearer: &str,
    ctx: &RequestContext<'_, P>,
) -> Result<RequestState, KeysUnavailable> {
    let settings = verifier.settings;
    let token = verifier.inspect(bearer);
    if let Some(state) = by_cookie::not_a_session_token(&token) {
        return Ok(state);
    }
    let origin = || Some(context::browser_url(settings, request)?.origin());
    match verifier.verify_session(token, &settings.session_policy, &origin, ctx).await? {
        Ok((session, token)) => {
            let state = RequestState::signed_in(session, &token, BrowserUpdate::default());
            Ok(state.activating(|session| {
                let is_active = verifier.activate.is_none_or(|wanted| wanted.is_active(session));
                (!is_active).then_some(Activation::Refused)
            }))
        }
        Err(error) => {
            let header = request.header("cookie").unwrap_or_default();
            let cookies = Cookies::read(&header, &settings.instance.cookie_suffix);
            let (bearer, now_seconds) = (Some(bearer), ctx.now_seconds());
            let (auth, _) =
                AuthenticateContext::read(verifier, request, &cookies, bearer, now_seconds);
            by_cookie::after_refusal(verifier, &auth, error, ctx).await
        }
    }
}
