//! Cargo's commands for this machine: with the Cargo that runs this program.
//!
//! Commands for WASM are made in `wasm.rs`, since they may need another Cargo.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::place;

/// A command of Cargo's, run at the root of the clone.
pub(crate) fn command(subcommand: &str) -> Command {
    let mut command = Command::new(program());
    command.current_dir(place::root()).arg(subcommand);
    command
}

/// The Cargo that runs this program, or the one in `PATH` where it was started without Cargo.
pub(crate) fn program() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}
