//! Builds Rust's standard library for WASM from its source, where it is not installed.
//!
//! Once per compiler and machine, into the cache. Link-time optimisation needs the embedded
//! bitcode, and the test harness needs the crate `test`. The library is put together in a
//! temporary folder and moved into place when it is complete.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{place, step};

/// The source of the standard library that came with a compiler.
pub(crate) struct Source {
    release: String,
}

impl Source {
    /// The source that came with this compiler; `None` if it came without.
    pub(crate) fn of(rustc: &Path) -> Option<Self> {
        let asked = |args: &[&str]| {
            step::read(Command::new(rustc).current_dir(place::root()).args(args), "").ok()
        };
        let sysroot = PathBuf::from(asked(&["--print", "sysroot"])?);
        let library = sysroot.join("lib/rustlib/src/rust/library/Cargo.lock");
        // Release, commit and origin: two compilers of the same release may differ.
        let release = asked(&["--version"]).filter(|_| library.is_file())?;
        Some(Self { release })
    }

    fn folder_name(&self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '.';
        let words: Vec<&str> =
            self.release.split(|c| !plain(c)).filter(|word| !word.is_empty()).collect();
        format!("sysroot-{}", words.join("-"))
    }
}

/// Whether a library folder holds a compiled standard library.
pub(crate) fn holds_std(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

/// The sysroot for this compiler, from the cache or built now (about half a minute).
pub(crate) fn build(cargo: &Path, rustc: &Path, source: &Source) -> Result<PathBuf> {
    let cache = place::cache()?;
    let done = cache.join(source.folder_name());
    if holds_std(&done.join(LIBRARIES)) {
        return Ok(done);
    }
    step::step(&format!("standard library for WASM, {}", source.release), || {
        let work = cache.join(format!("sysroot-being-built-{}", std::process::id()));
        let made = compile(cargo, rustc, &work).and_then(|()| collect(&work));
        let moved = made.and_then(|complete| {
            // Another process may have finished first; its result is the same.
            fs::rename(complete, &done).or_else(|error| {
                if holds_std(&done.join(LIBRARIES)) { Ok(()) } else { Err(error.into()) }
            })
        });
        fs::remove_dir_all(&work).ok();
        moved.map(|()| done.clone())
    })
}

/// Builds the library as the only dependency of an empty crate.
fn compile(cargo: &Path, rustc: &Path, work: &Path) -> Result<()> {
    fs::create_dir_all(work.join("src")).with_context(|| format!("in {}", work.display()))?;
    fs::write(work.join("src/lib.rs"), "#![no_std]\n")?;
    fs::write(work.join("Cargo.toml"), EMPTY_PACKAGE)?;
    let mut build = Command::new(cargo);
    build.current_dir(work).args(["build", "--release", "--target", place::TARGET]);
    build.arg("-Zbuild-std=std,panic_abort,panic_unwind,test");
    build.arg("--target-dir").arg(work.join("target"));
    build.env("RUSTC", rustc).env("RUSTC_BOOTSTRAP", "1");
    build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-C embed-bitcode=yes");
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "LD_LIBRARY_PATH", "CARGO_BUILD_BUILD_DIR"]
    {
        build.env_remove(name);
    }
    step::run(&mut build, "its dependencies come from crates.io; is there a network?")
}

/// Copies the compiled libraries into the folder where a compiler looks for them.
fn collect(work: &Path) -> Result<PathBuf> {
    let complete = work.join("sysroot");
    let libraries = complete.join(LIBRARIES);
    fs::create_dir_all(&libraries)?;
    let built = work.join("target").join(place::TARGET).join("release/deps");
    for entry in fs::read_dir(built)? {
        let file = entry?.path();
        if file.extension().is_some_and(|end| end == "rlib") {
            let name = file.file_name().context("a library without a name")?;
            fs::copy(&file, libraries.join(name))?;
        }
    }
    Ok(complete)
}

const LIBRARIES: &str = "lib/rustlib/wasm32-unknown-unknown/lib";

const EMPTY_PACKAGE: &str = "[package]\nname = \"nothing\"\nedition = \"2024\"\n[workspace]\n";
