//! `start`: builds, serves the demo on this machine, and builds again when a source changes.
//!
//! What is served, and by whom, is said in `demo/start.mjs`; this is the frame around it.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Result, bail};

use crate::{bundle, group, node::Node, place};

pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    let node = Node::ready()?;
    bundle::shipped()?;
    group::listen()?;
    let mut script = node.command("node");
    script.arg(SCRIPT).args(arguments);
    let mut demo = group::Group::start(&mut script)?;
    let sources = place::root().join("src");
    let mut seen = newest(&sources);
    let well = demo.wait(|| {
        let now = newest(&sources);
        if now > seen {
            seen = now;
            // What was built before goes on being served.
            if let Err(error) = bundle::shipped() {
                eprintln!("\nnot rebuilt: {error:#}");
            }
        }
    })?;
    if !well {
        bail!("the demo ended; its last lines say why");
    }
    Ok(())
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
