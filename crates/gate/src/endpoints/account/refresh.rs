//! `/.clerk-edge/refresh`: a token with the claims of this moment. A page goes through Clerk's
//! handshake; anything else is renewed by the refresh cookie and the Backend API.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::query;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::code::Code;

use crate::answer::Answer;
use crate::auth::{Auth, AuthStatus, authenticate, verifier};
use crate::clerk_api::backend::BackendError;
use crate::early_response::EarlyResponse;
use crate::endpoint::REFRESH;
use crate::endpoints::account::account_request::{AccountRequest, Outcome};
use crate::endpoints::account::form::Form;
use crate::endpoints::account::redirect_to::RedirectTo;
use crate::endpoints::account::session::describe;
use crate::keys::KeysUnavailable;
use crate::platform::Platform;
use crate::session::account::{Renewal, asked_handshake, brings_handshake, renew};
use crate::session::reason::Reason;
use crate::settings::account::RETURN_ADDRESS;

/// What became of renewing the caller's token.
pub(super) enum Renewed<'a> {
    /// This is who asks, by the new token.
    Yes(Auth<'a>),
    /// There is nothing to renew, or Clerk refuses.
    SignedOut(Reason),
    /// Clerk could not be asked.
    Failed(BackendError),
}

pub(super) async fn answer<K, P, R>(account: &AccountRequest<'_, K, P, R>) -> Outcome
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    account.api()?;
    let to = Form::of_query(account.request).to()?;
    if account.is_page() {
        return page(account, &to).await;
    }
    match renewed(account).await? {
        Renewed::Yes(auth) => {
            let json = describe(&auth, account.ctx.now_seconds());
            let answer = EarlyResponse::endpoint(Answer::json(200, json.to_string()));
            Ok(answer.with_headers(&auth.headers))
        }
        Renewed::SignedOut(reason) => Err(EarlyResponse::signed_out(None).with_headers(&[
            ("x-clerk-auth-status", "signed-out".to_owned()),
            ("x-clerk-auth-reason", reason.to_string()),
        ])),
        Renewed::Failed(error) => Err(account.failed(error)),
    }
}

/// Renews the caller's token without the browser.
pub(super) async fn renewed<'a, K, P, R>(
    account: &AccountRequest<'a, K, P, R>,
) -> Result<Renewed<'a>, EarlyResponse>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let (gate, settings, ctx) = (account.gate, account.settings, account.ctx);
    let may_call = |session_id: &str| gate.account_calls.take(session_id, ctx.now_ms);
    let verifier = verifier(gate, settings);
    let renewal = renew(&verifier, account.request, account.bearer.as_deref(), &may_call, ctx);
    match renewal.await {
        Ok(Renewal::Renewed(state)) => {
            let auth = Auth::from_state(state, settings);
            match (&auth.status, &auth.reason) {
                (AuthStatus::SignedIn(_), _) => Ok(Renewed::Yes(auth)),
                (_, Some(reason)) => Ok(Renewed::SignedOut(reason.clone())),
                // The session is pending.
                _ => Err(EarlyResponse::signed_out(None).with_headers(&auth.headers)),
            }
        }
        Ok(Renewal::SignedOut(reason)) => Ok(Renewed::SignedOut(reason)),
        Ok(Renewal::Failed(error)) => Ok(Renewed::Failed(error)),
        Err(KeysUnavailable { retry_after_seconds }) => {
            Err(EarlyResponse::unavailable(Code::KeysUnavailable, retry_after_seconds))
        }
    }
}

/// Out to Clerk, and back to this address; from there to `to`. The mark ends a second round.
async fn page<K, P, R>(account: &AccountRequest<'_, K, P, R>, to: &RedirectTo) -> Outcome
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let verifier = verifier(account.gate, account.settings);
    let returns = brings_handshake(&verifier, account.request, account.ctx);
    if returns || is_marked(account.request) {
        let (gate, settings) = (account.gate, account.settings);
        let auth = authenticate(gate, settings, account.request, account.ctx).await;
        if let AuthStatus::Unavailable { retry_after_seconds, .. } = auth.status {
            let code = Code::KeysUnavailable;
            return Err(EarlyResponse::unavailable(code, retry_after_seconds));
        }
        // What Clerk has set stays; where the cookies ask for one more handshake, `to` starts it.
        let auth = auth.without_handshake();
        let answer = EarlyResponse::endpoint(Answer::see_other(to.as_str()));
        return Ok(answer.with_headers(&auth.headers));
    }
    match asked_handshake(&verifier, account.request, account.ctx) {
        Some(location) => {
            let mark = mark(account.request, "1", 10);
            Ok(EarlyResponse::endpoint(Answer::see_other(&location)).with_headers(&[mark]))
        }
        None => Ok(EarlyResponse::endpoint(Answer::see_other(to.as_str()))),
    }
}

/// A page is sent to this address, and through the handshake, whether or not it has just been
/// there.
pub(super) fn to_refresh<K, P, R: Incoming>(
    account: &AccountRequest<'_, K, P, R>,
    to: &RedirectTo,
) -> EarlyResponse {
    let mut parameters = String::new();
    query::append(&mut parameters, RETURN_ADDRESS, to.as_str());
    let answer = Answer::see_other(&format!("{REFRESH}?{parameters}"));
    EarlyResponse::endpoint(answer).with_headers(&[mark(account.request, "", 0)])
}

/// The cookie that says that this browser has just been at Clerk, or ends it.
fn mark<R: Incoming>(request: &R, value: &str, max_age_seconds: u32) -> (&'static str, String) {
    let is_secure = UrlParts::of(request.url()).is_none_or(|url| url.scheme == "https");
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie = format!(
        "{MARK}={value}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}"
    );
    ("set-cookie", cookie)
}

fn is_marked<R: Incoming>(request: &R) -> bool {
    let cookies = request.header("cookie").unwrap_or_default();
    let mut names = cookies.split(';').filter_map(|pair| pair.split('=').next());
    names.any(|name| name.trim_matches([' ', '\t']) == MARK)
}

const MARK: &str = "__clerk_edge_refreshed";
