//! Authenticates a request by its cookies: Clerk's decision tree, in the order of Clerk's SDK. The
//! letters A to N number its branches.

use crate::context::RequestContext;
use crate::keys::KeysUnavailable;
use crate::platform::Platform;
use crate::session::context::AuthenticateContext;
use crate::session::handshake_resolve::resolve_handshake;
use crate::session::handshake_start::{redirect_or_sign_out, start_handshake_or_sign_out};
use crate::session::organization;
use crate::session::reason::{Reason, RefreshError};
use crate::session::refresh::refresh;
use crate::session::state::{BrowserUpdate, RequestState, SignedOut};
use crate::session::verify::{InspectedToken, SessionVerifier};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::is_document;
use clerk_edge_http::url::Url;
use clerk_edge_rules::code::Code;
use clerk_edge_token::error::TokenError;
use clerk_edge_token::js_number;
use clerk_edge_token::unverified::DecodeError;

/// Who sent the request, by its cookies.
pub(super) async fn by_cookie<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    auth: &AuthenticateContext<'_, R>,
    token: Option<InspectedToken>,
    ctx: &RequestContext<'_, P>,
) -> Result<RequestState, KeysUnavailable> {
    // A: the browser returns from Clerk.
    if let Some(state) = resolve_handshake(verifier, auth, ctx).await? {
        auth.handshake_resolved.set(true);
        return Ok(state);
    }
    let uat = auth.client_uat();
    if let Some(state) = between_domains(auth, uat, token.is_some()) {
        return Ok(state);
    }
    if let Some(state) = development_browser(auth) {
        return Ok(state);
    }
    // F, G, H: both the session token and `__client_uat` are required.
    let token = match (uat != 0.0, token) {
        (false, None) => {
            return Ok(RequestState::signed_out(Reason::SessionAndClientUatMissing));
        }
        (false, Some(_)) => {
            return Ok(start_handshake_or_sign_out(auth, Reason::SessionWithoutClientUat));
        }
        (true, None) => {
            return Ok(start_handshake_or_sign_out(auth, Reason::ClientUatWithoutSession));
        }
        (true, Some(token)) => token,
    };
    // I, J: it must be possible to decode the token, and it must be a session token.
    if let Some(state) = not_a_session_token(&token) {
        return Ok(state);
    }
    // K: the token is older than the newest sign-in or sign-out.
    if is_older_than_client_uat(&token, uat) {
        return Ok(start_handshake_or_sign_out(auth, Reason::IssuedBeforeClientUat));
    }
    // L: the signature and the claims.
    let policy = &auth.settings.session_policy;
    match verifier.verify_session(token, policy, &|| auth.origin(), ctx).await? {
        Err(error) => after_refusal(verifier, auth, error, ctx).await,
        // M: another domain of the site may have a newer session.
        Ok(_) if is_cross_origin(auth) => {
            Ok(start_handshake_or_sign_out(auth, Reason::CrossOriginSync))
        }
        // N: the path names another organization.
        Ok((session, token)) => Ok(organization::sync(auth, &session)
            .unwrap_or_else(|| RequestState::signed_in(session, &token, BrowserUpdate::default()))),
    }
}

/// What follows when a token of a header or a cookie was refused: a refresh, a handshake, or signed
/// out.
pub(super) async fn after_refusal<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    auth: &AuthenticateContext<'_, R>,
    error: TokenError,
    ctx: &RequestContext<'_, P>,
) -> Result<RequestState, KeysUnavailable> {
    let reason = match error {
        TokenError::Expired if !ctx.refreshes(auth.request.method()) => {
            Reason::Expired(RefreshError::NotGet)
        }
        TokenError::Expired => match refresh(verifier, auth, ctx).await? {
            Ok(state) => return Ok(state),
            Err(why) => Reason::Expired(why),
        },
        TokenError::NotActiveYet => Reason::NotActiveYet,
        TokenError::IssuedInTheFuture => Reason::IssuedInTheFuture,
        _ => return Ok(RequestState::signed_out(Reason::Token(error))),
    };
    Ok(start_handshake_or_sign_out(auth, reason))
}

