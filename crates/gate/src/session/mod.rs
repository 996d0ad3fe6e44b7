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
use crate::clerk_api::failed_nonces::Nonces;
use crate::context::Turn;
use crate::keys::find::Keys;
use crate::platform::Platform;
use crate::session::context::Visit;
use crate::session::cookies::Cookies;
use crate::session::inspected_token::Look;
use crate::session::state::Browser;
use crate::session::state::State;
use crate::settings::Settings;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_token::verified_cache::Remembered;

/// What lies at hand in an isolate when somebody comes.
#[derive(Debug)]
pub struct Desk<'a, K> {
    /// The configuration.
    pub settings: &'a Settings,
    /// The instance's keys.
    pub keys: &'a Keys<K>,
    /// The tokens that a key covered before.
    pub remembered: &'a Remembered,
    /// The nonces that are left alone.
    pub nonces: &'a Nonces,
}

/// Our fault: it could not be found out who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No key of the instance could be had from anybody.
    KeysUnavailable {
        /// When it is worth asking again.
        retry_after_seconds: u32,
    },
}

/// Who asks. Ready at the first poll where the token is remembered.
///
/// # Errors
/// [`Fault`], never because of anything that the client sent.
pub async fn state<P: Platform, R: Incoming>(
    desk: &Desk<'_, P::Key>,
    request: &R,
    turn: &Turn<'_, P>,
) -> Result<State, Fault> {
    let authorization = request.header("authorization");
    if let Some(token) = authorization.as_deref().and_then(credential::presented) {
        return by_header(desk, request, token, turn).await;
    }
    let header = request.header("cookie").unwrap_or_default();
    let cookies = Cookies::read(&header, &desk.settings.instance.cookie_suffix);
    let (visit, session) = Visit::read(desk, request, &cookies, None, turn.now_seconds());
    by_cookie::by_cookie(desk, &visit, session, turn).await
}

/// Cookies are not even read unless the header's token is refused.
async fn by_header<P: Platform, R: Incoming>(
    desk: &Desk<'_, P::Key>,
    request: &R,
    token: &str,
    turn: &Turn<'_, P>,
) -> Result<State, Fault> {
    let look = Look::at(token, desk);
    if let Some(state) = by_cookie::unfit(&look) {
        return Ok(state);
    }
    let origin = || Some(context::address(desk.settings, request)?.origin());
    match verify::admitted(desk, look, &desk.settings.session_policy, &origin, turn).await? {
        Ok((session, token)) => Ok(settle::signed_in(session, &token, Browser::default())),
        Err(flaw) => {
            let header = request.header("cookie").unwrap_or_default();
            let cookies = Cookies::read(&header, &desk.settings.instance.cookie_suffix);
            let (visit, _) = Visit::read(desk, request, &cookies, Some(token), turn.now_seconds());
            by_cookie::refused(desk, &visit, flaw, turn).await
        }
    }
}
