//! Where in the rules a problem stands, and the list of problems so far.

use std::fmt::Display;

use crate::ordered_json::Json;
use crate::problem::Problem;
use crate::spelling::did_you_mean;

/// A place such as `ROUTES[3].allow.role`, written only when there is something to say about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: PlacePart<'a>,
}

#[derive(Clone, Copy, Debug)]
enum PlacePart<'a> {
    Key(&'a str),
    Index(usize),
}

/// Every problem that was met; reading goes on after each.
#[derive(Debug, Default)]
pub(super) struct Problems {
    /// In the order of the text.
    pub(super) list: Vec<Problem>,
}

impl<'a> Place<'a> {
    /// The binding.
    pub(super) const ROUTES: Place<'static> =
        Place { parent: None, step: PlacePart::Key("ROUTES") };

    /// A member of the table here.
    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Place { parent: Some(self), step: PlacePart::Key(key) }
    }

    /// An item of the list here.
    pub(super) fn index(&'a self, index: usize) -> Self {
        Place { parent: Some(self), step: PlacePart::Index(index) }
    }
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}")?;
        }
        match self.step {
            PlacePart::Index(index) => write!(f, "[{index}]"),
            PlacePart::Key(key) if self.parent.is_none() => f.write_str(key),
            // A key with a dot of its own would read like two.
            PlacePart::Key(key) if key.contains(['.', '[', ' ']) => write!(f, "[{key:?}]"),
            PlacePart::Key(key) => write!(f, ".{key}"),
        }
    }
}

impl Problems {
    /// Adds a problem.
    pub(super) fn tell(&mut self, place: &Place<'_>, message: impl Display) {
        self.add(place, &message);
    }

    /// Adds a problem and returns `None`.
    pub(super) fn note<T>(&mut self, place: &Place<'_>, message: impl Display) -> Option<T> {
        self.add(place, &message);
        None
    }

    /// One function that writes every message: right rules are read without it.
    #[cold]
    #[inline(never)]
    fn add(&mut self, place: &Place<'_>, message: &dyn Display) {
        self.list.push(Problem::new(place.to_string(), message.to_string()));
    }

    /// The members of a table, of which only these are known; each at most once.
    pub(super) fn table<'j>(
        &mut self,
        json: &'j Json,
        place: &Place<'_>,
        known: &[&str],
    ) -> Option<&'j [(String, Json)]> {
        let Json::Table(members) = json else {
            return self.note(place, format_args!("a table is wanted here, not {}", json.kind()));
        };
        for (at, (key, _)) in members.iter().enumerate() {
            if !known.is_empty() && !known.contains(&key.as_str()) {
                let message = format!("no such field{}", did_you_mean(key, known));
                self.tell(&place.key(key), message);
            } else if members.iter().take(at).any(|(earlier, _)| earlier == key) {
                self.tell(&place.key(key), "is given twice");
            }
        }
        Some(members)
    }

    /// A text that is not empty.
    pub(super) fn text<'j>(&mut self, json: &'j Json, place: &Place<'_>) -> Option<&'j str> {
        match json.text() {
            Some("") => self.note(place, "must not be empty"),
            Some(text) => Some(text),
            None => self.note(place, format_args!("a text is wanted here, not {}", json.kind())),
        }
    }

    /// A text, or a list of at least one, each once.
    pub(super) fn texts(&mut self, json: &Json, place: &Place<'_>) -> Option<Vec<String>> {
        let Json::List(items) = json else {
            return self.text(json, place).map(|text| vec![text.to_owned()]);
        };
        if items.is_empty() {
            return self
                .note(place, "is an empty list, which never holds: add a value or leave it out");
        }
        let mut texts: Vec<String> = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let Some(text) = self.text(item, &place.index(at)) else { continue };
            if texts.iter().any(|known| known == text) {
                self.tell(&place.index(at), "is given twice");
                continue;
            }
            texts.push(text.to_owned());
        }
        (texts.len() == items.len()).then_some(texts)
    }

    /// A truth value.
    pub(super) fn truth(&mut self, json: &Json, place: &Place<'_>) -> Option<bool> {
        match json {
            Json::Single(serde_json::Value::Bool(truth)) => Some(*truth),
            other => self.note(place, format_args!("`true` or `false`, not {}", other.kind())),
        }
    }
}

/// The member of this name.
pub(super) fn member<'j>(members: &'j [(String, Json)], name: &str) -> Option<&'j Json> {
    members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_like_a_path() {
        let (routes, key) = (Place::ROUTES, "org.slug");
        let third = routes.index(3);
        let allow = third.key("allow");
        assert_eq!(allow.key("role").to_string(), "ROUTES[3].allow.role");
        assert_eq!(allow.key(key).to_string(), "ROUTES[3].allow[\"org.slug\"]");
    }
}
