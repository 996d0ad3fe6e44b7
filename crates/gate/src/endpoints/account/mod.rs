//! The addresses for the caller's own account: what a site without a backend needs of the secret
//! key. Each file answers one of them.
//!
//! Whoever is asked for is the caller of this request and nobody else: every call of the Backend
//! API names a user and a session that a verified token has named.

pub(crate) mod caller;
pub(crate) mod ended_cookies;
pub(crate) mod fields;
pub(crate) mod form;
pub(crate) mod metadata;
pub(crate) mod redirect_to;
pub(crate) mod refresh;
pub(crate) mod revoke;
pub(crate) mod same_site;
pub(crate) mod session;
pub(crate) mod session_js;
pub(crate) mod sessions;
pub(crate) mod sign_out;

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;
use serde_json::Value;

use crate::answer::Answer;
use crate::auth::credential::presented;
use crate::auth::{Auth, authenticate};
use crate::clerk_api::backend::{BackendApi, BackendError};
use crate::context::RequestContext;
use crate::early_response::{EarlyResponse, RefusalDetails};
use crate::endpoint::AccountEndpoint;
use crate::endpoints::account::caller::Caller;
use crate::endpoints::account::redirect_to::RedirectTo;
use crate::gate::Gate;
use crate::platform::Platform;
use crate::settings::Settings;

/// One request to one of these addresses.
pub(super) struct AccountRequest<'a, K, P, R> {
    gate: &'a Gate<K>,
    settings: &'a Settings,
    request: &'a R,
    ctx: &'a RequestContext<'a, P>,
    /// Told by the headers alone, whatever the method.
    kind: RequestKind,
    /// The token of the `Authorization` header.
    bearer: Option<String>,
}

/// What is answered, or what stops it on the way there.
type Outcome = Result<EarlyResponse, EarlyResponse>;

/// The answer of one of these addresses.
pub(crate) async fn answer<K, P, R>(
    id: AccountEndpoint,
    gate: &Gate<K>,
    settings: &Settings,
    request: &R,
    ctx: &RequestContext<'_, P>,
) -> EarlyResponse
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let kind = RequestKind::by_headers(request);
    let bearer = request.header("authorization");
    let bearer = bearer.as_deref().and_then(presented).map(str::to_owned);
    let account = AccountRequest { gate, settings, request, ctx, kind, bearer };
    let outcome = match id {
        AccountEndpoint::Metadata => metadata::answer(&account).await,
        AccountEndpoint::Refresh => refresh::answer(&account).await,
        AccountEndpoint::Revoke => revoke::answer(&account).await,
        AccountEndpoint::Session => session::answer(&account).await,
        AccountEndpoint::SessionJs => Ok(session_js::answer(&account)),
        AccountEndpoint::Sessions => sessions::answer(&account).await,
        AccountEndpoint::SignOut => sign_out::answer(&account).await,
    };
    let (Ok(response) | Err(response)) = outcome;
    response.to(kind).with_headers(&[("content-security-policy", NO_FRAMES.to_owned())])
}

impl<'a, K, P, R> AccountRequest<'a, K, P, R>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    fn is_page(&self) -> bool {
        self.kind == RequestKind::Page
    }

    /// The Backend API; without a secret key there is none.
    fn api(&self) -> Result<BackendApi<'a, P>, EarlyResponse> {
        let (platform, api_url) = (self.ctx.platform, self.settings.api_url.as_str());
        match &self.settings.secret_key {
            Some(secret) => Ok(BackendApi { platform, api_url, secret }),
            None => Err(EarlyResponse::code(Code::NotConfigured)),
        }
    }

    /// Counts one call of the Backend API for a session.
    fn count_call(&self, caller: &Caller) -> Result<(), EarlyResponse> {
        let counted = self.gate.account_calls.take(&caller.session_id, self.ctx.now_ms);
        counted.map_err(|seconds| EarlyResponse::unavailable(Code::RateLimited, seconds))
    }

    /// Why a call failed, for the caller; for the log as well where it is the operator's to mend.
    fn failed(&self, error: BackendError) -> EarlyResponse {
        match error {
            BackendError::NotFound => EarlyResponse::code(Code::NotFound),
            BackendError::RateLimited(s) => EarlyResponse::unavailable(Code::RateLimited, s),
            BackendError::Unavailable(s) => EarlyResponse::unavailable(Code::ClerkUnavailable, s),
            BackendError::Refused(clerk_codes) => {
                let codes = clerk_codes.join(", ");
                self.ctx.note(format!("account: Clerk's API refuses a call ({codes})"));
                let details = RefusalDetails { clerk_codes, ..RefusalDetails::default() };
                EarlyResponse::refused(Code::ClerkRefused, details)
            }
        }
    }

    /// Who asks. A token that has ended is renewed whatever the method, where there is a refresh
    /// cookie: pages without scripts hold tokens that ended while a form was filled in.
    async fn authenticated(&self) -> Auth<'a> {
        if self.bearer.is_none() && self.request.method() == "POST" {
            self.ctx.refresh_with_any_method();
        }
        authenticate(self.gate, self.settings, self.request, self.ctx).await
    }

    /// JSON for programs, a redirect for pages.
    fn done(&self, to: &RedirectTo, json: &Value) -> EarlyResponse {
        EarlyResponse::endpoint(match self.kind {
            RequestKind::Page => Answer::see_other(to.as_str()),
            RequestKind::Other => Answer::json(200, json.to_string()),
        })
    }
}

const NO_FRAMES: &str = "frame-ancestors 'none'";
