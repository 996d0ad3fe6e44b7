//! `check`: what a machine can say about the text: format, lints on both targets, documentation.

use std::env;
use std::process::Command;

use anyhow::Result;

use crate::{place, step, wasm::Wasm};

pub(crate) fn run() -> Result<()> {
    let tools = Wasm::find()?;
    step::step("cargo fmt", || {
        step::run(cargo("fmt").args(["--all", "--check"]), "run `cargo fmt --all`")
    })?;
    step::step("clippy, native", || {
        let arguments = ["--locked", "--workspace", "--all-targets", "--", "--deny=warnings"];
        step::run(cargo("clippy").args(arguments), "mend what it names")
    })?;
    step::step("clippy, WASM", || {
        let mut clippy = tools.clippy()?;
        clippy.args(["--package", "clerk-edge", "--lib", "--test", "webcrypto"]);
        clippy.args(["--all-features", "--", "--deny=warnings"]);
        step::run(&mut clippy, "mend what it names")
    })?;
    step::step("documentation, native", || {
        let mut doc = cargo("doc");
        doc.args(["--locked", "--workspace", "--no-deps", "--document-private-items"]);
        step::run(doc.env("RUSTDOCFLAGS", "--deny=warnings"), "mend what it names")
    })
}

fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(place::root()).arg(subcommand);
    command
}
