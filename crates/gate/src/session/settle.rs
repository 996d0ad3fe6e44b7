//! The end of every way: who a session makes the visitor, and what goes to the browser.

use crate::session::reason::Reason;
use crate::session::state::{Browser, SignedIn, SignedOut, State, Why};
use clerk_edge_token::error::Flaw;
use clerk_edge_token::session::Session;
use clerk_edge_token::verified::Signed;

/// Signed in, unless Clerk's grammar is broken in the claims or the session is pending.
pub(super) fn signed_in(session: Session, token: &Signed, browser: Browser) -> State {
    if session.well_formed().is_err() {
        return signed_out(Reason::Token(Flaw::Unexpected), browser);
    }
    if session.is_pending() {
        return State::SignedOut(SignedOut { why: Why::Pending, halt: None, browser });
    }
    State::SignedIn(SignedIn { session, token: token.shared_text(), browser })
}

/// Signed out, with what is left for the browser.
pub(super) fn signed_out(reason: Reason, browser: Browser) -> State {
    State::SignedOut(SignedOut { why: Why::Because(reason), halt: None, browser })
}
