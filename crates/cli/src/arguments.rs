//! The arguments of a command: which flags it has, which were given, and what is wrong with them.

use std::ffi::OsString;

use lexopt::Arg;

use crate::commands::{COMMANDS, COMMON, Command, Flag};
use crate::nearest::nearest;
use crate::report::Failure;
use crate::secrets::looks_secret;

/// What was typed, understood.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// The command.
    pub command: &'static Command,
    flags: Vec<(&'static str, String)>,
    operands: Vec<String>,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub enum Asked {
    /// A command.
    Run(Arguments),
    /// The help of a command, or of all.
    Help(Option<&'static Command>),
    /// The version.
    Version,
}

impl Arguments {
    /// The last value of a flag.
    #[must_use]
    pub fn value(&self, flag: &str) -> Option<&str> {
        self.values(flag).last()
    }

    /// All values of a flag.
    pub fn values(&self, flag: &str) -> impl Iterator<Item = &str> {
        self.flags.iter().filter(move |(name, _)| *name == flag).map(|(_, value)| value.as_str())
    }

    /// Whether a flag is there.
    #[must_use]
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|(name, _)| *name == flag)
    }

    /// What is no flag.
    #[must_use]
    pub fn operands(&self) -> &[String] {
        &self.operands
    }

    /// The only operand; none is wrong usage, and so are several.
    ///
    /// # Errors
    /// Where there is not exactly one.
    pub fn operand(&self, what: &str) -> Result<&str, Failure> {
        match self.operands.as_slice() {
            [only] => Ok(only),
            [] => Err(self.wrong(format!("{what} is missing"))),
            [_, second, ..] => Err(self.wrong(format!("`{second}` is one argument too many"))),
        }
    }

    /// The value of a flag that is one of these words; the first where the flag is not there.
    ///
    /// # Errors
    /// Where it is another word.
    pub fn word<'w>(&self, flag: &str, words: &[&'w str]) -> Result<&'w str, Failure> {
        let given = self.value(flag).or(words.first().copied()).unwrap_or_default();
        words.iter().find(|word| **word == given).copied().ok_or_else(|| {
            let hint = nearest(given, words.iter().copied())
                .map_or_else(String::new, |hint| format!(": did you mean `{hint}`?"));
            self.wrong(format!("--{flag} takes {}, not `{given}`{hint}", listed(words)))
        })
    }

    /// Wrong usage of this command.
    #[must_use]
    pub fn wrong(&self, message: impl Into<String>) -> Failure {
        Failure::usage(
            message,
            format!("`clerk-edge {} --help` shows an example.", self.command.name),
        )
    }
}

/// `a`, `b` or `c`.
#[must_use]
pub fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Whether `--json` is among the arguments, however wrong they are otherwise.
#[must_use]
pub fn wants_json(arguments: &[String]) -> bool {
    arguments.iter().take_while(|it| *it != "--").any(|it| it == "--json")
}

/// Understands the arguments.
///
/// # Errors
/// Wrong usage; a text that looks like a secret is refused and not repeated.
pub fn read(arguments: &[String]) -> Result<Asked, Failure> {
    if let Some(at) = arguments.iter().position(|it| looks_secret(it)) {
        let nth = at.saturating_add(1);
        return Err(Failure::usage(
            format!(
                "argument {nth} looks like a secret or a token, and arguments are seen by others"
            ),
            "Put secrets into `.dev.vars` or the environment, and give a token as FILE or on \
             standard input (`-`). If it was real, replace it.",
        ));
    }
    let mut parser = lexopt::Parser::from_args(arguments.iter().map(OsString::from));
    let mut command: Option<&'static Command> = None;
    let (mut flags, mut operands) = (Vec::new(), Vec::new());
    let mut wants_help = false;
    while let Some(argument) = parser.next().map_err(|error| unclear(&error.to_string()))? {
        match argument {
            Arg::Short('h') => wants_help = true,
            Arg::Short('V') => return Ok(Asked::Version),
            Arg::Short('y') => flags.push(("yes", String::new())),
            Arg::Short(letter) => return Err(unknown_flag(&format!("-{letter}"), command)),
            Arg::Long("help") => wants_help = true,
            Arg::Long("version") if command.is_none() => return Ok(Asked::Version),
            Arg::Long(name) => {
                let name = name.to_owned();
                let flag = find(&name, command)?;
                flags.push((flag.name, given(&mut parser, flag)?));
            }
            Arg::Value(value) if command.is_none() => {
                command = named(&value.to_string_lossy(), &mut wants_help)?.or(command);
            }
            Arg::Value(value) => operands.push(value.to_string_lossy().into_owned()),
        }
    }
    match command {
        _ if wants_help => Ok(Asked::Help(command)),
        Some(command) => Ok(Asked::Run(Arguments { command, flags, operands })),
        None => Ok(Asked::Help(None)),
    }
}

fn given(parser: &mut lexopt::Parser, flag: &Flag) -> Result<String, Failure> {
    if flag.value.is_none() {
        return match parser.optional_value() {
            None => Ok(String::new()),
            Some(_) => Err(unclear(&format!("--{} takes no value", flag.name))),
        };
    }
    let value = parser.value().map_err(|_| {
        unclear(&format!("--{} needs a value: {}", flag.name, flag.value.unwrap_or_default()))
    })?;
    Ok(value.to_string_lossy().into_owned())
}

/// The command of this name; `help` gives the help of the next.
fn named(name: &str, wants_help: &mut bool) -> Result<Option<&'static Command>, Failure> {
    if name == "help" {
        *wants_help = true;
        return Ok(None);
    }
    if let Some(command) = COMMANDS.iter().find(|command| command.name == name) {
        return Ok(Some(command));
    }
    let help = match nearest(name, COMMANDS.iter().map(|command| command.name)) {
        Some(hint) => format!("Did you mean `clerk-edge {hint}`?"),
        None => "`clerk-edge --help` lists all commands.".to_owned(),
    };
    Err(Failure::usage(format!("there is no command `{name}`"), help))
}

fn find(name: &str, command: Option<&'static Command>) -> Result<&'static Flag, Failure> {
    let own = command.map_or(&[][..], |it| it.flags);
    let found = own.iter().chain(COMMON).find(|flag| flag.name == name);
    found.ok_or_else(|| unknown_flag(&format!("--{name}"), command))
}

fn unknown_flag(given: &str, command: Option<&'static Command>) -> Failure {
    let own = command.map_or(&[][..], |it| it.flags);
    let known = own.iter().chain(COMMON).map(|flag| flag.name);
    let of = command.map_or_else(String::new, |it| format!("{} ", it.name));
    let help = match nearest(given.trim_start_matches('-'), known) {
        Some(hint) => format!("Did you mean `--{hint}`?"),
        None => format!("`clerk-edge {of}--help` lists its flags."),
    };
    Failure::usage(format!("there is no flag `{given}`"), help)
}

fn unclear(message: &str) -> Failure {
    Failure::usage(message, "`clerk-edge --help` lists all commands.")
}
