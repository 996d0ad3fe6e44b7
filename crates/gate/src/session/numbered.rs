//! Cookie headers that were read before, by the number that the host has given them.
//!
//! A browser sends the same cookies with every file that it asks for. Where the host hands over a
//! number, the text is not read again: which token it holds and what `__client_uat` says follow from
//! the text alone. All that depends on time, keys or settings is decided anew for each request.
//!
//! A number is believed only together with the end of the token's signature as this request's own
//! header has it, which nobody can choose without the instance's key. So a wrong number leads to a
//! fresh reading, and never to another person's session.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::context::RequestContext;
use crate::limits::{NUMBERED_BYTES_MAX, NUMBERED_COOKIES_MAX};
use crate::platform::Platform;
use crate::session::by_cookie::is_older_than_client_uat;
use crate::session::context::AuthenticateContext;
use crate::session::state::{BrowserUpdate, RequestState};
use crate::session::verify::{InspectedToken, SessionVerifier};
use crate::settings::{InstanceKind, Settings};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_token::verified::VerifiedToken;

/// The cookie headers that one isolate has read.
#[derive(Debug, Default)]
pub struct NumberedCookies {
    kept: RefCell<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    keys_generation: u64,
    by_number: HashMap<u32, NumberedCookie>,
    bytes: usize,
}

/// What one header says.
#[derive(Clone, Debug)]
struct NumberedCookie {
    token: VerifiedToken,
    client_uat: f64,
}

impl NumberedCookies {
    fn find(&self, number: u32, token_end: &str, keys_generation: u64) -> Option<NumberedCookie> {
        let kept = self.kept.borrow();
        let found = kept.by_number.get(&number)?;
        let is_same = token_end.len() == MARK_BYTES && found.token.text().ends_with(token_end);
        (kept.keys_generation == keys_generation && is_same).then(|| found.clone())
    }

    fn keep(&self, number: u32, cookie: NumberedCookie, keys_generation: u64) {
        let mut kept = self.kept.borrow_mut();
        let bytes = cookie.token.text().len();
        let is_full = kept.by_number.len() >= NUMBERED_COOKIES_MAX
            || kept.bytes.saturating_add(bytes) > NUMBERED_BYTES_MAX;
        if is_full || kept.keys_generation != keys_generation {
            *kept = Kept { keys_generation, ..Kept::default() };
        }
        kept.bytes = kept.bytes.saturating_add(bytes);
        kept.by_number.insert(number, cookie);
    }
}

/// Signed in by a number; `None` where the cookies have to be read.
pub(super) fn by_number<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    request: &R,
    ctx: &RequestContext<'_, P>,
) -> Option<RequestState> {
    let given = request.cookie_number().filter(|_| applies(verifier.settings, request))?;
    let generation = verifier.keys.generation();
    let found = verifier.numbered.find(given.number, given.token_end, generation)?;
    let token = InspectedToken::Verified(found.token);
    if is_older_than_client_uat(&token, found.client_uat) {
        return None;
    }
    let origin = || Some(super::context::browser_url(verifier.settings, request)?.origin());
    let (session, token) = verifier.session_at_once(&token, &origin, ctx)?;
    Some(RequestState::signed_in(session, &token, BrowserUpdate::default()))
}

/// Has the host number the cookies of a request that was just signed in by them.
pub(super) fn number<K: Clone + 'static, R: Incoming>(
    verifier: &SessionVerifier<'_, K>,
    auth: &AuthenticateContext<'_, R>,
    header: &str,
    state: &RequestState,
) {
    let RequestState::SignedIn(signed_in) = state else { return };
    let is_usual = applies(auth.settings, auth.request)
        && !auth.returns_from_clerk()
        && signed_in.browser.is_empty()
        && header.is_ascii();
    let token = auth.session_token().filter(|text| is_usual && *text == &*signed_in.token);
    let generation = verifier.keys.generation();
    let Some(token) = token.and_then(|text| verifier.remembered.find(text, generation)) else {
        return;
    };
    let Some(start) = header.find(token.text()) else { return };
    let end = start.saturating_add(token.text().len());
    if let Some(number) = auth.request.number_cookies(end) {
        let cookie = NumberedCookie { token, client_uat: auth.client_uat() };
        verifier.numbered.keep(number, cookie, generation);
    }
}

/// Whether cookies alone decide who asks: no parameter can change it, and no other domain is asked.
fn applies<R: Incoming>(settings: &Settings, request: &R) -> bool {
    settings.instance.kind == InstanceKind::Production
        && !settings.is_satellite
        && !settings.cross_origin_sync
        && !request.url().contains('?')
}

const MARK_BYTES: usize = 24;
