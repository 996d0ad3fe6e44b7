//! `--help`, for all commands and for each.

use std::fmt::Write;

use crate::commands::{COMMANDS, COMMON, Command, Flag};
use crate::look::{Ink, Look};

/// The help of a command, or the list of all.
#[must_use]
pub fn text(command: Option<&Command>, look: Look) -> String {
    match command {
        Some(command) => of(command, look),
        None => overview(look),
    }
}

fn overview(look: Look) -> String {
    let mut out = String::from("clerk-edge: Clerk authentication at Cloudflare's edge\n\n");
    let _ = writeln!(out, "{} clerk-edge COMMAND\n", look.ink(Ink::Bold, "Usage:"));
    for command in COMMANDS {
        let _ = writeln!(out, "  {:<8}{}", command.name, command.summary);
    }
    let _ = writeln!(out, "\n{}", look.ink(Ink::Bold, "Flags of every command:"));
    out.push_str(&flags(COMMON));
    out.push_str("\nExample: clerk-edge explain /admin --as signed-out\n");
    out.push_str("`clerk-edge COMMAND --help` says more.\n");
    out
}

fn of(command: &Command, look: Look) -> String {
    let mut out = String::new();
    let usage = format!("clerk-edge {} {}", command.name, command.operands);
    let _ =
        writeln!(out, "{}\n\n{} {}", command.summary, look.ink(Ink::Bold, "Usage:"), usage.trim());
    let _ = writeln!(out, "\n{} {}\n", look.ink(Ink::Bold, "Example:"), command.example);
    if !command.flags.is_empty() {
        let _ = writeln!(out, "{}", look.ink(Ink::Bold, "Flags:"));
        out.push_str(&flags(command.flags));
        out.push('\n');
    }
    let _ = writeln!(out, "{}", look.ink(Ink::Bold, "Flags of every command:"));
    out.push_str(&flags(COMMON));
    out
}

fn flags(flags: &[Flag]) -> String {
    let mut out = String::new();
    for flag in flags {
        let shown = match flag.value {
            Some(value) => format!("--{} {value}", flag.name),
            None => format!("--{}", flag.name),
        };
        let _ = writeln!(out, "  {shown:<28}  {}", flag.help);
    }
    out
}
