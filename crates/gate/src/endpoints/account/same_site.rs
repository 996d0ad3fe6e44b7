//! Whether a request that changes something comes from a page of this site. Cookies come along
//! with what other sites send; these two headers tell who sent it, and no page can write them.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_rules::code::Code;

use crate::early_response::EarlyResponse;
use crate::endpoints::account::account_request::AccountRequest;
use crate::platform::Platform;
use crate::session::context::browser_url;

/// Passes what comes from this site, and what brings its session in the `Authorization` header,
/// which no page of another site can send.
pub(super) fn check<K, P: Platform<Key = K>, R: Incoming>(
    account: &AccountRequest<'_, K, P, R>,
) -> Result<(), EarlyResponse> {
    let request = account.request;
    let is_ours = match (request.header("sec-fetch-site"), request.header("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let own = browser_url(account.settings, request).map(|url| url.origin());
            own.is_some_and(|own| own == origin)
        }
        (None, None) => false,
    };
    if is_ours || account.bearer.is_some() {
        return Ok(());
    }
    Err(EarlyResponse::code(Code::CrossSite))
}
