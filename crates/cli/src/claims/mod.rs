//! `claims`: the session token's custom claims for these rules, their size, and types for them.

use std::fmt::Write;

pub mod claim_types;
pub mod needed;
pub mod sample;
pub mod shortcode;
pub mod variants;

use clerk_edge_gate::explain::token_size::TokenSize;
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::bars;
use crate::claims::needed::Needed;
use crate::claims::sample::Sample;
use crate::claims::variants::Made;
use crate::config::find;
use crate::config::load::Configuration;
use crate::host::{Host, WriteError};
use crate::look::Look;
use crate::report::{Diagnostic, Exit, Failure, Report};

/// Runs the command.
///
/// # Errors
/// Where the configuration is faulty, or a claim may not be put into a token.
pub fn command<H: Host>(host: &H, arguments: &Arguments, look: Look) -> Result<Report, Failure> {
    let variant = arguments.word("variant", &["needed", "simple", "comprehensive", "flat"])?;
    let template = arguments
        .has("template")
        .then(|| arguments.word("template", &["default", "hasura", "supabase", "custom"]))
        .transpose()?;
    let maps = maps(arguments)?;
    let fields = fields(arguments)?;
    let types =
        arguments.has("types").then(|| arguments.word("types", &["ts", "rust"])).transpose()?;
    let configuration = Configuration::read(host, arguments)?;
    let settings = configuration.settings()?;
    let needed = Needed::of(&settings);
    let made = match template {
        Some(name) => variants::template(name, &needed, &maps),
        None => variants::variant(variant, &needed, &fields, &maps),
    };
    forbidden(&made)?;
    let sample = match arguments.value("sample") {
        Some(path) => Sample::new(metadata(host, path)?),
        None => Sample::usual(&needed, &fields),
    };
    let size = sample.size(&made.claims, &needed, &settings);
    let mut report = Report {
        result: json!({ "claims": made.claims, "size": size, "underived": made.underived }),
        out: stdout(&made.claims, types, &needed),
        notes: notes(template, &made, size, look),
        ..Report::default()
    };
    too_large(&sample, &made.claims, size, &mut report);
    underived(&made, &mut report);
    if let Some(folder) = arguments.value("out") {
        files(
            host,
            folder,
            template.unwrap_or("session-token"),
            &made.claims,
            &needed,
            &mut report,
        );
    }
    Ok(report)
}

fn stdout(claims: &Value, types: Option<&str>, needed: &Needed) -> String {
    match types {
        Some("rust") => claim_types::rust(claims, needed),
        Some(_) => claim_types::typescript(claims, needed),
        None => format!("{}\n", serde_json::to_string_pretty(claims).unwrap_or_default()),
    }
}

fn notes(template: Option<&str>, made: &Made, size: TokenSize, look: Look) -> String {
    let mut notes = bars::of(size);
    notes.push('\n');
    match template {
        Some("supabase") => notes.push_str(&look.wrap(SUPABASE, "")),
        Some(_) => {}
        None => {
            notes.push_str(&look.wrap(PASTE, ""));
            let patch = json!({ "session": { "claims": made.claims } });
            let _ = writeln!(notes, "\n  npx clerk@latest config patch --json '{patch}'\n");
        }
    }
    notes.push_str(&look.wrap(if template.is_some() { TEMPLATE } else { NO_TEMPLATE }, ""));
    notes
}

fn too_large(sample: &Sample, claims: &Value, size: TokenSize, report: &mut Report) {
    let is_custom = size.custom_claims_bytes > size.custom_claims_bytes_max;
    if !is_custom && size.bytes <= size.bytes_max {
        return;
    }
    let largest = sample.largest(claims);
    let shown: Vec<String> = largest
        .iter()
        .take(5)
        .map(|(name, bytes)| format!("{name} {} bytes", bars::grouped(*bytes)))
        .collect();
    report.exit = Exit::No;
    report.problems.push(Diagnostic {
        code: "too-large",
        place: "claims".to_owned(),
        message: format!("the claims do not fit; the largest first: {}", shown.join(", ")),
        help: Some("Put single values into the token in place of whole metadata.".to_owned()),
        ..Diagnostic::default()
    });
}

