//! The result of authentication: signed in, signed out, or a handshake, and what the browser gets.
//!
//! Plain data with its makers. How a state is found belongs to `by_cookie` and `mod`.

use std::rc::Rc;

use crate::session::reason::Reason;
use clerk_edge_rules::code::Code;
use clerk_edge_token::error::TokenError;
use clerk_edge_token::session::Session;
use clerk_edge_token::verified::VerifiedToken;

/// Who sent a request.
#[derive(Clone, Debug)]
pub enum RequestState {
    /// A user with an active session.
    SignedIn(SignedIn),
    /// No such user.
    SignedOut(SignedOut),
    /// The browser must be redirected to Clerk to find out.
    Handshake(Handshake),
}

/// A user is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user's session.
    pub session: Session,
    /// The verified session token.
    pub token: Rc<str>,
    /// What the request needs first, if another organization is active than its rule needs.
    pub activation: Option<Activation>,
    /// What the browser gets.
    pub browser: BrowserUpdate,
}

/// No user is signed in.
#[derive(Clone, Debug)]
pub struct SignedOut {
    /// Why.
    pub why: SignedOutReason,
    /// The code with which every route refuses that needs a session: `redirect-loop` or
    /// `token-too-large`. `None` if signing in helps.
    pub refusal: Option<Code>,
    /// What the browser gets.
    pub browser: BrowserUpdate,
}

/// Why no user is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedOutReason {
    /// The session is pending: the user has signed in, but has a task to do at `/tasks`.
    Pending,
    /// For this reason.
    Because(Reason),
}

/// The browser is redirected to Clerk and returns with an answer.
#[derive(Clone, Debug)]
pub struct Handshake {
    /// Why.
    pub reason: Reason,
    /// The URL at Clerk.
    pub location: String,
    /// The `Set-Cookie` value that counts redirects.
    pub count_cookie: String,
}

/// What becomes of a session whose organization is not the one that the rule needs.
#[derive(Clone, Debug)]
pub enum Activation {
    /// Clerk activates it.
    Handshake(Box<Handshake>),
    /// It was tried: the organization is not the person's.
    Failed,
    /// The request cannot go through a handshake.
    Refused,
}

/// What the browser gets from a handshake or a refresh.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrowserUpdate {
    /// `Set-Cookie` values, each without characters that a header must not hold.
    pub cookies: Vec<String>,
    /// Development instance: the request's URL without Clerk's parameters. If set, the answer is a
    /// redirect to it, whoever is signed in.
    pub location: Option<String>,
}

impl RequestState {
    /// Signed in. Signed out if the claims break Clerk's grammar, or the session is pending.
    pub(super) fn signed_in(
        session: Session,
        token: &VerifiedToken,
        browser: BrowserUpdate,
    ) -> Self {
        if session.well_formed().is_err() {
            let signed_out = SignedOut::because(Reason::Token(TokenError::Unexpected));
            return Self::SignedOut(SignedOut { browser, ..signed_out });
        }
        if session.is_pending() {
            let why = SignedOutReason::Pending;
            return Self::SignedOut(SignedOut { why, refusal: None, browser });
        }
        let token = token.shared_text();
        Self::SignedIn(SignedIn { session, token, activation: None, browser })
    }

    /// The same with what becomes of its session's organization.
    pub(super) fn activating(
        mut self,
        activation: impl FnOnce(&Session) -> Option<Activation>,
    ) -> Self {
        if let Self::SignedIn(state) = &mut self {
            state.activation = activation(&state.session);
        }
        self
    }

    /// Signed out for this reason.
    pub(super) fn signed_out(reason: Reason) -> Self {
        Self::SignedOut(SignedOut::because(reason))
    }

    /// The URL that the browser is redirected to, if it is.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        match self {
            Self::SignedIn(state) => state.browser.location.as_deref(),
            Self::SignedOut(state) => state.browser.location.as_deref(),
            Self::Handshake(state) => Some(&state.location),
        }
    }

    /// The headers to append to the response.
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let (status, cookies) = match self {
            Self::SignedIn(state) => (None, &state.browser.cookies[..]),
            Self::SignedOut(state) => {
                (state.reason().map(|reason| ("signed-out", reason)), &state.browser.cookies[..])
            }
            Self::Handshake(state) => {
                (Some(("handshake", &state.reason)), std::slice::from_ref(&state.count_cookie))
            }
        };
        let mut headers = Vec::new();
        if let Some((status, reason)) = status {
            headers.push(("x-clerk-auth-status", status.to_owned()));
            headers.push(("x-clerk-auth-reason", reason.as_str().into_owned()));
        }
        if let Some(location) = self.location() {
            headers.push(("location", location.to_owned()));
            headers.push(("cache-control", "no-store".to_owned()));
        }
        headers.extend(cookies.iter().map(|cookie| ("set-cookie", cookie.clone())));
        headers
    }
}

impl SignedOut {
    /// Signed out for this reason, with nothing for the browser.
    pub(super) fn because(reason: Reason) -> Self {
        let why = SignedOutReason::Because(reason);
        Self { why, refusal: None, browser: BrowserUpdate::default() }
    }

    /// Whether the user has signed in but has a task to do.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.why == SignedOutReason::Pending
    }

    /// The reason, unless the session is pending.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match &self.why {
            SignedOutReason::Pending => None,
            SignedOutReason::Because(reason) => Some(reason),
        }
    }
}
