//! What a command comes to: a result for programs, a text for people, problems, and an exit code.

use serde_json::Value;

/// The exit codes, each with its meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, or yes.
    #[default]
    Done,
    /// No: a check, test or expectation failed, or something is left to do by hand.
    No,
    /// Wrong usage.
    Usage,
    /// Input unreadable or configuration faulty.
    Input,
    /// Clerk or the deployment failed.
    Outside,
    /// Interrupted.
    Interrupted,
}

impl Exit {
    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Outside => 4,
            Self::Interrupted => 130,
        }
    }
}

/// The outcome of a command.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The member `result` of `--json`.
    pub result: Value,
    /// The text for standard output.
    pub out: String,
    /// The text for standard error.
    pub notes: String,
    /// What is wrong.
    pub problems: Vec<Diagnostic>,
    /// How the process ends.
    pub exit: Exit,
}

/// A command that could not do its work.
#[derive(Clone, Debug)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// Why.
    pub problems: Vec<Diagnostic>,
}

/// One thing that is wrong, with its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable word for programs.
    pub code: &'static str,
    /// The binding and the way inside it, or the argument.
    pub place: String,
    /// One sentence.
    pub message: String,
    /// What helps.
    pub help: Option<String>,
    /// The file in which the place is.
    pub file: Option<String>,
    /// Where in the file.
    pub excerpt: Option<Excerpt>,
}

/// A line of a file with the part that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// From 1.
    pub line: usize,
    /// The text of the line.
    pub text: String,
    /// Characters before the part, from 0.
    pub column: usize,
    /// Characters of the part.
    pub width: usize,
}

impl Failure {
    /// Wrong usage.
    #[must_use]
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        let problem = Diagnostic {
            code: "usage",
            place: "arguments".to_owned(),
            message: message.into(),
            help: Some(help.into()).filter(|help: &String| !help.is_empty()),
            ..Diagnostic::default()
        };
        Self { exit: Exit::Usage, problems: vec![problem] }
    }

    /// An input that cannot be read or understood.
    #[must_use]
    pub fn input(file: &str, message: impl Into<String>) -> Self {
        let problem = Diagnostic {
            code: "input",
            place: file.to_owned(),
            message: message.into(),
            file: Some(file.to_owned()),
            ..Diagnostic::default()
        };
        Self { exit: Exit::Input, problems: vec![problem] }
    }

    /// Clerk or the deployment failed.
    #[must_use]
    pub fn outside(code: &'static str, place: &str, message: impl Into<String>) -> Self {
        let problem = Diagnostic {
            code,
            place: place.to_owned(),
            message: message.into(),
            ..Diagnostic::default()
        };
        Self { exit: Exit::Outside, problems: vec![problem] }
    }

    /// Several problems of one kind.
    #[must_use]
    pub fn of(exit: Exit, problems: Vec<Diagnostic>) -> Self {
        Self { exit, problems }
    }

    /// The same with advice on its first problem.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(first) = self.problems.first_mut() {
            first.help = Some(help.into());
        }
        self
    }
}

impl Diagnostic {
    /// As a member of `problems`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        serde_json::json!({
            "code": self.code,
            "place": self.place,
            "message": self.message,
            "help": self.help,
            "file": self.file,
            "line": self.excerpt.as_ref().map(|it| it.line),
        })
    }
}
