//! An isolate for session tests: settings, and what the isolate keeps between requests.

use clerk_edge_gate::clerk_api::failed_nonces::FailedNonces;
use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::keys::find::Keys;
use clerk_edge_gate::session;
use clerk_edge_gate::session::state::RequestState;
use clerk_edge_gate::session::{KeysUnavailableFault, SessionVerifier};
use clerk_edge_gate::settings::Settings;
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
    pub fn desk(&self) -> SessionVerifier<'_, Imported> {
        SessionVerifier {
            settings: &self.settings,
            keys: &self.keys,
            remembered: &self.remembered,
            nonces: &self.nonces,
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
    ) -> Result<RequestState, KeysUnavailableFault> {
        let ctx = RequestContext::new(platform, now_ms);
        ready(session::state(&self.desk(), request, &ctx))
    }
}
