//! The schema of the rules.

use clerk_edge_rules::read::FIELDS;
use clerk_edge_rules::read::condition::KEYS;
use clerk_edge_rules::reverification::{Level, Reverification};
use serde_json::{Map, Value, json};

use crate::schema::{described, object, text_schema, texts_schema};

/// A list of rules.
#[must_use]
pub fn schema() -> Value {
    json!({ "type": "array", "items": { "$ref": "#/definitions/rule" }, "definitions": definitions() })
}

/// What other schemas refer to.
#[must_use]
pub fn definitions() -> Value {
    json!({ "rule": rule(), "condition": condition(), "member": member() })
}

fn rule() -> Value {
    let fields = FIELDS.into_iter().filter_map(|name| {
        let (schema, sentence) = field(name)?;
        Some((name.to_owned(), described(schema, sentence)))
    });
    object(fields.collect::<Map<_, _>>(), &["path"])
}

/// The schema and the sentence of a field; none for a field without one, which a test notices.
#[must_use]
pub fn field(name: &str) -> Option<(Value, &'static str)> {
    let truth = || json!({ "type": "boolean" });
    let allow = || {
        json!({ "anyOf": [
        { "type": "string", "enum": ["anyone", "optional", "signed-in"] },
        { "$ref": "#/definitions/condition" },
    ] })
    };
    let seconds = || json!({ "type": "integer", "minimum": 0 });
    Some(match name {
        "path" => (json!({ "type": "string", "pattern": "^/" }), PATH),
        "host" => (text_schema(), HOST),
        "methods" => (
            json!({ "type": "array", "minItems": 1, "uniqueItems": true,
            "items": { "type": "string", "pattern": "^[A-Z_-]+$" } }),
            METHODS,
        ),
        "allow" => (allow(), ALLOW),
        "signed_out" => (response(&json!("sign-in"), &[401, 404]), SIGNED_OUT),
        "otherwise" => (response(&Value::Null, &[403, 404]), OTHERWISE),
        "send" => (
            json!({ "type": "object", "minProperties": 1,
            "additionalProperties": target() }),
            SEND,
        ),
        "lookup" => (truth(), LOOKUP),
        "fresh" => (seconds(), FRESH),
        "activate" => (text_schema(), ACTIVATE),
        "forward_token" => (truth(), FORWARD_TOKEN),
        "audience" => (texts_schema(), AUDIENCE),
        "site_map" => (truth(), SITE_MAP),
        "report_only" => (truth(), REPORT_ONLY),
        "cache" => (json!({ "type": "string", "enum": ["shared"] }), CACHE),
        _ => return None,
    })
}

fn condition() -> Value {
    let keys = KEYS.into_iter().filter_map(|name| {
        let (schema, sentence) = key(name)?;
        Some((name.to_owned(), described(schema, sentence)))
    });
    let mut schema = object(keys.collect(), &[]);
    if let Value::Object(members) = &mut schema {
        members.insert("minProperties".to_owned(), json!(1));
    }
    schema
}

/// The schema and the sentence of a condition's key.
#[must_use]
pub fn key(name: &str) -> Option<(Value, &'static str)> {
    let list =
        || json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/member" } });
    Some(match name {
        "role" => (texts_schema(), "One of these roles (ROLE_CLAIMS)."),
        "permission" => (texts_schema(), "One of these permissions in the active organization."),
        "feature" => (texts_schema(), "One of these features: `name`, `org:name` or `user:name`."),
        "plan" => (texts_schema(), "One of these plans: `name`, `org:name` or `user:name`."),
        "org" => (
            json!({ "anyOf": [text_schema(), { "enum": [true] }] }),
            "The active organization: a slug, an id, `:name` of the path, or true for any.",
        ),
        "claim" => (
            json!({ "type": "object", "minProperties": 1, "additionalProperties": claim() }),
            "Claim path → value, list of values, or { exists = true }.",
        ),
        "reverified" => (reverified(), "How recently the person proved who they are."),
        "all" => (list(), "Each of these holds."),
        "any" => (list(), "At least one of these holds."),
        "not" => (json!({ "$ref": "#/definitions/member" }), "This does not hold."),
        "scope" => (texts_schema(), "Each of these scopes of a machine's token."),
        "api_key" | "oauth" | "machine" => {
            (json!({ "enum": [true] }), "A machine with a token of this kind.")
        }
        _ => return None,
    })
}

fn member() -> Value {
    json!({ "anyOf": [{ "enum": ["signed-in"] }, { "$ref": "#/definitions/condition" }] })
}

fn claim() -> Value {
    let single = json!({ "type": ["string", "number", "boolean"] });
    json!({ "anyOf": [
        single,
        { "type": "array", "minItems": 1, "items": single },
        { "type": "object", "properties": { "exists": { "enum": [true] } },
            "required": ["exists"], "additionalProperties": false },
    ] })
}

fn reverified() -> Value {
    let presets = Reverification::PRESETS.map(|(name, _)| name);
    let levels = Level::ALL.map(Level::as_str);
    json!({ "anyOf": [
        { "enum": presets },
        { "type": "object", "additionalProperties": false, "required": ["level", "after_minutes"],
            "properties": {
                "level": { "enum": levels },
                "after_minutes": { "type": "number", "exclusiveMinimum": 0 },
            } },
    ] })
}

fn response(word: &Value, statuses: &[u16]) -> Value {
    let mut words: Vec<Value> = statuses.iter().map(|status| json!(status)).collect();
    if !word.is_null() {
        words.push(word.clone());
    }
    json!({ "anyOf": [{ "enum": words }, target()] })
}

fn target() -> Value {
    json!({ "type": "string", "pattern": "^(/|https://)" })
}

const PATH: &str = "Segments: literal, `:name` (one segment), a final `/*` (the path itself and all \
    below it). Literals are compared decoded, and case counts.";
const HOST: &str = "Only for this host.";
const METHODS: &str = "Only for these methods. HEAD follows GET. A second rule with the same path \
    must cover the other methods.";
const ALLOW: &str = "Who may enter: `anyone`, `optional`, `signed-in` (the default), or a condition. \
    Several keys in one condition must all hold.";
const SIGNED_OUT: &str = "What becomes of a visitor who is signed out: `sign-in` (the default), 401, \
    404, or a redirect target for pages.";
const OTHERWISE: &str = "What becomes of a visitor who is signed in but not allowed: 403 (the \
    default), 404, or a redirect target for pages.";
const SEND: &str = "Allowed pages are redirected by role: role → target, `*` for the rest.";
const LOOKUP: &str = "A role or claim that the token lacks is looked up also where only a header \
    would carry it.";
const FRESH: &str = "Seconds: role and metadata that are older than this are looked up.";
const ACTIVATE: &str = "The organization that a page of this path needs to be active.";
const FORWARD_TOKEN: &str = "Leaves `Authorization` on a machine's request.";
const AUDIENCE: &str = "Whom a machine's token must be meant for.";
const SITE_MAP: &str = "false: files under this rule are judged by it alone.";
const REPORT_ONLY: &str = "Decides and logs, but forwards.";
const CACHE: &str = "`shared`: all who may enter get the same answer, which Cloudflare may keep.";
