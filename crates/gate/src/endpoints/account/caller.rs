//! Who may act: the session that this request's token names, and the answer to whoever has none.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::plain_id::is_plain_id;
use clerk_edge_http::url::Url;
use clerk_edge_rules::code::Code;
use clerk_edge_token::claims::Claims;

use crate::answer::Answer;
use crate::auth::principal::User;
use crate::auth::{Auth, AuthStatus, authenticate, verifier};
use crate::early_response::EarlyResponse;
use crate::endpoints::account::account_request::AccountRequest;
use crate::endpoints::account::redirect_to::RedirectTo;
use crate::endpoints::account::refresh::to_refresh;
use crate::keys::KeysUnavailable;
use crate::limits::{SESSION_ID_BYTES_MAX, USER_ID_BYTES_MAX};
use crate::platform::Platform;
use crate::session::account::named_session;
use crate::session::context::browser_url;
use crate::session::reason::Reason;
use crate::session::sign_in_redirect::SignInRedirect;

/// A session that a verified token of this request names.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) user_id: String,
    pub(super) session_id: String,
    /// Somebody else acts as this user.
    is_impersonated: bool,
}

impl Caller {
    fn of_user(user: &User<'_>) -> Option<Self> {
        Self::of_claims(user.session().claims())
    }

    /// `None` where the token names no session, or none that a call can name.
    fn of_claims(claims: &Claims) -> Option<Self> {
        let user_id = claims.text("sub").filter(|id| is_plain_id(id, USER_ID_BYTES_MAX))?;
        let session_id = claims.text("sid").filter(|id| is_plain_id(id, SESSION_ID_BYTES_MAX))?;
        let is_impersonated = claims.value("act").is_some_and(|act| !act.is_null());
        let (user_id, session_id) = (user_id.to_owned(), session_id.to_owned());
        Some(Self { user_id, session_id, is_impersonated })
    }

    /// What somebody who acts as this user may not do.
    pub(super) fn in_person(&self) -> Result<(), EarlyResponse> {
        if self.is_impersonated { Err(EarlyResponse::code(Code::NotAllowed)) } else { Ok(()) }
    }
}

impl<K, P, R> AccountRequest<'_, K, P, R>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    /// The signed-in caller, or the answer to whoever is not signed in. `to` is where the page of a
    /// form goes afterwards.
    pub(super) fn caller(
        &self,
        auth: &Auth<'_>,
        to: Option<&RedirectTo>,
    ) -> Result<Caller, EarlyResponse> {
        let response = match (&auth.status, auth.redirect()) {
            (_, Some(location)) => EarlyResponse::handshake(location.to_owned()),
            (AuthStatus::SignedIn(user), _) => {
                let caller = Caller::of_user(user);
                return caller.ok_or_else(|| EarlyResponse::signed_out(None));
            }
            (AuthStatus::Unavailable { retry_after_seconds, .. }, _) => {
                EarlyResponse::unavailable(Code::KeysUnavailable, *retry_after_seconds)
            }
            (AuthStatus::SignedOut { refusal: Some(code), .. }, _) => EarlyResponse::code(*code),
            (AuthStatus::SignedOut { pending, .. }, _) => self.sign_in(*pending, auth, to),
            _ => EarlyResponse::signed_out(None),
        };
        Err(response.with_headers(&auth.headers))
    }

    /// A page is sent to sign in and back. After a form it comes back to the page with the form,
    /// since nothing was done; where only the token has ended, by way of a new one.
    fn sign_in(&self, pending: bool, auth: &Auth<'_>, to: Option<&RedirectTo>) -> EarlyResponse {
        if !self.is_page() {
            return EarlyResponse::signed_out(None);
        }
        let form_page = self.form_page();
        let back = to.map(|to| form_page.as_ref().unwrap_or(to));
        if let Some(back) = back.filter(|_| matches!(auth.reason, Some(Reason::Expired(_)))) {
            return to_refresh(self, back);
        }
        let Some(sign_in) = SignInRedirect::from(self.settings, self.request) else {
            return EarlyResponse::signed_out(None);
        };
        let sign_in = match back {
            Some(back) => sign_in.returning_to(back.as_str()),
            None => sign_in,
        };
        EarlyResponse::endpoint(Answer::see_other(&sign_in.to_sign_in(pending)))
    }

    /// The page of this site that the form stands in, where the browser tells it.
    fn form_page(&self) -> Option<RedirectTo> {
        let page = self.request.header("referer")?;
        let page = Url::parse(&page)?;
        let own = browser_url(self.settings, self.request)?;
        let query = if page.query().is_empty() { "" } else { "?" };
        let path = [page.path(), query, page.query()].concat();
        let is_own = page.origin() == own.origin();
        RedirectTo::parse(Some(&path)).ok().filter(|_| is_own)
    }
}

/// The session of this request. A token whose only fault is that it has ended names one.
pub(super) async fn named<K, P, R>(
    account: &AccountRequest<'_, K, P, R>,
) -> Result<Option<Caller>, EarlyResponse>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let (gate, settings, ctx) = (account.gate, account.settings, account.ctx);
    let auth = authenticate(gate, settings, account.request, ctx).await;
    let is_named = match &auth.status {
        AuthStatus::SignedIn(user) => return Ok(Caller::of_user(user)),
        AuthStatus::Unavailable { retry_after_seconds, .. } => {
            let code = Code::KeysUnavailable;
            return Err(EarlyResponse::unavailable(code, *retry_after_seconds));
        }
        AuthStatus::SignedOut { refusal: Some(code), .. } => {
            return Err(EarlyResponse::code(*code));
        }
        AuthStatus::SignedOut { pending, .. } => {
            *pending || matches!(auth.reason, Some(Reason::Expired(_)))
        }
        // Machines have no account.
        AuthStatus::NotAsked
        | AuthStatus::Handshake { .. }
        | AuthStatus::MachineRefused
        | AuthStatus::Machine(_) => false,
    };
    if !is_named {
        return Ok(None);
    }
    let verifier = verifier(gate, settings);
    let session = named_session(&verifier, account.request, account.bearer.as_deref(), ctx).await;
    match session {
        Ok(session) => Ok(session.and_then(|session| Caller::of_claims(&session.claims))),
        Err(KeysUnavailable { retry_after_seconds }) => {
            Err(EarlyResponse::unavailable(Code::KeysUnavailable, retry_after_seconds))
        }
    }
}
