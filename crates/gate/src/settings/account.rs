//! `ACCOUNT` and `SELF_METADATA`: whether there are account addresses, and which fields of their
//! own public metadata visitors may write there.
//!
//! Whether a value that was sent fits a field is found out in `endpoints::account::fields`.

use clerk_edge_rules::ordered_json::Json;
use clerk_edge_rules::problem::Problem;
use serde_json::Value;

use crate::limits::{METADATA_FIELD_BYTES_MAX, METADATA_FIELDS_MAX, METADATA_TEXT_CHARS_MAX};

/// The settings of the account addresses.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountSettings {
    /// `ACCOUNT`.
    pub on: bool,
    /// `SELF_METADATA`.
    pub self_metadata: SelfMetadata,
}

/// The fields that visitors may write. No field is named twice, and none lies inside another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SelfMetadata {
    fields: Vec<MetadataField>,
}

/// A field of public metadata.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataField {
    /// The names on the way to it, with dots between them.
    pub path: String,
    /// The values that it takes.
    pub kind: FieldKind,
    /// Whether it may be set only while it is absent.
    pub once: bool,
}

/// The values that a field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    /// One of these texts, numbers and truth values.
    OneOf(Vec<Value>),
    /// `true` or `false`.
    Boolean,
    /// A text of at most so many characters (code points).
    Text {
        /// At least 1.
        chars_max: usize,
    },
    /// A number within these bounds.
    Number {
        /// The least.
        min: Option<f64>,
        /// The greatest.
        max: Option<f64>,
    },
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self { on: true, self_metadata: SelfMetadata::default() }
    }
}

impl SelfMetadata {
    /// Reads the table. In a field that is a table, `one_of` or a `type` that is a text makes a
    /// description; any other table holds further fields.
    ///
    /// # Errors
    /// Every [`Problem`] at once, each with its place below `name`.
    pub fn read(name: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let Ok(Json::Table(members)) = serde_json::from_str(text) else {
            return Err(vec![Problem::new(name, TABLE)]);
        };
        let mut reader = Reader { name, fields: Vec::new(), problems: Vec::new() };
        reader.group("", &members);
        if reader.fields.len() > METADATA_FIELDS_MAX {
            reader.problem("", format!("has more than {METADATA_FIELDS_MAX} fields"));
        }
        if reader.problems.is_empty() {
            Ok(Self { fields: reader.fields })
        } else {
            Err(reader.problems)
        }
    }

    /// Whether no field may be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The field of this path.
    #[must_use]
    pub fn field(&self, path: &str) -> Option<&MetadataField> {
        self.fields.iter().find(|field| field.path == path)
    }

    /// All fields, in the order in which they were written.
    #[must_use]
    pub fn fields(&self) -> &[MetadataField] {
        &self.fields
    }
}

impl FieldKind {
    /// Whether a visitor can make the field this text, as itself or as a member of a list.
    #[must_use]
    pub fn can_be(&self, text: &str) -> bool {
        match self {
            Self::OneOf(values) => values.iter().any(|value| value.as_str() == Some(text)),
            Self::Text { chars_max } => text.chars().count() <= *chars_max,
            Self::Boolean | Self::Number { .. } => false,
        }
    }
}

struct Reader<'a> {
    name: &'a str,
    fields: Vec<MetadataField>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn problem(&mut self, path: &str, message: impl Into<String>) {
        let dot = if path.is_empty() { "" } else { "." };
        let path: String = path.chars().take(METADATA_FIELD_BYTES_MAX).collect();
        self.problems.push(Problem::new(format!("{}{dot}{path}", self.name), message));
    }

    fn group(&mut self, above: &str, members: &[(String, Json)]) {
        for (name, json) in members {
            let path = if above.is_empty() { name.clone() } else { below(above, name) };
            match json {
                Json::List(values) => self.field(path, &Description::of_list(values)),
                Json::Table(members) if is_description(members) => {
                    match Description::read(members) {
                        Ok(description) => self.field(path, &description),
                        Err((key, message)) => self.problem(&below(&path, key), message),
                    }
                }
                Json::Table(members) if !members.is_empty() => self.group(&path, members),
                _ => self.problem(&path, FIELD),
            }
        }
    }

    fn field(&mut self, path: String, description: &Description<'_>) {
        let inside = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
        };
        let overlaps = |other: &MetadataField| {
            other.path == path || inside(&other.path, &path) || inside(&path, &other.path)
        };
        if path.len() > METADATA_FIELD_BYTES_MAX || path.split('.').any(is_unfit) {
            self.problem(&path, NAME);
        } else if path == RETURN_ADDRESS {
            self.problem(&path, TO);
        } else if self.fields.iter().any(overlaps) {
            self.problem(&path, OVERLAP);
        } else {
            match description.kind() {
                Ok(kind) => self.fields.push(MetadataField { path, kind, once: description.once }),
                Err((key, message)) => self.problem(&below(&path, key), message),
            }
        }
    }
}

