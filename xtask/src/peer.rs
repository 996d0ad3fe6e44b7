//! The one peer of the comparison that has to be compiled: a verifier written with the `worker`
//! crate. It gets the product's tool chain and profile, and nothing of what is built here is
//! ever shipped.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{bundle, place, step, wasm::Wasm};

/// Builds the peer, glue and entry included, and answers the folder it lies in.
pub(crate) fn build() -> Result<PathBuf> {
    let folder = place::target().join("bench/workers-rs");
    let tools = Wasm::find()?;
    step::step("cargo rustc, for the peer written with workers-rs", || {
        let binary = compile(&tools)?;
        fs::create_dir_all(&folder)?;
        bundle::bindgen(&binary, &folder)
    })?;
    let file = folder.join("gate.js");
    let glue = fs::read_to_string(&file).context("the peer's glue")?;
    // workerd gives a module for a plain import and has no source phase.
    fs::write(&file, glue.replace("import source ", "import "))?;
    fs::write(folder.join("index.js"), ENTRY)?;
    Ok(folder)
}

fn compile(tools: &Wasm) -> Result<PathBuf> {
    let manifest = place::root().join("bench/peers/workers-rs/Cargo.toml");
    let manifest = manifest.to_str().context("a path that is not UTF-8")?;
    bundle::compile(tools, &["--manifest-path", manifest])
}

/// The least that hands a request to an event of that crate; its own entry does more.
const ENTRY: &str = "import { fetch } from \"./gate.js\";\nexport default { fetch };\n";
