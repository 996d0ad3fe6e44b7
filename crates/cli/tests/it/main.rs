//! The command over a double of its port: every command with its text, its JSON and its exit code.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a test that cannot go on should stop loudly"
)]

mod arguments;
mod check;
mod claims;
mod dice;
mod double;
mod explain;
mod import;
mod proof;
mod routes;
mod schema;
mod tests;
mod token;
mod users;
