//! What a test expects: an outcome, or a table with rule, code and headers beside it.

use serde_json::{Map, Value, json};

use crate::nearest::nearest;
use crate::world::outcome::{Decided, Outcome};

/// An expectation.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    outcome: Option<Outcome>,
    rule: Option<String>,
    code: Option<String>,
    headers: Map<String, Value>,
}

impl Expected {
    /// Reads an expectation.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn read(value: &Value) -> Result<Self, String> {
        let mut expected = Self { outcome: None, rule: None, code: None, headers: Map::new() };
        let Value::Object(fields) = value else {
            expected.outcome = Some(outcome(value)?);
            return Ok(expected);
        };
        for (field, value) in fields {
            match (field.as_str(), value) {
                ("outcome", value) => expected.outcome = Some(outcome(value)?),
                ("rule", Value::String(rule)) => expected.rule = Some(rule.clone()),
                ("code", Value::String(code)) => expected.code = Some(code.clone()),
                ("headers", Value::Object(headers)) => expected.headers = headers.clone(),
                ("rule" | "code" | "headers", _) => {
                    return Err(format!("`{field}` has the wrong type"));
                }
                (other, _) => {
                    let hint = nearest(other, FIELDS)
                        .map_or_else(String::new, |hint| format!(": did you mean `{hint}`?"));
                    return Err(format!("no such field `{other}`{hint}"));
                }
            }
        }
        Ok(expected)
    }

    /// Whether this came.
    #[must_use]
    pub fn is_met(&self, decided: &Decided, rule: &str) -> bool {
        let headers = self.headers.iter().all(|(name, value)| {
            let got = decided.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            match value {
                Value::Null => got.is_none(),
                Value::Bool(there) => got.is_some() == *there,
                value => got.is_some_and(|(_, got)| Some(got.as_str()) == value.as_str()),
            }
        });
        headers
            && self.outcome.as_ref().is_none_or(|it| *it == decided.outcome)
            && self.rule.as_ref().is_none_or(|it| it == rule)
            && self.code.as_ref().is_none_or(|it| Some(it) == decided.code.as_ref())
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let outcome = self.outcome.as_ref().map(json_of);
        if self.rule.is_none() && self.code.is_none() && self.headers.is_empty() {
            return outcome.unwrap_or_default();
        }
        let mut fields = Map::new();
        fields.extend(outcome.map(|it| ("outcome".to_owned(), it)));
        fields.extend(self.rule.as_ref().map(|it| ("rule".to_owned(), json!(it))));
        fields.extend(self.code.as_ref().map(|it| ("code".to_owned(), json!(it))));
        if !self.headers.is_empty() {
            fields.insert("headers".to_owned(), Value::Object(self.headers.clone()));
        }
        Value::Object(fields)
    }

    /// What came, with the same members as what was expected.
    #[must_use]
    pub fn got(&self, decided: &Decided, rule: &str) -> Value {
        let came = Self {
            outcome: Some(decided.outcome.clone()),
            rule: self.rule.as_ref().map(|_| rule.to_owned()),
            code: self.code.as_ref().and(decided.code.clone()),
            headers: self
                .headers
                .keys()
                .map(|name| {
                    let got = decided.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
                    (name.clone(), got.map_or(Value::Null, |(_, value)| json!(value)))
                })
                .collect(),
        };
        came.to_json()
    }
}

/// An outcome as JSON: a status is a number.
#[must_use]
pub fn json_of(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Status(status) => json!(status),
        other => json!(other.to_string()),
    }
}

fn outcome(value: &Value) -> Result<Outcome, String> {
    match value {
        Value::Number(number) => Outcome::read(&number.to_string()),
        Value::String(text) => Outcome::read(text),
        _ => Err("an outcome is a text or a status".to_owned()),
    }
}

const FIELDS: [&str; 4] = ["outcome", "rule", "code", "headers"];
