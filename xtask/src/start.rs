//! `start`: builds, serves the demo on this machine, and builds again when a source changes.
//!
//! What is served, and with which options, is decided in `demo/start.mjs`. Its check of options and
//! ports runs before anything is built.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::{bundle, group, node, node::Node, place, step};

pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    check(arguments)?;
    group::listen()?;
    if !place::root().join(BUNDLE).is_file() {
        println!("{FIRST_RUN}");
    }
    let node = Node::ready()?;
    bundle::shipped()?;
    let mut script = node.command("node");
    let mut demo = group::Group::start(script.arg(SCRIPT).args(arguments))?;
    let well = demo.wait(rebuilder())?;
    if !well {
        bail!("the demo ended; its last lines say why");
    }
    Ok(())
}

/// Fails if an option is wrong or a port is taken.
fn check(arguments: &[OsString]) -> Result<()> {
    let mut script = node::installed()?;
    let output = script.arg(SCRIPT).arg("--check").args(arguments).output().context("node")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(())
}

/// Prints the options of the demo. Builds and installs nothing.
pub(crate) fn help() -> Result<()> {
    let mut script = node::installed()?;
    step::run(script.arg(SCRIPT).arg("--help"), "")
}

/// Builds again when a source has changed since the last call.
fn rebuilder() -> impl FnMut() {
    let changed = || SOURCES.iter().filter_map(|name| newest(&place::root().join(name))).max();
    let mut seen = changed();
    move || {
        let now = changed();
        if now <= seen {
            return;
        }
        seen = now;
        // After a failure the demo continues with the Worker that was built before.
        if let Err(error) = bundle::shipped()
            && !group::interrupted()
        {
            eprintln!("\nnot rebuilt: {error:#}");
        }
    }
}

/// When anything below a folder was changed last.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).ok()?;
    let times = entries.flatten().filter_map(|entry| {
        let kind = entry.file_type().ok()?;
        if kind.is_dir() { newest(&entry.path()) } else { entry.metadata().ok()?.modified().ok() }
    });
    times.max()
}

const SCRIPT: &str = "demo/start.mjs";
const SOURCES: [&str; 2] = ["src", "crates"];

/// Built by an earlier run, where there was one.
const BUNDLE: &str = "build/index.js";

/// The usual times of a machine with two cores.
const FIRST_RUN: &str = "\
The first run has four steps. Later runs skip what is done.
  1. this build tool            1 minute   (done)
  2. npm packages               1 minute
  3. the Worker                 2 minutes, and 1 more if Rust has no WASM target yet
  4. workerd and the demo site  10 seconds
";
