//! Refresh: Clerk makes a new token for an expired one, without a trip of the browser's.
//!
//! At most one call per request. Clerk is told of the request's headers what it needs to judge
//! the visitor, and neither cookies nor credentials.

use serde_json::{Map, Value, json};

use crate::clerk_api;
use crate::context::Turn;
use crate::limits::{ANSWER_BYTES_MAX, SESSION_CALL_TIMEOUT_MS};
use crate::platform::{Call, Platform, Reply};
use crate::session::context::Visit;
use crate::session::inspected_token::Look;
use crate::session::reason::{ApiCode, NotRefreshed};
use crate::session::set_cookie;
use crate::session::set_cookie::Brought;
use crate::session::state::{Browser, State};
use crate::session::verify::admitted;
use crate::session::{Desk, Fault, settle};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_token::unverified::Unbelieved;

/// Signed in anew, or why not.
pub(super) async fn refreshed<P: Platform, R: Incoming>(
    desk: &Desk<'_, P::Key>,
    visit: &Visit<'_, R>,
    turn: &Turn<'_, P>,
) -> Result<Result<State, NotRefreshed>, Fault> {
    let call = match call(desk, visit) {
        Ok(call) => call,
        Err(why) => return Ok(Err(why)),
    };
    let cookies = match turn.platform.call(&call).await {
        Ok(reply) => cookies(&reply),
        Err(_) => Err(NotRefreshed::FetchError),
    };
    let cookies = match cookies {
        Ok(cookies) => cookies,
        Err(why) => return Ok(Err(why)),
    };
    let Brought::Token(text) = set_cookie::session_token(&cookies) else {
        return Ok(Err(NotRefreshed::InvalidSessionToken));
    };
    let policy = &desk.settings.session_policy;
    Ok(match admitted(desk, Look::at(text, desk), policy, &|| visit.origin(), turn).await? {
        Ok((session, token)) => {
            let browser = Browser { cookies, location: None };
            Ok(settle::signed_in(session, &token, browser))
        }
        Err(_) => Err(NotRefreshed::InvalidSessionToken),
    })
}

fn call<R: Incoming, K>(desk: &Desk<'_, K>, visit: &Visit<'_, R>) -> Result<Call, NotRefreshed> {
    let refresh = visit.cookies.refresh.as_deref().ok_or(NotRefreshed::NoRefreshCookie)?;
    let secret = desk.settings.secret_key.clone().ok_or(NotRefreshed::MissingApiClient)?;
    let expired = visit.session_text().unwrap_or_default();
    let token = Unbelieved::read(expired).map_err(|_| NotRefreshed::Undecodable)?;
    let session = token.claims().text("sid").unwrap_or_default();
    if session.is_empty() {
        return Err(NotRefreshed::MissingSessionId);
    }
    // An id that is none could lead the call elsewhere.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if session.len() > SESSION_ID_BYTES_MAX || !session.bytes().all(plain) {
        return Err(NotRefreshed::UnexpectedApiError);
    }
    let query = if visit.suffixed { "?suffixed_cookies=true" } else { "" };
    let body = json!({
        "format": "cookie",
        "expired_token": expired,
        "refresh_token": refresh,
        "request_origin": visit.address().map(clerk_edge_http::url::Url::origin),
        "request_headers": told(visit),
    });
    Ok(Call {
        url: format!("{}/v1/sessions/{session}/refresh{query}", desk.settings.api_url),
        secret: Some(secret),
        body: Some(body.to_string()),
        timeout_ms: SESSION_CALL_TIMEOUT_MS,
        bytes_max: ANSWER_BYTES_MAX,
    })
}

fn told<R: Incoming>(visit: &Visit<'_, R>) -> Map<String, Value> {
    let present = TOLD.iter().filter_map(|name| Some((name, visit.request.header(name)?)));
    present.map(|(name, value)| ((*name).to_owned(), json!([value]))).collect()
}

/// The new cookies, or what Clerk's answer means.
fn cookies(reply: &Reply) -> Result<Vec<String>, NotRefreshed> {
    let body = clerk_api::json(reply);
    if (200..300).contains(&reply.status) {
        let cookies =
            body.and_then(|body| clerk_api::texts(body.get("cookies"))).unwrap_or_default();
        if cookies.is_empty() || !set_cookie::are_fit(&cookies) {
            return Err(NotRefreshed::UnexpectedSdkError);
        }
        return Ok(cookies);
    }
    let errors = body.as_ref().and_then(|body| body.get("errors")).and_then(Value::as_array);
    let Some(first) = errors.and_then(|errors| errors.first()) else {
        return Err(NotRefreshed::UnexpectedApiError);
    };
    Err(match first.get("code").and_then(Value::as_str) {
        Some("unexpected_error") => NotRefreshed::FetchError,
        Some("") | None => NotRefreshed::UnexpectedSdkError,
        Some(code) => {
            ApiCode::parse(code).map_or(NotRefreshed::UnexpectedApiError, NotRefreshed::Api)
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
