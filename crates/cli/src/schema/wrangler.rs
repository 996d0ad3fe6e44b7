//! wrangler's own schema with `vars` of every environment narrowed.

use serde_json::{Value, json};

use crate::schema::{rules, vars};

/// Beside wrangler's schema in `node_modules`. Other vars are the operator's own.
#[must_use]
pub fn schema() -> Value {
    let vars = json!({ "type": "object", "properties": vars::properties() });
    json!({
        "allOf": [
            { "$ref": "../../wrangler/config-schema.json" },
            { "properties": {
                "vars": vars,
                "env": { "type": "object", "additionalProperties": {
                    "type": "object", "properties": { "vars": vars },
                } },
            } },
        ],
        "definitions": rules::definitions(),
    })
}
