//! `explain`: which rule a path falls under, for whom it holds, and what becomes of the request.

pub mod beats;
pub mod text;

use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::rule::Rule;
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::config::load::Configuration;
use crate::host::Host;
use crate::look::Look;
use crate::people::{Person, PersonSession, flags, time};
use crate::report::{Diagnostic, Exit, Failure, Report};
use crate::tests;
use crate::world::World;
use crate::world::outcome::{Decided, Outcome};
use crate::world::request::Asked;

/// All that is said about one request.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The request.
    pub asked: Asked,
    /// Who asks.
    pub person: String,
    /// `path` of `/debug-role?path=`, with `place`, `beats` and `readings`.
    pub path: Value,
    /// Where the role came from, in words.
    pub role: Option<String>,
    /// Why nobody is signed in.
    pub reason: Option<String>,
    /// What the gate decides.
    pub decided: Decided,
}

/// Runs the command.
///
/// # Errors
/// Where the configuration is faulty or the arguments are.
pub fn command<H: Host>(host: &H, arguments: &Arguments, look: Look) -> Result<Report, Failure> {
    let typed = arguments.operand("the path")?;
    let method = arguments.value("method").unwrap_or("GET").to_ascii_uppercase();
    let asked = Asked::read(typed, &method, arguments.value("host"), arguments.has("api"))
        .ok_or_else(|| arguments.wrong("a path begins with `/`; a URL with `https://`"))?;
    let expected = arguments.value("expect").map(Outcome::read).transpose();
    let expected = expected.map_err(|why| arguments.wrong(why))?;
    let now_ms = moment(host, arguments)?;
    let configuration = Configuration::read(host, arguments)?;
    let settings = configuration.settings()?;
    let person = flags::person(host, arguments, &settings.role_claims, |name| {
        tests::person_named(host, &configuration, &settings, name)
    })?;
    let strict = matches!(person.session, PersonSession::Token(_));
    let world = World::open(&configuration, settings, now_ms, strict);
    let explained = explain(&world, &configuration, &asked, &person)?;
    let mut report = Report {
        result: explained.path.clone(),
        out: text::of(&explained, look),
        ..Report::default()
    };
    if let Some(expected) = expected.filter(|it| *it != explained.decided.outcome) {
        report.exit = Exit::No;
        report.problems.push(Diagnostic {
            code: "unexpected",
            place: asked.path,
            message: format!("the outcome is {}, not {expected}", explained.decided.outcome),
            ..Diagnostic::default()
        });
    }
    Ok(report)
}

/// The moment of `--at`, else now.
///
/// # Errors
/// Where it is no moment.
pub fn moment<H: Host>(host: &H, arguments: &Arguments) -> Result<i64, Failure> {
    match arguments.value("at") {
        None => Ok(host.now_ms()),
        Some(text) => time::parse_ms(text).ok_or_else(|| {
            arguments
                .wrong("--at takes seconds since 1970, or a moment such as 2026-11-25T12:00:00Z")
        }),
    }
}

/// Explains one request.
///
/// # Errors
/// Where the gate gives no answer at all.
pub fn explain(
    world: &World<'_, Configuration>,
    configuration: &Configuration,
    asked: &Asked,
    person: &Person,
) -> Result<Explanation, Failure> {
    let silent = || Failure::input(&asked.path, "the gate gives no answer to this request");
    let report = world.report(asked, person).ok_or_else(silent)?;
    let decided = world.decide(asked, person).ok_or_else(silent)?;
    let mut path = report.get("path").cloned().unwrap_or_default();
    let found = Found::of(world, asked);
    if let Value::Object(members) = &mut path {
        let place = found.rule.and_then(Rule::index).and_then(|it| configuration.rule_place(it));
        members.insert("place".to_owned(), json!(place));
        members.insert("beats".to_owned(), json!(found.beats));
        members.insert("readings".to_owned(), found.readings);
    }
    let roles = report.pointer("/session/role");
    Ok(Explanation {
        asked: asked.clone(),
        person: person.name.clone(),
        path,
        role: roles.and_then(role),
        reason: report.get("reason").and_then(Value::as_str).map(str::to_owned),
        decided,
    })
}

/// `"member"        metadata.role of the token`.
fn role(role: &Value) -> Option<String> {
    let names: Vec<String> =
        role.get("names")?.as_array()?.iter().map(ToString::to_string).collect();
    if names.is_empty() {
        return Some("none".to_owned());
    }
    let source = match role.get("source").and_then(Value::as_str) {
        Some("lookup") => "looked up in the public metadata".to_owned(),
        Some(claim) => format!("{claim} of the token"),
        None => String::new(),
    };
    Some(format!("{}    {source}", names.join(", ")))
}

/// What the rules find for a path.
struct Found<'r> {
    rule: Option<&'r Rule>,
    beats: Vec<String>,
    readings: Value,
}

impl<'r> Found<'r> {
    fn of(world: &'r World<'_, Configuration>, asked: &Asked) -> Self {
        let rules = &world.settings().rules;
        let raw = asked.path.split('?').next().unwrap_or_default();
        let Ok(path) = RequestPath::parse(raw) else {
            return Self { rule: None, beats: Vec::new(), readings: json!([]) };
        };
        let readings: Vec<Value> = path
            .readings()
            .map(|segments| {
                let text = beats::path_of(&segments);
                let rule = rules.find_reading(&asked.host, &asked.method, &segments).path_text();
                json!({ "path": text, "rule": rule })
            })
            .collect();
        let rule = rules.find(&asked.host, &asked.method, &path).ok().map(|found| found.rule);
        let beats = rule.map(|rule| beats::of(rules, rule, &path, asked)).unwrap_or_default();
        Self { rule, beats, readings: Value::Array(readings) }
    }
}
