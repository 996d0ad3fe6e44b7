//! `users`: people as the gate sees them. Shows one, sets public metadata, ends sessions.

pub mod change;
pub mod show;

use clerk_edge_gate::settings::Settings;
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::claims::needed::Needed;
use crate::config::load::Configuration;
use crate::host::Host;
use crate::online::Network;
use crate::online::backend::{ApiError, Backend};
use crate::report::{Exit, Failure, Report};
use crate::users::change::Change;

/// Runs the command.
///
/// # Errors
/// Where the arguments or the configuration are faulty. What Clerk refuses is a report.
pub async fn command<H: Host>(host: &H, arguments: &Arguments) -> Result<Report, Failure> {
    let [action, named, pairs @ ..] = arguments.operands() else {
        return Err(arguments.wrong("say what to do and with whom: `users show user_…`"));
    };
    check_name(arguments, named)?;
    let work = match action.as_str() {
        "show" if pairs.is_empty() => Work::Show,
        "set" => Work::Set(Change::read(pairs).map_err(|why| arguments.wrong(why))?),
        "revoke" if pairs.is_empty() => Work::Revoke(sessions(arguments)?),
        "show" | "revoke" => {
            return Err(arguments.wrong(format!("`{action}` takes one person and no more")));
        }
        other => {
            let hint = crate::nearest::nearest(other, ["show", "set", "revoke"])
                .map_or_else(String::new, |hint| format!(": did you mean `{hint}`?"));
            return Err(
                arguments.wrong(format!("`users` has show, set and revoke, not `{other}`{hint}"))
            );
        }
    };
    let configuration = Configuration::read(host, arguments)?;
    let settings = configuration.settings()?;
    if let Work::Set(change) = &work {
        check_roles(arguments, &settings, change)?;
    }
    let network = Network::new(host, arguments);
    let backend = Backend::new(&network, &settings)?;
    let run = Run { host, arguments, settings: &settings, backend: &backend };
    let done = match work {
        Work::Show => run.show(named, &configuration).await,
        Work::Set(change) => run.set(named, &change).await,
        Work::Revoke(sessions) => run.revoke(named, &sessions).await,
    };
    match done {
        Ok(report) => Ok(report),
        Err(Stopped::Failure(failure)) => Err(failure),
        Err(Stopped::Api(error)) => Ok(Report {
            result: json!({ "user": null, "before": null, "after": null, "error": error.to_json() }),
            problems: vec![error.diagnostic(named)],
            exit: error.exit(),
            ..Report::default()
        }),
    }
}

enum Work {
    Show,
    Set(Change),
    Revoke(Sessions),
}

/// Which sessions to end.
enum Sessions {
    One(String),
    All,
}

/// Why nothing came of it.
enum Stopped {
    Failure(Failure),
    Api(ApiError),
}

impl From<ApiError> for Stopped {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// One run.
struct Run<'r, 'h, H> {
    host: &'h H,
    arguments: &'r Arguments,
    settings: &'r Settings,
    backend: &'r Backend<'r, 'h, H>,
}

impl<H: Host> Run<'_, '_, H> {
    async fn show(&self, named: &str, configuration: &Configuration) -> Result<Report, Stopped> {
        let user = self.backend.user(named).await?;
        let sessions = self.backend.sessions(&id_of(&user)?).await?;
        Ok(show::report(self.host, self.settings, configuration, &user, &sessions))
    }

    async fn set(&self, named: &str, change: &Change) -> Result<Report, Stopped> {
        let user = self.backend.user(named).await?;
        let id = id_of(&user)?;
        let before = user.get("public_metadata").cloned().unwrap_or_else(|| json!({}));
        let after = change.applied_to(&before);
        let bytes = after.to_string().len();
        if bytes > METADATA_BYTES_MAX {
            let message = format!(
                "the metadata would have {bytes} bytes, and Clerk keeps {METADATA_BYTES_MAX}"
            );
            return Err(self.arguments.wrong(message).into());
        }
        let mut report = Report {
            result: json!({ "user": id, "before": before, "after": after, "error": null }),
            out: format!("{id}\n  before  {before}\n  after   {after}\n"),
            ..Report::default()
        };
        if before == after {
            report.out.push_str("Nothing changes.\n");
            return Ok(report);
        }
        if self.arguments.has("dry-run") {
            report.out.push_str("Nothing was written (--dry-run).\n");
            return Ok(report);
        }
        self.confirm(&format!("{id}\n  before  {before}\n  after   {after}\nWrite this?")).await?;
        self.backend.merge(&id, &change.patch()).await?;
        report.out.push_str(TAKES_EFFECT);
        Ok(report)
    }

