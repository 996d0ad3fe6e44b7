//! `bench`: builds, and compares with other ways to check the same sessions.
//!
//! What is measured, and how, is described in `bench/run.mjs`.

use std::ffi::OsString;

use anyhow::{Result, bail};

use crate::{bundle, group, node::Node, peer};

pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    let node = Node::ready()?;
    let mut script = node.command("node");
    script.arg(SCRIPT);
    if !arguments.iter().any(|argument| argument == "--help") {
        bundle::shipped()?;
        script.arg("--workers-rs").arg(peer::build()?);
    }
    group::listen()?;
    if !group::Group::start(script.args(arguments))?.wait(|| ())? {
        bail!("the comparison ended early; its last lines say why");
    }
    Ok(())
}

const SCRIPT: &str = "bench/run.mjs";
