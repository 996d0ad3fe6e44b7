//! An isolate for session tests: settings, and what the isolate keeps between requests.

use clerk_edge_gate::auth::credential;
use clerk_edge_gate::clerk_api::failed_nonces::FailedNonces;
use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::keys::{Keys, KeysUnavailable};
use clerk_edge_gate::session;
use clerk_edge_gate::session::state::RequestState;
use clerk_edge_gate::session::verify::SessionVerifier;
use clerk_edge_gate::settings::Settings;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_token::verified_cache::VerifiedCache;

use crate::platform::FakePlatform;
use crate::request::Request;
use crate::signature::Imported;
use crate::task::ready;

/// One isolate.
pub struct Isolate {
    /// The settings.
    pub settings: Settings,
    /// The key sets.
    pub keys: Keys<Imported>,
    /// The tokens that were verified.
    pub remembered: VerifiedCache,
    /// The nonces that could not be exchanged.
    pub nonces: FailedNonces,
}

impl Isolate {
    /// A new isolate.
    pub fn new(settings: Settings) -> Self {
        let (remembered, nonces) = (VerifiedCache::default(), FailedNonces::default());
        Self { settings, keys: Keys::new(0), remembered, nonces }
    }

    /// The verifier of sessions.
    pub fn verifier(&self) -> SessionVerifier<'_, Imported> {
        SessionVerifier {
            settings: &self.settings,
            keys: &self.keys,
            remembered: &self.remembered,
            nonces: &self.nonces,
            activate: None,
        }
    }

    /// The state of a request.
    ///
    /// # Errors
    /// If no key could be fetched.
    pub fn state(
        &self,
        request: &Request,
        platform: &FakePlatform,
        now_ms: i64,
    ) -> Result<RequestState, KeysUnavailable> {
        let ctx = RequestContext::new(platform, now_ms);
        self.authenticate(request, &ctx)
    }

    /// The same with a context. The token of the header is read as the gate reads it.
    ///
    /// # Errors
    /// If no key could be fetched.
    pub fn authenticate(
        &self,
        request: &Request,
        ctx: &RequestContext<'_, FakePlatform>,
    ) -> Result<RequestState, KeysUnavailable> {
        let authorization = request.header("authorization");
        let bearer = authorization.as_deref().and_then(credential::presented);
        ready(session::authenticate_request(&self.verifier(), request, bearer, ctx))
    }
}
