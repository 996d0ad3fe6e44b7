//! Every ceiling in one place, with its unit and its source. On the edge the attacker picks the
//! size, so each is checked before anything is decoded.

/// A token above this is refused unread. Clerk's fit a 4 kB cookie; four times that is generous.
pub const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// All claims headers together; Cloudflare accepts 128 kB of headers, common origins 16 kB.
pub const CLAIM_HEADERS_BYTES_MAX: usize = 16 * 1024;
/// An answer of Clerk's: key sets are about 2 kB, users about 10 kB.
pub const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// How long a source of keys may take.
pub const KEYS_TIMEOUT_MS: u32 = 3_000;
/// A key set with more entries than this is none of Clerk's, which hold one or two.
pub const KEYS_MAX: usize = 64;
/// A key id above this is nobody's; Clerk's are about 30 bytes.
pub const KEY_ID_BYTES_MAX: usize = 256;
/// An RSA modulus below this is refused (NIST SP 800-131A).
pub const RSA_BITS_MIN: usize = 2_048;
/// An RSA modulus above this costs more to check than it gives.
pub const RSA_BITS_MAX: usize = 8_192;
/// An RSA exponent above this is nobody's; in practice it is 65537.
pub const RSA_EXPONENT_BYTES_MAX: usize = 4;
/// A key as PEM text; one of the largest modulus is about 1.5 kB.
pub const PEM_BYTES_MAX: usize = 16 * 1024;
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
/// A path above this is refused; servers commonly stop at 8 kB for the whole request line.
pub const PATH_BYTES_MAX: usize = 8 * 1024;
/// So many layers of escapes are read; nobody needs the third.
pub const DECODE_ROUNDS_MAX: usize = 3;
/// A path that can be read in more ways is refused; ordinary ones have one, odd ones a dozen.
pub const READINGS_MAX: usize = 64;
/// All readings of a path together: each costs time to make and to judge. An ordinary path of the
/// greatest length has room for eight.
pub const READINGS_BYTES_MAX: usize = 64 * 1024;
/// More rules than anybody writes by hand; a Worker's variable holds far fewer.
pub const RULES_MAX: usize = 10_000;
/// Verified tokens kept by an isolate: more than it has visitors at a time.
pub const REMEMBERED_TOKENS_MAX: usize = 8_192;
/// All of them together; an isolate has 128 MB.
pub const REMEMBERED_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How long Clerk may take over a handshake's nonce or a refresh.
pub const SESSION_CALL_TIMEOUT_MS: u32 = 3_000;
