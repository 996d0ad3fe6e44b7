//! Node and the npm packages of the lock file.
//!
//! Any Node from 20 up can install them. wrangler needs a newer one, which is one of the packages:
//! with `node_modules/.bin` first in `PATH` it is found. Nothing is installed globally.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{place, step};

/// A machine on which the packages of the lock file are installed.
pub(crate) struct Node {
    path: OsString,
}

impl Node {
    /// Installs the packages where the lock file has changed since the last time.
    pub(crate) fn ready() -> Result<Self> {
        let machine = machine_version()?;
        install()?;
        let node = Self { path: path_with_packages()? };
        let packaged = version(node.command("node").arg("--version")).unwrap_or(machine);
        if packaged < WRANGLER_NEEDS {
            bail!("the packages contain no Node for this machine: install Node 22.12 or newer");
        }
        Ok(node)
    }

    /// `PATH` with the packages' programs first.
    pub(crate) fn path(&self) -> &std::ffi::OsStr {
        &self.path
    }

    /// A command that finds the packages' programs before the machine's.
    pub(crate) fn command(&self, program: &str) -> Command {
        // The name is looked up here: a child's PATH does not decide where its program is found.
        let found = env::split_paths(&self.path).map(|folder| folder.join(program));
        let program = found.into_iter().find(|file| file.is_file()).unwrap_or(program.into());
        let mut command = Command::new(program);
        command.current_dir(place::root()).env("PATH", &self.path);
        command.env("WRANGLER_SEND_METRICS", "false").env("CI", "true");
        command.env("CLOUDFLARE_CF_FETCH_ENABLED", "false").env("WRANGLER_HIDE_BANNER", "true");
        command
    }
}

/// The machine's own Node at the root of the clone, for scripts that need no package.
pub(crate) fn installed() -> Result<Command> {
    machine_version()?;
    let mut command = Command::new("node");
    command.current_dir(place::root());
    Ok(command)
}

fn machine_version() -> Result<[u32; 2]> {
    let found = version(Command::new("node").arg("--version"))
        .context("Node is missing: install version 20 or newer")?;
    if found < [20, 0] {
        bail!("Node {}.{} is too old: install version 20 or newer", found[0], found[1]);
    }
    Ok(found)
}

/// `npm ci`, unless what it would install is there already.
fn install() -> Result<()> {
    let root = place::root();
    let lock = fs::read(root.join("package-lock.json")).context("package-lock.json")?;
    let stamp = root.join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    step::step("npm ci (wrangler, its Node, a browser driver)", || {
        let mut npm = Command::new("npm");
        npm.current_dir(&root).args(["ci", "--loglevel=error"]);
        step::run(&mut npm, "does it reach its registry?")?;
        fs::write(&stamp, &lock).context("node_modules")
    })
}

fn path_with_packages() -> Result<OsString> {
    let old = env::var_os("PATH").unwrap_or_default();
    let first: PathBuf = place::root().join("node_modules/.bin");
    Ok(env::join_paths(std::iter::once(first).chain(env::split_paths(&old)))?)
}

/// `v24.21.0` as `[24, 21]`.
fn version(command: &mut Command) -> Option<[u32; 2]> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut parts = text.trim().strip_prefix('v')?.split('.').map(str::parse);
    Some([parts.next()?.ok()?, parts.next()?.ok()?])
}

const WRANGLER_NEEDS: [u32; 2] = [22, 12];
