//! Fields that were sent, held against `SELF_METADATA`: what may be written, or every problem.
//!
//! Nothing is written that no field names, whatever the shape of the body.

use clerk_edge_rules::ordered_json::Json;
use clerk_edge_rules::problem::Problem;
use serde_json::{Map, Value};

use crate::endpoints::account::form::Form;
use crate::settings::account::{FieldKind, MetadataField, RETURN_ADDRESS, SelfMetadata};

/// Fields with values that they take, each once, and at least one.
#[derive(Debug, PartialEq)]
pub(super) struct Fields<'a>(Vec<(&'a MetadataField, Value)>);

impl<'a> Fields<'a> {
    /// Reads the members of a body.
    ///
    /// # Errors
    /// Every [`Problem`], each with the field as its place.
    pub(super) fn read(form: &Form, allowed: &'a SelfMetadata) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader {
            allowed,
            is_form: form.has_texts_only,
            fields: Vec::new(),
            problems: Vec::new(),
        };
        for (name, value) in form.body.iter().filter(|(name, _)| name != RETURN_ADDRESS) {
            reader.member(name, value);
        }
        if reader.fields.is_empty() && reader.problems.is_empty() {
            reader.problem("", NOTHING);
        }
        if reader.problems.is_empty() { Ok(Self(reader.fields)) } else { Err(reader.problems) }
    }

    /// Whether the metadata that is there has to be known before anything is written.
    pub(super) fn depend_on_metadata(&self) -> bool {
        self.0.iter().any(|(field, _)| field.once || field.path.contains('.'))
    }

    /// What is to be written over this metadata: nothing where a field that is set once has the
    /// same value already.
    ///
    /// # Errors
    /// A [`Problem`] for each field that has another value and is set once, and for each that lies
    /// inside of something that is no object: to write it would take that away.
    pub(super) fn changes(
        self,
        metadata: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Vec<Problem>> {
        let (mut changes, mut problems) = (Map::new(), Vec::new());
        for (field, value) in self.0 {
            match found(metadata, &field.path) {
                Err(Blocked) => problems.push(Problem::new(&field.path, BLOCKED)),
                Ok(Some(there)) if field.once && *there != value => {
                    problems.push(Problem::new(&field.path, ONCE));
                }
                Ok(Some(_)) if field.once => {}
                Ok(_) => put(&mut changes, &field.path, value),
            }
        }
        if problems.is_empty() { Ok(changes) } else { Err(problems) }
    }
}

struct Reader<'a> {
    allowed: &'a SelfMetadata,
    is_form: bool,
    fields: Vec<(&'a MetadataField, Value)>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    /// The place is cut: it is the sender's text.
    fn problem(&mut self, path: &str, message: &str) {
        if self.problems.len() < PROBLEMS_MAX {
            let place: String = path.chars().take(PLACE_CHARS_MAX).collect();
            self.problems.push(Problem::new(place, message));
        }
    }

    /// A field, or an object with fields inside. Dots in names and objects mean the same.
    fn member(&mut self, path: &str, value: &Json) {
        if let Some(field) = self.allowed.field(path) {
            if self.fields.iter().any(|(other, _)| other.path == path) {
                return self.problem(path, TWICE);
            }
            return match value_of(&field.kind, value, self.is_form) {
                Ok(value) => self.fields.push((field, value)),
                Err(message) => self.problem(path, &message),
            };
        }
        match value {
            Json::Table(members) if !members.is_empty() => {
                for (name, value) in members {
                    self.member(&format!("{path}.{name}"), value);
                }
            }
            _ => self.problem(path, UNKNOWN),
        }
    }
}

/// The value, where the field takes it. A form's texts are read as the field's type.
fn value_of(kind: &FieldKind, sent: &Json, is_form: bool) -> Result<Value, String> {
    let Json::Single(sent) = sent else { return Err(format!("must not be {}", sent.kind())) };
    let text = sent.as_str();
    let as_form = text.filter(|_| is_form);
    match kind {
        FieldKind::OneOf(allowed) => {
            let is_it = |value: &&Value| match as_form {
                Some(text) => value.as_str() == Some(text) || plain(value) == text,
                None => is_same(value, sent),
            };
            let found = allowed.iter().find(|value| value.as_str().is_some() && is_it(value));
            let found = found.or_else(|| allowed.iter().find(is_it));
            found.cloned().ok_or_else(|| "is none of the allowed values".to_owned())
        }
        FieldKind::Boolean => match (sent, as_form) {
            (Value::Bool(value), _) => Ok(Value::Bool(*value)),
            // `on` is what a browser sends for a checkbox without a value.
            (_, Some("true" | "on")) => Ok(Value::Bool(true)),
            (_, Some("false")) => Ok(Value::Bool(false)),
            _ => Err("must be true or false".to_owned()),
        },
        FieldKind::Text { chars_max } => match text {
            Some(text) if text.chars().count() <= *chars_max => Ok(Value::from(text)),
            _ => Err(format!("must be a text of at most {chars_max} characters")),
        },
        FieldKind::Number { min, max } => {
            let number =
                as_form.map_or_else(|| Some(sent.clone()), |text| serde_json::from_str(text).ok());
            let is_within = |number: &Value| {
                number.as_f64().is_some_and(|number| {
                    min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)
                })
            };
            let number = number.filter(is_within);
            number.ok_or_else(|| "must be a number within its bounds".to_owned())
        }
    }
}

