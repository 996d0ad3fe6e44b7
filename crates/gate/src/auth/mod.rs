//! Who asks, as the line sees it, and what their browser is told besides.

pub mod credential;
pub mod principal;

use crate::auth::principal::Visitor;
use crate::context::Turn;
use crate::gate::Gate;
use crate::platform::Platform;
use crate::session;
use crate::session::Fault;
use crate::session::reason::Reason;
use crate::session::state::{Halt, State};
use crate::settings::Settings;
use clerk_edge_http::incoming::Incoming;

/// Who asks, as far as could be found out.
#[derive(Debug)]
pub(super) enum Who<'a> {
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
        halt: Option<Halt>,
    },
    /// This person.
    SignedIn(Visitor<'a>),
}

/// What came of asking.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// Who.
    pub(super) who: Who<'a>,
    /// Clerk's word for why nobody is signed in.
    pub(super) reason: Option<Reason>,
    /// Headers to append to whatever the browser receives.
    pub(super) headers: Vec<(&'static str, String)>,
    /// A development instance wants its marks out of the address: whoever it is, a redirect.
    pub(super) cleaned: Option<String>,
}

impl<'a> Asked<'a> {
    /// Of a route that asks for nobody.
    pub(super) const fn nobody() -> Self {
        Self::of(Who::NotAsked)
    }

    /// What the browser is told where nothing is carried out: cookies that renew a session, but
    /// nothing of a trip that is not made.
    pub(super) fn held_back(mut self) -> Self {
        if matches!(self.who, Who::Handshake { .. }) {
            self.headers.clear();
        }
        self
    }

    const fn of(who: Who<'a>) -> Self {
        Self { who, reason: None, headers: Vec::new(), cleaned: None }
    }

    fn from_state(state: State, settings: &'a Settings) -> Self {
        let headers = state.headers().into_iter().filter(|(name, _)| !OF_REDIRECTS.contains(name));
        let headers = headers.collect();
        match state {
            State::SignedIn(it) => Self {
                headers,
                cleaned: it.browser.location,
                ..Self::of(Who::SignedIn(Visitor::new(settings, it.session, it.token.len())))
            },
            State::SignedOut(it) => Self {
                headers,
                reason: it.reason().cloned(),
                who: Who::SignedOut { pending: it.is_pending(), halt: it.halt },
                cleaned: it.browser.location,
            },
            State::Handshake(it) => Self {
                headers,
                reason: Some(it.reason),
                ..Self::of(Who::Handshake { location: it.location })
            },
        }
    }
}

impl<K: Clone + 'static> Gate<K> {
    pub(super) async fn ask<'a, P, R>(
        &'a self,
        settings: &'a Settings,
        request: &R,
        turn: &Turn<'_, P>,
    ) -> Asked<'a>
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        let desk = session::Desk {
            settings,
            keys: &self.keys,
            remembered: &self.remembered,
            nonces: &self.nonces,
        };
        match session::state(&desk, request, turn).await {
            Ok(state) => Asked::from_state(state, settings),
            Err(Fault::KeysUnavailable { retry_after_seconds }) => {
                Asked::of(Who::Unavailable { retry_after_seconds })
            }
        }
    }
}

/// Set by the redirect itself.
const OF_REDIRECTS: [&str; 2] = ["location", "cache-control"];
