//! `test`: all test suites, each by its own runner. Their results are repeated at the end.
//!
//! In this order: the core natively; what uses WebCrypto, in Node; the bytes that a deploy would
//! upload and the npm package, in workerd; the stand-in for Clerk against Clerk's SDK; a browser. A suite that ran no
//! test has failed.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{bundle, cargo, debian, node::Node, pack, place, step, wasm::Wasm};

/// A suite: its name, and the function that prepares it and returns its commands.
type Suite = (&'static str, fn() -> Result<Vec<Command>>);

const SUITES: [Suite; 5] = [
    ("native", native),
    ("webcrypto", webcrypto),
    ("edge", edge),
    ("stage", stage),
    ("browser", browser),
];

/// Runs the suites named, or all of them.
pub(crate) fn run(wanted: &[OsString]) -> Result<()> {
    let known = |name: &OsString| SUITES.iter().any(|(suite, _)| name == suite);
    if let Some(name) = wanted.iter().find(|name| !known(name)) {
        let suites = SUITES.map(|(suite, _)| suite).join(", ");
        bail!("there is no suite `{}`: {suites}", name.display());
    }
    let chosen = SUITES
        .iter()
        .filter(|(suite, _)| wanted.is_empty() || wanted.iter().any(|name| name == suite));
    let results: Vec<SuiteResult> = chosen.map(|(name, commands)| one(name, *commands)).collect();
    println!();
    for result in &results {
        result.print();
    }
    let failed: Vec<&str> =
        results.iter().filter(|result| !result.ok).map(|result| result.suite).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

/// How a suite ended.
struct SuiteResult {
    suite: &'static str,
    ok: bool,
    passed: u32,
    /// The lines by which its runners report their counts, and the error that ended it, if any.
    lines: Vec<String>,
    took: String,
}

impl SuiteResult {
    fn print(&self) {
        let verdict = match (self.ok, self.passed) {
            (true, _) => "ok",
            (false, 0) => "FAILED, no test ran",
            (false, _) => "FAILED",
        };
        println!("{}: {verdict}, {} passed, {}", self.suite, self.passed, self.took);
        self.lines.iter().for_each(|line| println!("    {line}"));
    }
}

/// Runs one suite. A failure is part of the result, so that the other suites still run.
fn one(suite: &'static str, commands: fn() -> Result<Vec<Command>>) -> SuiteResult {
    println!("\n=== {suite} ===");
    let begun = Instant::now();
    let mut result =
        SuiteResult { suite, ok: true, passed: 0, lines: Vec::new(), took: String::new() };
    let ended = commands().and_then(|commands| {
        for mut command in commands {
            let (status, lines) = step::tee(&mut command)?;
            result.ok &= status.success();
            result.lines.extend(lines.iter().filter(|line| is_summary(line)).cloned());
        }
        Ok(())
    });
    if let Err(error) = ended {
        result.ok = false;
        result.lines.push(format!("{error:#}"));
    }
    result.passed = result.lines.iter().map(|line| passed(line)).sum();
    result.ok &= result.passed > 0;
    result.took = step::seconds(begun.elapsed());
    result
}

#[expect(clippy::unnecessary_wraps, reason = "all suites have one type")]
fn native() -> Result<Vec<Command>> {
    let mut core = cargo::command("test");
    core.arg("--locked");
    let mut own = cargo::command("test");
    own.args(["--locked", "--package", "xtask"]);
    Ok(vec![core, own])
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

/// Makes the bytes that a deploy would upload; `[build]` of `wrangler.toml` makes the bundle.
fn edge() -> Result<Vec<Command>> {
    let node = Node::ready()?;
    let panicking = bundle::panicking()?;
    step::step("wrangler deploy --dry-run", || {
        dry_run(&node, &["--config", "wrangler.toml"], "shipped")?;
        let main = panicking.join("index.js");
        let config = ["--config", "tests/edge/panicking.toml", &main.to_string_lossy()];
        dry_run(&node, &config, "panicking")
    })?;
    let main = bundle::worker_crate()?.join("index.js");
    step::step("wrangler deploy --dry-run, the crate's example", || {
        let config = ["--config", "tests/worker-crate/wrangler.json", &main.to_string_lossy()];
        dry_run(&node, &config, "worker-crate")
    })?;
    let package = pack::pack(&node)?;
    step::step("npm install of the package, wrangler deploy --dry-run", || {
        let project = place::target().join("program");
        pack::install(&node, &package, &project, "tests/program")?;
        for name in ["program", "packaged"] {
            let file = if name == "program" { "wrangler.json" } else { "packaged.json" };
            let config = project.join(file);
            dry_run(&node, &["--config", &config.to_string_lossy()], name)?;
        }
        Ok(())
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
    let mut drawn = cargo::command("test");
    drawn.args(["--locked", "--package", "clerk-edge-gate", "--test", "oracle"]);
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
    let applications = MAC_BROWSERS.map(PathBuf::from).into_iter();
    let found = || names.iter().find_map(|name| place::program(name));
    let found = || found().or_else(|| applications.clone().find(|file| file.is_file()));
    if let Some(file) = chosen.or_else(found) {
        return Ok(file);
    }
    debian::need(&[debian::CHROMIUM])
        .context("Chromium is needed; its path may be given in CHROMIUM")?;
    found().context("chromium is installed, but not in PATH")
}

/// Node's own runner over the `*.test.mjs` of some folders, one file after the other, because they
/// share ports and processors.
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

/// Whether cargo, wasm-bindgen-test or node:test reports its counts in this line.
fn is_summary(line: &str) -> bool {
    let node = ["ℹ tests ", "ℹ pass ", "ℹ fail ", "ℹ skipped "];
    line.starts_with("test result: ") || node.iter().any(|start| line.starts_with(start))
}

/// How many tests have passed, according to such a line.
fn passed(line: &str) -> u32 {
    let libtest = || line.strip_prefix("test result: ")?.split_once(". ")?.1.split(' ').next();
    let number = line.strip_prefix("ℹ pass ").or_else(libtest);
    number.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

/// macOS puts applications outside `PATH`.
const MAC_BROWSERS: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
