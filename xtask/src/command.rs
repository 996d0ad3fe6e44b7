//! The command in Node: WASM, its glue, and the host written by hand, in `target/command/`.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{bundle, node::Node, place, step, wasm::Wasm};

/// Builds the command and gives its folder.
pub(crate) fn build() -> Result<PathBuf> {
    let folder = place::target().join("command");
    let tools = Wasm::find()?;
    let binary = step::step("cargo rustc, for WASM", || {
        bundle::compile(&tools, &["--package", "clerk-edge-cli"])
    })?;
    step::step("wasm-bindgen", || {
        let mut arguments: Vec<OsString> = [
            "wasm-bindgen",
            "--target=web",
            "--out-name=command",
            "--no-typescript",
            "--remove-producers-section",
            "--remove-name-section",
            "--out-dir",
        ]
        .map(Into::into)
        .into();
        arguments.extend([folder.clone().into(), binary.into()]);
        wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments)
    })?;
    let whole = folder.join("command_bg.wasm");
    step::step("brotli", || {
        let mut compress = Node::ready()?.command("node");
        compress.arg("npm/command/compress.mjs").arg(&whole).arg(folder.join("command.wasm.br"));
        step::run(&mut compress, "its last lines say why")
    })?;
    fs::remove_file(&whole).context("command_bg.wasm")?;
    for name in BY_HAND {
        let source = place::root().join("npm/command").join(name);
        fs::copy(source, folder.join(name)).context(name)?;
    }
    Ok(folder)
}

/// What is written by hand beside the glue.
const BY_HAND: [&str; 2] = ["bin.js", "host.js"];
