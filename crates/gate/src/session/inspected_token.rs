//! A look at a token that was sent, before anything is asked of a key.

use crate::session::SessionVerifier;
use clerk_edge_token::claims::Claims;
use clerk_edge_token::unverified::{DecodeError, UnverifiedToken};
use clerk_edge_token::verified::VerifiedToken;

/// What a text turned out to be.
#[derive(Clone, Debug)]
pub(super) enum InspectedToken {
    /// A token that a key of ours covered before.
    Verified(VerifiedToken),
    /// A token that proves nothing yet.
    Unverified(UnverifiedToken),
    /// None.
    Undecodable(DecodeError),
}

impl InspectedToken {
    pub(super) fn at<K: Clone + 'static>(text: &str, verifier: &SessionVerifier<'_, K>) -> Self {
        if let Some(signed) = verifier.remembered.find(text, verifier.keys.generation()) {
            return Self::Verified(signed);
        }
        match UnverifiedToken::read(text) {
            Ok(token) => Self::Unverified(token),
            Err(unreadable) => Self::Undecodable(unreadable),
        }
    }

    /// What it claims, believed or not.
    pub(super) fn claims(&self) -> Option<&Claims> {
        match self {
            Self::Verified(token) => Some(token.claims()),
            Self::Unverified(token) => Some(token.claims()),
            Self::Undecodable(_) => None,
        }
    }
}
