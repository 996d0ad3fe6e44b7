//! A look at a token that was sent, before anything is asked of a key.

use crate::session::Desk;
use clerk_edge_token::claims::Claims;
use clerk_edge_token::unverified::{Unbelieved, Unreadable};
use clerk_edge_token::verified::Signed;

/// What a text turned out to be.
#[derive(Clone, Debug)]
pub(super) enum Look {
    /// A token that a key of ours covered before.
    Signed(Signed),
    /// A token that proves nothing yet.
    Unbelieved(Unbelieved),
    /// None.
    Unreadable(Unreadable),
}

impl Look {
    pub(super) fn at<K: Clone + 'static>(text: &str, desk: &Desk<'_, K>) -> Self {
        if let Some(signed) = desk.remembered.find(text, desk.keys.generation()) {
            return Self::Signed(signed);
        }
        match Unbelieved::read(text) {
            Ok(token) => Self::Unbelieved(token),
            Err(unreadable) => Self::Unreadable(unreadable),
        }
    }

    /// What it claims, believed or not.
    pub(super) fn claims(&self) -> Option<&Claims> {
        match self {
            Self::Signed(token) => Some(token.claims()),
            Self::Unbelieved(token) => Some(token.claims()),
            Self::Unreadable(_) => None,
        }
    }
}
