//! The bytes of a session token: what a segment says, whether two texts are the same, and whether
//! a second reader agrees.
//!
//! A package of its own for one reason: it was more than half the instructions of a token that
//! nobody has seen before, and is compiled for speed where everything else is compiled for size
//! (`Cargo.toml`, the profile). For size, constant-time base64 takes several times as many.
//!
//! It believes nothing and decides nothing: stages, claims and keys are the core's.

pub mod equal;
pub mod second_reading;
pub mod segment;
