//! Rules in the making: one for each path, with what became of the source's lines.

use std::collections::BTreeMap;

use clerk_edge_rules::rule_set::{Context, Rules};
use serde_json::{Map, Value, json};

use crate::import::{Fate, Line};

/// Rules, lines and remarks.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    rules: BTreeMap<(String, Option<String>), Map<String, Value>>,
    /// What became of each line.
    pub lines: Vec<Line>,
    /// What is said first.
    pub remarks: Vec<String>,
}

impl Draft {
    /// Sets the rule of a path; it says nothing of the rule that was there.
    pub fn set(&mut self, path: &str, host: Option<&str>, fields: Map<String, Value>) {
        let path = if is_path(path) { path.to_owned() } else { widest(path) };
        self.rules.insert((path, host.map(str::to_owned)), fields);
    }

    /// The rule of a path, where there is one.
    #[must_use]
    pub fn get(&self, path: &str, host: Option<&str>) -> Option<&Map<String, Value>> {
        self.rules.get(&(path.to_owned(), host.map(str::to_owned)))
    }

    /// Keeps a path for the role that nobody has yet.
    pub fn close(&mut self, path: &str, host: Option<&str>) {
        self.set(path, host, nobody());
    }

    /// Notes what became of a line.
    pub fn note(&mut self, line: usize, source: &str, fate: Fate, why: impl Into<String>) {
        let source = source.trim().to_owned();
        self.lines.push(Line { line, source, fate, why: why.into() });
    }

    /// The rules as JSON, `path` first.
    #[must_use]
    pub fn rules(&self) -> Vec<Value> {
        let rule = |((path, host), fields): (&(String, Option<String>), &Map<String, Value>)| {
            let mut rule = Map::new();
            rule.insert("path".to_owned(), json!(path));
            rule.extend(host.as_ref().map(|host| ("host".to_owned(), json!(host))));
            rule.extend(fields.clone());
            Value::Object(rule)
        };
        self.rules.iter().map(rule).collect()
    }
}

/// A rule for the role that nobody has yet.
#[must_use]
pub fn nobody() -> Map<String, Value> {
    allow(json!({ "role": "nobody-yet" }))
}

/// A rule that asks this.
#[must_use]
pub fn allow(condition: Value) -> Map<String, Value> {
    Map::from_iter([("allow".to_owned(), condition)])
}

/// Whether the rules take this path.
#[must_use]
pub fn is_path(path: &str) -> bool {
    let text = json!([{ "path": path, "allow": "anyone" }]).to_string();
    Rules::read(&text, &Context::default()).is_ok()
}

/// The closest path above that the rules take, and all below it.
#[must_use]
pub fn widest(path: &str) -> String {
    let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    while segments.pop().is_some() {
        let above = format!("/{}", [segments.join("/").as_str(), "*"].join("/"));
        let above = above.replace("//", "/");
        if is_path(&above) {
            return above;
        }
    }
    "/*".to_owned()
}