fn below(path: &str, name: &str) -> String {
    let dot = if name.is_empty() { "" } else { "." };
    format!("{path}{dot}{name}")
}

/// What a field's table says, before it is known to make sense.
#[derive(Default)]
struct Description<'a> {
    one_of: Option<&'a [Json]>,
    kind: Option<&'a str>,
    min: Option<f64>,
    max: Option<f64>,
    once: bool,
}

type Fault = (&'static str, &'static str);

impl<'a> Description<'a> {
    fn of_list(values: &'a [Json]) -> Self {
        Self { one_of: Some(values), ..Self::default() }
    }

    fn read(members: &'a [(String, Json)]) -> Result<Self, Fault> {
        let mut description = Self::default();
        for (at, (key, json)) in members.iter().enumerate() {
            if members.iter().take(at).any(|(other, _)| other == key) {
                return Err(("", TWICE));
            }
            match (key.as_str(), json) {
                ("one_of", Json::List(values)) => description.one_of = Some(values),
                ("type", Json::Single(Value::String(kind))) => description.kind = Some(kind),
                ("min", Json::Single(Value::Number(min))) => description.min = min.as_f64(),
                ("max", Json::Single(Value::Number(max))) => description.max = max.as_f64(),
                ("once", Json::Single(Value::Bool(once))) => description.once = *once,
                ("one_of", _) => return Err(("one_of", ONE_OF)),
                ("type", _) => return Err(("type", TYPE)),
                ("min", _) => return Err(("min", NUMBER)),
                ("max", _) => return Err(("max", NUMBER)),
                ("once", _) => return Err(("once", ONCE)),
                _ => return Err(("", KEYS)),
            }
        }
        Ok(description)
    }

    fn kind(&self) -> Result<FieldKind, Fault> {
        let bounded = self.min.is_some() || self.max.is_some();
        match (self.one_of, self.kind) {
            (Some(_), Some(_)) => Err(("", "has both `one_of` and `type`")),
            (Some(_), None) | (None, Some("boolean")) if bounded => Err(("", NO_BOUNDS)),
            (Some(values), None) => one_of(values),
            (None, Some("boolean")) => Ok(FieldKind::Boolean),
            (None, Some("text")) if self.min.is_some() => Err(("min", NO_BOUNDS)),
            (None, Some("text")) => {
                Ok(FieldKind::Text { chars_max: chars_max(self.max).ok_or(("max", CHARS))? })
            }
            (None, Some("number")) => match (self.min, self.max) {
                (Some(min), Some(max)) if min > max => Err(("min", "is greater than `max`")),
                (min, max) => Ok(FieldKind::Number { min, max }),
            },
            (None, _) => Err(("type", TYPE)),
        }
    }
}

fn one_of(values: &[Json]) -> Result<FieldKind, Fault> {
    let plain = |json: &Json| match json {
        Json::Single(value) if !value.is_null() => Some(value.clone()),
        _ => None,
    };
    let values: Option<Vec<Value>> = values.iter().map(plain).collect();
    values.filter(|values| !values.is_empty()).map(FieldKind::OneOf).ok_or(("", ONE_OF))
}

/// A whole number of characters within the limit; the limit where none is named.
fn chars_max(max: Option<f64>) -> Option<usize> {
    let Some(max) = max else { return Some(METADATA_TEXT_CHARS_MAX) };
    (1..=METADATA_TEXT_CHARS_MAX).find(|chars| {
        u32::try_from(*chars).is_ok_and(|chars| (f64::from(chars) - max).abs() < f64::EPSILON)
    })
}

fn is_description(members: &[(String, Json)]) -> bool {
    members.iter().any(|(name, json)| match (name.as_str(), json) {
        ("one_of", Json::List(_)) => true,
        ("type", json) => json.text().is_some(),
        _ => false,
    })
}

/// Names that are empty, or with which JavaScript reaches what is no field.
fn is_unfit(name: &str) -> bool {
    name.is_empty() || ["__proto__", "constructor", "prototype"].contains(&name)
}

/// The parameter that says where a page comes back to.
pub(crate) const RETURN_ADDRESS: &str = "to";
const TABLE: &str = "must be a table of fields, such as { \"onboardingComplete\" = [true] }";
const FIELD: &str = "must be a list of allowed values, or a table with `one_of` or `type`";
const NAME: &str = "has a name that no field can have: names are neither empty nor `__proto__`, \
                    `constructor` or `prototype`, and 128 bytes at most with their dots";
