//! The result of authentication: who asks, why nobody is signed in, headers for the browser.

pub mod credential;
pub mod for_machines;
pub mod machine_caller;
pub mod principal;

use clerk_edge_http::incoming::Incoming;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::decide::Caller;
use clerk_edge_token::error::TokenError;

use crate::auth::machine_caller::Machine;
use crate::auth::principal::{PublicMetadata, User};
use crate::context::RequestContext;
use crate::gate::Gate;
use crate::keys::KeysUnavailable;
use crate::lookup::LookupFailed;
use crate::platform::Platform;
use crate::session;
use crate::session::reason::Reason;
use crate::session::state::{Activation, RequestState};
use crate::session::verify::SessionVerifier;
use crate::settings::Settings;
use crate::settings::organization_sync::WantedOrganization;

/// Who asks, as far as could be found out.
#[derive(Clone, Debug)]
pub(crate) enum AuthStatus<'a> {
    /// The route is open, so nobody was asked.
    NotAsked,
    /// It could not be found out.
    Unavailable {
        /// Why not.
        code: Code,
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
    /// A machine's token came, and it is not accepted here.
    MachineRefused,
    /// This machine.
    Machine(Box<Machine<'a>>),
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
    /// Development instance: the same URL without Clerk's parameters, to redirect to.
    clean_url: Option<String>,
    /// What the request needs first, if another organization is active than its rule needs.
    activation: Option<Activation>,
}

impl<'a> Auth<'a> {
    /// Of a route that asks nobody.
    pub(crate) const fn not_asked() -> Self {
        Self::of(AuthStatus::NotAsked)
    }

    /// A rule for machines alone, and no token.
    pub(crate) fn without_token(reason: Reason) -> Self {
        let status = AuthStatus::SignedOut { pending: false, refusal: None };
        Self::of(status).because(reason)
    }

    /// A machine's token that is not accepted.
    pub(crate) fn refused(flaw: TokenError) -> Self {
        Self::of(AuthStatus::MachineRefused).because(Reason::Token(flaw))
    }

    /// A machine's token that could not be verified.
    pub(crate) fn unavailable(code: Code, retry_after_seconds: u32) -> Self {
        Self::of(AuthStatus::Unavailable { code, retry_after_seconds })
    }

    /// A machine. [`for_machines`] alone makes one.
    pub(crate) fn machine(machine: Machine<'a>) -> Self {
        Self::of(AuthStatus::Machine(Box::new(machine)))
    }

    /// With Clerk's reason, told to the caller as its SDK tells it.
    fn because(mut self, reason: Reason) -> Self {
        self.headers.push(("x-clerk-auth-status", "signed-out".to_owned()));
        self.headers.push(("x-clerk-auth-reason", reason.as_str().into_owned()));
        self.reason = Some(reason);
        self
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

    /// Who asks, for the decision.
    pub(crate) fn caller(&self) -> Caller<'_> {
        match &self.status {
            AuthStatus::SignedIn(user) => Caller::Known(user),
            AuthStatus::Machine(machine) => Caller::Known(&**machine),
            AuthStatus::MachineRefused => Caller::Refused,
            AuthStatus::Unavailable { code, .. }
            | AuthStatus::SignedOut { refusal: Some(code), .. } => Caller::Unknown(*code),
            AuthStatus::NotAsked | AuthStatus::Handshake { .. } | AuthStatus::SignedOut { .. } => {
                Caller::SignedOut
            }
        }
    }

    /// What the answer to a refused request says besides its code.
    pub(crate) fn hints(&self) -> AuthHints {
        let pending = matches!(self.status, AuthStatus::SignedOut { pending: true, .. });
        let retry_after_seconds = match &self.status {
            AuthStatus::Unavailable { retry_after_seconds, .. } => Some(*retry_after_seconds),
            _ => self.failed_lookup().map(|failed| failed.retry_after_seconds),
        };
        AuthHints { pending, retry_after_seconds }
    }

    /// What the request needs first, if another organization is active than its rule needs.
    pub(crate) const fn activation(&self) -> Option<&Activation> {
        self.activation.as_ref()
    }

    /// The machine.
    pub(crate) const fn of_machine(&self) -> Option<&Machine<'a>> {
        match &self.status {
            AuthStatus::Machine(machine) => Some(machine),
            _ => None,
        }
    }

    /// Whether the token is taken off the request before it goes on.
    pub(crate) fn hides_token(&self) -> bool {
        self.of_machine().is_some_and(|machine| !machine.keeps_token())
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

    /// Looks up what the token lacks and adds it.
    pub(crate) async fn look_up<K, P>(
        &mut self,
        gate: &Gate<K>,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) where
        K: Clone + 'static,
        P: Platform<Key = K>,
    {
        if let AuthStatus::SignedIn(user) = &mut self.status {
            let subject = user.session().subject();
            let result = gate.lookups.public_metadata(settings, subject, ctx).await;
            user.add_metadata(result.into());
        }
    }

    const fn of(status: AuthStatus<'a>) -> Self {
        Self { status, reason: None, headers: Vec::new(), clean_url: None, activation: None }
    }

    /// The result for a state of the session.
    pub(crate) fn from_state(state: RequestState, settings: &'a Settings) -> Self {
        let headers = state.headers().into_iter().filter(|(name, _)| !OF_REDIRECTS.contains(name));
        let headers = headers.collect();
        match state {
            RequestState::SignedIn(it) => {
                let user = User::new(settings, it.session, it.token);
                let clean_url = it.browser.location;
                let activation = it.activation;
                Self { headers, clean_url, activation, ..Self::of(AuthStatus::SignedIn(user)) }
            }
            RequestState::SignedOut(it) => Self {
                headers,
                reason: it.reason().cloned(),
                status: AuthStatus::SignedOut { pending: it.is_pending(), refusal: it.refusal },
                clean_url: it.browser.location,
                activation: None,
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
        nonces: &gate.nonces,
        activate: None,
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
    authenticate_activating(gate, settings, (request, None), ctx).await
}

/// The same where a rule needs an organization to be active.
pub(crate) async fn authenticate_activating<'a, K, P, R>(
    gate: &'a Gate<K>,
    settings: &'a Settings,
    (request, activate): (&R, Option<&WantedOrganization<'_>>),
    ctx: &RequestContext<'_, P>,
) -> Auth<'a>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let verifier = SessionVerifier { activate, ..verifier(gate, settings) };
    let authorization = request.header("authorization");
    let bearer = authorization.as_deref().and_then(credential::presented);
    match session::authenticate_request(&verifier, request, bearer, ctx).await {
        Ok(state) => Auth::from_state(state, settings),
        Err(KeysUnavailable { retry_after_seconds }) => {
            Auth::unavailable(Code::KeysUnavailable, retry_after_seconds)
        }
    }
}

/// Set by the redirect itself.
const OF_REDIRECTS: [&str; 2] = ["location", "cache-control"];
