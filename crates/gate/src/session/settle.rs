//! The end of every way: who a session makes the visitor, and what goes to the browser.

use crate::session::reason::Reason;
use crate::session::state::{BrowserUpdate, RequestState, SignedIn, SignedOut, SignedOutReason};
use clerk_edge_token::error::TokenError;
use clerk_edge_token::session::Session;
use clerk_edge_token::verified::VerifiedToken;

/// Signed in, unless Clerk's grammar is broken in the claims or the session is pending.
pub(super) fn signed_in(
    session: Session,
    token: &VerifiedToken,
    browser: BrowserUpdate,
) -> RequestState {
    if session.well_formed().is_err() {
        return signed_out(Reason::Token(TokenError::Unexpected), browser);
    }
    if session.is_pending() {
        return RequestState::SignedOut(SignedOut {
            why: SignedOutReason::Pending,
            halt: None,
            browser,
        });
    }
    RequestState::SignedIn(SignedIn { session, token: token.shared_text(), browser })
}

/// Signed out, with what is left for the browser.
pub(super) fn signed_out(reason: Reason, browser: BrowserUpdate) -> RequestState {
    RequestState::SignedOut(SignedOut {
        why: SignedOutReason::Because(reason),
        halt: None,
        browser,
    })
}
