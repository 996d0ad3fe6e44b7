//! All rules, most specific first, the built-in one last.

use std::cmp::Reverse;

use clerk_edge_rules::rule::{Otherwise, Rule, SignedOut};
use clerk_edge_rules::rule_set::Rules;
use clerk_edge_rules::shape::PathSegment;
use serde_json::{Value, json};

use crate::config::load::Configuration;
use crate::look::table;
use crate::world::World;

/// The rules, most specific first: segment by segment a literal before `:name` before `/*`, then a
/// host before none, then methods before none. Paths that no request shares stand by their text.
#[must_use]
pub fn sorted(rules: &Rules) -> Vec<&Rule> {
    let mut list: Vec<&Rule> = rules.iter().collect();
    list.sort_by_cached_key(|rule| {
        let segments = rule.path_segments().map(|segment| match segment {
            PathSegment::Literal(bytes) => (0, bytes.to_vec()),
            PathSegment::Param(_) => (1, Vec::new()),
        });
        let mut key: Vec<(u8, Vec<u8>)> = segments.collect();
        if rule.covers_below() {
            key.push((2, Vec::new()));
        }
        (key, Reverse(rule.host().is_some()), Reverse(!rule.methods().is_empty()), rule.index())
    });
    list
}

/// As `result.rules`.
#[must_use]
pub fn json(world: &World<'_, Configuration>, configuration: &Configuration) -> Vec<Value> {
    let rules = sorted(&world.settings().rules).into_iter().map(|rule| {
        let index = rule.index().unwrap_or_default();
        let line = configuration.rule_line(index);
        json!({
            "index": index,
            "path": rule.path_text(),
            "host": rule.host(),
            "methods": rule.methods(),
            "allow": allow(rule),
            "signed_out": signed_out(rule),
            "otherwise": otherwise(rule),
            "send": rule.send().map(|send| from_text(&send.to_string())),
            "report_only": rule.report_only(),
            "lookup": rule.lookup(),
            "file": line.as_ref().map(|(file, _)| file),
            "line": line.as_ref().map(|(_, line)| line),
        })
    });
    let default = json!({
        "index": null, "path": "default", "host": null, "methods": [], "allow": "signed-in",
        "signed_out": "sign-in", "otherwise": 403, "send": null, "report_only": false,
        "lookup": false, "file": null, "line": null,
    });
    rules.chain([default]).collect()
}

/// As a table.
#[must_use]
pub fn text(
    world: &World<'_, Configuration>,
    configuration: &Configuration,
    markdown: bool,
) -> String {
    let head = ["path", "host", "methods", "allow", "signed out", "otherwise", "send", "where"];
    let rows = sorted(&world.settings().rules).into_iter().map(|rule| {
        let place = rule.index().and_then(|it| configuration.rule_place(it)).unwrap_or_default();
        let report = if rule.report_only() { " (report only)" } else { "" };
        vec![
            rule.path_text().to_owned(),
            rule.host().unwrap_or_default().to_owned(),
            rule.methods().join(" "),
            format!("{}{report}", shown(&allow(rule))),
            shown(&signed_out(rule)),
            shown(&otherwise(rule)),
            rule.send().map(|send| shown(&from_text(&send.to_string()))).unwrap_or_default(),
            place,
        ]
    });
    let default = ["default", "", "", "signed-in", "sign-in", "403", "", "built in"];
    let head = [head.map(str::to_owned).to_vec()];
    let all: Vec<Vec<String>> =
        head.into_iter().chain(rows).chain([default.map(str::to_owned).to_vec()]).collect();
    table(&without_empty_columns(all), markdown)
}

/// What no rule has is no column.
fn without_empty_columns(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let columns = rows.first().map_or(0, Vec::len);
    let is_used = |column: &usize| {
        rows.iter().skip(1).any(|row| row.get(*column).is_some_and(|cell| !cell.is_empty()))
    };
    let used: Vec<usize> = (0..columns).filter(is_used).collect();
    let cut = |row: &Vec<String>| used.iter().filter_map(|at| row.get(*at).cloned()).collect();
    rows.iter().map(cut).collect()
}

fn allow(rule: &Rule) -> Value {
    from_text(&rule.requirement().to_string())
}

fn signed_out(rule: &Rule) -> Value {
    match rule.signed_out() {
        SignedOut::SignIn => json!("sign-in"),
        SignedOut::Status(status) => json!(status),
        SignedOut::Redirect(target) => json!(target.to_string()),
    }
}

fn otherwise(rule: &Rule) -> Value {
    match rule.otherwise() {
        Otherwise::Status(status) => json!(status),
        Otherwise::Redirect(target) => json!(target.to_string()),
    }
}

fn from_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

/// A text without its quotes; a condition of one key as `role = "admin"`.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let parts: Vec<String> =
                members.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            parts.join(", ")
        }
        other => other.to_string(),
    }
}
