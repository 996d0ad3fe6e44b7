//! Saying what is being done and how long it took, and running other programs.
//!
//! A program that fails is reported with what it was for and what to do about it, once.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Does one step of a command, between a line that names it and one that gives its time.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("→ {what}");
    let begun = Instant::now();
    let done = work()?;
    println!("  {what}: {}", seconds(begun.elapsed()));
    Ok(done)
}

/// Runs a program with its output where ours goes; `advice` is the sentence for its failure.
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
