//! `test`: every ring of tests, each by its own runner, whose closing lines are repeated at the end.
//!
//! From the inside out: the core natively; what touches WebCrypto, in Node; the bytes that a
//! deploy would upload, in workerd; the stand-in for Clerk against Clerk's SDK; a browser. A ring
//! that ran no test has failed.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{bundle, debian, node::Node, place, step, wasm::Wasm};

/// One ring: its name, and what prepares it and says how to run it.
type Ring = (&'static str, fn() -> Result<Vec<Command>>);

const RINGS: [Ring; 5] = [
    ("native", native),
    ("webcrypto", webcrypto),
    ("edge", edge),
    ("stage", stage),
    ("browser", browser),
];

/// Runs the rings named, or all of them.
pub(crate) fn run(wanted: &[OsString]) -> Result<()> {
    let known = |name: &OsString| RINGS.iter().any(|(ring, _)| name == ring);
    if let Some(name) = wanted.iter().find(|name| !known(name)) {
        let rings = RINGS.map(|(ring, _)| ring).join(", ");
        bail!("there is no ring `{}`: {rings}", name.display());
    }
    let chosen = RINGS
        .iter()
        .filter(|(ring, _)| wanted.is_empty() || wanted.iter().any(|name| name == ring));
    let closings: Vec<Closing> = chosen.map(|(ring, commands)| one(ring, *commands)).collect();
    println!();
    for closing in &closings {
        closing.print();
    }
    let failed: Vec<&str> =
        closings.iter().filter(|closing| !closing.well).map(|closing| closing.ring).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

/// How a ring ended.
struct Closing {
    ring: &'static str,
    well: bool,
    passed: u32,
    lines: Vec<String>,
    took: String,
}

impl Closing {
    fn print(&self) {
        let verdict = match (self.well, self.passed) {
            (true, _) => "ok",
            (false, 0) => "FAILED, no test ran",
            (false, _) => "FAILED",
        };
        println!("{}: {verdict}, {} passed, {}", self.ring, self.passed, self.took);
        self.lines.iter().for_each(|line| println!("    {line}"));
    }
}

/// Runs one ring to its end, whatever becomes of it.
fn one(ring: &'static str, commands: fn() -> Result<Vec<Command>>) -> Closing {
    println!("\n=== {ring} ===");
    let begun = Instant::now();
    let mut closing =
        Closing { ring, well: true, passed: 0, lines: Vec::new(), took: String::new() };
    let ended = commands().and_then(|commands| {
        for mut command in commands {
            let (status, lines) = step::tee(&mut command)?;
            closing.well &= status.success();
            closing.lines.extend(lines.iter().filter(|line| is_closing(line)).cloned());
        }
        Ok(())
    });
    if let Err(error) = ended {
        closing.well = false;
        closing.lines.push(format!("{error:#}"));
    }
    closing.passed = closing.lines.iter().map(|line| passed(line)).sum();
    closing.well &= closing.passed > 0;
    closing.took = step::seconds(begun.elapsed());
    closing
}

fn native() -> Result<Vec<Command>> {
    let mut cargo = Command::new(env::var_os("CARGO").context("run this as `cargo xtask`")?);
    cargo.current_dir(place::root()).args(["test", "--locked"]);
    let mut own = Command::new(cargo.get_program());
    own.current_dir(place::root()).args(["test", "--locked", "--package", "xtask"]);
    Ok(vec![cargo, own])
}

fn webcrypto() -> Result<Vec<Command>> {
    let node = Node::ready()?;
    let mut cargo = Wasm::find()?.cargo("test")?;
    let runner = env::current_exe().context("this program has no path")?;
    let runner = format!("{} wasm-test-runner", runner.display());
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    cargo.env("PATH", node.path()).args([
        "--package",
        "clerk-edge-webcrypto",
        "--test",
        "webcrypto",
    ]);
    Ok(vec![cargo])
}

/// Uploads nothing, but makes the bytes that would be uploaded; `[build]` makes the bundle.
fn edge() -> Result<Vec<Command>> {
    let node = Node::ready()?;
    let panicking = bundle::panicking()?;
    step::step("wrangler deploy --dry-run", || {
        dry_run(&node, &["--config", "wrangler.toml"], "shipped")?;
        let main = panicking.join("index.js");
        let config = ["--config", "tests/edge/panicking.toml", &main.to_string_lossy()];
        dry_run(&node, &config, "panicking")
    })?;
    Ok(vec![node_tests(&node, &["tests/edge"])?])
}

fn dry_run(node: &Node, arguments: &[&str], name: &str) -> Result<()> {
    let out = place::target().join("edge").join(name);
    let mut wrangler = node.command("wrangler");
    wrangler.args(["deploy", "--dry-run"]).args(arguments).arg("--outdir").arg(out);
    step::run(&mut wrangler, "its last lines say why")
}

/// The stand-in for Clerk and the recorder, against Clerk's own SDK.
fn stage() -> Result<Vec<Command>> {
    let node = Node::ready()?;
    let mut drawn = Command::new(env::var_os("CARGO").context("run this as `cargo xtask`")?);
    drawn.current_dir(place::root()).args([
        "test",
        "--locked",
        "--package",
        "clerk-edge-gate",
        "--test",
        "oracle",
    ]);
    drawn.env("PATH", node.path()).env("CLERK_EDGE_NODE", "node");
    Ok(vec![node_tests(&node, &["tests/stage", "tests/oracle"])?, drawn])
}

fn browser() -> Result<Vec<Command>> {
    let node = Node::ready()?;
    let chromium = chromium()?;
    bundle::shipped()?;
    let mut command = node_tests(&node, &["tests/browser"])?;
    command.env("CHROMIUM", chromium);
    Ok(vec![command])
}

fn chromium() -> Result<PathBuf> {
    let chosen = env::var_os("CHROMIUM").map(PathBuf::from);
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let found = || names.iter().find_map(|name| place::program(name));
    if let Some(file) = chosen.or_else(found) {
        return Ok(file);
    }
    debian::need(&[debian::CHROMIUM]).context("a Chromium (or its path in CHROMIUM)")?;
    found().context("chromium was installed, but not into PATH")
}

/// Node's own runner over the `*.test.mjs` of some folders, one file after the other: they share
/// two cores and their ports.
fn node_tests(node: &Node, folders: &[&str]) -> Result<Command> {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let entries = fs::read_dir(place::root().join(folder)).context(folder.to_string())?;
        files.extend(entries.flatten().map(|entry| entry.path()));
    }
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    if files.is_empty() {
        bail!("no tests in {}", folders.join(", "));
    }
    let mut command = node.command("node");
    command.args(["--test", "--test-concurrency=1", "--test-timeout=60000"]);
    command.arg("--test-reporter=spec").args(&files);
    Ok(command)
}

/// The lines by which cargo, wasm-bindgen-test and node:test say how it went.
fn is_closing(line: &str) -> bool {
    let node = ["ℹ tests ", "ℹ pass ", "ℹ fail ", "ℹ skipped "];
    line.starts_with("test result: ") || node.iter().any(|start| line.starts_with(start))
}

/// How many tests a closing line says have passed.
fn passed(line: &str) -> u32 {
    let libtest = || line.strip_prefix("test result: ")?.split_once(". ")?.1.split(' ').next();
    let number = line.strip_prefix("ℹ pass ").or_else(libtest);
    number.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}
