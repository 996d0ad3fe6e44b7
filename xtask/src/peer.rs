//! The peer of the comparison that must be compiled: a verifier written with the `worker` crate.
//!
//! It is built with the product's tool chain, profile and arguments for wasm-bindgen. Nothing of it
//! is shipped.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bundle::{self, Names};
use crate::{place, step, wasm::Wasm};

/// Builds the peer with its glue and entry, and returns its folder.
pub(crate) fn build() -> Result<PathBuf> {
    let tools = Wasm::find()?;
    let folder = place::target().join("bench/workers-rs");
    let manifest = place::root().join("bench/peers/workers-rs/Cargo.toml");
    let binary = step::step("cargo rustc, for the peer written with workers-rs", || {
        bundle::compile(&tools, &["--manifest-path", &manifest.to_string_lossy()])
    })?;
    step::step("wasm-bindgen, for the peer", || glue(&binary, &folder))?;
    Ok(folder)
}

fn glue(binary: &Path, folder: &Path) -> Result<()> {
    bundle::bindgen(binary, folder, Names::Stripped)?;
    let file = folder.join("gate.js");
    let text = fs::read_to_string(&file).context("the peer's glue")?;
    // workerd returns a module for a plain import and does not know source-phase imports.
    fs::write(&file, text.replace("import source ", "import "))?;
    Ok(fs::write(folder.join("index.js"), ENTRY)?)
}

/// Passes each request to the crate's `fetch` event; the crate's own entry does more.
const ENTRY: &str = "import { fetch } from \"./gate.js\";\nexport default { fetch };\n";
