//! `bench`: builds, and compares with other ways to check the same sessions.
//!
//! What is measured, and how, is said in `bench/run.mjs`; this is the frame around it.

use std::ffi::OsString;

use anyhow::{Result, bail};

use crate::{bundle, group, node::Node, peer};

pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    let node = Node::ready()?;
    bundle::shipped()?;
    let peer = peer::build()?;
    group::listen()?;
    let mut script = node.command("node");
    script.arg(SCRIPT).arg("--workers-rs").arg(peer).args(arguments);
    if !group::Group::start(&mut script)?.wait(|| ())? {
        bail!("the comparison ended early; its last lines say why");
    }
    Ok(())
}

const SCRIPT: &str = "bench/run.mjs";
