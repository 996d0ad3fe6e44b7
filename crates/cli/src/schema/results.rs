//! The schema of what `--json` prints: the document, and `result` of each command.

use serde_json::{Value, json};

use crate::check::IDS;
use crate::check::KINDS;

/// The one document.
#[must_use]
pub fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["command", "version", "ok", "result", "problems"],
        "properties": {
            "command": { "type": "string" },
            "version": { "type": "string" },
            "ok": { "type": "boolean" },
            "result": { "anyOf": [{ "type": "null" }, { "type": "array" }, { "type": "object" }] },
            "problems": { "type": "array", "items": problem() },
        },
        "definitions": {
            "claims": table(&json!({
                "claims": any_object(), "size": size(), "underived": texts(),
            })),
            "check": table(&json!({ "checks": { "type": "array", "items": check() } })),
            "explain": explain(),
            "routes": { "type": "object", "required": ["rules"], "properties": {
                "rules": objects(), "people": texts(), "matrix": objects(), "files": objects(),
                "changes": any(),
            }, "additionalProperties": false },
            "test": table(&json!({ "passed": integer(), "uncovered": objects(), "failed": {
                "type": "array", "items": table(&json!({
                    "test": text(), "person": text(), "expected": any(), "got": any(),
                })),
            } })),
            "import": table(&json!({ "settings": any_object(), "lines": {
                "type": "array", "items": table(&json!({
                    "line": integer(), "source": text(), "fate": {
                        "enum": ["carried over", "changed", "not carried over"],
                    }, "why": text(),
                })),
            } })),
            "token": table(&json!({
                "valid": any(), "verified": { "type": "boolean" }, "reason": any(),
                "header": any(), "claims": any(), "role": any(),
                "expires_in_seconds": any(), "size": any(),
            })),
            "users": table(&json!({
                "user": any(), "before": any(), "after": any(), "error": any(),
            })),
        },
    })
}

fn problem() -> Value {
    table(&json!({
        "code": text(), "place": text(), "message": text(), "help": any(), "file": any(),
        "line": any(),
    }))
}

fn check() -> Value {
    table(&json!({
        "id": { "enum": IDS.to_vec() }, "kind": { "enum": KINDS.to_vec() },
        "status": { "enum": ["pass", "warn", "fail", "skip"] }, "message": text(), "remedy": any(),
    }))
}

fn explain() -> Value {
    table(&json!({
        "asked": text(), "canonical": any(), "rule": any(), "rule_text": any(),
        "conditions": objects(), "outcome": any_object(), "outcome_unless_page": any_object(),
        "headers": { "type": "array" }, "headers_note": any(), "pages": texts(),
        "place": any(), "beats": texts(),
        "readings": objects(),
    }))
}

fn size() -> Value {
    table(&json!({
        "bytes": integer(), "bytes_max": integer(), "custom_claims_bytes": integer(),
        "custom_claims_bytes_max": integer(),
    }))
}

/// A table with exactly these members.
fn table(properties: &Value) -> Value {
    let names: Vec<&String> =
        properties.as_object().into_iter().flatten().map(|(name, _)| name).collect();
    json!({
        "type": "object", "additionalProperties": false, "properties": properties,
        "required": names,
    })
}

fn any() -> Value {
    json!({})
}

fn any_object() -> Value {
    json!({ "type": "object" })
}

fn objects() -> Value {
    json!({ "type": "array", "items": { "type": "object" } })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn texts() -> Value {
    json!({ "type": "array", "items": { "type": "string" } })
}

fn integer() -> Value {
    json!({ "type": "integer" })
}
