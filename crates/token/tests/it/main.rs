//! Tests of tokens and keys, without HTTP and without a gate.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on should stop loudly"
)]

mod claims;
mod pem;
