//! `check`: configuration, site, keys, claims and a deployment. Each check has an id, a status and
//! a remedy.

pub mod assets;
pub mod basic;
pub mod claims;
pub mod deployment;
pub mod expiration;
pub mod files;
pub mod forged;
pub mod ignored;
pub mod instance;
pub mod keys;
pub mod leaks;
pub mod vars;

use std::fmt::Write;

use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::config::load::Configuration;
use crate::host::Host;
use crate::look::{Ink, Look};
use crate::online::Network;
use crate::report::{Exit, Failure, Report};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Well.
    Pass,
    /// Something is worth mending.
    Warn,
    /// Something is wrong.
    Fail,
    /// It could not be looked at; the message says what it would need.
    Skip,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// One of [`IDS`].
    pub id: &'static str,
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// How it ended.
    pub status: Status,
    /// What was seen.
    pub message: String,
    /// What to do.
    pub remedy: Option<String>,
}

impl Status {
    /// The word in the result.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

impl Check {
    /// A check that ended well.
    #[must_use]
    pub fn pass(id: &'static str, message: impl Into<String>) -> Self {
        Self { id, kind: kind_of(id), status: Status::Pass, message: message.into(), remedy: None }
    }

    /// A check that could not be made.
    #[must_use]
    pub fn skip(id: &'static str, message: impl Into<String>) -> Self {
        Self { status: Status::Skip, ..Self::pass(id, message) }
    }

    /// Something worth mending.
    #[must_use]
    pub fn warn(id: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { status: Status::Warn, remedy: Some(remedy.into()), ..Self::pass(id, message) }
    }

    /// Something wrong.
    #[must_use]
    pub fn fail(id: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { status: Status::Fail, remedy: Some(remedy.into()), ..Self::pass(id, message) }
    }

    /// As a member of `checks`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "kind": self.kind, "status": self.status.as_str(),
            "message": self.message, "remedy": self.remedy,
        })
    }
}

/// The kind that an id begins with.
fn kind_of(id: &'static str) -> &'static str {
    let prefix = id.split('.').next().unwrap_or_default();
    KINDS.into_iter().find(|kind| *kind == prefix).unwrap_or("basic")
}

/// Runs the command.
///
/// # Errors
/// Where the arguments are wrong, or the configuration is no TOML or JSON.
pub async fn command<H: Host>(
    host: &H,
    arguments: &Arguments,
    look: Look,
) -> Result<Report, Failure> {
    let kinds = kinds(arguments)?;
    let configuration = Configuration::read(host, arguments)?;
    let network = Network::new(host, arguments);
    let mut checks = Vec::new();
    for kind in kinds {
        let input = Input { host, arguments, configuration: &configuration, network: &network };
        checks.extend(match kind {
            "jwt-verify" => keys::checks(&input).await?,
            "custom-claims" => claims::checks(&input).await?,
            "multi-session" => instance::multi_session(&input).await?,
            "refresh" => instance::refresh(&input).await?,
            "expiration" => expiration::checks(&input).await?,
            _ => {
                let mut checks = basic::checks(host, &configuration);
                checks.push(deployment::health(&input).await?);
                checks
            }
        });
    }
    Ok(report(&checks, arguments.has("strict"), look))
}

/// What every kind looks at.
pub struct Input<'i, 'h, H> {
    /// The port.
    pub host: &'h H,
    /// The arguments.
    pub arguments: &'i Arguments,
    /// The configuration.
    pub configuration: &'i Configuration,
    /// The network.
    pub network: &'i Network<'h, H>,
}

fn kinds(arguments: &Arguments) -> Result<Vec<&'static str>, Failure> {
    let mut kinds = Vec::new();
    for word in arguments.operands() {
        if word == "all" {
            return Ok(KINDS.to_vec());
        }
        let Some(kind) = KINDS.into_iter().find(|kind| kind == word) else {
            let hint = crate::nearest::nearest(word, KINDS)
                .map_or_else(|| KINDS.join(", "), |hint| format!("did you mean `{hint}`?"));
            return Err(arguments.wrong(format!("there is no check `{word}`: {hint}")));
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(if kinds.is_empty() { vec!["basic"] } else { kinds })
}

fn report(checks: &[Check], strict: bool, look: Look) -> Report {
    let count = |status: Status| checks.iter().filter(|check| check.status == status).count();
    let mut out = String::new();
    for check in checks {
        let ink = match check.status {
            Status::Pass => Ink::Good,
            Status::Warn => Ink::Warning,
            Status::Fail => Ink::Bad,
            Status::Skip => Ink::Faint,
        };
        let word = look.ink(ink, &format!("{:<4}", check.status.as_str()));
        let _ = writeln!(out, "{word}  {:<26} {}", check.id, check.message);
        if let Some(remedy) = &check.remedy {
            out.push_str(&look.wrap(remedy, "      "));
        }
    }
    let (failed, warned) = (count(Status::Fail), count(Status::Warn));
    let _ = writeln!(
        out,
        "{} passed, {warned} warned, {failed} failed, {} skipped",
        count(Status::Pass),
        count(Status::Skip)
    );
    let is_bad = failed > 0 || strict && warned > 0;
    Report {
        result: json!({ "checks": checks.iter().map(Check::to_json).collect::<Vec<_>>() }),
        out,
        exit: if is_bad { Exit::No } else { Exit::Done },
        ..Report::default()
    }
}

/// The kinds of checks.
pub const KINDS: [&str; 6] =
    ["basic", "jwt-verify", "custom-claims", "multi-session", "refresh", "expiration"];

/// Every check.
pub const IDS: [&str; 34] = [
    "basic.settings",
    "basic.misspelt",
    "basic.var-size",
    "basic.placeholder",
    "basic.secret-in-vars",
    "basic.ignored",
    "basic.worker-first",
    "basic.site",
    "basic.previews",
    "basic.parties",
    "basic.cache",
    "basic.rewrites",
    "basic.open-files",
    "basic.site-map",
    "basic.leaks",
    "basic.notes",
    "basic.health",
    "jwt-verify.keys",
    "jwt-verify.strength",
    "jwt-verify.token",
    "jwt-verify.unsigned",
    "jwt-verify.altered",
    "jwt-verify.foreign-key",
    "jwt-verify.hs256",
    "custom-claims.needed",
    "custom-claims.size",
    "custom-claims.owner",
    "custom-claims.session",
    "custom-claims.roles",
    "multi-session.cookies",
    "multi-session.sessions",
    "refresh.secret-key",
    "refresh.handshake",
    "expiration.token",
];
