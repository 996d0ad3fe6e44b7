//! Types for the claims: `CustomJwtSessionClaims` for TypeScript, a struct for Rust.

use std::fmt::Write;

use serde_json::Value;

use crate::claims::needed::Needed;

/// The interface that Clerk's packages and this one take in.
#[must_use]
pub fn typescript(claims: &Value, needed: &Needed) -> String {
    let mut out =
        String::from("export {};\n\ndeclare global {\n  interface CustomJwtSessionClaims {\n");
    members(claims, "", 2, needed, &mut out);
    out.push_str("  }\n}\n");
    out
}

fn members(claims: &Value, path: &str, depth: usize, needed: &Needed, out: &mut String) {
    let indent = "  ".repeat(depth);
    for (name, value) in claims.as_object().into_iter().flatten() {
        let inner = joined(path, name);
        let key =
            if is_identifier(name) { name.clone() } else { Value::from(name.as_str()).to_string() };
        if value.is_object() {
            let _ = writeln!(out, "{indent}{key}?: {{");
            members(value, &inner, depth.saturating_add(1), needed, out);
            let _ = writeln!(out, "{indent}}};");
            continue;
        }
        if is_whole_metadata(value) {
            let _ = writeln!(out, "{indent}{key}?: {{");
            for (path, shape) in below(&inner, needed) {
                let _ = writeln!(out, "{indent}  {}?: {};", property(&path), ts(&shape));
            }
            let _ = writeln!(out, "{indent}  [field: string]: unknown;\n{indent}}};");
            continue;
        }
        let _ = writeln!(out, "{indent}{key}?: {};", ts(&shape(&inner, value, needed)));
    }
}

/// A struct for `claims_as`.
#[must_use]
pub fn rust(claims: &Value, needed: &Needed) -> String {
    let mut structs = Vec::new();
    structure("Claims", claims, "", needed, &mut structs);
    structs.reverse();
    format!("use serde::Deserialize;\n\n{}", structs.join("\n"))
}

fn structure(name: &str, claims: &Value, path: &str, needed: &Needed, out: &mut Vec<String>) {
    let mut text = format!("#[derive(Clone, Debug, Default, Deserialize)]\npub struct {name} {{\n");
    for (member, value) in claims.as_object().into_iter().flatten() {
        let inner = joined(path, member);
        let field = snake(member);
        if field != *member {
            let _ = writeln!(text, "    #[serde(rename = {})]", Value::from(member.as_str()));
        }
        let kind = if value.is_object() {
            let nested = format!("{name}{}", pascal(member));
            structure(&nested, value, &inner, needed, out);
            nested
        } else {
            match shape(&inner, value, needed) {
                Shape::Words(_) | Shape::Text => "String".to_owned(),
                Shape::Number => "f64".to_owned(),
                Shape::Truth => "bool".to_owned(),
                Shape::Any => "serde_json::Value".to_owned(),
            }
        };
        let _ = writeln!(text, "    #[serde(default)]\n    pub {field}: Option<{kind}>,");
    }
    text.push_str("}\n");
    out.push(text);
}

/// What a value is.
enum Shape {
    Words(Vec<String>),
    Text,
    Number,
    Truth,
    Any,
}

fn shape(path: &str, value: &Value, needed: &Needed) -> Shape {
    let code = value.as_str().unwrap_or_default();
    if code.ends_with(".role}}") && code.contains("public_metadata") && !needed.roles.is_empty() {
        return Shape::Words(needed.roles.clone());
    }
    let compared = needed.paths.get(path).map_or(&[][..], Vec::as_slice);
    if !compared.is_empty() && compared.iter().all(Value::is_number) {
        return Shape::Number;
    }
    if !compared.is_empty() && compared.iter().all(Value::is_boolean) {
        return Shape::Truth;
    }
    match code {
        "{{user.email_verified}}" | "{{user.two_factor_enabled}}" => Shape::Truth,
        _ if code.starts_with("{{user.public_metadata") && compared.is_empty() => Shape::Any,
        _ if code.starts_with("{{org.public_metadata") => Shape::Any,
        _ if !compared.is_empty() && !compared.iter().all(Value::is_string) => Shape::Any,
        _ => Shape::Text,
    }
}

fn ts(shape: &Shape) -> String {
    match shape {
        Shape::Words(words) => {
            let quoted: Vec<String> =
                words.iter().map(|word| Value::from(word.as_str()).to_string()).collect();
            quoted.join(" | ")
        }
        Shape::Text => "string".to_owned(),
        Shape::Number => "number".to_owned(),
        Shape::Truth => "boolean".to_owned(),
        Shape::Any => "unknown".to_owned(),
    }
}

/// What is read below a claim that holds the whole public metadata.
fn below(path: &str, needed: &Needed) -> Vec<(String, Shape)> {
    let mut found: Vec<(String, Shape)> = Vec::new();
    if !needed.roles.is_empty() {
        found.push(("role".to_owned(), Shape::Words(needed.roles.clone())));
    }
    let prefix = format!("{path}.");
    for inner in needed.paths.keys().filter_map(|known| known.strip_prefix(&prefix)) {
        if inner != "role" && !inner.contains('.') {
            let code = Value::from(format!("{{{{user.public_metadata.{inner}}}}}"));
            found.push((inner.to_owned(), shape(&joined(path, inner), &code, needed)));
        }
    }
    found
}

fn is_whole_metadata(value: &Value) -> bool {
    value.as_str() == Some("{{user.public_metadata}}")
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn property(name: &str) -> String {
    if is_identifier(name) { name.to_owned() } else { Value::from(name).to_string() }
}

fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
    }
    if ["type", "match", "ref"].contains(&out.as_str()) { format!("{out}_") } else { out }
}

fn pascal(name: &str) -> String {
    let words = snake(name);
    let words = words.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}
