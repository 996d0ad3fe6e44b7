//! `routes --against FILE`: who newly gets in compared with the rules of a file, and who no longer.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::config::file::File;
use crate::config::find;
use crate::config::load::Configuration;
use crate::config::wrangler::Wrangler;
use crate::host::Host;
use crate::look::{Ink, Look};
use crate::proof::Witness;
use crate::proof::against::{Sides, compare};
use crate::report::{Diagnostic, Exit, Failure, Report};
use crate::world::World;

/// Compares, writes the text and gives `result.changes`.
///
/// # Errors
/// Where the file is faulty.
pub fn run<H: Host>(
    host: &H,
    world: &World<'_, Configuration>,
    path: &str,
    look: Look,
    report: &mut Report,
) -> Result<Value, Failure> {
    let other = before(host, path, world)?;
    let settings = other.settings()?;
    let before = World::open(&other, settings, host.now_ms(), false);
    let changes = match compare(&Sides { before: &before, after: world }) {
        Ok(changes) => changes,
        Err(undecided) => {
            report.exit = Exit::No;
            report.problems.push(Diagnostic {
                code: "undecided",
                place: path.to_owned(),
                message: format!("there is no answer: {}", undecided.why),
                help: Some("Split the rules, or compare them in parts.".to_owned()),
                ..Diagnostic::default()
            });
            return Ok(Value::Null);
        }
    };
    let out = &mut report.out;
    list(out, look, Ink::Bad, "gets in now, and did not before", &changes.gained);
    list(out, look, Ink::Warning, "got in before, and does not now", &changes.lost);
    if changes.gained.is_empty() {
        let _ = writeln!(
            out,
            "{}",
            look.ink(Ink::Good, "Nobody newly gets in: proven for all paths and people.")
        );
    } else {
        report.exit = Exit::No;
    }
    if changes.lost.is_empty() {
        let _ = writeln!(out, "Nobody is newly kept out.");
    }
    let all = |witnesses: &[Witness]| -> Value { witnesses.iter().map(Witness::to_json).collect() };
    Ok(json!({ "gained": all(&changes.gained), "lost": all(&changes.lost) }))
}

fn list(out: &mut String, look: Look, ink: Ink, what: &str, witnesses: &[Witness]) {
    for witness in witnesses {
        let (old, new) = (witness.rules.first(), witness.rules.get(1));
        let text = |rule: Option<&String>| rule.cloned().unwrap_or_default();
        let _ = writeln!(out, "{} {what}", look.ink(ink, &witness.line()));
        let _ = writeln!(out, "    rule {} → {}", text(old), text(new));
    }
}

/// The other side: a wrangler file, or rules in place of this side's.
fn before<H: Host>(
    host: &H,
    path: &str,
    world: &World<'_, Configuration>,
) -> Result<Configuration, Failure> {
    let file = File::parse(path, find::text(host, path)?)?;
    let own = world.bindings();
    let mut other = own.clone();
    if file.root.get("vars").is_some() || file.root.get("env").is_some() {
        let env = own.wrangler.as_ref().and_then(|it| it.env.as_deref());
        let folder = find::folder(&host.absolute(path));
        other.wrangler = Some(Wrangler::new(file, folder, env)?);
        other.rules = None;
    } else {
        other.rules = Some(file);
    }
    Ok(other)
}