/// As a form would send it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// JSON has one kind of number: `5` equals `5.0`.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right).is_eq(),
        _ => left == right,
    }
}

/// Something on the way to a field is no object.
struct Blocked;

/// What stands at a path. `null` and an empty text count as absent.
fn found<'m>(metadata: &'m Map<String, Value>, path: &str) -> Result<Option<&'m Value>, Blocked> {
    let mut names = path.split('.');
    let mut value = names.next().and_then(|name| metadata.get(name));
    for name in names {
        value = match value {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(members)) => members.get(name),
            Some(_) => return Err(Blocked),
        };
    }
    Ok(value.filter(|value| !value.is_null() && value.as_str() != Some("")))
}

/// Puts a value at a path, with objects on the way.
fn put(changes: &mut Map<String, Value>, path: &str, value: Value) {
    let Some((first, rest)) = path.split_once('.') else {
        changes.insert(path.to_owned(), value);
        return;
    };
    let inner = changes.entry(first).or_insert_with(|| Value::Object(Map::new()));
    // No field lies inside another, so nothing else than an object can stand here.
    if let Value::Object(inner) = inner {
        put(inner, rest, value);
    }
}

/// A body of 16 kB could hold some thousands.
const PROBLEMS_MAX: usize = 32;
const PLACE_CHARS_MAX: usize = 128;
const NOTHING: &str = "names no field";
const UNKNOWN: &str = "is not a field that may be written here";
const TWICE: &str = "stands twice";
const ONCE: &str = "is set already and cannot be changed";
const BLOCKED: &str = "lies inside of something that is not an object";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(is_form: bool, body: &str) -> Result<Map<String, Value>, Vec<String>> {
        let allowed = json!({
            "done": [true], "plan": ["free", 5, "5", false], "on": { "type": "boolean" },
            "name": { "type": "text", "max": 3 }, "n": { "type": "number", "min": 0, "max": 2.5 },
            "profile": { "a": { "b": ["x"] } },
        });
        let allowed = SelfMetadata::read("S", &allowed.to_string()).unwrap_or_default();
        let body = match serde_json::from_str(body) {
            Ok(Json::Table(members)) => members,
            _ => Vec::new(),
        };
        let form = Form { body, has_texts_only: is_form, ..Form::default() };
        let texts = |problems: Vec<Problem>| problems.iter().map(ToString::to_string).collect();
        let fields = Fields::read(&form, &allowed).map_err(texts)?;
        fields.changes(&Map::new()).map_err(texts)
    }

    #[track_caller]
    fn takes(is_form: bool, body: &str, written: &Value) {
        assert_eq!(read(is_form, body).map(Value::Object), Ok(written.clone()), "{body}");
    }

    #[track_caller]
    fn refuses(is_form: bool, body: &str, places: &[&str]) {
        let problems = read(is_form, body).err().unwrap_or_default();
        assert_eq!(problems.len(), places.len(), "{body}: {problems:?}");
        for (problem, place) in problems.iter().zip(places) {
            assert!(problem.starts_with(&format!("{place}: ")), "{body}: {problem}");
        }
    }

    #[test]
    fn json_values_have_the_type_that_they_have() {
        takes(false, r#"{"done":true,"to":"/x"}"#, &json!({ "done": true }));
        takes(false, r#"{"plan":5.0,"name":"äöü"}"#, &json!({ "plan": 5, "name": "äöü" }));
        takes(false, r#"{"plan":"5","n":2.5}"#, &json!({ "plan": "5", "n": 2.5 }));
        takes(false, r#"{"profile":{"a":{"b":"x"}}}"#, &json!({"profile":{"a":{"b":"x"}}}));
        takes(false, r#"{"profile.a":{"b":"x"}}"#, &json!({"profile":{"a":{"b":"x"}}}));
        takes(false, r#"{"profile.a.b":"x"}"#, &json!({"profile":{"a":{"b":"x"}}}));
        refuses(false, r#"{"done":"true","on":"on","n":"1"}"#, &["done", "on", "n"]);
        refuses(false, r#"{"done":false,"plan":"pro","name":"äöüß"}"#, &["done", "plan", "name"]);
        refuses(false, r#"{"n":-0.1}"#, &["n"]);
        refuses(false, r#"{"n":2.6}"#, &["n"]);
        refuses(false, r#"{"name":5}"#, &["name"]);
    }

    #[test]
    fn a_forms_texts_are_read_as_the_fields_type() {
        takes(true, r#"{"done":"true","on":"on","n":"2"}"#, &json!({"done":true,"on":true,"n":2}));
        takes(true, r#"{"plan":"5","on":"false"}"#, &json!({ "plan": "5", "on": false }));
        takes(true, r#"{"plan":"false","name":""}"#, &json!({ "plan": false, "name": "" }));
        takes(true, r#"{"profile.a.b":"x"}"#, &json!({"profile":{"a":{"b":"x"}}}));
        refuses(true, r#"{"done":"yes","on":"1","n":"1e999"}"#, &["done", "on", "n"]);
        refuses(true, r#"{"n":"\"1\"","profile[a][b]":"x"}"#, &["n", "profile[a][b]"]);
    }

    #[test]
    fn whatever_the_shape_nothing_else_is_written() {
        refuses(false, r#"{"done":true,"role":"admin"}"#, &["role"]);
        refuses(false, r#"{"done":true,"done":true}"#, &["done"]);
        refuses(false, r#"{"done":true,"done":false,"done":true}"#, &["done", "done"]);
        refuses(false, r#"{"profile":{"a":{"b":"x"}},"profile.a.b":"x"}"#, &["profile.a.b"]);
        refuses(false, r#"{"profile":{"a":{"b":"x","c":1}}}"#, &["profile.a.c"]);
        refuses(false, r#"{"profile":{"a":{"b":{"c":1}}}}"#, &["profile.a.b"]);
        refuses(false, r#"{"profile":"x"}"#, &["profile"]);
        refuses(false, r#"{"profile":{}}"#, &["profile"]);
        refuses(false, r#"{"profile":{"a":null}}"#, &["profile.a"]);
        refuses(false, r#"{"done":[true]}"#, &["done"]);
        refuses(false, r#"{"done":{"done":true}}"#, &["done"]);
        refuses(false, r#"{"done":null}"#, &["done"]);
        refuses(false, r#"{"__proto__":{"done":true}}"#, &["__proto__.done"]);
        refuses(false, r#"{"constructor":{"prototype":{"x":1}}}"#, &["constructor.prototype.x"]);
        refuses(false, r#"{"Done":true}"#, &["Done"]);
        refuses(false, r#"{"":true,"done ":true}"#, &["", "done "]);
        refuses(false, "{}", &[""]);
        refuses(false, r#"{"to":"/"}"#, &[""]);
        refuses(false, "[]", &[""]);
    }

    #[test]
    fn problems_are_bounded() {
        let many: Map<String, Value> = (0..500).map(|at| (format!("x{at}"), json!(1))).collect();
        let problems = read(false, &Value::Object(many).to_string()).err().unwrap_or_default();
        assert_eq!(problems.len(), PROBLEMS_MAX);
        let long = read(false, &format!("{{\"{}\":1}}", "é".repeat(5_000))).err();
        assert!(long.is_some_and(|problems| problems.concat().len() < 400));
    }

    #[test]
    fn once_is_once_and_what_is_there_is_not_taken_away() {
        let allowed = json!({
            "plan": { "one_of": ["free", "pro"], "once": true }, "a.b": [1], "done": [true],
        });
        let allowed = SelfMetadata::read("S", &allowed.to_string()).unwrap_or_default();
        let changes = |metadata: Value, body: &str| {
            let Ok(Json::Table(body)) = serde_json::from_str(body) else { return Err(Vec::new()) };
            let form = Form { body, ..Form::default() };
            let fields = Fields::read(&form, &allowed)?;
            let Value::Object(metadata) = metadata else { return Err(Vec::new()) };
            fields.changes(&metadata).map(Value::Object)
        };
        let plan = r#"{"plan":"free"}"#;
        for absent in [json!({}), json!({ "plan": null }), json!({ "plan": "" })] {
            assert_eq!(changes(absent, plan), Ok(json!({ "plan": "free" })));
        }
        assert_eq!(changes(json!({ "plan": "free" }), plan), Ok(json!({})));
        for there in [json!("pro"), json!(5), json!(false), json!(["free"]), json!({})] {
            let refused = changes(json!({ "plan": there }), plan);
            assert_eq!(refused, Err(vec![Problem::new("plan", ONCE)]), "{there}");
        }
        let nested = r#"{"a.b":1,"done":true}"#;
        let written = json!({ "a": { "b": 1 }, "done": true });
        for there in [json!({}), json!({ "a": null }), json!({ "a": { "b": 2, "c": 3 } })] {
            assert_eq!(changes(there, nested), Ok(written.clone()));
        }
        for there in [json!("x"), json!([1]), json!(5)] {
            let refused = changes(json!({ "a": there }), nested);
            assert_eq!(refused, Err(vec![Problem::new("a.b", BLOCKED)]));
        }
    }
}
