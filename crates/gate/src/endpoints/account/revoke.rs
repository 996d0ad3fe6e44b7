//! `/.clerk-edge/sessions/revoke`: ends one of the caller's sessions, or all others.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::plain_id::is_plain_id;
use clerk_edge_rules::code::Code;
use serde_json::json;

use crate::clerk_api::backend::BackendApi;
use crate::early_response::EarlyResponse;
use crate::endpoints::account::account_request::{AccountRequest, Outcome};
use crate::endpoints::account::caller::Caller;
use crate::endpoints::account::form::Form;
use crate::endpoints::account::same_site;
use crate::endpoints::account::sign_out::{end_others, ended};
use crate::limits::SESSION_ID_BYTES_MAX;
use crate::platform::Platform;

pub(super) async fn answer<K, P, R>(account: &AccountRequest<'_, K, P, R>) -> Outcome
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let api = account.api()?;
    same_site::check(account)?;
    let form = Form::read(account.request).await?;
    let to = form.to()?;
    let (id, others) = (form.parameter("id")?, form.parameter("others")?);
    let auth = account.authenticated().await;
    let caller = account.caller(&auth, Some(&to))?;
    let revoked = match (id.as_deref(), others.as_deref()) {
        (Some(id), None) => one(account, &api, &caller, id).await,
        (None, Some("true")) => all_others(account, &api, &caller).await,
        _ => Err(EarlyResponse::code(Code::BadRequest)),
    };
    let revoked = revoked.map_err(|response| response.with_headers(&auth.headers))?;
    let is_own = revoked.contains(&caller.session_id);
    let cookies = if is_own { ended(account) } else { auth.headers };
    Ok(account.done(&to, &json!({ "revoked": revoked })).with_headers(&cookies))
}

/// Ends a session of the caller's. Somebody else's is answered like one that nobody has, and is
/// left alone.
async fn one<K, P, R>(
    account: &AccountRequest<'_, K, P, R>,
    api: &BackendApi<'_, P>,
    caller: &Caller,
    id: &str,
) -> Result<Vec<String>, EarlyResponse>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    caller.in_person()?;
    if !is_plain_id(id, SESSION_ID_BYTES_MAX) {
        return Err(EarlyResponse::code(Code::NotFound));
    }
    account.count_call(&caller.session_id)?;
    let session = api.session(id).await.map_err(|error| account.failed(error))?;
    if session.user_id != caller.user_id {
        return Err(EarlyResponse::code(Code::NotFound));
    }
    account.count_call(&caller.session_id)?;
    api.revoke(id).await.map_err(|error| account.failed(error))?;
    Ok(vec![session.id])
}

/// Ends all of the caller's sessions but this one, which counts as one call.
async fn all_others<K, P, R>(
    account: &AccountRequest<'_, K, P, R>,
    api: &BackendApi<'_, P>,
    caller: &Caller,
) -> Result<Vec<String>, EarlyResponse>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    caller.in_person()?;
    account.count_call(&caller.session_id)?;
    let revoked = end_others(api, &caller.user_id, &caller.session_id).await;
    revoked.map_err(|error| account.failed(error))
}
