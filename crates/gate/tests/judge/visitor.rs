//! Visitors of an ordinary instance, for the tests of who asks.

use clerk_edge_gate::keys::KeysUnavailable;
use clerk_edge_gate::session::state::RequestState;
use clerk_edge_gate::settings::Settings;

use super::mint;
use super::mint::{LIVE_KEY, NOW};
use super::platform::Clerk;
use super::{Isolate, Request, settings};

pub(crate) const PAGE: &str = "https://www.myapp.com/page";

pub(crate) fn plain(key: &str) -> Settings {
    settings::plain(settings::instance(key))
}

pub(crate) fn live() -> Isolate {
    Isolate::new(plain(LIVE_KEY))
}

pub(crate) fn with_secret(key: &str) -> Isolate {
    let secret = if key == LIVE_KEY { "sk_live_x" } else { "sk_test_x" };
    let secret_key = Some(clerk_edge_gate::secret::Secret::new(secret.to_owned()));
    Isolate::new(Settings { secret_key, ..plain(key) })
}

pub(crate) fn clerk() -> Clerk {
    Clerk::with(mint::jwks(), Vec::new())
}

/// A page with these cookies.
pub(crate) fn page(cookies: &str) -> Request {
    Request::get(PAGE, &[("sec-fetch-dest", "document"), ("cookie", cookies)])
}

/// A call with this token in its header.
pub(crate) fn bearer(token: &str) -> Request {
    Request::get(PAGE, &[("authorization", &format!("Bearer {token}"))])
}

/// Status and reason in one text.
pub(crate) fn outcome(state: &Result<RequestState, KeysUnavailable>) -> String {
    match state {
        Ok(RequestState::SignedIn(state)) => format!("signed-in {}", state.session.subject()),
        Ok(RequestState::SignedOut(state)) => match state.reason() {
            Some(reason) => format!("signed-out {reason}"),
            None => "pending".to_owned(),
        },
        Ok(RequestState::Handshake(state)) => format!("handshake {}", state.reason),
        Err(fault) => format!("{fault:?}"),
    }
}

pub(crate) fn cookies(token: &str) -> String {
    format!("__client_uat={NOW}; __session={token}")
}
