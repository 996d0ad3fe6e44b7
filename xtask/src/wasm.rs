//! A Rust tool chain that can build for `wasm32-unknown-unknown`, found or made.
//!
//! In this order: the compiler at hand where it has the target; `rustup target add` where rustup
//! may install; else a standard library built here from its source, with the compiler at hand
//! where it came with that source, or with Debian's. `RUSTUP_AUTO_INSTALL=0` is a no and is taken
//! as one.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::{debian, place, step, sysroot};

/// The only target of the Worker.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Holding one means that `cargo` below builds for [`TARGET`] on this machine.
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
            return Ok(Self::at_hand());
        }
        if let Some(source) = sysroot::Source::of(&rustc) {
            let sysroot = sysroot::build(&cargo_at_hand(), &rustc, &source)?;
            let mut wasm = Self::at_hand();
            wasm.rustflags.push(format!("--sysroot={}", sysroot.display()));
            return Ok(wasm);
        }
        if !debian::is_here() {
            bail!(
                "Rust's target {TARGET} is missing and RUSTUP_AUTO_INSTALL forbids to add it: run \
                 `rustup target add {TARGET}` yourself"
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
        // Either would silently replace the flags below.
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        let mut flags = self.rustflags.clone();
        // Workers has had vectors for years; searching a cookie header takes them.
        flags.push("-Ctarget-feature=+simd128".to_owned());
        if let Some(home) = cargo_home() {
            // No path of the building machine in what is shipped.
            flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
        }
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags.join(" "));
        // What is compiled outlives a clone, so that a fresh one at the same place is warm. One
        // folder for all places would not do: Cargo takes two clones' crates for the same one.
        command.env("CARGO_BUILD_BUILD_DIR", place::cache()?.join("wasm/{workspace-path-hash}"));
        Ok(())
    }

    fn at_hand() -> Self {
        Self { cargo: cargo_at_hand(), env: Vec::new(), rustflags: Vec::new(), debian: false }
    }

    fn debian() -> Result<Self> {
        debian::need(debian::TOOLCHAIN)?;
        let [cargo, rustc] = ["/usr/bin/cargo", "/usr/bin/rustc"].map(Path::new);
        let Some(source) = sysroot::Source::of(rustc) else {
            bail!("Debian's compiler came without its library's source: install rust-web-src");
        };
        let sysroot = sysroot::build(cargo, rustc, &source)?;
        let env = [
            ("RUSTC", rustc.into()),
            ("RUSTDOC", "/usr/bin/rustdoc".into()),
            ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", debian::LINKER.into()),
            // `cargo run` points it at the other compiler's libraries.
            ("LD_LIBRARY_PATH", OsString::new()),
        ];
        let rustflags = vec![format!("--sysroot={}", sysroot.display())];
        Ok(Self { cargo: cargo.into(), env: env.into(), rustflags, debian: true })
    }
}

fn cargo_at_hand() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
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
    let advice = "it has no network or no such tool chain; other ways are tried";
    match step::step("rustup target add", || step::run(&mut rustup, advice)) {
        Ok(()) => true,
        Err(error) => {
            println!("  {error:#}");
            false
        }
    }
}
