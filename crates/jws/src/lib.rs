//! The bytes of a session token: base64url and JSON of a segment, comparison of two texts, and a
//! second reading by another parser.
//!
//! It is a package of its own for one reason: Cargo sets the optimisation per package. This code
//! was more than half of the instructions for a token that is seen for the first time, so it is
//! compiled for speed and everything else for size (`Cargo.toml`, `[profile]`).
//!
//! A token's stages, its claims and the keys belong in `clerk-edge-token`.

pub mod equal;
pub mod second_reading;
pub mod segment;
