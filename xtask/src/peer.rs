//! The one peer of the comparison that has to be compiled: a verifier written with the `worker`
//! crate. It gets the product's tool chain and profile, and nothing of what is built here is
//! ever shipped.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{place, step, wasm, wasm::Wasm};

/// Builds the peer, glue and entry included, and answers the folder it lies in.
pub(crate) fn build() -> Result<PathBuf> {
    let tools = Wasm::find()?;
    let folder = place::target().join("bench/workers-rs");
    step::step("cargo rustc, for the peer written with workers-rs", || compile(&tools))?;
    step::step("wasm-bindgen, for the peer", || glue(&folder))?;
    Ok(folder)
}

fn compile(tools: &Wasm) -> Result<()> {
    let mut cargo = tools.cargo("rustc")?;
    cargo.arg("--manifest-path").arg(place::root().join(PEER).join("Cargo.toml"));
    cargo.args(["--lib", "--crate-type", "cdylib", "--release"]);
    step::run(&mut cargo, "the peer of the bench does not compile")
}

fn glue(folder: &Path) -> Result<()> {
    let built = place::target().join("wasm").join(wasm::TARGET).join("release").join(BINARY);
    let fixed = [
        "wasm-bindgen",
        "--target=module",
        "--out-name=gate",
        "--no-typescript",
        "--experimental-reset-state-function",
        "--force-enable-abort-handler",
        "--out-dir",
    ];
    let last: [OsString; 2] = [folder.into(), built.into()];
    let arguments = fixed.map(OsString::from).into_iter().chain(last);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args::<_, OsString>(arguments)?;
    let file = folder.join("gate.js");
    let text = fs::read_to_string(&file).context("the peer's glue")?;
    // workerd gives a module for a plain import and has no source phase.
    fs::write(&file, text.replace("import source ", "import "))?;
    Ok(fs::write(folder.join("index.js"), ENTRY)?)
}

const PEER: &str = "bench/peers/workers-rs";
const BINARY: &str = "workers_rs_peer.wasm";

/// The least that hands a request to an event of that crate; its own entry does more.
const ENTRY: &str = "import { fetch } from \"./gate.js\";\nexport default { fetch };\n";
