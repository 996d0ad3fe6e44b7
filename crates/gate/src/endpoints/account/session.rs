//! `/.clerk-edge/session`: what the caller's session token says. It needs no secret key.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_rules::code::Code;
use clerk_edge_token::claims::Claims;
use clerk_edge_token::session::Session;
use serde::Serialize;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::auth::principal::User;
use crate::auth::{Auth, AuthStatus};
use crate::early_response::EarlyResponse;
use crate::endpoints::account::account_request::{AccountRequest, Outcome};
use crate::platform::Platform;
use crate::session::reason::Reason;

#[derive(Serialize)]
struct SessionJson<'a> {
    status: &'static str,
    reason: Option<String>,
    user_id: Option<&'a str>,
    session_id: Option<&'a str>,
    role: Option<String>,
    org_id: Option<&'a str>,
    issued_at: Option<i64>,
    expires_at: Option<i64>,
    claims_age_seconds: Option<i64>,
}

pub(super) async fn answer<K, P, R>(account: &AccountRequest<'_, K, P, R>) -> Outcome
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let auth = account.authenticated().await;
    let response = match (&auth.status, auth.redirect()) {
        (_, Some(location)) => EarlyResponse::handshake(location.to_owned()),
        (AuthStatus::Unavailable { retry_after_seconds, .. }, _) => {
            EarlyResponse::unavailable(Code::KeysUnavailable, *retry_after_seconds)
        }
        _ => {
            let json = describe(&auth, account.ctx.now_seconds());
            EarlyResponse::endpoint(Answer::json(200, json.to_string()))
        }
    };
    Ok(response.with_headers(&auth.headers))
}

/// What the token says. The role is the token's own, without a look-up.
pub(super) fn describe(auth: &Auth<'_>, now_seconds: i64) -> Value {
    let user = auth.user();
    let session = user.map(User::session);
    let claims = session.map(Session::claims);
    json!(SessionJson {
        status: if user.is_some() { "signed-in" } else { "signed-out" },
        reason: auth.reason.as_ref().map(Reason::to_string),
        user_id: session.map(Session::subject),
        session_id: session.and_then(Session::session_id),
        role: user.map(|user| user.roles().join(",")).filter(|roles| !roles.is_empty()),
        org_id: claims.and_then(|claims| claims.organization()?.id()),
        issued_at: session.and_then(Session::issued_at_seconds),
        expires_at: session.map(Session::expires_at_seconds),
        claims_age_seconds: claims
            .and_then(Claims::read_at_seconds)
            .map(|at| now_seconds.saturating_sub(at).max(0)),
    })
}
