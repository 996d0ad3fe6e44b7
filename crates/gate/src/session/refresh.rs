//! Refresh: exchanges an expired token for a new one by a Backend API call, without redirecting the
//! browser.
//!
//! At most one call per request. It carries the request headers by which Clerk recognises the
//! client, and no cookies or credentials.

use serde_json::{Map, Value, json};

use crate::clerk_api;
use crate::context::RequestContext;
use crate::keys::KeysUnavailable;
use crate::limits::{ANSWER_BYTES_MAX, SESSION_CALL_TIMEOUT_MS, SESSION_ID_BYTES_MAX};
use crate::platform::{ClerkMethod, ClerkRequest, ClerkResponse, Platform};
use crate::session::context::AuthenticateContext;
use crate::session::reason::{ApiCode, RefreshError};
use crate::session::set_cookie;
use crate::session::set_cookie::SessionCookie;
use crate::session::state::{BrowserUpdate, RequestState};
use crate::session::verify::SessionVerifier;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::plain_id::is_plain_id;
use clerk_edge_http::url::Url;
use clerk_edge_token::unverified::UnverifiedToken;

/// Signed in with a new token, or why there is no new token.
pub(super) async fn refresh<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    auth: &AuthenticateContext<'_, R>,
    ctx: &RequestContext<'_, P>,
) -> Result<Result<RequestState, RefreshError>, KeysUnavailable> {
    let call = match refresh_call(verifier, auth) {
        Ok(call) => call,
        Err(why) => return Ok(Err(why)),
    };
    let address = auth.request.header("cf-connecting-ip");
    let Some(permit) = verifier.strangers.take(address.as_deref(), ctx.now_ms) else {
        ctx.note("refresh: not tried, because too many refreshes have failed");
        return Ok(Err(RefreshError::FetchError));
    };
    let cookies = match ctx.platform.call(&call).await {
        Ok(response) => {
            verifier.strangers.obey(&response, ctx.now_ms);
            new_cookies(&response)
        }
        Err(_) => Err(RefreshError::FetchError),
    };
    verifier.strangers.ended(permit, cookies.is_ok());
    let cookies = match cookies {
        Ok(cookies) => cookies,
        Err(why) => return Ok(Err(why)),
    };
    verify_new_cookies(verifier, auth, cookies, ctx).await
}

/// The state with the token among these cookies, and why it cannot be used.
pub(super) async fn verify_new_cookies<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    auth: &AuthenticateContext<'_, R>,
    cookies: Vec<String>,
    ctx: &RequestContext<'_, P>,
) -> Result<Result<RequestState, RefreshError>, KeysUnavailable> {
    let SessionCookie::Token(text) = set_cookie::session_cookie(&cookies) else {
        return Ok(Err(RefreshError::InvalidSessionToken));
    };
    let policy = &verifier.settings.session_policy;
    let origin = || auth.origin();
    let session = verifier.verify_session(verifier.inspect(text), policy, &origin, ctx).await?;
    Ok(match session {
        Ok((session, token)) => {
            let browser = BrowserUpdate { cookies, location: None };
            Ok(RequestState::signed_in(session, &token, browser))
        }
        Err(_) => Err(RefreshError::InvalidSessionToken),
    })
}

pub(super) fn refresh_call<R: Incoming, K>(
    verifier: &SessionVerifier<'_, K>,
    auth: &AuthenticateContext<'_, R>,
) -> Result<ClerkRequest, RefreshError> {
    let refresh_token = auth.cookies.refresh.as_deref().ok_or(RefreshError::NoRefreshCookie)?;
    let secret = verifier.settings.secret_key.clone().ok_or(RefreshError::MissingApiClient)?;
    let expired = auth.session_token().unwrap_or_default();
    let token = UnverifiedToken::read(expired).map_err(|_| RefreshError::Undecodable)?;
    let session = token.claims().text("sid").unwrap_or_default();
    if session.is_empty() {
        return Err(RefreshError::MissingSessionId);
    }
    // Reject ids that would alter the path of the call.
    if !is_plain_id(session, SESSION_ID_BYTES_MAX) {
        return Err(RefreshError::UnexpectedApiError);
    }
    let query = if auth.suffixed { "?suffixed_cookies=true" } else { "" };
    let body = json!({
        "format": "cookie",
        "expired_token": expired,
        "refresh_token": refresh_token,
        "request_origin": auth.url().map(Url::origin),
        "request_headers": request_headers(auth),
    });
    Ok(ClerkRequest {
        method: ClerkMethod::Post,
        url: format!("{}/v1/sessions/{session}/refresh{query}", verifier.settings.api_url),
        secret: Some(secret),
        headers: Vec::new(),
        body: Some(body.to_string()),
        timeout_ms: SESSION_CALL_TIMEOUT_MS,
        bytes_max: ANSWER_BYTES_MAX,
    })
}

fn request_headers<R: Incoming>(auth: &AuthenticateContext<'_, R>) -> Map<String, Value> {
    // Added one by one: collected at once, a map brings a sorting algorithm into the Worker.
    let mut headers = Map::new();
    for name in HEADERS {
        if let Some(value) = auth.request.header(name) {
            headers.insert(name.to_owned(), json!([value]));
        }
    }
    headers
}

/// The new cookies, or what Clerk's response means. As in Clerk's SDK, a body that should be JSON
/// and is none counts as no answer.
pub(super) fn new_cookies(response: &ClerkResponse) -> Result<Vec<String>, RefreshError> {
    if response.status == 204 {
        return Err(RefreshError::UnexpectedApiError);
    }
    let is_json = clerk_api::is_json(response);
    let body = clerk_api::json(response);
    if is_json && body.is_none() {
        return Err(RefreshError::FetchError);
    }
    if (200..300).contains(&response.status) {
        return cookies_of(body);
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

fn cookies_of(body: Option<Value>) -> Result<Vec<String>, RefreshError> {
    if body == Some(Value::Null) {
        return Err(RefreshError::FetchError);
    }
    let cookies = body.and_then(|body| clerk_api::texts(body.get("cookies"))).unwrap_or_default();
    if cookies.is_empty() || !set_cookie::fit_in_headers(&cookies) {
        return Err(RefreshError::UnexpectedSdkError);
    }
    Ok(cookies)
}

/// The request headers that the call carries.
const HEADERS: [&str; 7] = [
    "accept-language",
    "cf-connecting-ip",
    "host",
    "origin",
    "referer",
    "user-agent",
    "x-forwarded-for",
];
