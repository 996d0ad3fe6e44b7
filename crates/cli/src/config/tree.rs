//! A file's values with their places, the same for TOML and for JSON with comments.

use std::fmt::Write;
use std::ops::Range;

use serde_json::{Number, Value};

/// A value and the bytes of the file that it stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub kind: Kind,
    /// Its bytes in the file.
    pub span: Range<usize>,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text; a TOML date too.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A table in the order of the file; a name may stand there twice.
    Table(Vec<Member>),
}

/// A member of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name.
    pub key: String,
    /// The bytes of the name.
    pub key_span: Range<usize>,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The members, where it is a table.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        if let Kind::Table(members) = &self.kind { members } else { &[] }
    }

    /// The items, where it is a list.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Kind::List(items) = &self.kind { items } else { &[] }
    }

    /// A member of a table. Of two with one name the last counts, as for JavaScript.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members().iter().rev().find(|member| member.key == key).map(|member| &member.value)
    }

    /// The text, where it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// The truth value, where it is one.
    #[must_use]
    pub fn truth(&self) -> Option<bool> {
        if let Kind::Bool(truth) = self.kind { Some(truth) } else { None }
    }

    /// As JSON, in the order of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// As a value; of two members with one name the last counts.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(truth) => Value::Bool(*truth),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::List(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Kind::Table(members) => Value::Object(
                members.iter().map(|it| (it.key.clone(), it.value.to_value())).collect(),
            ),
        }
    }

    /// The bytes of the deepest value that a place such as `[3].allow.role` leads to; those of
    /// its name where it is a member.
    #[must_use]
    pub fn span_at(&self, steps: &[Step]) -> Range<usize> {
        let Some((first, rest)) = steps.split_first() else { return self.span.clone() };
        match first {
            Step::Index(index) => match self.items().get(*index) {
                Some(item) => item.span_at(rest),
                None => self.span.clone(),
            },
            Step::Key(key) => {
                let found = self.members().iter().rev().find(|member| member.key == *key);
                match found {
                    Some(member) if rest.is_empty() => member.key_span.clone(),
                    Some(member) => member.value.span_at(rest),
                    None => self.span.clone(),
                }
            }
        }
    }

    fn write(&self, out: &mut String) {
        match &self.kind {
            Kind::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Kind::Table(members) => {
                out.push('{');
                for (at, member) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    let _ = write!(out, "{}:", Value::from(member.key.as_str()));
                    member.value.write(out);
                }
                out.push('}');
            }
            _ => {
                let _ = write!(out, "{}", self.to_value());
            }
        }
    }
}

/// One step of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A member of a table.
    Key(String),
    /// An item of a list.
    Index(usize),
}

/// The steps of a place such as `ROUTES[3].allow["org.slug"]`.
#[must_use]
pub fn steps(place: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = place;
    // What follows a blank is a remark, such as the path of the rule.
    while !rest.is_empty() && !rest.starts_with(' ') {
        if let Some(inner) = rest.strip_prefix('[') {
            let (step, after) = bracket(inner);
            steps.push(step);
            rest = after;
            continue;
        }
        let word = rest.strip_prefix('.').unwrap_or(rest);
        let end = word.find(['.', '[', ' ']).unwrap_or(word.len());
        let (key, after) = word.split_at_checked(end).unwrap_or((word, ""));
        steps.push(Step::Key(key.to_owned()));
        rest = after;
    }
    steps
}

fn bracket(inner: &str) -> (Step, &str) {
    let end = if inner.starts_with('"') {
        inner.rfind("\"]").map(|at| at.saturating_add(1))
    } else {
        inner.find(']')
    };
    let (content, after) =
        inner.split_at_checked(end.unwrap_or(inner.len())).unwrap_or((inner, ""));
    let after = after.strip_prefix(']').unwrap_or(after);
    let step = match content.parse() {
        Ok(index) => Step::Index(index),
        Err(_) => Step::Key(serde_json::from_str(content).unwrap_or_else(|_| content.to_owned())),
    };
    (step, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_apart() {
        let key = |key: &str| Step::Key(key.to_owned());
        assert_eq!(
            steps("ROUTES[3].allow[\"org.slug\"]"),
            [key("ROUTES"), Step::Index(3), key("allow"), key("org.slug")]
        );
        assert_eq!(steps("ROUTES[3] (/admin/*)"), [key("ROUTES"), Step::Index(3)]);
    }
}
