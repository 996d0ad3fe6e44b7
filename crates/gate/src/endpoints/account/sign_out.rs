//! `/.clerk-edge/sign-out`: ends the caller's session at Clerk, and then its cookies. Nothing is
//! pretended: while Clerk still knows the session it would sign the visitor in again.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::code::Code;
use serde_json::json;

use crate::answer::page::document;
use crate::answer::{Answer, escape};
use crate::clerk_api::backend::{BackendApi, BackendError};
use crate::early_response::EarlyResponse;
use crate::endpoint::SIGN_OUT;
use crate::endpoints::account::account_request::{AccountRequest, Outcome};
use crate::endpoints::account::caller::{self, Caller};
use crate::endpoints::account::form::Form;
use crate::endpoints::account::redirect_to::RedirectTo;
use crate::endpoints::account::{ended_cookies, same_site};
use crate::limits::SESSIONS_LISTED_MAX;
use crate::platform::Platform;

/// Which sessions end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// The caller's.
    Session,
    /// All of this browser, of whichever user.
    Browser,
    /// All of the user.
    Everywhere,
}

pub(super) async fn answer<K, P, R>(account: &AccountRequest<'_, K, P, R>) -> Outcome
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let api = account.api()?;
    if account.request.method() != "POST" {
        let form = Form::of_query(account.request);
        return Ok(page(&form.to()?, scope(&form)?));
    }
    same_site::check(account)?;
    let form = Form::read(account.request).await?;
    let (to, scope) = (form.to()?, scope(&form)?);
    let Some(caller) = caller::named(account).await? else {
        return Ok(account.done(&to, &json!({ "revoked": [] })));
    };
    if scope == Scope::Everywhere {
        caller.in_person()?;
    }
    let revoked = end(account, &api, &caller, scope).await?;
    let cookies = ended(account);
    Ok(account.done(&to, &json!({ "revoked": revoked })).with_headers(&cookies))
}

/// The cookies of the caller's ended session.
pub(super) fn ended<K, P, R: Incoming>(
    account: &AccountRequest<'_, K, P, R>,
) -> Vec<(&'static str, String)> {
    let host = UrlParts::of(account.request.url()).and_then(|url| url.host()).unwrap_or_default();
    ended_cookies::headers(account.settings, host)
}

/// Ends the sessions of a user, but for `keep`, however many there are.
pub(super) async fn end_others<P: Platform>(
    api: &BackendApi<'_, P>,
    user_id: &str,
    keep: &str,
) -> Result<Vec<String>, BackendError> {
    let mut revoked = Vec::new();
    loop {
        let listed = api.active_sessions(user_id).await?;
        let is_full = listed.len() >= SESSIONS_LISTED_MAX;
        let others = listed.into_iter().map(|session| session.id).filter(|id| id != keep);
        let others: Vec<String> = others.filter(|id| !revoked.contains(id)).collect();
        for id in &others {
            api.revoke(id).await?;
        }
        let is_last = !is_full || others.is_empty();
        revoked.extend(others);
        if is_last {
            return Ok(revoked);
        }
    }
}

/// Ends the sessions. The caller's own comes last: should a call fail, the caller can try again.
async fn end<K, P, R>(
    account: &AccountRequest<'_, K, P, R>,
    api: &BackendApi<'_, P>,
    caller: &Caller,
    scope: Scope,
) -> Result<Vec<String>, EarlyResponse>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    account.count_call(&caller.session_id)?;
    let own = &caller.session_id;
    let mut revoked = match scope {
        Scope::Session => Vec::new(),
        Scope::Everywhere => {
            end_others(api, &caller.user_id, own).await.map_err(|error| account.failed(error))?
        }
        Scope::Browser => end_browser(account, api, caller).await?,
    };
    if scope == Scope::Browser {
        account.count_call(&caller.session_id)?;
    }
    api.revoke(own).await.map_err(|error| account.failed(error))?;
    revoked.push(own.clone());
    Ok(revoked)
}

/// Ends the other sessions of this browser. What Clerk does not know any more is ended.
async fn end_browser<K, P, R>(
    account: &AccountRequest<'_, K, P, R>,
    api: &BackendApi<'_, P>,
    caller: &Caller,
) -> Result<Vec<String>, EarlyResponse>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let failed = |error| account.failed(error);
    let client = match api.session(&caller.session_id).await {
        Ok(session) if session.user_id == caller.user_id => session.client_id,
        Ok(_) => return Err(failed(BackendError::NOT_UNDERSTOOD)),
        Err(BackendError::NotFound) => None,
        Err(error) => return Err(failed(error)),
    };
    let Some(client) = client else { return Ok(Vec::new()) };
    account.count_call(&caller.session_id)?;
    let sessions = match api.client_sessions(&client).await {
        Ok(sessions) => sessions,
        Err(BackendError::NotFound) => Vec::new(),
        Err(error) => return Err(failed(error)),
    };
    let mut revoked = Vec::new();
    for session in sessions.into_iter().filter(|session| session.id != caller.session_id) {
        account.count_call(&caller.session_id)?;
        api.revoke(&session.id).await.map_err(failed)?;
        revoked.push(session.id);
    }
    Ok(revoked)
}

fn scope(form: &Form) -> Result<Scope, EarlyResponse> {
    match form.parameter("scope")?.as_deref() {
        None => Ok(Scope::Session),
        Some("browser") => Ok(Scope::Browser),
        Some("everywhere") => Ok(Scope::Everywhere),
        Some(_) => Err(EarlyResponse::code(Code::BadRequest)),
    }
}

/// A page with one button.
fn page(to: &RedirectTo, scope: Scope) -> EarlyResponse {
    let (value, title) = match scope {
        Scope::Session => ("", "Sign out"),
        Scope::Browser => ("browser", "Sign out all accounts of this browser"),
        Scope::Everywhere => ("everywhere", "Sign out on all devices"),
    };
    let scope = match value {
        "" => String::new(),
        value => format!("<input type=\"hidden\" name=\"scope\" value=\"{value}\">"),
    };
    let main = format!(
        "<h1>{title}?</h1><form method=\"post\" action=\"{SIGN_OUT}\">{scope}\
         <input type=\"hidden\" name=\"to\" value=\"{}\">\
         <p><button>{title}</button></p></form>",
        escape(to.as_str()),
    );
    EarlyResponse::endpoint(Answer::form_page(document(title, &main)))
}
