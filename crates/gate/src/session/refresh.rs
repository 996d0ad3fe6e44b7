//! Refresh: Clerk makes a new token for an expired one, without a trip of the browser's.
//!
//! At most one call per request. Clerk is told of the request's headers what it needs to judge
//! the visitor, and neither cookies nor credentials.

use serde_json::{Map, Value, json};

use crate::clerk_api;
use crate::context::RequestContext;
use crate::limits::{ANSWER_BYTES_MAX, SESSION_CALL_TIMEOUT_MS};
use crate::platform::{ClerkRequest, ClerkResponse, Platform};
use crate::session::context::AuthenticateContext;
use crate::session::inspected_token::InspectedToken;
use crate::session::reason::{ApiCode, RefreshError};
use crate::session::set_cookie;
use crate::session::set_cookie::SessionCookie;
use crate::session::state::{BrowserUpdate, RequestState};
use crate::session::verify::admitted;
use crate::session::{KeysUnavailableFault, SessionVerifier, settle};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_token::unverified::UnverifiedToken;

/// Signed in anew, or why not.
pub(super) async fn refreshed<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    visit: &AuthenticateContext<'_, R>,
    ctx: &RequestContext<'_, P>,
) -> Result<Result<RequestState, RefreshError>, KeysUnavailableFault> {
    let call = match call(verifier, visit) {
        Ok(call) => call,
        Err(why) => return Ok(Err(why)),
    };
    let cookies = match ctx.platform.call(&call).await {
        Ok(reply) => cookies(&reply),
        Err(_) => Err(RefreshError::FetchError),
    };
    let cookies = match cookies {
        Ok(cookies) => cookies,
        Err(why) => return Ok(Err(why)),
    };
    let SessionCookie::Token(text) = set_cookie::session_token(&cookies) else {
        return Ok(Err(RefreshError::InvalidSessionToken));
    };
    let policy = &verifier.settings.session_policy;
    Ok(
        match admitted(
            verifier,
            InspectedToken::at(text, verifier),
            policy,
            &|| visit.origin(),
            ctx,
        )
        .await?
        {
            Ok((session, token)) => {
                let browser = BrowserUpdate { cookies, location: None };
                Ok(settle::signed_in(session, &token, browser))
            }
            Err(_) => Err(RefreshError::InvalidSessionToken),
        },
    )
}

fn call<R: Incoming, K>(
    verifier: &SessionVerifier<'_, K>,
    visit: &AuthenticateContext<'_, R>,
) -> Result<ClerkRequest, RefreshError> {
    let refresh = visit.cookies.refresh.as_deref().ok_or(RefreshError::NoRefreshCookie)?;
    let secret = verifier.settings.secret_key.clone().ok_or(RefreshError::MissingApiClient)?;
    let expired = visit.session_text().unwrap_or_default();
    let token = UnverifiedToken::read(expired).map_err(|_| RefreshError::Undecodable)?;
    let session = token.claims().text("sid").unwrap_or_default();
    if session.is_empty() {
        return Err(RefreshError::MissingSessionId);
    }
    // An id that is none could lead the call elsewhere.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if session.len() > SESSION_ID_BYTES_MAX || !session.bytes().all(plain) {
        return Err(RefreshError::UnexpectedApiError);
    }
    let query = if visit.suffixed { "?suffixed_cookies=true" } else { "" };
    let body = json!({
        "format": "cookie",
        "expired_token": expired,
        "refresh_token": refresh,
        "request_origin": visit.address().map(clerk_edge_http::url::Url::origin),
        "request_headers": told(visit),
    });
    Ok(ClerkRequest {
        url: format!("{}/v1/sessions/{session}/refresh{query}", verifier.settings.api_url),
        secret: Some(secret),
        body: Some(body.to_string()),
        timeout_ms: SESSION_CALL_TIMEOUT_MS,
        bytes_max: ANSWER_BYTES_MAX,
    })
}

fn told<R: Incoming>(visit: &AuthenticateContext<'_, R>) -> Map<String, Value> {
    let present = TOLD.iter().filter_map(|name| Some((name, visit.request.header(name)?)));
    present.map(|(name, value)| ((*name).to_owned(), json!([value]))).collect()
}

/// The new cookies, or what Clerk's answer means.
fn cookies(reply: &ClerkResponse) -> Result<Vec<String>, RefreshError> {
    let body = clerk_api::json(reply);
    if (200..300).contains(&reply.status) {
        let cookies =
            body.and_then(|body| clerk_api::texts(body.get("cookies"))).unwrap_or_default();
        if cookies.is_empty() || !set_cookie::are_fit(&cookies) {
            return Err(RefreshError::UnexpectedSdkError);
        }
        return Ok(cookies);
    }
    let errors = body.as_ref().and_then(|body| body.get("errors")).and_then(Value::as_array);
    let Some(first) = errors.and_then(|errors| errors.first()) else {
        return Err(RefreshError::UnexpectedApiError);
    };
    Err(match first.get("code").and_then(Value::as_str) {
        Some("unexpected_error") => RefreshError::FetchError,
        Some("") | None => RefreshError::UnexpectedSdkError,
        Some(code) => {
            ApiCode::parse(code).map_or(RefreshError::UnexpectedApiError, RefreshError::Api)
        }
    })
}

/// The headers that Clerk is told.
const TOLD: [&str; 7] = [
    "accept-language",
    "cf-connecting-ip",
    "host",
    "origin",
    "referer",
    "user-agent",
    "x-forwarded-for",
];
const SESSION_ID_BYTES_MAX: usize = 128;
