//! `schema`: JSON schemas (draft 7), made from the tables that the reader itself uses.
//!
//! What the reader accepts the schema accepts. What needs more than one value to be told wrong
//! (ties, circles, targets) belongs to `check`.

pub mod results;
pub mod rules;
pub mod tests;
pub mod vars;
pub mod wrangler;

use serde_json::{Map, Value, json};

use crate::arguments::Arguments;
use crate::report::{Failure, Report};

/// The names of all schemas.
pub const NAMES: [&str; 5] = ["rules", "vars", "tests", "results", "wrangler"];

/// Runs the command.
///
/// # Errors
/// Where there is no schema of this name.
pub fn command(arguments: &Arguments) -> Result<Report, Failure> {
    let name = arguments.operand("the name of a schema")?;
    let Some(schema) = of(name) else {
        let hint = crate::nearest::nearest(name, NAMES)
            .map_or_else(|| NAMES.join(", "), |hint| format!("did you mean `{hint}`?"));
        return Err(arguments.wrong(format!("there is no schema `{name}`: {hint}")));
    };
    let out = text(&schema);
    Ok(Report { result: schema, out, ..Report::default() })
}

/// The schema of this name.
#[must_use]
pub fn of(name: &str) -> Option<Value> {
    let (title, mut schema) = match name {
        "rules" => ("Rules of clerk-edge (ROUTES)", rules::schema()),
        "vars" => ("Settings of clerk-edge", vars::schema()),
        "tests" => ("Tests of clerk-edge", tests::schema()),
        "results" => ("The document of `clerk-edge --json`", results::schema()),
        "wrangler" => ("wrangler with the settings of clerk-edge", wrangler::schema()),
        _ => return None,
    };
    if let Value::Object(members) = &mut schema {
        members.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        members.insert("title".to_owned(), json!(title));
    }
    Some(schema)
}

/// As it stands in its file.
#[must_use]
pub fn text(schema: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(schema).unwrap_or_default())
}

/// A table of which only these members are known.
fn object(properties: Map<String, Value>, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": required,
    })
}

/// With a sentence for whoever points at it.
fn described(mut schema: Value, description: &str) -> Value {
    if let Value::Object(members) = &mut schema {
        members.insert("description".to_owned(), json!(description));
    }
    schema
}

/// A text that is not empty.
fn text_schema() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

/// A text, or a list of at least one.
fn texts_schema() -> Value {
    json!({ "anyOf": [text_schema(), {
        "type": "array", "items": text_schema(), "minItems": 1, "uniqueItems": true,
    }] })
}