const TO: &str = "cannot be a field: `to` is the address that a page comes back to";
const OVERLAP: &str = "stands twice, or lies inside another field";
const TWICE: &str = "has a key that stands twice";
const KEYS: &str = "takes `one_of` or `type`, `min`, `max` and `once` alone";
const ONE_OF: &str = "must be a list of texts, numbers and truth values that is not empty";
const TYPE: &str = "must be `boolean`, `text` or `number`";
const NUMBER: &str = "must be a number";
const ONCE: &str = "must be `true` or `false`";
const NO_BOUNDS: &str = "has bounds, which its kind of value does not take";
const CHARS: &str = "must be a whole number of characters from 1 to 1000";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(table: &Value) -> Result<SelfMetadata, Vec<String>> {
        SelfMetadata::read("S", &table.to_string())
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn fields_may_be_nested_or_dotted() {
        let table = json!({
            "done": [true],
            "profile": { "plan": { "one_of": ["free", 5], "once": true }, "type": ["x"] },
            "a.b": { "type": "text", "max": 80 },
            "n": { "type": "number", "min": -1, "max": 1.5 },
            "flag": { "type": "boolean" },
        });
        let fields = read(&table).unwrap_or_default();
        let found = |path| fields.field(path).map(|field| (field.kind.clone(), field.once));
        assert_eq!(found("done"), Some((FieldKind::OneOf(vec![json!(true)]), false)));
        let plan = FieldKind::OneOf(vec![json!("free"), json!(5)]);
        assert_eq!(found("profile.plan"), Some((plan, true)));
        assert_eq!(found("profile.type"), Some((FieldKind::OneOf(vec![json!("x")]), false)));
        assert_eq!(found("a.b"), Some((FieldKind::Text { chars_max: 80 }, false)));
        let number = FieldKind::Number { min: Some(-1.0), max: Some(1.5) };
        assert_eq!(found("n"), Some((number, false)));
        assert_eq!(found("flag"), Some((FieldKind::Boolean, false)));
        assert_eq!((found("a"), found("profile"), found("b")), (None, None, None));
        assert_eq!(fields.fields().len(), 6);
    }

    #[test]
    fn what_makes_no_sense_has_its_place() {
        for (table, place) in [
            (json!([]), "S: "),
            (json!({ "a": true }), "S.a: "),
            (json!({ "a": {} }), "S.a: "),
            (json!({ "a": [] }), "S.a: "),
            (json!({ "a": [null] }), "S.a: "),
            (json!({ "a": [["x"]] }), "S.a: "),
            (json!({ "a": { "one_of": ["x"], "type": "text" } }), "S.a: "),
            (json!({ "a": { "one_of": ["x"], "min": 1 } }), "S.a: "),
            (json!({ "a": { "type": "date" } }), "S.a.type: "),
            (json!({ "a": { "type": "text", "max": 0 } }), "S.a.max: "),
            (json!({ "a": { "type": "text", "max": 1.5 } }), "S.a.max: "),
            (json!({ "a": { "type": "text", "max": 1_001 } }), "S.a.max: "),
            (json!({ "a": { "type": "text", "max": "5" } }), "S.a.max: "),
            (json!({ "a": { "type": "text", "min": 1 } }), "S.a.min: "),
            (json!({ "a": { "type": "number", "min": 2, "max": 1 } }), "S.a.min: "),
            (json!({ "a": { "type": "text", "once": "yes" } }), "S.a.once: "),
            (json!({ "a": { "type": "text", "length": 5 } }), "S.a: "),
            (json!({ "to": ["x"] }), "S.to: "),
            (json!({ "": ["x"] }), "S: "),
            (json!({ "a..b": ["x"] }), "S.a..b: "),
            (json!({ "__proto__": ["x"] }), "S.__proto__: "),
            (json!({ "a": { "constructor": ["x"] } }), "S.a.constructor: "),
            (json!({ "a.b": ["x"], "a": { "b": ["x"] } }), "S.a.b: "),
            (json!({ "a": ["x"], "a.b": ["x"] }), "S.a.b: "),
        ] {
            let problems = read(&table).err().unwrap_or_default();
            assert_eq!(problems.len(), 1, "{table}: {problems:?}");
            assert!(problems.concat().starts_with(place), "{table}: {problems:?}");
        }
        assert_eq!(read(&json!({})), Ok(SelfMetadata::default()));
        let twice = SelfMetadata::read("S", r#"{ "a": [1], "a": [2] }"#);
        assert!(twice.is_err_and(|problems| problems.len() == 1));
    }
}
