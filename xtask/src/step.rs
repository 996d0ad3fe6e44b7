//! Prints what a command does and how long that takes, and runs other programs.
//!
//! When a program fails, the error names it and says what to do.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Does one step of a command. Prints its name, then the time as it passes, then the time it took.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("→ {what}");
    let begun = Instant::now();
    let done = reporting(begun, work)?;
    println!("  {what}: {}", seconds(begun.elapsed()));
    Ok(done)
}

/// Prints the time every few seconds until `work` ends. Cargo says nothing while it links.
fn reporting<T>(begun: Instant, work: impl FnOnce() -> T) -> T {
    thread::scope(|scope| {
        let (working, ended) = mpsc::channel::<()>();
        scope.spawn(move || {
            while ended.recv_timeout(REPORT_EVERY) == Err(RecvTimeoutError::Timeout) {
                println!("  … {} s", begun.elapsed().as_secs());
            }
        });
        let result = work();
        drop(working);
        result
    })
}

/// Runs a program whose output is shown; if it fails, `advice` says what to do.
pub(crate) fn run(command: &mut Command, advice: &str) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command, advice))?;
    ended_well(command, status, advice)
}

/// Runs a program and returns what it printed, without the last line break.
pub(crate) fn read(command: &mut Command, advice: &str) -> Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| cannot_start(command, advice))?;
    ended_well(command, output.status, advice)?;
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// Runs a program, printing each line of its output as it comes, and returns the lines too.
pub(crate) fn tee(command: &mut Command) -> Result<(ExitStatus, Vec<String>)> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| cannot_start(command, ""))?;
    let mut lines = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            println!("{line}");
            lines.push(line);
        }
    }
    Ok((child.wait()?, lines))
}

/// A duration as a person reads it: `0.4 s`, `2 min 5 s`.
pub(crate) fn seconds(time: Duration) -> String {
    match time.as_secs() {
        whole @ 60.. => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

fn cannot_start(command: &Command, advice: &str) -> String {
    join(format!("`{}` could not be started", name(command)), advice)
}

fn ended_well(command: &Command, status: ExitStatus, advice: &str) -> Result<()> {
    if !status.success() {
        bail!("{}", join(format!("`{}` ended with {status}", name(command)), advice));
    }
    Ok(())
}

fn join(mut what: String, advice: &str) -> String {
    if !advice.is_empty() {
        what.push_str(": ");
        what.push_str(advice);
    }
    what
}

/// The program and its first argument: `cargo rustc`, `npm ci`.
fn name(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or_default();
    let mut words = std::iter::once(program).chain(command.get_args().take(1));
    let first = words.next().map(OsStr::to_string_lossy).unwrap_or_default().into_owned();
    words.fold(first, |sentence, word| format!("{sentence} {}", word.to_string_lossy()))
}

const REPORT_EVERY: Duration = Duration::from_secs(5);
