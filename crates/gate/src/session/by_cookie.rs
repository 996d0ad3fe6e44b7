//! Clerk's decision tree, branch by branch in Clerk's order. The letters are only for reading.

use crate::context::RequestContext;
use crate::platform::Platform;
use crate::session::context::AuthenticateContext;
use crate::session::inspected_token::InspectedToken;
use crate::session::reason::Reason;
use crate::session::reason::RefreshError;
use crate::session::state::{BrowserUpdate, Halt, RequestState, SignedOut, SignedOutReason};
use crate::session::verify::admitted;
use crate::session::{
    KeysUnavailableFault, SessionVerifier, frontend, handshake_resolve, handshake_start, refresh,
    settle,
};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::is_document;
use clerk_edge_http::url::Url;
use clerk_edge_token::error::TokenError;
use clerk_edge_token::js_number;
use clerk_edge_token::unverified::DecodeError;

/// Who asks, by cookies.
pub(super) async fn by_cookie<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    visit: &AuthenticateContext<'_, R>,
    session: Option<InspectedToken>,
    ctx: &RequestContext<'_, P>,
) -> Result<RequestState, KeysUnavailableFault> {
    // A: the way back from Clerk.
    if let Some(state) = handshake_resolve::resolved(verifier, visit, ctx).await? {
        return Ok(state);
    }
    let uat = visit.client_uat();
    if let Some(state) = between_domains(visit, uat, session.is_some()) {
        return Ok(state);
    }
    if let Some(state) = development_browser(visit) {
        return Ok(state);
    }
    // F, G, H: the token and the cookie that vouches for it come together or not at all.
    let look = match (uat != 0.0, session) {
        (false, None) => {
            return Ok(handshake_start::signed_out(Reason::SessionAndClientUatMissing));
        }
        (false, Some(_)) => {
            return Ok(handshake_start::or_signed_out(visit, Reason::SessionWithoutClientUat));
        }
        (true, None) => {
            return Ok(handshake_start::or_signed_out(visit, Reason::ClientUatWithoutSession));
        }
        (true, Some(look)) => look,
    };
    // I, J: it must be readable, and a session's.
    if let Some(state) = unfit(&look) {
        return Ok(state);
    }
    // K: older than the newest sign-in or sign-out.
    if is_outdated(&look, uat) {
        return Ok(handshake_start::or_signed_out(visit, Reason::IssuedBeforeClientUat));
    }
    // L: asked of a key, held against time and place.
    let policy = &visit.settings.session_policy;
    match admitted(verifier, look, policy, &|| visit.origin(), ctx).await? {
        Err(flaw) => refused(verifier, visit, flaw, ctx).await,
        // M: another domain of ours may know of a newer session.
        Ok(_) if is_cross_origin(visit) => {
            Ok(handshake_start::or_signed_out(visit, Reason::CrossOriginSync))
        }
        Ok((session, token)) => Ok(settle::signed_in(session, &token, BrowserUpdate::default())),
    }
}

/// What becomes of a token that was refused, in a header or in a cookie.
pub(super) async fn refused<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    visit: &AuthenticateContext<'_, R>,
    flaw: TokenError,
    ctx: &RequestContext<'_, P>,
) -> Result<RequestState, KeysUnavailableFault> {
    let reason = match flaw {
        TokenError::Expired if !visit.is_get() => Reason::Expired(RefreshError::NotGet),
        TokenError::Expired => match refresh::refreshed(verifier, visit, ctx).await? {
            Ok(state) => return Ok(state),
            Err(why) => Reason::Expired(why),
        },
        TokenError::NotActiveYet => Reason::NotActiveYet,
        TokenError::IssuedInTheFuture => Reason::IssuedInTheFuture,
        _ => return Ok(handshake_start::signed_out(Reason::Token(flaw))),
    };
    Ok(handshake_start::or_signed_out(visit, reason))
}

