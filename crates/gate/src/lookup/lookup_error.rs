//! Why a look-up failed.

use crate::clerk_api::ClerkApiError;

/// The look-up failed, so the user's metadata is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupFailed {
    /// Why it failed.
    pub why: LookupError,
    /// When it is worth trying again; at least 1.
    pub retry_after_seconds: u32,
}

/// Why a look-up failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupError {
    /// The API did not answer, or with an error.
    Clerk(ClerkApiError),
    /// The answer is not a user, or not the one that was asked for.
    NotUnderstood,
    /// After failures the API is not called for a pause.
    Paused,
    /// This request has made its one call already.
    AskedAlready,
}

impl std::fmt::Display for LookupError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Clerk(error) => return error.fmt(f),
            Self::NotUnderstood => "Clerk's answer is not the user that was asked for",
            Self::Paused => "look-ups are paused after failures",
            Self::AskedAlready => "this request has made its one look-up already",
        })
    }
}
