//! Signed in by the number of a cookie header that was read before.
//!
//! A browser sends the same cookies with every file that it asks for. Where the host hands over a
//! number, the text is not read again: which token it holds and what `__client_uat` says follow
//! from the text alone. All that depends on time, keys or settings is decided for each request.

use memchr::memchr;

use crate::context::RequestContext;
use crate::numbered_cookies::NumberedCookie;
use crate::platform::Platform;
use crate::session::by_cookie::is_older_than_client_uat;
use crate::session::context::{AuthenticateContext, browser_url};
use crate::session::state::{BrowserUpdate, RequestState};
use crate::session::verify::{InspectedToken, SessionVerifier};
use crate::settings::{InstanceKind, Settings};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_jws::equal::bytes_equal;

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
    let origin = || Some(browser_url(verifier.settings, request)?.origin());
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
    let number = end_of(token.text(), header).and_then(|end| auth.request.number_cookies(end));
    if let Some(number) = number {
        let cookie = NumberedCookie { token, client_uat: auth.client_uat() };
        verifier.numbered.keep(number, cookie, generation);
    }
}

/// Where the value of a cookie ends in the header.
fn end_of(value: &str, header: &str) -> Option<usize> {
    let header = header.as_bytes();
    let mut start = 0_usize;
    loop {
        let before = memchr(b'=', header.get(start..)?)?;
        start = start.saturating_add(before).saturating_add(1);
        let end = start.saturating_add(value.len());
        if header.get(start..end).is_some_and(|it| bytes_equal(it, value.as_bytes())) {
            return Some(end);
        }
    }
}

/// Whether cookies alone decide who asks: no parameter can change it, and no other domain is asked.
fn applies<R: Incoming>(settings: &Settings, request: &R) -> bool {
    settings.instance.kind == InstanceKind::Production
        && !settings.is_satellite
        && !settings.cross_origin_sync
        && !request.url().contains('?')
}
