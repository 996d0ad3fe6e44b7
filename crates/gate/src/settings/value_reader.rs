//! Reads one binding as a text, boolean, number of seconds, list or table, and collects problems.
//!
//! Booleans, numbers, lists and tables are accepted both as such and as text. If a value cannot be
//! read, a problem with its place is added and reading continues, so that all problems are found at
//! once. Messages say what is accepted. They never contain a value, because it may be a secret.

use serde_json::Value;

use crate::settings::bindings::{Binding, Bindings};
use crate::settings::problems::SettingsProblems;
use clerk_edge_rules::inline_toml;
use clerk_edge_rules::ordered_table::Table;
use clerk_edge_rules::problem::Problem;

/// Reads bindings and collects problems and notes.
pub(super) struct ValueReader<'a> {
    bindings: &'a dyn Bindings,
    problems: Vec<Problem>,
    notes: Vec<String>,
}

/// One entry of a list, with its place.
pub(super) struct Entry {
    pub(super) place: String,
    pub(super) text: String,
}

impl<'a> ValueReader<'a> {
    pub(super) fn new(bindings: &'a dyn Bindings) -> Self {
        Self { bindings, problems: Vec::new(), notes: Vec::new() }
    }

    /// Adds a problem, unless one with this place was added before: later problems of a place
    /// usually follow from its first.
    pub(super) fn add(&mut self, place: impl AsRef<str>, message: impl AsRef<str>) {
        self.add_problem(place.as_ref(), message.as_ref());
    }

    /// One function for all: settings without a problem are read without it.
    #[cold]
    #[inline(never)]
    fn add_problem(&mut self, place: &str, message: &str) {
        let problem = Problem::new(place, message);
        if self.problems.iter().all(|other| other.place != problem.place) {
            self.problems.push(problem);
        }
    }

    /// Adds a problem and returns `None`.
    pub(super) fn refuse<T>(&mut self, place: &str, message: impl AsRef<str>) -> Option<T> {
        self.add(place, message);
        None
    }

    /// Adds the problem that another kind of value is bound than expected, and returns `None`.
    #[cold]
    pub(super) fn refuse_kind<T>(
        &mut self,
        name: &str,
        expected: &str,
        bound: &Binding,
    ) -> Option<T> {
        self.refuse(name, format!("{expected}, but {} is bound", bound.kind()))
    }

    /// Adds problems that were found elsewhere, and returns `None`.
    pub(super) fn refuse_all<T>(&mut self, problems: Vec<Problem>) -> Option<T> {
        self.problems.extend(problems);
        None
    }

    /// Adds a note about a value that works but should be changed.
    pub(super) fn add_note(&mut self, sentence: &str) {
        self.notes.push(sentence.to_owned());
    }

    /// The notes, or all problems if there are any.
    pub(super) fn finish(self, may_be_shown: bool) -> Result<Vec<String>, SettingsProblems> {
        let mut problems = self.problems.into_iter();
        match problems.next() {
            Some(first) => Err(SettingsProblems::new(first, problems.collect(), may_be_shown)),
            None => Ok(self.notes),
        }
    }

    /// The names of all bindings, where they are known.
    pub(super) fn names(&self) -> Vec<String> {
        self.bindings.names()
    }

    /// The value that is bound to a name. An empty text counts as missing.
    pub(super) fn bound(&self, name: &str) -> Option<Binding> {
        self.bindings.get(name).filter(|bound| *bound != Binding::Text(String::new()))
    }

    /// Whether anything is bound to a name. Anything but the wanted kind is a problem.
    pub(super) fn is_bound(&mut self, name: &str, wanted: &Binding, expected: &str) -> bool {
        let Some(bound) = self.bound(name) else { return false };
        if bound != *wanted {
            self.refuse_kind::<()>(name, expected, &bound);
        }
        true
    }

