//! The port: the five things the core cannot do alone. Whoever implements it takes no decision.
//!
//! It speaks of what is wanted, not of how: there is no clock (time is an argument), no header map
//! and no socket. In-memory state is the core's own and not behind this trait.

use crate::secret::Secret;
use clerk_edge_token::crypto::Crypto;

/// What the core asks of the place it runs in. Futures are bound to the request that made them
/// and are never kept for another.
#[expect(async_fn_in_trait, reason = "one thread; nothing here is ever sent to another")]
pub trait Platform: Crypto {
    /// Calls Clerk. Redirects are not followed: a 3xx is an answer like any other.
    async fn call(&self, call: &ClerkRequest) -> Result<ClerkResponse, ClerkCallError>;

    /// Reads the store. `Ok(None)` means that nothing is there (or that no store is bound);
    /// an error means that nobody could look, or not within [`crate::limits::KEYS_TIMEOUT_MS`].
    async fn load(&self, name: &str) -> Result<Option<String>, StoreFailed>;

    /// Writes the store; kept for at least this long (never less than the store's 60 s).
    async fn store(&self, name: &str, text: &str, keep_seconds: u32) -> Result<(), StoreFailed>;
}

/// The version of Clerk's Backend API that this crate was written against.
pub const API_VERSION: &str = "2026-05-12";

/// A call to one of the configured hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClerkRequest {
    /// The address, absolute, never taken from a request.
    pub url: String,
    /// Sent as `Authorization`; only ever set for the configured API host. A call with a secret
    /// is one to Clerk's Backend API, and the edge adds what that API asks of everybody:
    /// `Clerk-API-Version` with [`API_VERSION`], `Content-Type: application/json` and a
    /// `User-Agent`. A call without one carries none of these.
    pub secret: Option<Secret>,
    /// A JSON body makes it a `POST`; without one it is a `GET`.
    pub body: Option<String>,
    /// Given up after this long.
    pub timeout_ms: u32,
    /// Given up beyond this many bytes of answer.
    pub bytes_max: usize,
}

/// What came back, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClerkResponse {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`, if any.
    pub content_type: Option<String>,
    /// `Retry-After`, if any.
    pub retry_after: Option<String>,
    /// The body, bounded by [`ClerkRequest::bytes_max`].
    pub body: Vec<u8>,
}

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClerkCallError {
    /// Nobody answered, or the connection broke.
    Unreachable,
    /// The time was up.
    TimedOut,
    /// The answer was larger than allowed.
    TooLarge,
}

/// The store gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreFailed;
