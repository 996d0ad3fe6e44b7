//! What a condition may ask about a visitor, and the three answers there are.
//!
//! "The token does not say" is an answer of its own, told apart from "there is none": it is what
//! makes the gate look a claim up, and nothing else does.

use crate::claim_path::ClaimPath;
use crate::reverification::Reverification;

/// What is known of something that may stand elsewhere than in the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// This.
    Yes(T),
    /// It was asked for everywhere, and there is none.
    No,
    /// The token lacks it; it could still be looked up.
    NotInToken,
}

/// What a condition comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// That depends on something that the token lacks and that could be looked up.
    Unknown,
}

/// A signed-in visitor, as far as rules care. Every answer is at once and the same each time.
pub trait Facts {
    /// The visitor's roles.
    fn roles(&self) -> Known<&[String]>;
    /// Whether the active organization grants a permission.
    fn permission(&self, name: &str) -> bool;
    /// Whether a feature is available.
    fn feature(&self, name: &str) -> bool;
    /// Whether a plan is active.
    fn plan(&self, name: &str) -> bool;
    /// The active organization's id.
    fn org_id(&self) -> Option<&str>;
    /// The active organization's slug.
    fn org_slug(&self) -> Option<&str>;
    /// A claim; `null` counts as none.
    fn claim(&self, path: &ClaimPath) -> Known<&serde_json::Value>;
    /// Whether the visitor's factors were verified as recently as this asks.
    fn reverified(&self, wanted: &Reverification) -> bool;
}

impl Truth {
    /// Three-valued "and".
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Fails, _) | (_, Self::Fails) => Self::Fails,
            (Self::Holds, Self::Holds) => Self::Holds,
            _ => Self::Unknown,
        }
    }

    /// Three-valued "or".
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Holds, _) | (_, Self::Holds) => Self::Holds,
            (Self::Fails, Self::Fails) => Self::Fails,
            _ => Self::Unknown,
        }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Holds => Self::Fails,
            Self::Fails => Self::Holds,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}
