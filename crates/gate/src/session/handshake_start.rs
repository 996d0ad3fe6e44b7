//! Starts a handshake: the redirect to Clerk, byte by byte as Clerk's SDK makes it.
//!
//! Only document requests are redirected; others are signed out for the same reason. After three
//! redirects within two seconds the loop guard stops.

use crate::limits::REDIRECTS_MAX;
use crate::platform::API_VERSION;
use crate::session::context::{AuthenticateContext, HandshakeFailure};
use crate::session::reason::Reason;
use crate::session::state::{Handshake, RequestState};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::is_eligible_for_handshake;
use clerk_edge_http::query;
use clerk_edge_http::url::Url;
use clerk_edge_token::js_number;

/// A handshake for a document request, else signed out.
#[cold]
#[inline(never)]
pub(super) fn start_handshake_or_sign_out<R: Incoming>(
    auth: &AuthenticateContext<'_, R>,
    reason: Reason,
) -> RequestState {
    let location = auth.url_without_failed_handshake();
    let location = location.map(|url| handshake_location(auth, &url, &reason));
    redirect_or_sign_out(auth, reason, location)
}

/// The same with another URL to redirect to.
#[cold]
#[inline(never)]
pub(super) fn redirect_or_sign_out<R: Incoming>(
    auth: &AuthenticateContext<'_, R>,
    reason: Reason,
    location: Option<String>,
) -> RequestState {
    let Some(location) = location.filter(|_| is_eligible_for_handshake(auth.request)) else {
        return RequestState::signed_out(reason);
    };
    if auth.redirect_count >= REDIRECTS_MAX {
        let cause = match auth.handshake_failure.take() {
            Some(HandshakeFailure::Known(cause)) => Some(cause),
            Some(HandshakeFailure::Other) | None => None,
        };
        return RequestState::redirect_loop(reason, cause);
    }
    let count = js_number::to_text(auth.redirect_count + 1.0);
    let count_cookie = format!("__clerk_redirect_count={count}; SameSite=Lax; HttpOnly; Max-Age=2");
    RequestState::Handshake(Handshake { reason, location, count_cookie })
}

pub(super) fn handshake_location<R: Incoming>(
    auth: &AuthenticateContext<'_, R>,
    url: &Url,
    reason: &Reason,
) -> String {
    let mut query = String::new();
    let mut add = |name: &str, value: &str| query::append(&mut query, name, value);
    let return_url = url.clone().without(&["__clerk_db_jwt", "__dev_session"]);
    add("redirect_url", &return_url.href());
    add("__clerk_api_version", API_VERSION);
    add("suffixed_cookies", if auth.suffixed { "true" } else { "false" });
    add("__clerk_hs_reason", &reason.as_str());
    add("format", "nonce");
    if let Some(token) = auth.session_token() {
        add("__session", token);
    }
    if let Some(token) = auth.dev_browser().filter(|_| auth.is_development()) {
        add("__clerk_db_jwt", token);
    }
    format!("{}?{query}", auth.settings.handshake_url(url))
}
