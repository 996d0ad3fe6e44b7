//! What the tests of all crates and the fuzz targets share. A dev-dependency, never published.
//!
//! One fake platform, one source of random choices, one maker of tokens, settings, and the request
//! and isolate that session tests use. What only one file of tests needs belongs in that file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::new_without_default,
    reason = "a test that cannot go on should stop loudly"
)]

pub mod dice;
pub mod draw;
pub mod fuzz_targets;
pub mod isolate;
pub mod mint;
pub mod platform;
pub mod pool;
pub mod recorded;
pub mod recorded_clerk;
pub mod request;
pub mod settings;
pub mod signature;
pub mod task;
pub mod visitor;
