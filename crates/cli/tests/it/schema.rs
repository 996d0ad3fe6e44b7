//! Schemas: they name what the reader knows, and accept what it accepts.
#![allow(clippy::expect_used, reason = "a test that cannot go on should stop loudly")]

use clerk_edge_cli::schema;
use clerk_edge_gate::settings::bindings::NAMES;
use clerk_edge_rules::read::FIELDS;
use clerk_edge_rules::read::condition::KEYS;
use clerk_edge_rules::rule_set::{Context, Rules};
use serde_json::{Value, json};

use crate::double::Double;

/// Whether a schema of ours accepts a value; it knows the words that ours are written with.
fn accepts(root: &Value, schema: &Value, value: &Value) -> bool {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let inner = root.pointer(name.trim_start_matches('#')).expect("a definition");
        return accepts(root, inner, value);
    }
    let is_type = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("{other}"),
    };
    let list = |name: &str| schema.get(name).and_then(Value::as_array);
    let number = |name: &str| schema.get(name).and_then(Value::as_f64);
    let kind = match schema.get("type") {
        Some(Value::String(name)) => is_type(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(is_type),
        _ => true,
    };
    let length = value
        .as_array()
        .map(Vec::len)
        .or(value.as_object().map(serde_json::Map::len))
        .unwrap_or(usize::MAX);
    let members = value.as_object().into_iter().flatten().all(|(name, value)| {
        match (schema.pointer(&format!("/properties/{name}")), schema.get("additionalProperties")) {
            (Some(inner), _) => accepts(root, inner, value),
            (None, Some(Value::Bool(false))) => false,
            (None, Some(inner)) => accepts(root, inner, value),
            (None, None) => true,
        }
    });
    let pattern = schema.get("pattern").and_then(Value::as_str).zip(value.as_str()).is_none_or(
        |(pattern, text)| match pattern {
            "^/" => text.starts_with('/'),
            "^(/|https://)" => text.starts_with('/') || text.starts_with("https://"),
            "^[A-Z_-]+$" => {
                !text.is_empty()
                    && text.bytes().all(|it| it.is_ascii_uppercase() || b"_-".contains(&it))
            }
            other => panic!("{other}"),
        },
    );
    kind && members
        && pattern
        && list("enum").is_none_or(|words| words.contains(value))
        && list("anyOf").is_none_or(|all| all.iter().any(|it| accepts(root, it, value)))
        && list("allOf").is_none_or(|all| all.iter().all(|it| accepts(root, it, value)))
        && list("required").is_none_or(|all| {
            all.iter().all(|it| value.get(it.as_str().unwrap_or_default()).is_some())
        })
        && number("minItems").is_none_or(|least| length as f64 >= least)
        && number("minProperties").is_none_or(|least| length as f64 >= least)
        && number("minLength")
            .is_none_or(|least| value.as_str().is_none_or(|it| it.len() as f64 >= least))
        && number("exclusiveMinimum").is_none_or(|least| value.as_f64().is_none_or(|it| it > least))
        && schema.get("items").is_none_or(|inner| {
            value.as_array().into_iter().flatten().all(|it| accepts(root, inner, it))
        })
}

#[track_caller]
fn both(rule: &Value, expected: bool) {
    let rules = json!([rule]);
    let schema = schema::of("rules").expect("a schema");
    assert_eq!(accepts(&schema, &schema, &rules), expected, "schema: {rule}");
    if expected {
        return;
    }
    assert!(Rules::read(&rules.to_string(), &Context::default()).is_err(), "reader: {rule}");
}

#[test]
fn every_name_of_the_reader_has_a_schema_and_a_sentence() {
    for name in FIELDS {
        assert!(schema::rules::field(name).is_some(), "{name}");
    }
    for name in KEYS {
        assert!(schema::rules::key(name).is_some(), "{name}");
    }
    for name in NAMES {
        assert!(schema::vars::is_no_var(name) || schema::vars::var(name).is_some(), "{name}");
    }
    assert!(schema::rules::field("alow").is_none());
}

