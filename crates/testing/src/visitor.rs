//! Visitors of an ordinary instance: isolates, requests, and the outcome as a text.

use clerk_edge_gate::keys::KeysUnavailable;
use clerk_edge_gate::session::state::RequestState;
use clerk_edge_gate::settings::Settings;
use serde_json::Value;

use crate::isolate::Isolate;
use crate::mint::{LIVE_KEY, NOW};
use crate::platform::FakePlatform;
use crate::recorded_clerk::RecordedClerk;
use crate::request::Request;
use crate::{mint, settings};

/// The URL of an ordinary page.
pub const PAGE: &str = "https://www.myapp.com/page";

/// A production instance without a secret key.
pub fn live() -> Isolate {
    Isolate::new(settings::of_key(LIVE_KEY))
}

/// An instance with a secret key.
pub fn with_secret(key: &str) -> Isolate {
    let secret = if key == LIVE_KEY { "sk_live_x" } else { "sk_test_x" };
    let secret_key = Some(clerk_edge_gate::secret::Secret::new(secret.to_owned()));
    Isolate::new(Settings { secret_key, ..settings::of_key(key) })
}

/// Clerk with the key set of the instance.
pub fn clerk() -> FakePlatform {
    clerk_with(Vec::new())
}

/// The same with further routes.
pub fn clerk_with(routes: Vec<Value>) -> FakePlatform {
    clerk_of(mint::jwks(), routes)
}

/// Clerk with another key set, and routes.
pub fn clerk_of(jwks: Value, routes: Vec<Value>) -> FakePlatform {
    FakePlatform::of(RecordedClerk::new(jwks, routes))
}

/// A request for the page with these cookies.
pub fn page(cookies: &str) -> Request {
    Request::get(PAGE, &[("sec-fetch-dest", "document"), ("cookie", cookies)])
}

/// A request with this token in `authorization`.
pub fn bearer(token: &str) -> Request {
    Request::get(PAGE, &[("authorization", &format!("Bearer {token}"))])
}

/// Status and reason as one text.
pub fn outcome(state: &Result<RequestState, KeysUnavailable>) -> String {
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

/// The cookies of a signed-in browser with this session token.
pub fn cookies(token: &str) -> String {
    format!("__client_uat={NOW}; __session={token}")
}
