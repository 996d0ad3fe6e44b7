//! What the gate needs from its host: fetch from Clerk, read and write the store. Implementations
//! decide nothing.
//!
//! There is no clock here (time is an argument), no header map and no socket. What is kept in
//! memory belongs to the gate and is not behind this trait.

use crate::secret::Secret;
use clerk_edge_token::crypto::Crypto;

/// What the gate needs from its host. A future belongs to the request that made it and is never
/// kept for another one.
#[expect(async_fn_in_trait, reason = "there is one thread, so no future is sent to another one")]
pub trait Platform: Crypto {
    /// Calls Clerk. Redirects are not followed: a 3xx is a response like any other.
    async fn call(&self, call: &ClerkRequest) -> Result<ClerkResponse, ClerkCallError>;

    /// Waits. So a request can wait for what another one finds out, without sharing its promise.
    async fn pause(&self, ms: u32);

    /// Reads the store. `Ok(None)` means that there is no entry, or no store. An error means that
    /// the store could not be read within [`crate::limits::KEYS_TIMEOUT_MS`].
    async fn load(&self, name: &str) -> Result<Option<String>, StoreFailed>;

    /// Writes to the store. The entry is kept for at least this long, and at least for
    /// [`crate::limits::STORE_KEEP_SECONDS_MIN`].
    async fn store(&self, name: &str, text: &str, keep_seconds: u32) -> Result<(), StoreFailed>;
}

/// The version of Clerk's APIs that this crate was written for. Sent with Backend API calls and
/// with every handshake.
pub const API_VERSION: &str = "2026-05-12";

/// A call to one of the configured hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClerkRequest {
    /// The method.
    pub method: ClerkMethod,
    /// The URL, absolute, never taken from a request.
    pub url: String,
    /// Sent as `Authorization`, to the configured API host alone. A call with a secret is one of
    /// Clerk's Backend API, and the host adds the headers which that API requires:
    /// `Clerk-API-Version` with [`API_VERSION`], `Content-Type: application/json` and
    /// `User-Agent`. A call without a secret has none of these headers.
    pub secret: Option<Secret>,
    /// A JSON body; never with a `GET`.
    pub body: Option<String>,
    /// The call is cancelled after this long.
    pub timeout_ms: u32,
    /// The call is cancelled if the response is longer.
    pub bytes_max: usize,
}

/// The methods of the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClerkMethod {
    /// Reads.
    Get,
    /// Changes a part.
    Patch,
    /// Does something.
    Post,
}

impl ClerkMethod {
    /// The name in HTTP.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Patch => "PATCH",
            Self::Post => "POST",
        }
    }
}

/// A response of any status.
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

/// Why there is no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClerkCallError {
    /// No connection, or a broken one.
    Unreachable,
    /// No response within [`ClerkRequest::timeout_ms`].
    TimedOut,
    /// The response was longer than [`ClerkRequest::bytes_max`].
    TooLarge,
}

/// The store could not be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreFailed;