#[test]
fn what_the_reader_accepts_the_schema_accepts() {
    for rule in [
        json!({ "path": "/" }),
        json!({ "path": "/a/:b/*", "allow": "optional", "host": "a.test" }),
        json!({ "path": "/a", "allow": { "role": ["a", "b"], "org": true, "not": { "plan": "x" } } }),
        json!({ "path": "/a", "allow": { "any": [{ "claim": { "a.b": 5, "c": { "exists": true } } }, { "reverified": "strict" }] } }),
        json!({ "path": "/a", "allow": { "reverified": { "level": "multi_factor", "after_minutes": 0.5 } } }),
        json!({ "path": "/a", "signed_out": 404, "otherwise": "https://a.test/x", "send": { "*": "/b" }, "lookup": true, "report_only": false }),
        json!({ "path": "/a", "signed_out": "sign-in" }),
    ] {
        assert!(Rules::read(&json!([rule]).to_string(), &Context::default()).is_ok(), "{rule}");
        both(&rule, true);
    }
}

#[test]
fn what_is_wrong_in_itself_both_refuse() {
    for rule in [
        json!({ "allow": "anyone" }),
        json!({ "path": "a" }),
        json!({ "path": "/a", "alow": "anyone" }),
        json!({ "path": "/a", "allow": "everyone" }),
        json!({ "path": "/a", "allow": {} }),
        json!({ "path": "/a", "allow": { "role": [] } }),
        json!({ "path": "/a", "allow": { "rol": "x" } }),
        json!({ "path": "/a", "allow": { "org": false } }),
        json!({ "path": "/a", "allow": { "claim": {} } }),
        json!({ "path": "/a", "allow": { "reverified": "very" } }),
        json!({ "path": "/a", "methods": ["get"] }),
        json!({ "path": "/a", "signed_out": 403 }),
        json!({ "path": "/a", "otherwise": "x" }),
        json!({ "path": "/a", "send": {} }),
        json!({ "path": "/a", "lookup": "yes" }),
    ] {
        both(&rule, false);
    }
}

#[test]
fn settings_are_accepted_as_values_and_as_texts() {
    let schema = schema::of("vars").expect("a schema");
    for vars in [
        json!({ "DEBUG_ROLE": true, "LOOKUP_TTL_SECONDS": 60, "ROUTES": [{ "path": "/" }] }),
        json!({ "DEBUG_ROLE": "true", "LOOKUP_TTL_SECONDS": "60", "ROUTES": "[]" }),
        json!({ "CLERK_AUTHORIZED_PARTIES": "https://a.test,https://b.test", "ROLE_CLAIMS": ["role"] }),
    ] {
        assert!(accepts(&schema, &schema, &vars), "{vars}");
    }
    for vars in
        [json!({ "ROLES": "x" }), json!({ "LOG": 5 }), json!({ "ROUTES": [{ "pth": "/" }] })]
    {
        assert!(!accepts(&schema, &schema, &vars), "{vars}");
    }
}

#[test]
fn results_of_every_command_are_as_the_schema_says() {
    let schema = schema::of("results").expect("a schema");
    let host = Double::with_rules(r#"[{ "path": "/a", "allow": { "role": "x" } }]"#)
        .file("clerk-edge.test.json", r#"{ "tests": { "/a": { "signed-out": 200 } } }"#)
        .file("other.json", "[]")
        .file("_redirects", "/a /b 200! Role=admin\n");
    for arguments in [
        "claims --json",
        "check --json",
        "explain /a --json",
        "explain //x%00 --json",
        "routes --json",
        "routes --matrix --json",
        "routes --against other.json --json",
        "test --json",
        "import netlify _redirects --json",
        "nonsense --json",
        "claims --config no.toml --json",
    ] {
        let document = host.run(arguments).json();
        assert!(accepts(&schema, &schema, &document), "{arguments}: {document}");
        let command = document["command"].as_str().unwrap_or_default();
        let Some(inner) = schema.pointer(&format!("/definitions/{command}")) else { continue };
        if !document["result"].is_null() {
            assert!(accepts(&schema, inner, &document["result"]), "{arguments}: {document}");
        }
    }
}

#[test]
fn schemas_are_printed_and_stand_in_the_package() {
    let host = Double::default();
    for name in schema::NAMES {
        let ran = host.run(&format!("schema {name}"));
        assert_eq!(ran.exit, 0);
        let file = format!("{}/../../npm/schema/{name}.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("CLERK_EDGE_WRITE").is_some() {
            std::fs::write(&file, &ran.out).expect("written");
        }
        let there = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            there == ran.out,
            "npm/schema/{name}.json differs: run this test with CLERK_EDGE_WRITE=1"
        );
    }
    assert_eq!(host.run("schema rule").exit, 2);
}
