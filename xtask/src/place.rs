//! The folders that the commands use (the clone, its build folders, the cache), and the target.
//!
//! What is slow to build and the same for every clone (the standard library for WASM, compiled
//! dependencies) goes to the cache. All of the cache may be deleted.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The only target of the Worker.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The root of the clone.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The folder for what is built in this clone.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// This project's cache for the whole machine: `$XDG_CACHE_HOME/clerk-edge`, or in `~/.cache`.
pub(crate) fn cache() -> Result<PathBuf> {
    let base = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .context("no folder for the cache: set HOME or XDG_CACHE_HOME")?;
    Ok(base.join("clerk-edge"))
}

/// The first file of this name in `PATH`.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name).with_extension(env::consts::EXE_EXTENSION))
        .find(|file| file.is_file())
}
