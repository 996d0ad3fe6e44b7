//! The ceilings of this crate, each with its unit and its source.

/// A path above this is refused; servers commonly stop at 8 kB for the whole request line.
pub const PATH_BYTES_MAX: usize = 8 * 1024;
/// So many layers of escapes are read; nobody needs the third.
pub const DECODE_ROUNDS_MAX: usize = 3;
/// A path that can be read in more ways is refused; ordinary ones have one, odd ones a dozen.
pub const READINGS_MAX: usize = 64;
/// All readings of a path together: each costs time to make and to judge. An ordinary path of the
/// greatest length has room for eight.
pub const READINGS_BYTES_MAX: usize = 64 * 1024;
