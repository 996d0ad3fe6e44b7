//! `/.clerk-edge/metadata`: writes the fields that `SELF_METADATA` allows into the caller's public
//! metadata, and then brings a token that says so.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::problem::Problem;
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::auth::Auth;
use crate::clerk_api::backend::BackendApi;
use crate::early_response::{EarlyResponse, RefusalDetails};
use crate::endpoints::account::account_request::{AccountRequest, Outcome};
use crate::endpoints::account::caller::Caller;
use crate::endpoints::account::fields::Fields;
use crate::endpoints::account::form::{Form, FormError};
use crate::endpoints::account::refresh::{Renewed, renewed, to_refresh};
use crate::endpoints::account::same_site;
use crate::endpoints::account::session::describe;
use crate::platform::Platform;

pub(super) async fn answer<K, P, R>(account: &AccountRequest<'_, K, P, R>) -> Outcome
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let api = account.api()?;
    same_site::check(account)?;
    let form = Form::read(account.request).await.map_err(|error| match error {
        FormError::Unreadable => invalid(vec![Problem::new("", UNREADABLE)]),
        FormError::TooLarge => error.into(),
    })?;
    let to = form.to()?;
    let auth = account.authenticated().await;
    let caller = account.caller(&auth, Some(&to))?;
    let written = write(account, &api, &caller, &form).await;
    written.map_err(|response| response.with_headers(&auth.headers))?;
    if account.is_page() {
        return Ok(to_refresh(account, &to).with_headers(&auth.headers));
    }
    Ok(with_new_token(account, auth).await)
}

/// Writes what was sent. Nothing is written where any of it may not be.
async fn write<K, P, R>(
    account: &AccountRequest<'_, K, P, R>,
    api: &BackendApi<'_, P>,
    caller: &Caller,
    form: &Form,
) -> Result<(), EarlyResponse>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    caller.in_person()?;
    let fields = Fields::read(form, &account.settings.account.self_metadata).map_err(invalid)?;
    let mut there = Map::new();
    if fields.depend_on_metadata() {
        account.count_call(&caller.session_id)?;
        let metadata = api.public_metadata(&caller.user_id).await;
        there = metadata.map_err(|error| account.failed(error))?;
    }
    let changes = fields.changes(&there).map_err(invalid)?;
    if changes.is_empty() {
        return Ok(());
    }
    account.count_call(&caller.session_id)?;
    let metadata = api.merge_public_metadata(&caller.user_id, &changes).await;
    let metadata = metadata.map_err(|error| account.failed(error))?;
    account.gate.lookups.learn(account.settings, &caller.user_id, metadata, account.ctx);
    Ok(())
}

/// The session with its new token. The write has been done, so a failure from here on is told
/// beside it and not instead of it.
async fn with_new_token<'a, K, P, R>(
    account: &AccountRequest<'a, K, P, R>,
    auth: Auth<'a>,
) -> EarlyResponse
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let (is_refreshed, auth) = match renewed(account).await {
        Ok(Renewed::Yes(renewed)) => (true, renewed),
        Ok(Renewed::SignedOut(_) | Renewed::Failed(_)) | Err(_) => (false, auth),
    };
    let mut json = describe(&auth, account.ctx.now_seconds());
    if let Value::Object(members) = &mut json {
        members.insert("refreshed".to_owned(), Value::Bool(is_refreshed));
    }
    EarlyResponse::endpoint(Answer::json(200, json.to_string())).with_headers(&auth.headers)
}

fn invalid(problems: Vec<Problem>) -> EarlyResponse {
    let details = RefusalDetails { problems, ..RefusalDetails::default() };
    EarlyResponse::refused(Code::MetadataInvalid, details)
}

const UNREADABLE: &str = "the body is neither a form nor a JSON object";
