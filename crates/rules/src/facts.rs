//! What a condition may ask about a caller, and the three answers there are.
//!
//! "The token does not say" is an answer of its own, apart from "there is none": only it makes the
//! gate look a claim up. What stays unknown after that holds for nobody, under `not` as well.

use crate::caller_kind::CallerKind;
use crate::claim_path::ClaimPath;
use crate::condition::ClaimWanted;
use crate::reverification::Reverification;

/// What is known of something that may stand elsewhere than in the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// This.
    Yes(T),
    /// There is none, neither in the token nor in what was looked up.
    No,
    /// The token lacks it, and nothing was looked up.
    NotInToken,
}

/// The result of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// It depends on a claim that the token lacks and that was not looked up.
    Unknown,
}

/// What became of looking up the claims that the token lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Nothing was looked up yet.
    NotTried,
    /// The answer is part of the facts.
    Done,
    /// Without a secret key nothing can be looked up.
    NotConfigured,
    /// The look-up failed.
    Failed,
}

/// A signed-in caller, as far as rules ask. The same question has the same answer each time.
pub trait Facts {
    /// Which kind of caller it is.
    fn kind(&self) -> CallerKind {
        CallerKind::Session
    }
    /// The machine or application that the token was made for, where it is one's.
    fn machine_id(&self) -> Option<&str> {
        None
    }
    /// Whether the token has a scope. A session has none.
    fn has_scope(&self, _name: &str) -> bool {
        false
    }
    /// The caller's roles.
    fn roles(&self) -> Known<&[String]>;
    /// Whether the active organization grants a permission.
    fn permission(&self, name: &str) -> Truth;
    /// Whether a feature is available.
    fn feature(&self, name: &str) -> Truth;
    /// Whether a plan is active.
    fn plan(&self, name: &str) -> Truth;
    /// Whether an organization is active, and is the wanted one where one is named.
    fn organization(&self, wanted: Option<&[u8]>) -> Truth;
    /// Whether a claim has a wanted value; `null` counts as absent.
    fn claim(&self, path: &ClaimPath, wanted: &ClaimWanted) -> Truth;
    /// Whether the caller's factors were verified as recently as this asks.
    fn reverified(&self, wanted: &Reverification) -> Truth;
    /// What became of looking up the claims that the token lacks.
    fn lookup(&self) -> Lookup;
    /// Whether a header for the upstream would be missing without a look-up.
    fn lacks_a_header(&self) -> bool;
}

impl<T> Known<T> {
    /// The result of a question about the value.
    pub fn truth(self, holds: impl FnOnce(T) -> bool) -> Truth {
        match self {
            Self::Yes(value) => holds(value).into(),
            Self::No => Truth::Fails,
            Self::NotInToken => Truth::Unknown,
        }
    }
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
