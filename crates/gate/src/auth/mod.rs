//! The result of authentication: who asks, why nobody is signed in, headers for the browser.

pub mod credential;
pub mod principal;

use clerk_edge_http::incoming::Incoming;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::decide::Caller;

use crate::auth::principal::{PublicMetadata, User};
use crate::context::RequestContext;
use crate::gate::Gate;
use crate::keys::KeysUnavailable;
use crate::lookup::LookupFailed;
use crate::platform::Platform;
use crate::rare::Rare;
use crate::session;
use crate::session::loop_cause::LoopCause;
use crate::session::reason::Reason;
use crate::session::state::RequestState;
use crate::session::verify::SessionVerifier;
use crate::settings::Settings;

/// Who asks, as far as could be found out.
#[derive(Clone, Debug)]
pub(crate) enum AuthStatus<'a> {
    /// The route is open, so nobody was asked.
    NotAsked,
    /// It could not be found out.
    Unavailable {
        /// When it may be worth trying again.
        retry_after_seconds: u32,
    },
    /// The browser has to go to Clerk and back first.
    Handshake {
        /// Where to.
        location: String,
    },
    /// Nobody is signed in.
    SignedOut {
        /// Somebody is, but has a task of Clerk's left to do.
        pending: bool,
        /// The code that ends the request on every route that needs a session.
        refusal: Option<Code>,
    },
    /// This person.
    SignedIn(User<'a>),
}

/// What the answer to a refused request says besides its code.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AuthHints {
    /// Somebody is signed in, but has a task of Clerk's left to do.
    pub(crate) pending: bool,
    /// When it may be worth trying again, where something could not be found out.
    pub(crate) retry_after_seconds: Option<u32>,
}

/// The result of authentication. [`authenticate`] alone makes one of a person.
#[derive(Clone, Debug)]
pub(crate) struct Auth<'a> {
    /// Who asks.
    pub(crate) status: AuthStatus<'a>,
    /// Clerk's reason why nobody is signed in.
    pub(crate) reason: Option<Reason>,
    /// Headers to append to whatever the browser receives.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Of a redirect loop: why, where it can be seen.
    pub(crate) loop_cause: Option<Box<LoopCause>>,
    /// Development instance: the same URL without Clerk's parameters, to redirect to.
    clean_url: Option<String>,
}

impl<'a> Auth<'a> {
    /// Of a route that asks nobody.
    pub(crate) const fn not_asked() -> Self {
        Self::of(AuthStatus::NotAsked)
    }

    /// Where the browser goes first, whoever it is: to Clerk, or to the clean URL.
    pub(crate) fn redirect(&self) -> Option<&str> {
        match &self.status {
            _ if self.clean_url.is_some() => self.clean_url.as_deref(),
            AuthStatus::Handshake { location } => Some(location),
            _ => None,
        }
    }

    /// The same where a redirect to Clerk is not carried out: cookies that renew a session stay,
    /// headers of the handshake do not.
    pub(crate) fn without_handshake(mut self) -> Self {
        if matches!(self.status, AuthStatus::Handshake { .. }) {
            self.headers.clear();
        }
        self
    }

