//! The native tests of the gate in one binary. Time is an argument.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on should stop loudly"
)]

mod answers;
mod arrows;
mod clerk;
mod conditions;
mod copies;
mod corpus;
mod cycles;
mod damaged;
mod departures;
mod documents;
mod gate;
mod hostile;
mod keys;
mod lookup;
mod machines;
mod organizations;
mod paths;
mod readings;
mod redirects;
mod rules;
mod rules_find;
mod servers;
mod session;
mod session_calls;
mod settings;
mod shipped;
mod suffix;
mod tidy;
mod trips;
