//! The way back from Clerk: a handshake's token or nonce, and the cookies that it brings.
//!
//! A handshake that cannot be resolved is no answer: the request goes on with the cookies that
//! came. One that says "nobody" is one, however good these cookies are.

use crate::clerk_api;
use crate::context::RequestContext;
use crate::limits::{ANSWER_BYTES_MAX, SESSION_CALL_TIMEOUT_MS};
use crate::platform::{ClerkRequest, Platform};
use crate::session::context::AuthenticateContext;
use crate::session::inspected_token::InspectedToken;
use crate::session::reason::Reason;
use crate::session::set_cookie;
use crate::session::set_cookie::SessionCookie;
use crate::session::state::{BrowserUpdate, RequestState};
use crate::session::verify::{admitted, signed};
use crate::session::{KeysUnavailableFault, SessionVerifier, settle};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::query;
use clerk_edge_token::error::TokenError;
use clerk_edge_token::session::Session;
use clerk_edge_token::verified::VerifiedToken;

/// What a handshake says, if the request carries one that can be resolved.
pub(super) async fn resolved<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    visit: &AuthenticateContext<'_, R>,
    ctx: &RequestContext<'_, P>,
) -> Result<Option<RequestState>, KeysUnavailableFault> {
    let Some(cookies) = brought(verifier, visit, ctx).await? else {
        return Ok(None);
    };
    if !set_cookie::are_fit(&cookies) {
        ctx.note("handshake: it brought a cookie that no header can carry");
        return Ok(None);
    }
    let look = match set_cookie::session_token(&cookies) {
        SessionCookie::Token(text) => Some(InspectedToken::at(text, verifier)),
        SessionCookie::Nothing => None,
        SessionCookie::Rubbish => return Ok(None),
    };
    let browser = BrowserUpdate { cookies, location: clean_address(visit) };
    let Some(look) = look else {
        return Ok(Some(settle::signed_out(Reason::SessionMissing, browser)));
    };
    Ok(match session(verifier, visit, look, ctx).await? {
        Ok((session, token)) => Some(settle::signed_in(session, &token, browser)),
        Err(flaw) => {
            let reason = Reason::Token(flaw);
            ctx.note(format!("handshake: the session that it brought was refused ({reason})"));
            None
        }
    })
}

/// The cookies of the nonce, which wins, or of the token.
async fn brought<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    visit: &AuthenticateContext<'_, R>,
    ctx: &RequestContext<'_, P>,
) -> Result<Option<Vec<String>>, KeysUnavailableFault> {
    let nonce =
        visit.parameters.handshake_nonce.as_ref().or(visit.cookies.handshake_nonce.as_ref());
    let token = visit.parameters.handshake.as_ref().or(visit.cookies.handshake.as_ref());
    match (nonce, token) {
        (Some(nonce), _) => {
            let found = exchanged(verifier, nonce, ctx).await;
            visit.spent.set(found.is_none());
            Ok(found)
        }
        (None, Some(text)) => token_cookies(verifier, visit, text, ctx).await,
        (None, None) => Ok(None),
    }
}

async fn token_cookies<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    visit: &AuthenticateContext<'_, R>,
    text: &str,
    ctx: &RequestContext<'_, P>,
) -> Result<Option<Vec<String>>, KeysUnavailableFault> {
    Ok(match signed(verifier, InspectedToken::at(text, verifier), ctx).await? {
        Ok(token) => token.handshake(),
        Err(flaw) => {
            visit.spent.set(visit.is_development());
            let reason = Reason::Token(flaw);
            ctx.note(format!(
                "handshake: its token was refused ({reason}); going on with the cookies"
            ));
            None
        }
    })
}

/// Asks Clerk for the cookies behind a nonce, once.
async fn exchanged<P: Platform>(
    verifier: &SessionVerifier<'_, P::Key>,
    nonce: &str,
    ctx: &RequestContext<'_, P>,
) -> Option<Vec<String>> {
    let Some(secret) = verifier.settings.secret_key.clone() else {
        ctx.note("handshake: a nonce needs CLERK_SECRET_KEY; going on with the cookies");
        return None;
    };
    if !verifier.nonces.may_be_tried(nonce, ctx.now_ms) {
        return None;
    }
    let mut query = String::new();
    query::append(&mut query, "nonce", nonce);
    let call = ClerkRequest {
        url: format!("{}/v1/clients/handshake_payload?{query}", verifier.settings.api_url),
        secret: Some(secret),
        body: None,
        timeout_ms: SESSION_CALL_TIMEOUT_MS,
        bytes_max: ANSWER_BYTES_MAX,
    };
    let directives = match ctx.platform.call(&call).await {
        Ok(reply) => {
            clerk_api::success(&reply).and_then(|body| clerk_api::texts(body.get("directives")))
        }
        Err(_) => None,
    };
    if directives.is_none() {
        verifier.nonces.rest(nonce, ctx.now_ms);
        ctx.note("handshake: the nonce could not be exchanged; going on with the cookies");
    }
    directives
}

/// The session that was brought. A development machine's clock may be a day off.
async fn session<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    visit: &AuthenticateContext<'_, R>,
    look: InspectedToken,
    ctx: &RequestContext<'_, P>,
) -> Result<Result<(Session, VerifiedToken), TokenError>, KeysUnavailableFault> {
    let policy = &verifier.settings.session_policy;
    let origin = || visit.origin();
    let first = admitted(verifier, look.clone(), policy, &origin, ctx).await?;
    let by_time = [TokenError::Expired, TokenError::NotActiveYet, TokenError::IssuedInTheFuture];
    match &first {
        Err(flaw) if visit.is_development() && by_time.contains(flaw) => {
            ctx.note("handshake: this machine's clock and Clerk's differ; set it right");
            let policy = policy.with_clock_skew_ms(DEVELOPMENT_SKEW_MS);
            admitted(verifier, look, &policy, &origin, ctx).await
        }
        _ => Ok(first),
    }
}

/// The same page without what a development instance put into its address.
fn clean_address<R: Incoming>(visit: &AuthenticateContext<'_, R>) -> Option<String> {
    let here = visit.address().filter(|_| visit.is_development())?;
    Some(here.clone().without(&IN_THE_ADDRESS).href())
}

const IN_THE_ADDRESS: [&str; 4] =
    ["__clerk_handshake", "__clerk_help", "__clerk_db_jwt", "__clerk_handshake_nonce"];
const DEVELOPMENT_SKEW_MS: i64 = 86_400_000;