    /// A text, unchanged.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.bound(name)? {
            Binding::Text(text) => Some(text),
            other => self.refuse_kind(name, "must be a text", &other),
        }
    }

    /// Reads `true` or `false` into a field; leaves the field as it is if nothing is bound.
    pub(super) fn boolean(&mut self, name: &str, field: &mut bool) {
        let Some(text) = self.scalar(name, BOOLEAN) else { return };
        match text.trim().to_ascii_lowercase().as_str() {
            "true" => *field = true,
            "false" => *field = false,
            _ => self.add(name, BOOLEAN),
        }
    }

    /// A whole number of seconds from `least` to `most`.
    pub(super) fn seconds(&mut self, name: &str, least: u32, most: u32) -> Option<u32> {
        let expected = format!("must be a whole number of seconds from {least} to {most}");
        let text = self.scalar(name, &expected)?;
        let digits = text.trim();
        let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.parse() {
            Ok(seconds) if is_whole && (least..=most).contains(&seconds) => Some(seconds),
            _ => self.refuse(name, expected),
        }
    }

    /// Reads a list of texts into a field; leaves the field as it is if nothing is bound.
    pub(super) fn texts(&mut self, name: &str, field: &mut Vec<String>) {
        if let Some(entries) = self.list(name) {
            *field = entries.into_iter().map(|entry| entry.text).collect();
        }
    }

    /// A list of texts: a list, the JSON text of a list, or a text with commas. Each entry that is
    /// not a text, or empty, is a problem and left out. `None` if all entries are left out.
    pub(super) fn list(&mut self, name: &str) -> Option<Vec<Entry>> {
        let texts: Vec<Option<String>> = match self.bound(name)? {
            Binding::Text(text) if !text.trim_start().starts_with('[') => {
                text.split(',').map(|part| Some(part.trim().to_owned())).collect()
            }
            Binding::Text(text) | Binding::Json(text) => {
                let Ok(Value::Array(values)) = serde_json::from_str(&text) else {
                    return self.refuse(name, LIST);
                };
                values.iter().map(|value| value.as_str().map(str::to_owned)).collect()
            }
            other => return self.refuse_kind(name, LIST, &other),
        };
        let was_empty = texts.is_empty();
        let mut entries = Vec::new();
        for (index, text) in texts.into_iter().enumerate() {
            entries.extend(self.entry(format!("{name}[{index}]"), text));
        }
        (was_empty || !entries.is_empty()).then_some(entries)
    }

    fn entry(&mut self, place: String, text: Option<String>) -> Option<Entry> {
        match text {
            None => self.refuse(&place, "must be a text"),
            Some(text) if text.trim().is_empty() => {
                self.refuse(&place, "is empty: write a text, or leave the entry out")
            }
            Some(text) => Some(Entry { place, text }),
        }
    }

    /// The JSON text of a value that is not a text, or is one that holds JSON.
    pub(super) fn json_text(&mut self, name: &str, expected: &str) -> Option<String> {
        match self.bound(name)? {
            Binding::Text(text) | Binding::Json(text) => Some(text),
            other => self.refuse_kind(name, expected, &other),
        }
    }

    /// A table, its entries in their order.
    pub(super) fn table(&mut self, name: &str) -> Option<Table> {
        match self.bound(name)? {
            Binding::Text(text) | Binding::Json(text) => match serde_json::from_str(&text) {
                Ok(table) => Some(table),
                Err(error) => match inline_toml::to_json(&text).filter(|_| error.is_syntax()) {
                    Some(json) => self.refuse(name, format!("{TOML_FOR_JSON}{json}")),
                    None => self.refuse(name, TABLE),
                },
            },
            other => self.refuse_kind(name, TABLE, &other),
        }
    }

    /// A text, or the JSON text of a number or boolean.
    fn scalar(&mut self, name: &str, expected: &str) -> Option<String> {
        match self.bound(name)? {
            Binding::Text(text) => Some(text),
            Binding::Json(text) if !text.trim_start().starts_with(['[', '{', '"']) => Some(text),
            Binding::Json(_) => self.refuse(name, expected),
            other => self.refuse_kind(name, expected, &other),
        }
    }
}

const TOML_FOR_JSON: &str = "a text must be JSON, and this is TOML. Write: ";
const BOOLEAN: &str = "must be `true` or `false`";
const LIST: &str = "must be a list of texts, or texts with commas between them";
const TABLE: &str = "must be a table, such as { \"x-user-plan\" = \"metadata.plan\" }";
