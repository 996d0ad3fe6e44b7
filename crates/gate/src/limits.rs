//! The ceilings of this crate, each with its unit and its source. A client picks the size, so each
//! is checked before anything is decoded.

/// All claims headers together; Cloudflare accepts 128 kB of headers, common origins 16 kB.
pub const CLAIM_HEADERS_BYTES_MAX: usize = 16 * 1024;
/// An answer of Clerk's: key sets are about 2 kB, users about 10 kB.
pub const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// How long a source of keys may take.
pub const KEYS_TIMEOUT_MS: u32 = 3_000;
/// So many requests of one isolate may fetch keys at the same time.
pub const KEYS_ROUNDS_MAX: usize = 256;
/// A fetch that began this long ago was cancelled; it no longer counts as under way. Both
/// sources' time together, and some.
pub const KEYS_ROUND_SECONDS: i64 = 10;
/// How long the look-up of a user may take.
pub const LOOKUP_TIMEOUT_MS: u32 = 2_000;
/// A user id above this is nobody's; Clerk's are about 32 bytes.
pub const USER_ID_BYTES_MAX: usize = 128;
/// So many users' claims are kept in memory.
pub const LOOKUPS_KEPT_MAX: usize = 1_000;
/// All claims that are kept in memory together, as JSON.
pub const LOOKUPS_KEPT_BYTES_MAX: usize = 1024 * 1024;
/// One user's claims above this are used, but not kept; Clerk allows 8 kB of metadata.
pub const LOOKUP_KEPT_BYTES_MAX: usize = 64 * 1024;
/// The store keeps nothing for a shorter time than this.
pub const STORE_KEEP_SECONDS_MIN: u32 = 60;
/// After so many failures in a row the Backend API is left alone for a while.
pub const BREAKER_FAILURES: u32 = 3;
/// How long it is left alone the first time; doubled each time after.
pub const BREAKER_REST_SECONDS: i64 = 5;
/// The longest that failures make it left alone.
pub const BREAKER_REST_SECONDS_MAX: i64 = 60;
/// A probe that was sent this long ago was cancelled; another may go.
pub const BREAKER_PROBE_SECONDS: i64 = 5;
/// The longest wait that `Retry-After` can ask for.
pub const RETRY_AFTER_SECONDS_MAX: i64 = 120;
/// A key set is fresh for this long in memory.
pub const KEYS_FRESH_MEMORY_SECONDS: i64 = 300;
/// A key set is fresh for this long in KV.
pub const KEYS_FRESH_STORE_SECONDS: i64 = 3_600;
/// A stale key set still serves up to this age.
pub const KEYS_STALE_SECONDS: i64 = 86_400;
/// After a fresh set lacked a key id, no further fetch for this long.
pub const KEYS_COOL_DOWN_SECONDS: i64 = 30;
/// How long Clerk may take over a handshake's nonce or a refresh.
pub const SESSION_CALL_TIMEOUT_MS: u32 = 3_000;
