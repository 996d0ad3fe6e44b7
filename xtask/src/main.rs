//! The commands of this project: `cargo xtask build | pack | start | test | bench | check`.
//!
//! Each command installs what it needs, prints what it does and how long that took, and can be
//! repeated. A command that fails ends with a sentence that says what to do. The gate itself is
//! elsewhere: this program builds, starts and tests it.

mod bench;
mod bundle;
mod cargo;
mod check;
mod command;
mod debian;
mod deployment;
mod group;
mod node;
mod pack;
mod peer;
mod place;
mod site;
mod start;
mod step;
mod sysroot;
mod test;
mod wasm;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let name = args.next().unwrap_or_default();
    let rest: Vec<OsString> = args.collect();
    let begun = Instant::now();
    match run(&name.to_string_lossy(), &rest) {
        // The usual end of the demo. An interrupted build ends with an error, which is not shown.
        result if group::interrupted() => {
            println!("\nStopped after {}.", step::seconds(begun.elapsed()));
            return if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(INTERRUPTED) };
        }
        Ok(Finished::PrintTime) => {
            println!("{} took {}", name.display(), step::seconds(begun.elapsed()));
        }
        Ok(Finished::Quiet) => {}
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// How a command ended well.
enum Finished {
    /// Print how long it took.
    PrintTime,
    /// Print nothing more.
    Quiet,
}

fn run(name: &str, rest: &[OsString]) -> Result<Finished> {
    let asks_for_help = rest.iter().any(|argument| argument == "--help" || argument == "-h");
    match name {
        "start" if asks_for_help => {
            start::help()?;
            return Ok(Finished::Quiet);
        }
        "build" | "pack" | "test" | "check" if asks_for_help => {
            println!("{USAGE}");
            return Ok(Finished::Quiet);
        }
        "build" if rest == ["--named"] => bundle::named().map(drop)?,
        "build" => only(rest, name)
            .and_then(|()| deployment::check())
            .and_then(|()| bundle::shipped().map(drop))?,
        "pack" => only(rest, name).and_then(|()| pack::run())?,
        "start" => start::run(rest)?,
        "test" => test::run(rest)?,
        "bench" => bench::run(rest)?,
        // The command in Node, for its own tests and for the package.
        "command" => only(rest, name).and_then(|()| command::build().map(drop))?,
        "check" => only(rest, name).and_then(|()| check::run())?,
        // Called by Cargo, with the test's `.wasm` file and the arguments of the test.
        "wasm-test-runner" => {
            let argv = std::iter::once("wasm-bindgen-test-runner".into()).chain(rest.to_vec());
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(argv)?;
            return Ok(Finished::Quiet);
        }
        "" | "help" | "-h" | "--help" => {
            println!("{USAGE}");
            return Ok(Finished::Quiet);
        }
        _ => bail!("there is no command `{name}`\n\n{USAGE}"),
    }
    Ok(Finished::PrintTime)
}

fn only(rest: &[OsString], name: &str) -> Result<()> {
    rest.is_empty().then_some(()).with_context(|| format!("`{name}` takes no arguments"))
}

/// What shells report for a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

const USAGE: &str = "cargo xtask <command>

  build   builds the deployable bundle in build/, and writes the site map; with `--named`, for
          profiles, in target/named/
  pack    builds, and packs the npm package in dist/
  start   builds, and serves the demo site on this machine; no account needed
  test    runs all test suites, or those named: native, webcrypto, edge, some-sites, stage,
          browser; and sites, which runs only where it is named
  bench   compares with other ways to check the same sessions
  check   checks formatting, lints on both targets, documentation, licences

`start --help` and `bench --help` list the options of these two.

Each command installs what it needs into the cache folder of this project or into node_modules.";