    async fn revoke(&self, named: &str, wanted: &Sessions) -> Result<Report, Stopped> {
        let user = self.backend.user(named).await?;
        let id = id_of(&user)?;
        let own: Vec<String> = self
            .backend
            .sessions(&id)
            .await?
            .iter()
            .filter_map(|it| it.get("id")?.as_str().map(str::to_owned))
            .collect();
        let ended: Vec<String> = match wanted {
            Sessions::All => own.clone(),
            Sessions::One(session) if own.contains(session) => vec![session.clone()],
            Sessions::One(_) => {
                return Err(ApiError::not_found("this person has no such open session").into());
            }
        };
        let left: Vec<&String> = own.iter().filter(|it| !ended.contains(it)).collect();
        let mut report = Report {
            result: json!({ "user": id, "before": own, "after": left, "error": null }),
            out: format!("{id}: {} of {} sessions end\n", ended.len(), own.len()),
            ..Report::default()
        };
        if self.arguments.has("dry-run") || ended.is_empty() {
            return Ok(report);
        }
        self.confirm(&format!("End {} sessions of {id}?", ended.len())).await?;
        for (at, session) in ended.iter().enumerate() {
            if ended.len() > 1 {
                let done = at.saturating_add(1);
                self.host.err(&format!("{done} of {}\n", ended.len()));
            }
            self.backend.revoke(session).await?;
        }
        report.out.push_str(SESSION_ENDS);
        Ok(report)
    }

    /// Asks, unless `--yes` has answered.
    async fn confirm(&self, question: &str) -> Result<(), Failure> {
        if self.arguments.has("yes") {
            return Ok(());
        }
        let terminal = self.host.terminal();
        let may_ask = terminal.input
            && terminal.errors
            && !self.arguments.has("no-input")
            && self.host.env("CI").is_none_or(|it| it.is_empty());
        if !may_ask {
            return Err(self.arguments.wrong("this needs a confirmation: add --yes"));
        }
        let answer = self.host.ask(&format!("{question} [y/N] ")).await;
        match answer {
            Ok(text) if matches!(text.trim(), "y" | "Y" | "yes") => Ok(()),
            Ok(_) => Err(Failure { exit: Exit::No, problems: Vec::new() }),
            Err(_) => Err(Failure { exit: Exit::Interrupted, problems: Vec::new() }),
        }
    }
}

fn id_of(user: &Value) -> Result<String, Stopped> {
    let id = user.get("id").and_then(Value::as_str).filter(|id| is_id(id, "user_"));
    id.map(str::to_owned).ok_or_else(|| {
        ApiError {
            category: "unavailable",
            status: None,
            why: "the answer names no user".to_owned(),
        }
        .into()
    })
}

/// Ids go into addresses as they are, so nothing else may stand in them.
fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty() && rest.len() <= 64 && rest.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

fn check_name(arguments: &Arguments, named: &str) -> Result<(), Failure> {
    let is_mail = named.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !named.contains(char::is_whitespace)
    });
    if is_mail || is_id(named, "user_") {
        return Ok(());
    }
    Err(arguments.wrong(format!("`{named}` is neither an id (`user_…`) nor a mail address")))
}

fn sessions(arguments: &Arguments) -> Result<Sessions, Failure> {
    match (arguments.value("session"), arguments.has("all")) {
        (Some(id), false) if is_id(id, "sess_") => Ok(Sessions::One(id.to_owned())),
        (Some(_), false) => Err(arguments.wrong("--session takes an id (`sess_…`)")),
        (None, true) => Ok(Sessions::All),
        _ => Err(arguments.wrong("say which: --session ID or --all")),
    }
}

fn check_roles(arguments: &Arguments, settings: &Settings, change: &Change) -> Result<(), Failure> {
    if arguments.has("any-role") {
        return Ok(());
    }
    let known = Needed::of(settings).roles;
    let strange = change.roles().into_iter().find(|role| !known.contains(role));
    match strange {
        Some(role) if !known.is_empty() => {
            let hint = crate::nearest::nearest(&role, known.iter().map(String::as_str))
                .map_or_else(
                    || format!("rules name {}", known.join(", ")),
                    |hint| format!("did you mean `{hint}`?"),
                );
            Err(arguments.wrong(format!(
                "no rule names the role `{role}`: {hint} (--any-role sets it all the same)"
            )))
        }
        _ => Ok(()),
    }
}

/// What Clerk keeps of public metadata.
const METADATA_BYTES_MAX: usize = 8_192;
const TAKES_EFFECT: &str = "Written. The person's next session token carries it: within a minute, \
    or at once after signing out and in. What the gate has looked up counts for LOOKUP_TTL_SECONDS.\n";
const SESSION_ENDS: &str =
    "Done. A token that was given out already is accepted until it ends, within a minute.\n";
