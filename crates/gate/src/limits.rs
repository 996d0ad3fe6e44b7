//! The ceilings of this crate, each with its unit and its source. A client chooses the size of what
//! it sends, so each size is checked before anything is decoded.

/// All claims headers together; Cloudflare accepts 128 kB of headers, common origins 16 kB.
pub const CLAIM_HEADERS_BYTES_MAX: usize = 16 * 1024;
/// A response of Clerk: key sets have about 2 kB, users about 10 kB.
pub const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// How long a source of keys may take.
pub const KEYS_TIMEOUT_MS: u32 = 3_000;
/// At most this many requests of one isolate fetch keys at the same time.
pub const KEYS_FETCHES_MAX: usize = 256;
/// A fetch that began this long ago was cancelled and no longer counts as running: the timeouts of
/// both sources together, and a margin.
pub const KEYS_FETCH_SECONDS: i64 = 10;
/// A key set is fresh for this long in memory.
pub const KEYS_FRESH_MEMORY_SECONDS: i64 = 300;
/// A key set is fresh for this long in KV.
pub const KEYS_FRESH_STORE_SECONDS: i64 = 3_600;
/// A stale key set may still be used up to this age.
pub const KEYS_STALE_SECONDS: i64 = 86_400;
/// After a fresh set lacked a key id, no further fetch for this long; also the longest pause after
/// failed fetches.
pub const KEYS_COOL_DOWN_SECONDS: i64 = 30;
/// Failed fetches are counted up to here; the pause is at its longest before.
pub const KEYS_FAILURES_COUNTED_MAX: u32 = 16;
/// How far the timestamp of a key set may lie ahead: isolates on two machines write it.
pub const KEYS_AHEAD_MS_MAX: i64 = 60_000;

/// How long the look-up of a user may take.
pub const LOOKUP_TIMEOUT_MS: u32 = 2_000;
/// No user with a longer id is looked up; Clerk's ids have about 32 bytes.
pub const USER_ID_BYTES_MAX: usize = 128;
/// At most this many users' metadata are kept in memory.
pub const LOOKUPS_KEPT_MAX: usize = 1_000;
/// All metadata that is kept in memory together, as JSON.
pub const LOOKUPS_KEPT_BYTES_MAX: usize = 1024 * 1024;
/// Larger metadata of one user is used, but not kept; Clerk allows 8 kB of metadata.
pub const LOOKUP_KEPT_BYTES_MAX: usize = 64 * 1024;
/// KV keeps nothing for a shorter time than this.
pub const STORE_KEEP_SECONDS_MIN: u32 = 60;

/// After this many failures in a row the Backend API is not called for a pause.
pub const BREAKER_FAILURES: u32 = 3;
/// How long the first pause is; each further one is twice as long.
pub const BREAKER_PAUSE_SECONDS: i64 = 5;
/// The longest pause after failures.
pub const BREAKER_PAUSE_SECONDS_MAX: i64 = 60;
/// The pause is doubled at most this often; it is at its longest before.
pub const BREAKER_DOUBLED_MAX: u32 = 16;
/// A probe that was sent this long ago was cancelled; another may go.
pub const BREAKER_PROBE_SECONDS: i64 = 5;
/// The longest wait that `Retry-After` can ask for.
pub const RETRY_AFTER_SECONDS_MAX: i64 = 120;
/// The pause after a 429 without `Retry-After`: Clerk counts calls per ten seconds.
pub const RATE_LIMIT_SECONDS: i64 = 5;
/// How far requests of one isolate may differ in time: they do not get here in the order in which
/// they arrived. A pause that seems longer than its maximum by more than this means that the clock
/// was set back.
pub const REQUEST_ORDER_SECONDS: i64 = 10;

/// How long Clerk may take to exchange a handshake's nonce, or to refresh a session.
pub const SESSION_CALL_TIMEOUT_MS: u32 = 3_000;
/// No session with a longer id is refreshed; Clerk's ids have about 32 bytes.
pub const SESSION_ID_BYTES_MAX: usize = 128;
/// Longer error codes of Clerk's API are not repeated; Clerk's have about 30 bytes.
pub const API_CODE_BYTES_MAX: usize = 64;
/// Longer nonces are not sent to Clerk; Clerk's have about 40 bytes.
pub const NONCE_BYTES_MAX: usize = 512;
/// At most this many failed nonces are kept.
pub const NONCES_MAX: usize = 64;
/// A nonce that failed is not sent again for this long.
pub const NONCE_PAUSE_MS: i64 = 60_000;
/// All cookies of a handshake or a refresh together: Clerk sets half a dozen of at most 4 kB;
/// Cloudflare accepts 128 kB of headers.
pub const COOKIES_BYTES_MAX: usize = 64 * 1024;
/// `__clerk_redirect_count` lives for two seconds; three handshakes within that time are a loop.
pub const REDIRECTS_MAX: f64 = 3.0;
/// How wrong the clock of a development machine may be, where a handshake brings a session.
pub const DEVELOPMENT_SKEW_MS: i64 = 86_400_000;

/// The body of a request to the account addresses.
pub const ACCOUNT_BODY_BYTES_MAX: usize = 16 * 1024;
/// How long Clerk may take over one call for the account addresses.
pub const ACCOUNT_CALL_TIMEOUT_MS: u32 = 5_000;
/// Calls of the account addresses for one session in the time below.
pub const ACCOUNT_CALLS_MAX: usize = 10;
/// The time in which such calls are counted; Clerk counts a user's writes in the same.
pub const ACCOUNT_CALLS_SECONDS: i64 = 10;
/// So many calls are counted.
pub const ACCOUNT_CALLS_COUNTED_MAX: usize = 2_000;
/// The sessions of one user that one call lists: about 80 kB of answer.
pub const SESSIONS_LISTED_MAX: usize = 100;
/// Error codes of Clerk's that an answer names.
pub const CLERK_CODES_MAX: usize = 8;
/// The path of a field of `SELF_METADATA`.
pub const METADATA_FIELD_BYTES_MAX: usize = 128;
/// The fields of `SELF_METADATA`; Clerk allows 8 kB of metadata in all.
pub const METADATA_FIELDS_MAX: usize = 64;
/// Characters of a text field; a session token has room for about 1.2 kB of claims.
pub const METADATA_TEXT_CHARS_MAX: usize = 1_000;
/// An address to return to above this is refused; servers commonly stop at 8 kB.
pub const RETURN_ADDRESS_BYTES_MAX: usize = 8 * 1024;

/// How long Clerk may take to verify a machine's token.
pub const MACHINE_TIMEOUT_MS: u32 = 3_000;
/// What Clerk answers about a machine's token; about 1 kB and its claims.
pub const MACHINE_ANSWER_BYTES_MAX: usize = 64 * 1024;
/// So many machines' tokens are remembered in memory.
pub const MACHINES_SEEN_MAX: usize = 1_000;
/// An opaque token above this is nobody's; Clerk's are some forty characters long.
pub const OPAQUE_TOKEN_BYTES_MAX: usize = 512;
