//! The commands of this project: `cargo xtask build | start | test | bench | check`.
//!
//! Each does the set-up it needs, says what it does and how long that took, and can be run again
//! at once. A command that cannot go on ends with one sentence that says what to do. Nothing here
//! decides anything about a request: this program builds, starts and tests the one that does.

mod bench;
mod bundle;
mod check;
mod debian;
mod group;
mod node;
mod peer;
mod place;
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
        Ok(Said::Time) => println!("{} took {}", name.display(), step::seconds(begun.elapsed())),
        Ok(Said::All) => {}
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Whether a command wants its total time printed or has said all it has to say.
enum Said {
    Time,
    All,
}

fn run(name: &str, rest: &[OsString]) -> Result<Said> {
    match name {
        "build" if rest == ["--named"] => bundle::named().map(drop)?,
        "build" => only(rest, name).and_then(|()| bundle::shipped().map(drop))?,
        "start" => start::run(rest)?,
        "test" => test::run(rest)?,
        "bench" => bench::run(rest)?,
        "check" => only(rest, name).and_then(|()| check::run())?,
        // Cargo calls this one, with the test's `.wasm` file and the arguments of the test.
        "wasm-test-runner" => {
            let argv = std::iter::once("wasm-bindgen-test-runner".into()).chain(rest.to_vec());
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(argv)?;
            return Ok(Said::All);
        }
        "" | "help" | "-h" | "--help" => {
            println!("{USAGE}");
            return Ok(Said::All);
        }
        _ => bail!("there is no command `{name}`\n\n{USAGE}"),
    }
    Ok(Said::Time)
}

fn only(rest: &[OsString], name: &str) -> Result<()> {
    rest.is_empty().then_some(()).with_context(|| format!("`{name}` takes no arguments"))
}

const USAGE: &str = "cargo xtask <command>

  build   the deployable bundle in build/, with its size; `--named`, for profiles, in target/named/
  start   builds, and serves the demo site on this machine; no account needed
  test    everything: native, WebCrypto, workerd, stand-in, browser; or the rings named after it
  bench   the comparison with other ways to check the same sessions
  check   formatting, lints on both targets, documentation

Each command installs what it needs into the cache folder of this project or into node_modules.";
