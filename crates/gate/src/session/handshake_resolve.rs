//! Resolves a handshake: its token or nonce, and the cookies that it returns.
//!
//! A handshake that cannot be resolved is ignored: the request continues with its own cookies. A
//! handshake that says "signed out" counts, even if these cookies are valid.

use crate::clerk_api;
use crate::context::RequestContext;
use crate::keys::KeysUnavailable;
use crate::limits::{ANSWER_BYTES_MAX, DEVELOPMENT_SKEW_MS, SESSION_CALL_TIMEOUT_MS};
use crate::platform::{ClerkMethod, ClerkRequest, Platform};
use crate::rare::Rare;
use crate::session::context::AuthenticateContext;
use crate::session::reason::Reason;
use crate::session::set_cookie;
use crate::session::set_cookie::SessionCookie;
use crate::session::state::{BrowserUpdate, RequestState, SignedOut};
use crate::session::verify::{InspectedToken, SessionVerifier, Verification};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::query;
use clerk_edge_token::error::TokenError;
use clerk_edge_token::session::Session;
use clerk_edge_token::verified::VerifiedToken;

/// What the handshake says, if the request has one that can be resolved.
#[cold]
#[inline(never)]
pub(super) fn resolve_handshake<'f, P: Platform, R: Incoming>(
    verifier: &'f SessionVerifier<'_, P::Key>,
    auth: &'f AuthenticateContext<'_, R>,
    ctx: &'f RequestContext<'_, P>,
) -> Rare<'f, Result<Option<RequestState>, KeysUnavailable>> {
    Box::pin(resolve(verifier, auth, ctx))
}

async fn resolve<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    auth: &AuthenticateContext<'_, R>,
    ctx: &RequestContext<'_, P>,
) -> Result<Option<RequestState>, KeysUnavailable> {
    let Some(cookies) = handshake_cookies(verifier, auth, ctx).await? else {
        return Ok(None);
    };
    if !set_cookie::fit_in_headers(&cookies) {
        ctx.note(
            "handshake: ignored, because its cookies are too large, or hold characters that a \
             header must not hold",
        );
        return Ok(None);
    }
    let token = match set_cookie::session_cookie(&cookies) {
        SessionCookie::Token(text) => Some(verifier.inspect(text)),
        SessionCookie::SignedOut => None,
        SessionCookie::Malformed => return Ok(None),
    };
    let browser = BrowserUpdate { cookies, location: clean_url(auth) };
    let Some(token) = token else {
        let signed_out = SignedOut::because(Reason::SessionMissing);
        return Ok(Some(RequestState::SignedOut(SignedOut { browser, ..signed_out })));
    };
    Ok(match verify_session(verifier, auth, token, ctx).await? {
        Ok((session, token)) => Some(RequestState::signed_in(session, &token, browser)),
        Err(error) => {
            let reason = Reason::Token(error);
            ctx.note(format!(
                "handshake: ignored, because its session token is refused ({reason})"
            ));
            None
        }
    })
}

/// The cookies that Clerk sets by the nonce, or else by the token.
async fn handshake_cookies<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    auth: &AuthenticateContext<'_, R>,
    ctx: &RequestContext<'_, P>,
) -> Result<Option<Vec<String>>, KeysUnavailable> {
    let nonce = auth.parameters.handshake_nonce.as_ref().or(auth.cookies.handshake_nonce.as_ref());
    let token = auth.parameters.handshake.as_ref().or(auth.cookies.handshake.as_ref());
    match (nonce, token) {
        (Some(nonce), _) => {
            let cookies = exchange_nonce(verifier, nonce, ctx).await;
            auth.handshake_failed.set(cookies.is_none());
            Ok(cookies)
        }
        (None, Some(text)) => token_cookies(verifier, auth, text, ctx).await,
        (None, None) => Ok(None),
    }
}

async fn token_cookies<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    auth: &AuthenticateContext<'_, R>,
    text: &str,
    ctx: &RequestContext<'_, P>,
) -> Result<Option<Vec<String>>, KeysUnavailable> {
    Ok(match verifier.verify(verifier.inspect(text), ctx).await? {
        Ok(token) => token.handshake(),
        Err(error) => {
            auth.handshake_failed.set(auth.is_development());
            let reason = Reason::Token(error);
            ctx.note(format!("handshake: ignored, because its token is refused ({reason})"));
            None
        }
    })
}

/// Asks Clerk for the cookies of a nonce, once.
async fn exchange_nonce<P: Platform>(
    verifier: &SessionVerifier<'_, P::Key>,
    nonce: &str,
    ctx: &RequestContext<'_, P>,
) -> Option<Vec<String>> {
    let Some(secret) = verifier.settings.secret_key.clone() else {
        ctx.note("handshake: ignored, because a nonce needs CLERK_SECRET_KEY");
        return None;
    };
    if !verifier.nonces.may_be_tried(nonce, ctx.now_ms) {
        return None;
    }
    let mut query = String::new();
    query::append(&mut query, "nonce", nonce);
    let call = ClerkRequest {
        method: ClerkMethod::Get,
        url: format!("{}/v1/clients/handshake_payload?{query}", verifier.settings.api_url),
        secret: Some(secret),
        headers: Vec::new(),
        body: None,
        timeout_ms: SESSION_CALL_TIMEOUT_MS,
        bytes_max: ANSWER_BYTES_MAX,
    };
    let cookies = match ctx.platform.call(&call).await {
        Ok(response) => {
            let body = clerk_api::success(&response);
            body.and_then(|body| clerk_api::texts(body.get("directives")))
        }
        Err(_) => None,
    };
    if cookies.is_none() {
        verifier.nonces.add(nonce, ctx.now_ms);
        ctx.note("handshake: ignored, because Clerk did not exchange its nonce");
    }
    cookies
}

/// Verifies the session token of a handshake. The clock of a development machine may be a day off.
async fn verify_session<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    auth: &AuthenticateContext<'_, R>,
    token: InspectedToken,
    ctx: &RequestContext<'_, P>,
) -> Verification<(Session, VerifiedToken)> {
    let policy = &verifier.settings.session_policy;
    let origin = || auth.origin();
    let first = verifier.verify_session(token.clone(), policy, &origin, ctx).await?;
    let by_time = [TokenError::Expired, TokenError::NotActiveYet, TokenError::IssuedInTheFuture];
    match &first {
        Err(error) if auth.is_development() && by_time.contains(error) => {
            ctx.note(
                "handshake: the clocks of this machine and of Clerk differ; set this machine's \
                 clock",
            );
            let policy = policy.with_clock_skew_ms(DEVELOPMENT_SKEW_MS);
            verifier.verify_session(token, &policy, &origin, ctx).await
        }
        _ => Ok(first),
    }
}

/// Development instance: the request's URL without Clerk's parameters.
fn clean_url<R: Incoming>(auth: &AuthenticateContext<'_, R>) -> Option<String> {
    let url = auth.url().filter(|_| auth.is_development())?;
    Some(url.clone().without(&HANDSHAKE_PARAMETERS).href())
}

const HANDSHAKE_PARAMETERS: [&str; 4] =
    ["__clerk_handshake", "__clerk_help", "__clerk_db_jwt", "__clerk_handshake_nonce"];
