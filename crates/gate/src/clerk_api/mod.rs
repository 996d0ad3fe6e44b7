//! Clerk's APIs: why a call returned nothing, and responses as JSON.
//!
//! JSON is read whatever parameters its media type has; a response with another media type is not
//! read. What a call is for belongs to its user.

pub(crate) mod backend;
pub mod breaker;
pub(crate) mod budget;
pub mod failed_nonces;
pub mod failure_limits;
pub(crate) mod sessions;
pub(crate) mod users;

use serde_json::Value;

use crate::platform::{ClerkCallError, ClerkResponse};

/// Why a call of Clerk returned nothing that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClerkApiError {
    /// There is no response.
    NoAnswer(ClerkCallError),
    /// Clerk refuses the secret key.
    SecretRefused,
    /// Too many calls.
    RateLimited,
    /// Any other status that has no meaning for the call.
    Status(u16),
}

impl ClerkApiError {
    /// For the status of a response that is not a success.
    #[must_use]
    pub const fn of_status(status: u16, has_secret: bool) -> Self {
        match status {
            401 | 403 if has_secret => Self::SecretRefused,
            429 => Self::RateLimited,
            status => Self::Status(status),
        }
    }
}

impl std::fmt::Display for ClerkApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoAnswer(ClerkCallError::Unreachable) => "Clerk cannot be reached",
            Self::NoAnswer(ClerkCallError::TimedOut) => "Clerk did not answer in time",
            Self::NoAnswer(ClerkCallError::TooLarge) => "Clerk's answer is too large",
            Self::SecretRefused => {
                "Clerk refuses CLERK_SECRET_KEY; use the secret key of the instance that \
                 CLERK_PUBLISHABLE_KEY names"
            }
            Self::RateLimited => "Clerk answered 429 (too many requests)",
            Self::Status(status) => return write!(f, "Clerk answered {status}"),
        })
    }
}

/// The JSON of a 2xx response.
pub(crate) fn success(response: &ClerkResponse) -> Option<Value> {
    (200..300).contains(&response.status).then(|| json(response))?
}

/// The JSON of a response, if its media type says that it is JSON.
pub(crate) fn json(response: &ClerkResponse) -> Option<Value> {
    let media_type = response.content_type.as_deref()?.split(';').next()?.trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return None;
    }
    serde_json::from_slice(&response.body).ok()
}

/// A list that holds texts and nothing else.
pub(crate) fn texts(list: Option<&Value>) -> Option<Vec<String>> {
    clerk_edge_token::claims::texts(list?.as_array()?)
}
