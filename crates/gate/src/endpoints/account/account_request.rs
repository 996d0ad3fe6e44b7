//! One request to an address for the caller's own account, with what all these addresses share.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;
use serde_json::Value;

use crate::answer::Answer;
use crate::auth::{Auth, authenticate};
use crate::clerk_api::backend::{BackendApi, BackendError};
use crate::context::RequestContext;
use crate::early_response::{EarlyResponse, RefusalDetails};
use crate::endpoints::account::redirect_to::RedirectTo;
use crate::gate::Gate;
use crate::platform::Platform;
use crate::settings::Settings;

/// One request to one of these addresses.
pub(super) struct AccountRequest<'a, K, P, R> {
    pub(super) gate: &'a Gate<K>,
    pub(super) settings: &'a Settings,
    pub(super) request: &'a R,
    pub(super) ctx: &'a RequestContext<'a, P>,
    /// Told by the headers alone, whatever the method.
    pub(super) kind: RequestKind,
    /// The token of the `Authorization` header.
    pub(super) bearer: Option<String>,
}

/// What is answered, or what stops it on the way there.
pub(super) type Outcome = Result<EarlyResponse, EarlyResponse>;

impl<'a, K, P, R> AccountRequest<'a, K, P, R>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    pub(super) fn is_page(&self) -> bool {
        self.kind == RequestKind::Page
    }

    /// The Backend API; without a secret key there is none.
    #[inline(never)]
    pub(super) fn api(&self) -> Result<BackendApi<'a, P>, EarlyResponse> {
        let (platform, api_url) = (self.ctx.platform, self.settings.api_url.as_str());
        match &self.settings.secret_key {
            Some(secret) => Ok(BackendApi { platform, api_url, secret }),
            None => Err(EarlyResponse::code(Code::NotConfigured)),
        }
    }

    /// Counts one call of the Backend API for a session.
    #[inline(never)]
    pub(super) fn count_call(&self, session_id: &str) -> Result<(), EarlyResponse> {
        let counted = self.gate.account_calls.take(session_id, self.ctx.now_ms);
        counted.map_err(|seconds| EarlyResponse::unavailable(Code::RateLimited, seconds))
    }

    /// Why a call failed, for the caller; for the log as well where it is the operator's to mend.
    #[inline(never)]
    pub(super) fn failed(&self, error: BackendError) -> EarlyResponse {
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
    pub(super) async fn authenticated(&self) -> Auth<'a> {
        if self.bearer.is_none() && self.request.method() == "POST" {
            self.ctx.refresh_with_any_method();
        }
        authenticate(self.gate, self.settings, self.request, self.ctx).await
    }

    /// JSON for programs, a redirect for pages.
    #[inline(never)]
    pub(super) fn done(&self, to: &RedirectTo, json: &Value) -> EarlyResponse {
        EarlyResponse::endpoint(match self.kind {
            RequestKind::Page => Answer::see_other(to.as_str()),
            RequestKind::Other => Answer::json(200, json.to_string()),
        })
    }
}