/// A text that is no token, or none of a session's.
pub(super) fn unfit(look: &InspectedToken) -> Option<RequestState> {
    let (flaw, halt) = match look {
        InspectedToken::Verified(_) => return None,
        InspectedToken::Unverified(token) => (token.check_kind().err()?, None),
        InspectedToken::Undecodable(DecodeError::Undecodable) => (TokenError::Invalid, None),
        InspectedToken::Undecodable(DecodeError::TooLarge) => {
            (TokenError::Invalid, Some(Halt::TokenTooLarge))
        }
    };
    let why = SignedOutReason::Because(Reason::Token(flaw));
    Some(RequestState::SignedOut(SignedOut { why, halt, browser: BrowserUpdate::default() }))
}

/// B and C: satellites ask their primary domain, and the primary of a development instance
/// answers in the address.
fn between_domains<R: Incoming>(
    visit: &AuthenticateContext<'_, R>,
    uat: f64,
    has_session: bool,
) -> Option<RequestState> {
    let settings = visit.settings;
    let synced = visit.parameters.synced.as_deref();
    let has_cookies = has_session || uat != 0.0;
    if settings.is_satellite {
        let asks = visit.is_get() && synced != Some("true") && is_document(visit.request);
        if asks && !settings.satellite_auto_sync && !has_cookies && synced != Some("false") {
            return Some(handshake_start::signed_out(Reason::SessionAndClientUatMissing));
        }
        if asks && (!has_cookies || synced == Some("false")) {
            return Some(ask_the_primary(visit));
        }
        return None;
    }
    let back = visit.parameters.redirect_url.as_deref().filter(|_| visit.is_development())?;
    let mut satellite = Url::parse(back)?;
    if let Some(mark) = visit.dev_browser() {
        satellite = satellite.appended("__clerk_db_jwt", mark);
    }
    let location = satellite.with("__clerk_synced", "true").href();
    Some(handshake_start::to(visit, Reason::PrimaryResponds, Some(location)))
}

fn ask_the_primary<R: Incoming>(visit: &AuthenticateContext<'_, R>) -> RequestState {
    let reason = Reason::SatelliteNeedsSyncing;
    if !visit.is_development() {
        return handshake_start::or_signed_out(visit, reason);
    }
    let primary = visit.settings.sign_in_url.as_deref().and_then(Url::parse);
    let location = primary
        .zip(visit.address())
        .map(|(primary, here)| primary.appended("__clerk_redirect_url", &here.href()).href());
    handshake_start::to(visit, reason, location)
}

/// D and E: a development instance's browser has a mark of its own.
fn development_browser<R: Incoming>(visit: &AuthenticateContext<'_, R>) -> Option<RequestState> {
    if !visit.is_development() {
        return None;
    }
    if visit.parameters.dev_browser.is_some() {
        return Some(handshake_start::or_signed_out(visit, Reason::DevBrowserSync));
    }
    let is_missing = visit.dev_browser().is_none();
    is_missing.then(|| handshake_start::or_signed_out(visit, Reason::DevBrowserMissing))
}

fn is_outdated(look: &InspectedToken, uat: f64) -> bool {
    let issued = look.claims().and_then(|claims| claims.value("iat"));
    issued.and_then(js_number::to_number).is_some_and(|issued| issued < uat)
}

/// A page that another origin led to, neither one of Clerk's own nor reached by such a trip.
fn is_cross_origin<R: Incoming>(visit: &AuthenticateContext<'_, R>) -> bool {
    let settings = visit.settings;
    if !settings.cross_origin_sync || settings.is_satellite || !visit.is_get() {
        return false;
    }
    if visit.trips != 0.0 || !is_document(visit.request) {
        return false;
    }
    let (Some(referrer), Some(here)) = (visit.header("referer"), visit.address()) else {
        return false;
    };
    match Url::parse(&referrer) {
        Some(page) => {
            page.origin() != here.origin() && !frontend::is_clerks_own(&page, settings, here)
        }
        None => is_opaque(&referrer),
    }
}

/// An address of another scheme, which has no origin to compare.
fn is_opaque(address: &str) -> bool {
    address.trim().split_once(':').is_some_and(|(scheme, _)| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(plain)
            && !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https")
    })
}
