//! Whether the browser is sent to Clerk, and where to: the handshake, byte by byte.
//!
//! Only a page that a browser fetches can be sent; anything else is signed out for the same
//! reason. It refuses to send anybody round and round.

use crate::session::context::AuthenticateContext;
use crate::session::frontend;
use crate::session::reason::Reason;
use crate::session::state::{
    BrowserUpdate, Halt, Handshake, RequestState, SignedOut, SignedOutReason,
};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::is_eligible_for_handshake;
use clerk_edge_http::query;
use clerk_edge_http::url::Url;
use clerk_edge_token::js_number;

/// A handshake if the request is a page's, else signed out.
pub(super) fn or_signed_out<R: Incoming>(
    visit: &AuthenticateContext<'_, R>,
    reason: Reason,
) -> RequestState {
    let location = visit.address().map(|here| handshake_location(visit, here, &reason));
    to(visit, reason, location)
}

/// The same with an address of the caller's.
pub(super) fn to<R: Incoming>(
    visit: &AuthenticateContext<'_, R>,
    reason: Reason,
    location: Option<String>,
) -> RequestState {
    let Some(location) = location.filter(|_| is_eligible_for_handshake(visit.request)) else {
        return signed_out(reason);
    };
    if visit.trips >= TRIPS_MAX {
        let why = SignedOutReason::Because(reason);
        let halt = Some(Halt::RedirectLoop);
        return RequestState::SignedOut(SignedOut { why, halt, browser: BrowserUpdate::default() });
    }
    let count = js_number::to_text(visit.trips + 1.0);
    let count_cookie = format!("__clerk_redirect_count={count}; SameSite=Lax; HttpOnly; Max-Age=2");
    RequestState::Handshake(Handshake { reason, location, count_cookie })
}

/// Signed out, and nothing else to say.
pub(super) fn signed_out(reason: Reason) -> RequestState {
    let why = SignedOutReason::Because(reason);
    RequestState::SignedOut(SignedOut { why, halt: None, browser: BrowserUpdate::default() })
}

fn handshake_location<R: Incoming>(
    visit: &AuthenticateContext<'_, R>,
    here: &Url,
    reason: &Reason,
) -> String {
    let mut query = String::new();
    let mut add = |name: &str, value: &str| query::append(&mut query, name, value);
    add("redirect_url", &return_address(visit, here));
    add("__clerk_api_version", API_VERSION);
    add("suffixed_cookies", if visit.suffixed { "true" } else { "false" });
    add("__clerk_hs_reason", &reason.as_str());
    add("format", "nonce");
    if let Some(token) = visit.session_text() {
        add("__session", token);
    }
    if let Some(mark) = visit.dev_browser().filter(|_| visit.is_development()) {
        add("__clerk_db_jwt", mark);
    }
    format!("{}?{query}", frontend::handshake_address(visit.settings, here))
}

fn return_address<R: Incoming>(visit: &AuthenticateContext<'_, R>, here: &Url) -> String {
    let mut names = vec!["__clerk_db_jwt", "__dev_session"];
    if visit.spent.get() {
        names.extend(["__clerk_handshake", "__clerk_handshake_nonce"]);
    }
    here.clone().without(&names).href()
}

/// Clerk's version of its own interface, sent with every handshake.
const API_VERSION: &str = "2026-05-12";
/// The browser's counter lives for two seconds: three trips in that time lead nowhere.
const TRIPS_MAX: f64 = 3.0;
