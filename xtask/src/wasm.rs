//! A Rust tool chain that can build for `wasm32-unknown-unknown`.
//!
//! In this order: the installed compiler, if it has the target; `rustup target add`, if rustup may
//! install; else a standard library built here from its source, with the installed compiler if it
//! came with that source, or with Debian's. With `RUSTUP_AUTO_INSTALL=0` rustup is not called.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::place::{self, TARGET};
use crate::{cargo, debian, step, sysroot};

/// A tool chain whose `cargo` builds for [`TARGET`] on this machine.
pub(crate) struct Wasm {
    cargo: PathBuf,
    env: Vec<(&'static str, OsString)>,
    /// Rust's own names (`--remap-path-prefix`, `--sysroot`), for the target alone.
    rustflags: Vec<String>,
    debian: bool,
}

impl Wasm {
    /// Finds a tool chain, or makes what is missing.
    pub(crate) fn find() -> Result<Self> {
        let rustc = PathBuf::from(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        if has_target(&rustc) || (rustup_may_install() && add_target() && has_target(&rustc)) {
            return Ok(Self::installed());
        }
        if let Some(source) = sysroot::Source::of(&rustc) {
            let sysroot = sysroot::build(&cargo::program(), &rustc, &source)?;
            let mut wasm = Self::installed();
            wasm.rustflags.push(format!("--sysroot={}", sysroot.display()));
            return Ok(wasm);
        }
        if !debian::is_here() {
            bail!(
                "Rust's target {TARGET} is missing, and RUSTUP_AUTO_INSTALL=0 forbids adding it. Run \
                 `rustup target add {TARGET}`"
            );
        }
        Self::debian()
    }

    /// A Cargo command for the target, to which arguments may be added.
    pub(crate) fn cargo(&self, subcommand: &str) -> Result<Command> {
        let mut command = Command::new(&self.cargo);
        command.arg(subcommand);
        self.environment(&mut command)?;
        command.args(["--locked", "--target", TARGET, "--target-dir"]);
        command.arg(place::target().join("wasm"));
        Ok(command)
    }

    /// Clippy for the target: the one that belongs to the compiler in use.
    pub(crate) fn clippy(&self) -> Result<Command> {
        if !self.debian {
            return self.cargo("clippy");
        }
        debian::need(&[debian::CLIPPY])?;
        let mut wrapped = Self { cargo: "/usr/bin/cargo-clippy".into(), ..Self::debian()? };
        wrapped.env.push(("CARGO", "/usr/bin/cargo".into()));
        wrapped.cargo("clippy")
    }

    fn environment(&self, command: &mut Command) -> Result<()> {
        command.current_dir(place::root());
        // Either would replace the flags below without a warning.
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        let mut flags = self.rustflags.clone();
        // Workers supports SIMD; the search in cookie headers uses it.
        flags.push("-Ctarget-feature=+simd128".to_owned());
        if let Some(home) = cargo_home() {
            // Keeps the paths of this machine out of the bundle.
            flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
        }
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags.join(" "));
        // In the cache, so that a new clone at the same path need not compile again. Each path has
        // its own folder, because Cargo takes the crates of two clones for the same crate.
        command.env("CARGO_BUILD_BUILD_DIR", place::cache()?.join("wasm/{workspace-path-hash}"));
        Ok(())
    }

    fn installed() -> Self {
        Self { cargo: cargo::program(), env: Vec::new(), rustflags: Vec::new(), debian: false }
    }

    fn debian() -> Result<Self> {
        debian::need(debian::TOOLCHAIN)?;
        let [cargo, rustc] = ["/usr/bin/cargo", "/usr/bin/rustc"].map(Path::new);
        let Some(source) = sysroot::Source::of(rustc) else {
            bail!(
                "the source of the standard library is missing: install Debian's package rust-web-src"
            );
        };
        let sysroot = sysroot::build(cargo, rustc, &source)?;
        let env = [
            ("RUSTC", rustc.into()),
            ("RUSTDOC", "/usr/bin/rustdoc".into()),
            ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", debian::LINKER.into()),
            // `cargo run` sets it to the libraries of the other compiler.
            ("LD_LIBRARY_PATH", OsString::new()),
        ];
        let rustflags = vec![format!("--sysroot={}", sysroot.display())];
        Ok(Self { cargo: cargo.into(), env: env.into(), rustflags, debian: true })
    }
}

fn cargo_home() -> Option<PathBuf> {
    let named = env::var_os("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}

fn has_target(rustc: &Path) -> bool {
    let mut asked = Command::new(rustc);
    asked.current_dir(place::root()).args(["--print", "target-libdir", "--target", TARGET]);
    let Ok(output) = asked.stderr(Stdio::null()).output() else { return false };
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    output.status.success() && sysroot::holds_std(&folder)
}

fn rustup_may_install() -> bool {
    place::program("rustup").is_some()
        && env::var_os("RUSTUP_AUTO_INSTALL").is_none_or(|value| value != "0")
}

fn add_target() -> bool {
    let mut rustup = Command::new("rustup");
    rustup.current_dir(place::root()).args(["target", "add", TARGET]);
    let advice = "no network, or a tool chain that rustup does not manage; trying another way";
    match step::step("rustup target add", || step::run(&mut rustup, advice)) {
        Ok(()) => true,
        Err(error) => {
            println!("  {error:#}");
            false
        }
    }
}