    /// Who asks, for the decision by rules that accept claims of at most this age in seconds.
    pub(crate) fn caller(&mut self, fresh: Option<u32>) -> Caller<'_> {
        if let AuthStatus::SignedIn(user) = &mut self.status {
            user.judge_by(fresh);
        }
        match &self.status {
            AuthStatus::SignedIn(user) => Caller::Known(user),
            AuthStatus::Unavailable { .. } => Caller::Unknown(Code::KeysUnavailable),
            AuthStatus::SignedOut { refusal: Some(code), .. } => Caller::Unknown(*code),
            AuthStatus::NotAsked | AuthStatus::Handshake { .. } | AuthStatus::SignedOut { .. } => {
                Caller::SignedOut
            }
        }
    }

    /// What the answer to a refused request says besides its code.
    pub(crate) fn hints(&self) -> AuthHints {
        let pending = matches!(self.status, AuthStatus::SignedOut { pending: true, .. });
        let retry_after_seconds = match &self.status {
            AuthStatus::Unavailable { retry_after_seconds } => Some(*retry_after_seconds),
            _ => self.failed_lookup().map(|failed| failed.retry_after_seconds),
        };
        AuthHints { pending, retry_after_seconds }
    }

    /// The signed-in user.
    pub(crate) const fn user(&self) -> Option<&User<'a>> {
        match &self.status {
            AuthStatus::SignedIn(user) => Some(user),
            _ => None,
        }
    }

    /// Why the look-up failed, if it did.
    pub(crate) fn failed_lookup(&self) -> Option<LookupFailed> {
        match self.user()?.metadata() {
            PublicMetadata::Failed(failed) => Some(*failed),
            _ => None,
        }
    }

    /// Looks up what the token lacks and adds it. `fresh` is how old it may be, in seconds.
    #[cold]
    #[inline(never)]
    pub(crate) fn look_up<'f, K, P>(
        &'f mut self,
        gate: &'f Gate<K>,
        settings: &'f Settings,
        fresh: Option<u32>,
        ctx: &'f RequestContext<'_, P>,
    ) -> Rare<'f, ()>
    where
        K: Clone + 'static,
        P: Platform<Key = K>,
    {
        Box::pin(async move {
            if let AuthStatus::SignedIn(user) = &mut self.status {
                let subject = user.session().subject();
                let result = gate.lookups.find(settings, subject, fresh, ctx).await;
                user.add_lookup(result);
            }
        })
    }

    /// Adds what webhooks have pushed of the user, where it is later than the token's claims.
    #[cold]
    #[inline(never)]
    pub(crate) fn add_pushed<'f, K, P>(
        &'f mut self,
        gate: &'f Gate<K>,
        settings: &'f Settings,
        ctx: &'f RequestContext<'_, P>,
    ) -> Rare<'f, ()>
    where
        K: Clone + 'static,
        P: Platform<Key = K>,
    {
        Box::pin(async move {
            if let AuthStatus::SignedIn(user) = &mut self.status {
                let found = gate.lookups.beside_token(settings, user.session(), ctx).await;
                found.iter().for_each(|finding| user.add_pushed(finding));
            }
        })
    }

    const fn of(status: AuthStatus<'a>) -> Self {
        Self { status, reason: None, headers: Vec::new(), loop_cause: None, clean_url: None }
    }

    /// The result for a state of the session.
    pub(crate) fn from_state(state: RequestState, settings: &'a Settings, now_ms: i64) -> Self {
        match state {
            RequestState::SignedIn(it) if it.browser.is_empty() => {
                let user = User::new(settings, it.session, it.token, now_ms);
                Self::of(AuthStatus::SignedIn(user))
            }
            other => Self::with_headers(other, settings, now_ms),
        }
    }

    /// Where the browser gets something.
    #[cold]
    #[inline(never)]
    fn with_headers(state: RequestState, settings: &'a Settings, now_ms: i64) -> Self {
        let headers = state.headers().into_iter().filter(|(name, _)| !OF_REDIRECTS.contains(name));
        let headers = headers.collect();
        match state {
            RequestState::SignedIn(it) => {
                let user = User::new(settings, it.session, it.token, now_ms);
                let clean_url = it.browser.location;
                Self { headers, clean_url, ..Self::of(AuthStatus::SignedIn(user)) }
            }
            RequestState::SignedOut(it) => Self {
                headers,
                reason: it.reason().cloned(),
                status: AuthStatus::SignedOut { pending: it.is_pending(), refusal: it.refusal },
                loop_cause: it.loop_cause,
                clean_url: it.browser.location,
            },
            RequestState::Handshake(it) => Self {
                headers,
                reason: Some(it.reason),
                ..Self::of(AuthStatus::Handshake { location: it.location })
            },
        }
    }
}

/// What authentication works with.
pub(crate) const fn verifier<'a, K>(
    gate: &'a Gate<K>,
    settings: &'a Settings,
) -> SessionVerifier<'a, K> {
    SessionVerifier {
        settings,
        keys: &gate.keys,
        remembered: &gate.remembered,
        numbered: &gate.numbered,
        nonces: &gate.nonces,
        strangers: &gate.strangers,
        returns: &gate.returns,
    }
}

/// Finds out who asks, as Clerk's SDK decides it.
pub(crate) async fn authenticate<'a, K, P, R>(
    gate: &'a Gate<K>,
    settings: &'a Settings,
    request: &R,
    ctx: &RequestContext<'_, P>,
) -> Auth<'a>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let verifier = verifier(gate, settings);
    let authorization = request.header("authorization");
    let bearer = authorization.as_deref().and_then(credential::presented);
    match session::authenticate_request(&verifier, request, bearer, ctx).await {
        Ok(state) => Auth::from_state(state, settings, ctx.now_ms),
        Err(KeysUnavailable { retry_after_seconds }) => {
            Auth::of(AuthStatus::Unavailable { retry_after_seconds })
        }
    }
}

/// Set by the redirect itself.
const OF_REDIRECTS: [&str; 2] = ["location", "cache-control"];
