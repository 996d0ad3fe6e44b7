//! Starts a handshake: the redirect to Clerk, byte by byte as Clerk's SDK makes it.
//!
//! Only document requests are redirected; others are signed out for the same reason. After three
//! redirects within two seconds the loop guard stops.

use crate::limits::REDIRECTS_MAX;
use crate::platform::API_VERSION;
use crate::session::context::AuthenticateContext;
use crate::session::reason::Reason;
use crate::session::state::{Handshake, RequestState, SignedOut};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::is_eligible_for_handshake;
use clerk_edge_http::query;
use clerk_edge_http::url::Url;
use clerk_edge_rules::code::Code;
use clerk_edge_token::js_number;

/// A handshake for a document request, else signed out.
pub(super) fn start_handshake_or_sign_out<R: Incoming>(
    auth: &AuthenticateContext<'_, R>,
    reason: Reason,
) -> RequestState {
    let location = auth.url().map(|url| handshake_location(auth, url, &reason));
    redirect_or_sign_out(auth, reason, location)
}

/// The same with another URL to redirect to.
pub(super) fn redirect_or_sign_out<R: Incoming>(
    auth: &AuthenticateContext<'_, R>,
    reason: Reason,
    location: Option<String>,
) -> RequestState {
    let Some(location) = location.filter(|_| is_eligible_for_handshake(auth.request)) else {
        return RequestState::signed_out(reason);
    };
    if auth.redirect_count >= REDIRECTS_MAX {
        let refusal = Some(Code::RedirectLoop);
        return RequestState::SignedOut(SignedOut { refusal, ..SignedOut::because(reason) });
    }
    RequestState::Handshake(handshake(auth, reason, location))
}

/// A handshake of a request that can go through one.
pub(super) fn redirect_to_handshake<R: Incoming>(
    auth: &AuthenticateContext<'_, R>,
    reason: Reason,
) -> Option<Handshake> {
    let location = handshake_location(auth, auth.url()?, &reason);
    Some(handshake(auth, reason, location))
}

fn handshake<R>(auth: &AuthenticateContext<'_, R>, reason: Reason, location: String) -> Handshake {
    let count = js_number::to_text(auth.redirect_count + 1.0);
    let count_cookie = format!("__clerk_redirect_count={count}; SameSite=Lax; HttpOnly; Max-Age=2");
    Handshake { reason, location, count_cookie }
}

pub(super) fn handshake_location<R: Incoming>(
    auth: &AuthenticateContext<'_, R>,
    url: &Url,
    reason: &Reason,
) -> String {
    let mut query = String::new();
    let mut add = |name: &str, value: &str| query::append(&mut query, name, value);
    add("redirect_url", &return_url(auth, url));
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
    if let Some(id) = auth.organization_id() {
        add("organization_id", &id);
    }
    format!("{}?{query}", auth.settings.handshake_url(url))
}

/// The URL that the browser returns to.
fn return_url<R: Incoming>(auth: &AuthenticateContext<'_, R>, url: &Url) -> String {
    let mut names = vec!["__clerk_db_jwt", "__dev_session"];
    if auth.handshake_failed.get() {
        names.extend(["__clerk_handshake", "__clerk_handshake_nonce"]);
    }
    url.clone().without(&names).href()
}
