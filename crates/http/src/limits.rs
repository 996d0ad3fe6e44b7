//! The limits of this crate, each with its unit and the reason for its value.

/// Longer paths are refused; servers commonly accept 8 kB for the whole request line.
pub const PATH_BYTES_MAX: usize = 8 * 1024;
/// Paths with more layers of percent-encoding are refused.
pub const DECODE_ROUNDS_MAX: usize = 3;
/// Paths with more readings are refused; ordinary ones have one, unusual ones a dozen.
pub const READINGS_MAX: usize = 64;
/// Paths whose readings together are longer are refused, because each costs time to make and to
/// compare. An ordinary path of the greatest length has room for eight.
pub const READINGS_BYTES_MAX: usize = 64 * 1024;
/// Longer host names are refused (RFC 1035, 2.3.4).
pub const HOST_BYTES_MAX: usize = 253;
/// Host names with a longer label are refused (RFC 1035, 2.3.4).
pub const LABEL_BYTES_MAX: usize = 63;
/// Longer request ids are replaced; a `cf-ray` has about 20 characters.
pub const REQUEST_ID_BYTES_MAX: usize = 64;
