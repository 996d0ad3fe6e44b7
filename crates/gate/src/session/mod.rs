//! Who asks: a visitor's session, exactly as Clerk's own server SDK decides it.
//!
//! A token in the header wins over cookies. Otherwise the tree in `tree` is walked: handshakes,
//! satellites, development browsers, the token and the cookie that vouches for it, and at last a
//! key. Nothing that a client sends makes it fail: the only fault is that nobody gave us a key.
//!
//! It keeps no session of its own, signs nothing, and sends nobody to a host that a client named
//! (but for a development instance's satellites, which is how Clerk's development works).

pub mod by_cookie;
pub mod context;
pub mod cookies;
pub mod frontend;
pub mod handshake_resolve;
pub mod handshake_start;
pub mod inspected_token;
pub mod parameters;
pub mod reason;
pub mod refresh;
pub mod set_cookie;
pub mod settle;
pub mod sign_in_redirect;
pub mod state;
pub mod suffix;
pub mod verify;

use crate::auth::credential;
use crate::clerk_api::failed_nonces::FailedNonces;
use crate::context::RequestContext;
use crate::keys::find::Keys;
use crate::platform::Platform;
use crate::session::context::AuthenticateContext;
use crate::session::cookies::Cookies;
use crate::session::inspected_token::InspectedToken;
use crate::session::state::BrowserUpdate;
use crate::session::state::RequestState;
use crate::settings::Settings;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_token::verified_cache::VerifiedCache;

/// What lies at hand in an isolate when somebody comes.
#[derive(Debug)]
pub struct SessionVerifier<'a, K> {
    /// The configuration.
    pub settings: &'a Settings,
    /// The instance's keys.
    pub keys: &'a Keys<K>,
    /// The tokens that a key covered before.
    pub remembered: &'a VerifiedCache,
    /// The nonces that are left alone.
    pub nonces: &'a FailedNonces,
}

/// Our fault: it could not be found out who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysUnavailableFault {
    /// No key of the instance could be had from anybody.
    KeysUnavailable {
        /// When it is worth asking again.
        retry_after_seconds: u32,
    },
}

/// Who asks. Ready at the first poll where the token is remembered.
///
/// # Errors
/// [`KeysUnavailableFault`], never because of anything that the client sent.
pub async fn state<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    request: &R,
    ctx: &RequestContext<'_, P>,
) -> Result<RequestState, KeysUnavailableFault> {
    let authorization = request.header("authorization");
    if let Some(token) = authorization.as_deref().and_then(credential::presented) {
        return by_header(verifier, request, token, ctx).await;
    }
    let header = request.header("cookie").unwrap_or_default();
    let cookies = Cookies::read(&header, &verifier.settings.instance.cookie_suffix);
    let (visit, session) =
        AuthenticateContext::read(verifier, request, &cookies, None, ctx.now_seconds());
    by_cookie::by_cookie(verifier, &visit, session, ctx).await
}

/// Cookies are not even read unless the header's token is refused.
async fn by_header<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    request: &R,
    token: &str,
    ctx: &RequestContext<'_, P>,
) -> Result<RequestState, KeysUnavailableFault> {
    let look = InspectedToken::at(token, verifier);
    if let Some(state) = by_cookie::unfit(&look) {
        return Ok(state);
    }
    let origin = || Some(context::address(verifier.settings, request)?.origin());
    match verify::admitted(verifier, look, &verifier.settings.session_policy, &origin, ctx).await? {
        Ok((session, token)) => Ok(settle::signed_in(session, &token, BrowserUpdate::default())),
        Err(flaw) => {
            let header = request.header("cookie").unwrap_or_default();
            let cookies = Cookies::read(&header, &verifier.settings.instance.cookie_suffix);
            let (visit, _) = AuthenticateContext::read(
                verifier,
                request,
                &cookies,
                Some(token),
                ctx.now_seconds(),
            );
            by_cookie::refused(verifier, &visit, flaw, ctx).await
        }
    }
}
