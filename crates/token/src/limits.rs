//! The limits of this crate, each with its unit and the reason for its value.

/// Longer tokens are refused without being parsed. Clerk's fit into a 4 kB cookie; this is four
/// times as much.
pub const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Key sets with more entries are refused; Clerk's have one or two.
pub const KEYS_MAX: usize = 64;
/// Longer key ids are refused; Clerk's have about 30 bytes.
pub const KEY_ID_BYTES_MAX: usize = 256;
/// Smaller RSA keys are refused (NIST SP 800-131A).
pub const RSA_BITS_MIN: usize = 2_048;
/// Larger RSA keys are refused: each verification would take too long.
pub const RSA_BITS_MAX: usize = 8_192;
/// Larger RSA exponents are refused; in practice it is 65537.
pub const RSA_EXPONENT_BYTES_MAX: usize = 4;
/// Longer PEM texts are refused; a key of 8192 bits has about 1.5 kB.
pub const PEM_BYTES_MAX: usize = 16 * 1024;
/// At most this many verified tokens are kept: more than an isolate has visitors at a time.
pub const VERIFIED_TOKENS_MAX: usize = 8_192;
/// The verified tokens that are kept take at most this many bytes; an isolate has 128 MB.
pub const VERIFIED_BYTES_MAX: usize = 32 * 1024 * 1024;
