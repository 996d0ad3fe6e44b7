//! One run of the command: arguments in, texts and an exit code out.

use serde_json::{Value, json};

use crate::arguments::{self, Arguments, Asked};
use crate::diagnostics;
use crate::help;
use crate::host::Host;
use crate::look::{Look, WIDTH};
use crate::report::{Exit, Failure, Report};
use crate::secrets::redact;
use crate::{check, claims, explain, import, routes, schema, tests, token, users};

/// Runs the command with these arguments and gives the exit code.
pub async fn run<H: Host>(host: &H, typed: &[String]) -> u8 {
    let json = arguments::wants_json(typed);
    let (asked, report) = match arguments::read(typed) {
        Ok(Asked::Version) => {
            host.out(&format!("clerk-edge {VERSION}\n"));
            return 0;
        }
        Ok(Asked::Help(command)) => {
            let look = look(host, None, json);
            host.out(&help::text(command, look));
            return 0;
        }
        Ok(Asked::Run(arguments)) => {
            let report = carry_out(host, &arguments).await;
            (Some(arguments), report)
        }
        Err(failure) => (None, Err(failure)),
    };
    let report = report.unwrap_or_else(of_failure);
    let name = asked.as_ref().map_or("", |it| it.command.name);
    if json {
        host.out(&document(name, &report));
    } else {
        print(host, &report, look(host, asked.as_ref(), false));
    }
    report.exit.code()
}

async fn carry_out<H: Host>(host: &H, arguments: &Arguments) -> Result<Report, Failure> {
    let look = look(host, Some(arguments), false);
    match arguments.command.name {
        "check" => check::command(host, arguments, look).await,
        "claims" => claims::command(host, arguments, look),
        "explain" => explain::command(host, arguments, look),
        "import" => import::command(host, arguments, look),
        "routes" => routes::command(host, arguments, look),
        "test" => tests::command(host, arguments, look),
        "schema" => schema::command(arguments),
        "token" => token::command(host, arguments, look).await,
        "users" => users::command(host, arguments).await,
        other => Err(Failure::usage(format!("`{other}` has no code"), "")),
    }
}

fn of_failure(failure: Failure) -> Report {
    Report {
        result: Value::Null,
        problems: failure.problems,
        exit: failure.exit,
        ..Report::default()
    }
}

/// The one document of `--json`.
fn document(command: &str, report: &Report) -> String {
    let problems: Vec<Value> = report.problems.iter().map(|it| it.to_json()).collect();
    let document = json!({
        "command": command,
        "version": VERSION,
        "ok": report.exit == Exit::Done,
        "result": report.result,
        "problems": problems,
    });
    format!("{}\n", redact(&document.to_string()))
}

fn print<H: Host>(host: &H, report: &Report, look: Look) {
    if !report.out.is_empty() {
        host.out(&redact(&report.out));
    }
    if !report.notes.is_empty() {
        host.err(&redact(&report.notes));
    }
    for problem in &report.problems {
        host.err(&redact(&diagnostics::render(problem, look)));
    }
}

/// `NO_COLOR` and `--color` before what the terminal can.
fn look<H: Host>(host: &H, arguments: Option<&Arguments>, json: bool) -> Look {
    let terminal = host.terminal();
    let wanted = arguments.and_then(|it| it.value("color")).unwrap_or("auto");
    let color = match wanted {
        "always" => true,
        "never" => false,
        _ => terminal.output && host.env("NO_COLOR").is_none_or(|it| it.is_empty()),
    };
    Look { color: color && !json, width: terminal.columns.unwrap_or(WIDTH).max(40) }
}

/// The version of the package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