/// Signed out, if a text cannot be decoded as a token or is another kind of token.
pub(super) fn not_a_session_token(token: &InspectedToken) -> Option<RequestState> {
    let (error, refusal) = match token {
        InspectedToken::Verified(_) => return None,
        InspectedToken::Unverified(token) => (token.check_kind().err()?, None),
        InspectedToken::Undecodable(DecodeError::Undecodable) => (TokenError::Invalid, None),
        InspectedToken::Undecodable(DecodeError::TooLarge) => {
            (TokenError::Invalid, Some(Code::TokenTooLarge))
        }
    };
    let signed_out = SignedOut::because(Reason::Token(error));
    Some(RequestState::SignedOut(SignedOut { refusal, ..signed_out }))
}

/// B and C: a satellite asks its primary domain. The primary domain of a development instance
/// answers in the URL.
fn between_domains<R: Incoming>(
    auth: &AuthenticateContext<'_, R>,
    uat: f64,
    has_session: bool,
) -> Option<RequestState> {
    let settings = auth.settings;
    let synced = auth.parameters.synced.as_deref();
    let has_cookies = has_session || uat != 0.0;
    if settings.is_satellite {
        let may_ask = auth.is_get() && synced != Some("true") && is_document(auth.request);
        if may_ask && !settings.satellite_auto_sync && !has_cookies && synced != Some("false") {
            return Some(RequestState::signed_out(Reason::SessionAndClientUatMissing));
        }
        if may_ask && (!has_cookies || synced == Some("false")) {
            return Some(ask_primary_domain(auth));
        }
        return None;
    }
    let back = auth.parameters.redirect_url.as_deref().filter(|_| auth.is_development())?;
    let mut satellite = Url::parse(back)?;
    if let Some(token) = auth.dev_browser() {
        satellite = satellite.appended("__clerk_db_jwt", token);
    }
    let location = satellite.with("__clerk_synced", "true").href();
    Some(redirect_or_sign_out(auth, Reason::PrimaryResponds, Some(location)))
}

fn ask_primary_domain<R: Incoming>(auth: &AuthenticateContext<'_, R>) -> RequestState {
    let reason = Reason::SatelliteNeedsSyncing;
    if !auth.is_development() {
        return start_handshake_or_sign_out(auth, reason);
    }
    let primary = auth.settings.sign_in_url.as_deref().and_then(Url::parse);
    let location = primary
        .zip(auth.url())
        .map(|(primary, url)| primary.appended("__clerk_redirect_url", &url.href()).href());
    redirect_or_sign_out(auth, reason, location)
}

/// D and E: with a development instance the browser needs a development browser token.
fn development_browser<R: Incoming>(auth: &AuthenticateContext<'_, R>) -> Option<RequestState> {
    if !auth.is_development() {
        return None;
    }
    if auth.parameters.dev_browser.is_some() {
        return Some(start_handshake_or_sign_out(auth, Reason::DevBrowserSync));
    }
    let is_missing = auth.dev_browser().is_none();
    is_missing.then(|| start_handshake_or_sign_out(auth, Reason::DevBrowserMissing))
}

pub(super) fn is_older_than_client_uat(token: &InspectedToken, uat: f64) -> bool {
    let issued_at = token.claims().and_then(|claims| claims.value("iat"));
    issued_at.and_then(js_number::to_number).is_some_and(|issued_at| issued_at < uat)
}

/// Whether a page of another origin, which is not Clerk's, links to this one.
fn is_cross_origin<R: Incoming>(auth: &AuthenticateContext<'_, R>) -> bool {
    let settings = auth.settings;
    if !settings.cross_origin_sync || settings.is_satellite || !auth.is_get() {
        return false;
    }
    if auth.redirect_count != 0.0 || !is_document(auth.request) {
        return false;
    }
    let (Some(referrer), Some(url)) = (auth.header("referer"), auth.url()) else {
        return false;
    };
    match Url::parse(&referrer) {
        Some(page) => page.origin() != url.origin() && !settings.is_page_of_clerk(&page, url),
        None => has_no_origin(&referrer),
    }
}

/// Whether a URL has another scheme than HTTP's, so that it has no origin to compare.
fn has_no_origin(url: &str) -> bool {
    url.trim().split_once(':').is_some_and(|(scheme, _)| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(is_allowed)
            && !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https")
    })
}
