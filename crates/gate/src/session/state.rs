//! What is known of a visitor, and what his browser is to be told, as plain data.

use std::rc::Rc;

use crate::session::reason::Reason;
use clerk_edge_token::session::Session;

/// Who asks.
#[derive(Clone, Debug)]
pub enum RequestState {
    /// Somebody is signed in.
    SignedIn(SignedIn),
    /// Nobody is.
    SignedOut(SignedOut),
    /// Clerk is to be asked, by way of the browser.
    Handshake(Handshake),
}

/// Somebody is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// As whom.
    pub session: Session,
    /// The token that says so.
    pub token: Rc<str>,
    /// What goes to the browser besides.
    pub browser: BrowserUpdate,
}

/// Nobody is signed in.
#[derive(Clone, Debug)]
pub struct SignedOut {
    /// Why.
    pub why: SignedOutReason,
    /// What only some routes let pass.
    pub halt: Option<Halt>,
    /// What goes to the browser besides.
    pub browser: BrowserUpdate,
}

/// Why nobody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedOutReason {
    /// Somebody is, but Clerk still waits for something; sign-in goes on at `/tasks`.
    Pending,
    /// For this reason.
    Because(Reason),
}

/// What ends a request on every route that asks for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The browser was sent to Clerk and back too often.
    RedirectLoop,
    /// A token larger than any of Clerk's.
    TokenTooLarge,
}

/// The browser goes to Clerk and comes back with an answer.
#[derive(Clone, Debug)]
pub struct Handshake {
    /// Why.
    pub reason: Reason,
    /// Where to.
    pub location: String,
    /// The cookie that counts such trips.
    pub count_cookie: String,
}

/// What a handshake or a refresh leaves for the browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrowserUpdate {
    /// `Set-Cookie`, each fit for a header.
    pub cookies: Vec<String>,
    /// The same page without what a development instance put into its address. Where there is
    /// one, the answer is a redirect, whoever is signed in.
    pub location: Option<String>,
}

impl RequestState {
    /// Where the browser is sent, if it is.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        match self {
            Self::SignedIn(state) => state.browser.location.as_deref(),
            Self::SignedOut(state) => state.browser.location.as_deref(),
            Self::Handshake(state) => Some(&state.location),
        }
    }

    /// The headers to append to what the browser receives.
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let (status, cookies) = match self {
            Self::SignedIn(state) => (None, &state.browser.cookies[..]),
            Self::SignedOut(state) => (state.why.status(), &state.browser.cookies[..]),
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
    /// Whether somebody is signed in but still has something to do.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.why == SignedOutReason::Pending
    }

    /// The reason, where there is one.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match &self.why {
            SignedOutReason::Pending => None,
            SignedOutReason::Because(reason) => Some(reason),
        }
    }
}

impl SignedOutReason {
    fn status(&self) -> Option<(&'static str, &Reason)> {
        match self {
            Self::Pending => None,
            Self::Because(reason) => Some(("signed-out", reason)),
        }
    }
}
