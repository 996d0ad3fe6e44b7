//! The command `clerk-edge`: what people who use Clerk do by hand today, answered by the gate's
//! own decision.
//!
//! Everything here is pure and speaks to the world through [`host::Host`]. Reading, judging and
//! explaining belong to `clerk-edge-rules` and `clerk-edge-gate`; this crate asks them.

pub mod arguments;
pub mod bars;
pub mod check;
pub mod claims;
pub mod commands;
pub mod config;
pub mod diagnostics;
pub mod explain;
pub mod help;
pub mod host;
pub mod import;
pub mod look;
pub mod nearest;
pub mod node;
pub mod online;
pub mod people;
pub mod proof;
pub mod report;
pub mod routes;
pub mod run;
pub mod schema;
pub mod secrets;
pub mod site_files;
pub mod tests;
pub mod token;
pub mod users;
pub mod world;