fn underived(made: &Made, report: &mut Report) {
    for path in &made.underived {
        report.exit = Exit::No;
        report.problems.push(Diagnostic {
            code: "underived",
            place: path.clone(),
            message: "it is not known where the value of this claim comes from".to_owned(),
            help: Some(format!("Say it: --map {path}=user.public_metadata.NAME")),
            ..Diagnostic::default()
        });
    }
}

fn forbidden(made: &Made) -> Result<(), Failure> {
    if made.forbidden.is_empty() {
        return Ok(());
    }
    let problems = made.forbidden.iter().map(|(path, why)| Diagnostic {
        code: "forbidden-claim",
        place: path.clone(),
        message: (*why).to_owned(),
        ..Diagnostic::default()
    });
    Err(Failure::of(Exit::Input, problems.collect()))
}

fn files<H: Host>(
    host: &H,
    folder: &str,
    name: &str,
    claims: &Value,
    needed: &Needed,
    report: &mut Report,
) {
    let guide = format!(
        "# Session token\n\n{PASTE}\n\n```json\n{}```\n\n{NO_TEMPLATE}\n",
        stdout(claims, None, needed)
    );
    let files = [
        ("json", stdout(claims, None, needed)),
        ("d.ts", claim_types::typescript(claims, needed)),
        ("rs", claim_types::rust(claims, needed)),
        ("md", guide),
    ];
    for (ending, text) in files {
        let path = find::join(folder, &format!("{name}.{ending}"));
        let done = match host.create(&path, text.as_bytes()) {
            Ok(()) => "created",
            Err(WriteError::Exists) if host.read(&path).is_ok_and(|old| old == text.as_bytes()) => {
                "unchanged"
            }
            Err(error) => {
                let why = match error {
                    WriteError::Exists => {
                        "a file of this name with other content is there".to_owned()
                    }
                    WriteError::Failed(why) => why,
                };
                report.exit = report.exit.max(Exit::No);
                report.problems.push(Diagnostic {
                    code: "not-written",
                    place: path.clone(),
                    message: why,
                    ..Diagnostic::default()
                });
                continue;
            }
        };
        let _ = writeln!(report.notes, "{path}: {done}");
    }
}

fn metadata<H: Host>(host: &H, path: &str) -> Result<Value, Failure> {
    let value: Value = serde_json::from_str(&find::text(host, path)?)
        .map_err(|_| Failure::input(path, "this is no JSON"))?;
    if value.is_object() { Ok(value) } else { Err(Failure::input(path, "an object is wanted")) }
}

fn maps(arguments: &Arguments) -> Result<Vec<(String, String)>, Failure> {
    let pairs = arguments.values("map").map(|pair| {
        let (path, code) =
            pair.split_once('=').filter(|(path, code)| !path.is_empty() && !code.is_empty())?;
        Some((path.to_owned(), code.to_owned()))
    });
    let pairs: Option<Vec<_>> = pairs.collect();
    let pairs = pairs.ok_or_else(|| arguments.wrong("--map is written `path=shortcode`"))?;
    let hidden = pairs
        .iter()
        .find(|(_, code)| code.contains("private_metadata") || code.contains("unsafe_metadata"));
    match hidden {
        Some((path, _)) => {
            Err(Failure::input(path, "private and unsafe metadata are never put in"))
        }
        None => Ok(pairs),
    }
}

fn fields(arguments: &Arguments) -> Result<Vec<String>, Failure> {
    let Some(list) = arguments.value("fields") else { return Ok(Vec::new()) };
    let fields: Vec<String> =
        list.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
    let is_name =
        |field: &String| field.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if fields.iter().all(is_name) && !fields.is_empty() {
        return Ok(fields);
    }
    Err(arguments.wrong("--fields is a list of names with commas between them"))
}

const PASTE: &str = "Paste the JSON in the Clerk Dashboard: Configure, Sessions, Customize session \
    token. Or set it without the dashboard:";
const NO_TEMPLATE: &str = "A JWT template does not change the session token: it is another token, \
    which `getToken({ template })` makes.";
const TEMPLATE: &str = "Paste the JSON in the Clerk Dashboard: Configure, JWT templates. It does \
    not \
    change the session token, which the gate reads.";
const SUPABASE: &str = "Clerk retired this template on 2025-04-01 in favour of its native \
    integration with Supabase: take that one for new projects.";
