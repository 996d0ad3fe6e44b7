//! The ceilings of this crate, each with its unit and its source.

/// A token above this is refused unread. Clerk's fit a 4 kB cookie; four times that is generous.
pub const TOKEN_BYTES_MAX: usize = 16 * 1024;
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
/// Verified tokens kept by an isolate: more than it has visitors at a time.
pub const REMEMBERED_TOKENS_MAX: usize = 8_192;
/// All of them together; an isolate has 128 MB.
pub const REMEMBERED_BYTES_MAX: usize = 32 * 1024 * 1024;
