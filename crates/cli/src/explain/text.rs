//! An explanation for people.

use std::fmt::Write;

use serde_json::Value;

use crate::explain::Explanation;
use crate::look::{Ink, Look};
use crate::world::outcome::Outcome;

/// The text.
#[must_use]
pub fn of(explained: &Explanation, look: Look) -> String {
    let asked = &explained.asked;
    let kind = if asked.is_page { "a page" } else { "not a page" };
    let host = if asked.host == crate::world::request::HOST {
        String::new()
    } else {
        format!("   {}", asked.host)
    };
    let head = format!("{} {}{host}   {kind}   {}", asked.method, asked.path, explained.person);
    let mut out = format!("{}\n", look.ink(Ink::Bold, &head));
    out.push_str(&rows(explained, look));
    out
}

/// The lines below the head.
#[must_use]
pub fn rows(explained: &Explanation, look: Look) -> String {
    let mut out = String::new();
    let path = &explained.path;
    let text = |name: &str| path.get(name).and_then(Value::as_str);
    readings(path, text("canonical"), &mut out);
    if let Some(rule) = text("rule") {
        let place = text("place").unwrap_or(if rule == "default" { "built in" } else { "" });
        let beats: Vec<&str> = path
            .get("beats")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let beats =
            if beats.is_empty() { String::new() } else { format!("beats {}", beats.join(", ")) };
        row(&mut out, "rule", format!("{rule:<15}  {place:<20}  {beats}").trim_end());
    }
    if let Some(role) = &explained.role {
        row(&mut out, "role", role.trim_end());
    } else if let Some(reason) = &explained.reason {
        row(&mut out, "session", &format!("none: {reason}"));
    }
    for line in path.get("conditions").and_then(Value::as_array).into_iter().flatten() {
        condition(line, &mut out);
    }
    row(&mut out, "outcome", &outcome(explained, look));
    headers(explained, &mut out);
    out
}

fn readings(path: &Value, canonical: Option<&str>, out: &mut String) {
    let readings = path.get("readings").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let Some(canonical) = canonical else {
        row(out, "path", "has several meanings under different rules, or is no path");
        return list(readings, out);
    };
    let count = if readings.len() == 1 {
        "one reading".to_owned()
    } else {
        format!("{} readings", readings.len())
    };
    row(out, "path", &format!("{canonical:<15}  {count}"));
    if readings.len() > 1 {
        list(readings, out);
    }
}

fn list(readings: &[Value], out: &mut String) {
    for reading in readings {
        let text = |name: &str| reading.get(name).and_then(Value::as_str).unwrap_or("ambiguous");
        row(out, "", &format!("{:<15}  {}", text("path"), text("rule")));
    }
}

/// `{ role = "admin" }` without its braces.
fn condition(line: &Value, out: &mut String) {
    let text = line.get("text").and_then(Value::as_str).unwrap_or_default();
    let depth = line.get("depth").and_then(Value::as_u64).and_then(|it| usize::try_from(it).ok());
    let result = line.get("result").and_then(Value::as_str).unwrap_or_default();
    let shown = text.strip_prefix("{ ").and_then(|it| it.strip_suffix(" }")).unwrap_or(text);
    row(out, result, &format!("{}{shown}", "  ".repeat(depth.unwrap_or_default())));
}

fn outcome(explained: &Explanation, look: Look) -> String {
    let decided = &explained.decided;
    let shown = match &decided.outcome {
        Outcome::Forward => "forward".to_owned(),
        Outcome::Status(status) => match &decided.code {
            Some(code) => format!("{status} {code}"),
            None => status.to_string(),
        },
        Outcome::SignIn => "307 to the sign-in page".to_owned(),
        Outcome::Handshake => "307 to Clerk's handshake".to_owned(),
        Outcome::Redirect(target) => format!("307 to {target}"),
    };
    let ink = if decided.outcome == Outcome::Forward { Ink::Good } else { Ink::Bad };
    let mut out = look.ink(ink, &shown);
    let report_only = explained.path.pointer("/outcome/report_only").and_then(Value::as_bool);
    if report_only == Some(true) {
        let would = explained.path.pointer("/outcome/words").and_then(Value::as_str);
        let _ = write!(out, "    (report_only; else: {})", would.unwrap_or_default());
    }
    let other = explained.path.get("outcome_unless_page");
    if explained.asked.is_page && other != explained.path.get("outcome") {
        let _ = write!(out, "    (anything but a page: {})", short(other));
    }
    out
}

fn short(outcome: Option<&Value>) -> String {
    let text = |name: &str| outcome.and_then(|it| it.get(name)).and_then(Value::as_str);
    let status = outcome.and_then(|it| it.get("status")).and_then(Value::as_u64);
    match (text("action"), status, text("code")) {
        (_, Some(status), Some(code)) => format!("{status} {code}"),
        (_, Some(status), None) => format!("{status} to {}", text("location").unwrap_or_default()),
        (action, ..) => action.unwrap_or_default().to_owned(),
    }
}

/// Names, and values unless they are a whole token's.
fn headers(explained: &Explanation, out: &mut String) {
    for (at, (name, value)) in explained.decided.headers.iter().enumerate() {
        let value = if HIDDEN.contains(&name.as_str()) { "…" } else { value };
        row(out, if at == 0 { "headers" } else { "" }, &format!("{name}: {value}"));
    }
}

fn row(out: &mut String, name: &str, text: &str) {
    let _ = writeln!(out, "  {name:<9} {text}");
}

/// Headers that hold all claims, or the token.
const HIDDEN: [&str; 4] =
    ["x-clerk-claims", "x-clerk-auth-token", "x-clerk-auth-signature", "x-clerk-assertion"];
