//! Resolves a handshake: its token or nonce, and the cookies that it returns.
//!
//! A handshake that cannot be resolved is ignored: the request continues with its own cookies. A
//! handshake that says "signed out" counts, even if these cookies are valid.

use crate::clerk_api;
use crate::clerk_api::ClerkApiError;
use crate::context::RequestContext;
use crate::keys::KeysUnavailable;
use crate::limits::{
    ANSWER_BYTES_MAX, DEVELOPMENT_SKEW_MS, HANDSHAKE_GRACE_MS, SESSION_CALL_TIMEOUT_MS,
};
use crate::platform::{ClerkMethod, ClerkRequest, Platform};
use crate::rare::Rare;
use crate::session::context::{AuthenticateContext, HandshakeFailure};
use crate::session::loop_cause::LoopCause;
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
    let cookies = match handshake_cookies(verifier, auth, ctx).await? {
        Some(Ok(cookies)) => cookies,
        Some(Err(failure)) => {
            auth.fail_handshake(failure);
            return Ok(None);
        }
        None => return Ok(None),
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
        if !cookies_come_back(verifier, auth, None, ctx) {
            let cause = Some(LoopCause::CookiesNotReturned);
            return Ok(Some(RequestState::redirect_loop(Reason::SessionMissing, cause)));
        }
        let signed_out = SignedOut::because(Reason::SessionMissing);
        return Ok(Some(RequestState::SignedOut(SignedOut { browser, ..signed_out })));
    };
    Ok(match verify_session(verifier, auth, token, ctx).await? {
        Ok((session, token)) => Some(match loop_cause(verifier, auth, &browser, &session, ctx) {
            Some(cause) => RequestState::redirect_loop(Reason::SessionMissing, Some(cause)),
            None => RequestState::signed_in(session, &token, browser),
        }),
        Err(error) => {
            let reason = Reason::Token(error);
            auth.fail_handshake(match error {
                TokenError::Expired => HandshakeFailure::Known(LoopCause::TokenEnded),
                _ => HandshakeFailure::Other,
            });
            ctx.note(format!(
                "handshake: ignored, because its session token is refused ({reason})"
            ));
            None
        }
    })
}

/// Why the cookies of this handshake lead to the next one.
fn loop_cause<P, R: Incoming, K>(
    verifier: &SessionVerifier<'_, K>,
    auth: &AuthenticateContext<'_, R>,
    browser: &BrowserUpdate,
    session: &Session,
    ctx: &RequestContext<'_, P>,
) -> Option<LoopCause> {
    LoopCause::of_size(&browser.cookies, session).or_else(|| {
        let come_back = cookies_come_back(verifier, auth, session.session_id(), ctx);
        (!come_back).then_some(LoopCause::CookiesNotReturned)
    })
}

/// Whether the browser keeps cookies, as far as can be seen. With a development instance each
/// handshake leads to the clean URL, and without cookies from there to the next handshake.
fn cookies_come_back<P, R: Incoming, K>(
    verifier: &SessionVerifier<'_, K>,
    auth: &AuthenticateContext<'_, R>,
    session_id: Option<&str>,
    ctx: &RequestContext<'_, P>,
) -> bool {
    let has_cookies = || auth.request.header("cookie").is_some_and(|header| !header.is_empty());
    if !auth.is_development() || has_cookies() {
        return true;
    }
    // Without a session the browser is told from others by its address and its name.
    let browser = || {
        let [address, agent] = ["cf-connecting-ip", "user-agent"].map(|name| auth.header(name));
        format!("{} {}", address.unwrap_or_default(), agent.unwrap_or_default())
    };
    let who = session_id.map_or_else(browser, str::to_owned);
    !verifier.returns.is_one_too_many(&who, ctx.now_ms)
}

/// The cookies that Clerk sets, or why the handshake failed.
type Brought = Result<Vec<String>, HandshakeFailure>;

/// The cookies that Clerk sets by the nonce, or else by the token.
async fn handshake_cookies<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    auth: &AuthenticateContext<'_, R>,
    ctx: &RequestContext<'_, P>,
) -> Result<Option<Brought>, KeysUnavailable> {
    let nonce = auth.parameters.handshake_nonce.as_ref().or(auth.cookies.handshake_nonce.as_ref());
    let token = auth.parameters.handshake.as_ref().or(auth.cookies.handshake.as_ref());
    Ok(match (nonce, token) {
        (Some(nonce), _) => {
            let brought = exchange_nonce(verifier, auth.request, nonce, ctx).await;
            Some(brought.map_err(HandshakeFailure::Known))
        }
        (None, Some(text)) => Some(token_cookies(verifier, text, ctx).await?),
        (None, None) => None,
    })
}

async fn token_cookies<P: Platform>(
    verifier: &SessionVerifier<'_, P::Key>,
    text: &str,
    ctx: &RequestContext<'_, P>,
) -> Result<Brought, KeysUnavailable> {
    Ok(match verifier.verify(verifier.inspect(text), ctx).await? {
        Ok(token) => token.handshake().ok_or(HandshakeFailure::Other),
        Err(error) => {
            let reason = Reason::Token(error);
            ctx.note(format!("handshake: ignored, because its token is refused ({reason})"));
            Err(HandshakeFailure::Other)
        }
    })
}

/// Asks Clerk for the cookies of a nonce, once.
async fn exchange_nonce<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    request: &R,
    nonce: &str,
    ctx: &RequestContext<'_, P>,
) -> Result<Vec<String>, LoopCause> {
    let Some(secret) = verifier.settings.secret_key.clone() else {
        ctx.note("handshake: ignored, because a nonce needs CLERK_SECRET_KEY");
        return Err(LoopCause::NoSecretKey);
    };
    let before = || verifier.strangers.nonce_failure();
    if !verifier.nonces.may_be_tried(nonce, ctx.now_ms) {
        return Err(before().map_or(LoopCause::NonceNotSent, LoopCause::Nonce));
    }
    let address = request.header("cf-connecting-ip");
    let Some(permit) = verifier.strangers.take(address.as_deref(), ctx.now_ms) else {
        ctx.note("handshake: ignored, because too many exchanges of nonces have failed");
        return Err(before().map_or(LoopCause::NonceNotSent, LoopCause::Nonce));
    };
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
            verifier.strangers.obey(&response, ctx.now_ms);
            let body = clerk_api::success(&response);
            let cookies = body.and_then(|body| clerk_api::texts(body.get("directives")));
            cookies.ok_or_else(|| ClerkApiError::of_status(response.status, true))
        }
        Err(error) => Err(ClerkApiError::NoAnswer(error)),
    };
    verifier.strangers.ended(permit, cookies.is_ok());
    verifier.strangers.note_nonce(cookies.as_ref().err().copied());
    cookies.map_err(|error| {
        verifier.nonces.add(nonce, ctx.now_ms);
        ctx.note(format!("handshake: ignored, because Clerk did not exchange its nonce: {error}"));
        LoopCause::Nonce(error)
    })
}

/// Verifies the session token of a handshake. The clock of a development machine may be a day
/// behind. A token that has ended is accepted for a minute, not longer: a handshake may be an old
/// link that somebody else made.
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
            let skew_ms = match error {
                TokenError::Expired => HANDSHAKE_GRACE_MS,
                _ => DEVELOPMENT_SKEW_MS,
            };
            let policy = policy.with_clock_skew_ms(skew_ms);
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
