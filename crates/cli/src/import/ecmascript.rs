//! JavaScript and TypeScript as a tree of JSON (ESTree), and small questions about its nodes.

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;
use serde_json::Value;

/// The tree of a source; none where it is not read.
#[must_use]
pub fn parse(path: &str, text: &str) -> Option<Value> {
    let allocator = Allocator::default();
    let kind = SourceType::from_path(path).unwrap_or_else(|_| SourceType::ts());
    let parsed = Parser::new(&allocator, text, kind).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return None;
    }
    serde_json::from_str(&parsed.program.to_estree_json(false, false)).ok()
}

/// The kind of a node.
#[must_use]
pub fn kind(node: &Value) -> &str {
    node.get("type").and_then(Value::as_str).unwrap_or_default()
}

/// The name of an identifier.
#[must_use]
pub fn name(node: &Value) -> Option<&str> {
    (kind(node) == "Identifier").then(|| node.get("name")?.as_str()).flatten()
}

/// The text of a literal, or of a template without holes.
#[must_use]
pub fn text(node: &Value) -> Option<String> {
    match kind(node) {
        "Literal" => node.get("value")?.as_str().map(str::to_owned),
        "TemplateLiteral" => match list(node, "quasis") {
            [only] => only.pointer("/value/cooked")?.as_str().map(str::to_owned),
            _ => None,
        },
        _ => None,
    }
}

/// The items of a list.
#[must_use]
pub fn list<'n>(node: &'n Value, name: &str) -> &'n [Value] {
    node.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What stands inside `await`, parentheses, `as` and `!` of TypeScript.
#[must_use]
pub fn bare(node: &Value) -> &Value {
    let inner = match kind(node) {
        "AwaitExpression" => node.get("argument"),
        "ParenthesizedExpression"
        | "TSAsExpression"
        | "TSNonNullExpression"
        | "TSSatisfiesExpression"
        | "ChainExpression"
        | "ExpressionStatement" => node.get("expression"),
        _ => None,
    };
    inner.map_or(node, bare)
}

/// The callee and the arguments of a call.
#[must_use]
pub fn call(node: &Value) -> Option<(&Value, &[Value])> {
    let node = bare(node);
    (kind(node) == "CallExpression")
        .then(|| Some((node.get("callee")?, list(node, "arguments"))))?
}

/// The line of a node, from 1, and its text, on one line.
#[must_use]
pub fn place(node: &Value, source: &str) -> (usize, String) {
    let at = |name: &str| {
        let at = node.get(name).and_then(Value::as_u64).unwrap_or_default();
        usize::try_from(at).unwrap_or(usize::MAX).min(source.len())
    };
    // The tree counts in UTF-16 or bytes by the parser's choice: a cut inside a letter is mended.
    let (start, end) = (boundary(source, at("start")), boundary(source, at("end")));
    let line = source.get(..start).unwrap_or_default().matches('\n').count().saturating_add(1);
    let text = source.get(start..end).unwrap_or_default();
    let words: Vec<&str> = text.split_whitespace().collect();
    (line, words.join(" "))
}

fn boundary(source: &str, at: usize) -> usize {
    let mut at = at;
    while at > 0 && !source.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    at
}

/// Every node below this one, itself included, that `wanted` says so of.
pub fn all<'n>(node: &'n Value, wanted: &impl Fn(&Value) -> bool, found: &mut Vec<&'n Value>) {
    if node.is_object() && wanted(node) {
        found.push(node);
    }
    match node {
        Value::Array(items) => items.iter().for_each(|item| all(item, wanted, found)),
        Value::Object(members) => members.values().for_each(|item| all(item, wanted, found)),
        _ => {}
    }
}
