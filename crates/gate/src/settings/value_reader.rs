//! Readers for the kinds of settings: text, boolean, whole number, list, table.
//!
//! Each takes the value both as such and as text, and where it cannot, notes the problem with its
//! place and goes on, so that all problems come out at once. Messages say what is accepted; they
//! never repeat a value, since a secret may stand in the wrong place.

use std::cell::RefCell;

use serde_json::Value;

use crate::settings::bindings::{Binding, Bindings};
use clerk_edge_rules::ordered_table::Table;
use clerk_edge_rules::problem::Problem;

/// Reads bindings and keeps the problems.
pub(super) struct ValueReader<'a, B> {
    bindings: &'a B,
    problems: RefCell<Vec<Problem>>,
    remarks: RefCell<Vec<String>>,
}

/// One entry of a list, with its place.
pub(super) struct Entry {
    pub(super) place: String,
    pub(super) text: String,
}

impl<'a, B: Bindings> ValueReader<'a, B> {
    pub(super) fn new(bindings: &'a B) -> Self {
        Self { bindings, problems: RefCell::default(), remarks: RefCell::default() }
    }

    /// Notes a problem. A place is named once: what follows from a first problem is noise.
    pub(super) fn note(&self, place: impl Into<String>, message: impl Into<String>) {
        let problem = Problem::new(place, message);
        let mut problems = self.problems.borrow_mut();
        if problems.iter().all(|other| other.place != problem.place) {
            problems.push(problem);
        }
    }

    /// Notes problems that were found elsewhere.
    pub(super) fn note_all(&self, problems: Vec<Problem>) {
        self.problems.borrow_mut().extend(problems);
    }

    /// Remarks on something that works but is worth mending.
    pub(super) fn remark(&self, sentence: &str) {
        self.remarks.borrow_mut().push(sentence.to_owned());
    }

    /// All problems and remarks so far.
    pub(super) fn into_findings(self) -> (Vec<Problem>, Vec<String>) {
        (self.problems.into_inner(), self.remarks.into_inner())
    }

    /// What is bound; an empty text counts as nothing.
    pub(super) fn bound(&self, name: &str) -> Option<Binding> {
        self.bindings.get(name).filter(|found| *found != Binding::Text(String::new()))
    }

    /// A text, as it stands.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.bound(name)? {
            Binding::Text(text) => Some(text),
            other => self.wrong(name, "must be a text", &other),
        }
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, name: &str) -> Option<bool> {
        let text = self.scalar(name, BOOLEAN)?;
        match text.trim().to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => self.refuse(name, BOOLEAN),
        }
    }

    /// A whole number within bounds.
    pub(super) fn whole_number(&self, name: &str, least: u32, most: u32) -> Option<u32> {
        let expected = format!("must be a whole number of seconds from {least} to {most}");
        let text = self.scalar(name, &expected)?;
        let digits = text.trim();
        digits
            .parse::<u32>()
            .ok()
            .filter(|n| digits.bytes().all(|b| b.is_ascii_digit()) && (least..=most).contains(n))
            .or_else(|| self.refuse(name, expected))
    }

    /// A list of texts: a list, JSON text of one, or texts with commas between them. Broken
    /// entries are noted and left out; of a list of nothing else nothing remains.
    pub(super) fn list(&self, name: &str) -> Option<Vec<Entry>> {
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
            other => return self.wrong(name, LIST, &other),
        };
        let was_empty = texts.is_empty();
        let entries: Vec<Entry> = texts
            .into_iter()
            .enumerate()
            .filter_map(|(i, text)| self.entry(name, i, text))
            .collect();
        (was_empty || !entries.is_empty()).then_some(entries)
    }

    /// A table, in the order it was written.
    pub(super) fn table(&self, name: &str) -> Option<Table> {
        match self.bound(name)? {
            Binding::Text(text) | Binding::Json(text) => {
                serde_json::from_str(&text).ok().or_else(|| self.refuse(name, TABLE))
            }
            other => self.wrong(name, TABLE, &other),
        }
    }

    fn entry(&self, name: &str, index: usize, text: Option<String>) -> Option<Entry> {
        let place = format!("{name}[{index}]");
        match text {
            None => self.refuse(&place, "must be a text"),
            Some(text) if text.trim().is_empty() => {
                self.refuse(&place, "is empty: write a text, or leave the entry out")
            }
            Some(text) => Some(Entry { place, text }),
        }
    }

    /// A text, or the JSON of a number or boolean.
    fn scalar(&self, name: &str, expected: &str) -> Option<String> {
        match self.bound(name)? {
            Binding::Text(text) => Some(text),
            Binding::Json(text) if !text.trim_start().starts_with(['[', '{', '"']) => Some(text),
            Binding::Json(_) => self.refuse(name, expected),
            other => self.wrong(name, expected, &other),
        }
    }

    /// Notes a wrong shape.
    pub(super) fn wrong<T>(&self, name: &str, expected: &str, found: &Binding) -> Option<T> {
        self.refuse(name, format!("{expected}, but {} is bound", found.shape()))
    }

    /// Notes a problem where a value was wanted.
    pub(super) fn refuse<T>(&self, place: &str, message: impl Into<String>) -> Option<T> {
        self.note(place, message);
        None
    }
}

const BOOLEAN: &str = "must be `true` or `false`";
const LIST: &str = "must be a list of texts, or texts with commas between them";
const TABLE: &str = "must be a table, such as { \"x-user-plan\" = \"metadata.plan\" }";
