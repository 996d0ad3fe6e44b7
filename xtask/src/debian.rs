//! Installs Debian's packages for what a machine lacks: a compiler for WASM, a browser.
//!
//! Without root it prints the command that root must run. Rustup's files are not changed.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::step;

/// A package, and a file by which its presence is seen.
pub(crate) struct Package {
    name: &'static str,
    file: &'static str,
}

/// A compiler, its Cargo, the source of its library, and a linker for WASM.
pub(crate) const TOOLCHAIN: &[Package] = &[
    Package { name: "rustc-web", file: "/usr/bin/rustc" },
    Package { name: "cargo-web", file: "/usr/bin/cargo" },
    Package { name: "rust-web-src", file: "/usr/lib/rustlib/src/rust/library/Cargo.lock" },
    Package { name: "lld-19", file: LINKER },
];

/// The lints of that compiler.
pub(crate) const CLIPPY: Package =
    Package { name: "rust-web-clippy", file: "/usr/bin/cargo-clippy" };

/// The browser of the suite `browser`.
pub(crate) const CHROMIUM: Package = Package { name: "chromium", file: "/usr/bin/chromium" };

/// LLVM's linker for WASM, as `lld-19` installs it.
pub(crate) const LINKER: &str = "/usr/bin/wasm-ld-19";

/// Whether this is Debian, or a system made from it.
pub(crate) fn is_here() -> bool {
    Path::new("/usr/bin/apt-get").is_file()
}

/// Makes sure that the packages are installed.
pub(crate) fn need(packages: &[Package]) -> Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .filter(|package| !Path::new(package.file).exists())
        .map(|package| package.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !is_here() {
        bail!("these packages are missing, and this is not Debian: {names}");
    }
    if !is_root()? {
        bail!("missing packages: run `sudo apt-get update && sudo apt-get install {names}`");
    }
    step::step(&format!("apt-get install {names}"), || {
        step::run(&mut apt(&["update"]), "is there a network?")?;
        let mut install = vec!["install", "--yes", "--no-install-recommends"];
        install.extend(&missing);
        step::run(&mut apt(&install), "is there a network, and has this Debian those packages?")
    })
}

fn apt(args: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet").args(args);
    command
}

fn is_root() -> Result<bool> {
    Ok(step::read(Command::new("id").arg("-u"), "")? == "0")
}
