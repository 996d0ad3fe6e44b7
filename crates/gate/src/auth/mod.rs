//! Who asks, as the line sees it, and what their browser is told besides.

pub mod credential;
pub mod principal;

use crate::auth::principal::User;
use crate::context::RequestContext;
use crate::gate::Gate;
use crate::keys::KeysUnavailable;
use crate::platform::Platform;
use crate::session;
use crate::session::reason::Reason;
use crate::session::state::RequestState;
use crate::session::verify::SessionVerifier;
use crate::settings::Settings;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_rules::code::Code;

/// Who asks, as far as could be found out.
#[derive(Debug)]
pub(super) enum AuthStatus<'a> {
    /// Nobody was asked for: the route is open.
    NotAsked,
    /// It could not be found out.
    Unavailable {
        /// When it may be worth trying again.
        retry_after_seconds: u32,
    },
    /// Clerk is to be asked, by way of the browser.
    Handshake {
        /// Where to.
        location: String,
    },
    /// Nobody is signed in.
    SignedOut {
        /// Somebody is, but Clerk still waits for something.
        pending: bool,
        /// What ends the request on every route that asks for a session.
        refusal: Option<Code>,
    },
    /// This person.
    SignedIn(User<'a>),
}

/// What came of asking.
#[derive(Debug)]
pub(super) struct Auth<'a> {
    /// Who.
    pub(super) who: AuthStatus<'a>,
    /// Clerk's word for why nobody is signed in.
    pub(super) reason: Option<Reason>,
    /// Headers to append to whatever the browser receives.
    pub(super) headers: Vec<(&'static str, String)>,
    /// A development instance wants its marks out of the address: whoever it is, a redirect.
    pub(super) cleaned: Option<String>,
}

impl<'a> Auth<'a> {
    /// Of a route that asks for nobody.
    pub(super) const fn nobody() -> Self {
        Self::of(AuthStatus::NotAsked)
    }

    /// What the browser is told where nothing is carried out: cookies that renew a session, but
    /// nothing of a trip that is not made.
    pub(super) fn held_back(mut self) -> Self {
        if matches!(self.who, AuthStatus::Handshake { .. }) {
            self.headers.clear();
        }
        self
    }

    const fn of(who: AuthStatus<'a>) -> Self {
        Self { who, reason: None, headers: Vec::new(), cleaned: None }
    }

    fn from_state(state: RequestState, settings: &'a Settings) -> Self {
        let headers = state.headers().into_iter().filter(|(name, _)| !OF_REDIRECTS.contains(name));
        let headers = headers.collect();
        match state {
            RequestState::SignedIn(it) => Self {
                headers,
                cleaned: it.browser.location,
                ..Self::of(AuthStatus::SignedIn(User::new(settings, it.session, it.token.len())))
            },
            RequestState::SignedOut(it) => Self {
                headers,
                reason: it.reason().cloned(),
                who: AuthStatus::SignedOut { pending: it.is_pending(), refusal: it.refusal },
                cleaned: it.browser.location,
            },
            RequestState::Handshake(it) => Self {
                headers,
                reason: Some(it.reason),
                ..Self::of(AuthStatus::Handshake { location: it.location })
            },
        }
    }
}

impl<K: Clone + 'static> Gate<K> {
    pub(super) async fn ask<'a, P, R>(
        &'a self,
        settings: &'a Settings,
        request: &R,
        ctx: &RequestContext<'_, P>,
    ) -> Auth<'a>
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        let verifier = SessionVerifier {
            settings,
            keys: &self.keys,
            remembered: &self.remembered,
            nonces: &self.nonces,
        };
        let authorization = request.header("authorization");
        let bearer = authorization.as_deref().and_then(credential::presented);
        match session::authenticate_request(&verifier, request, bearer, ctx).await {
            Ok(state) => Auth::from_state(state, settings),
            Err(KeysUnavailable { retry_after_seconds }) => {
                Auth::of(AuthStatus::Unavailable { retry_after_seconds })
            }
        }
    }
}

/// Set by the redirect itself.
const OF_REDIRECTS: [&str; 2] = ["location", "cache-control"];
