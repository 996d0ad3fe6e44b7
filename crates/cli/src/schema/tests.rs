//! The schema of the test file.

use serde_json::{Map, Value, json};

use crate::people::table::FIELDS;
use crate::schema::{described, object, rules, text_schema, texts_schema};

/// People, tests and promises.
#[must_use]
pub fn schema() -> Value {
    let outcome = json!({ "type": ["string", "integer"] });
    let expectation = json!({ "anyOf": [outcome, {
        "type": "object", "additionalProperties": false,
        "properties": {
            "outcome": outcome, "rule": text_schema(), "code": text_schema(),
            "headers": { "type": "object",
                "additionalProperties": { "type": ["string", "boolean", "null"] } },
        },
    }] });
    let mut schema = object(Map::new(), &[]);
    if let Value::Object(members) = &mut schema {
        let properties = json!({
            "$schema": { "type": "string" },
            "people": described(json!({ "type": "object", "additionalProperties": {
                "anyOf": [{ "type": "string" }, person()],
            } }), "People by name: a table, or a word such as role:admin."),
            "tests": described(json!({ "type": "object", "additionalProperties": {
                "type": "object", "additionalProperties": expectation,
            } }), "`[page|api] [METHOD] PATH|URL` → person → outcome."),
            "never": described(json!({ "type": "array", "items": {
                "type": "object", "additionalProperties": false, "required": ["who", "reaches"],
                "properties": {
                    "who": { "anyOf": [{ "type": "string" }, { "$ref": "#/definitions/condition" }] },
                    "reaches": { "type": "string", "pattern": "^/" },
                },
            } }), "Promises for all paths and people."),
        });
        members.insert("properties".to_owned(), properties);
        members.insert("definitions".to_owned(), rules::definitions());
    }
    schema
}

fn person() -> Value {
    let fields = FIELDS.into_iter().map(|name| {
        let schema = match name {
            "role" | "permission" | "feature" | "plan" => texts_schema(),
            "org" => json!({ "type": ["string", "boolean"] }),
            "reverified" => json!({ "type": "array", "minItems": 2, "maxItems": 2,
                "items": { "type": "number" } }),
            "claims" => json!({ "type": "object" }),
            "looked_up" => json!({ "anyOf": [
                { "type": ["object", "null"] }, { "enum": ["unavailable"] },
            ] }),
            _ => text_schema(),
        };
        (name.to_owned(), schema)
    });
    object(fields.collect(), &[])
}
