//! What `auth.protect(…)` asks, as a condition of the rules.

use serde_json::{Value, json};

use crate::import::ecmascript::{bare, call, kind, list, name, text};

/// What a call of `protect` asks, and whether something of it is left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Protect {
    /// `signed-in` or a condition; none where it is not understood.
    pub asks: Option<Value>,
    /// Options that are not carried over.
    pub dropped: bool,
}

/// Reads a statement or expression that is `auth.protect(…)` or `(await auth()).protect(…)`.
#[must_use]
pub fn read(node: &Value) -> Option<Protect> {
    let (callee, arguments) = call(node)?;
    let callee = bare(callee);
    (kind(callee) == "MemberExpression").then_some(())?;
    (name(callee.get("property")?) == Some("protect")).then_some(())?;
    let object = bare(callee.get("object")?);
    let is_auth = name(object) == Some("auth")
        || call(object).is_some_and(|(callee, _)| name(callee) == Some("auth"));
    is_auth.then_some(())?;
    let asks = match arguments.first().map(bare) {
        None => Some(json!("signed-in")),
        Some(first) if kind(first) == "ObjectExpression" => options(first),
        Some(first) if kind(first) == "ArrowFunctionExpression" => has(first),
        Some(_) => None,
    };
    let in_first = arguments
        .first()
        .is_some_and(|it| text_of(it, "unauthorizedUrl") || text_of(it, "unauthenticatedUrl"));
    Some(Protect { asks, dropped: arguments.len() > 1 || in_first })
}

fn text_of(object: &Value, wanted: &str) -> bool {
    list(object, "properties").iter().any(|it| it.get("key").and_then(name) == Some(wanted))
}

/// `{ role: "org:admin" }`: Clerk's role is the one in the organization.
fn options(object: &Value) -> Option<Value> {
    let mut parts = Vec::new();
    for property in list(object, "properties") {
        let key = name(property.get("key")?)?;
        let value = property.get("value")?;
        match key {
            "role" => parts.push(org_role(&text(value)?)),
            "permission" | "feature" | "plan" => parts.push(json!({ key: text(value)? })),
            "unauthorizedUrl" | "unauthenticatedUrl" => {}
            _ => return None,
        }
    }
    match parts.as_slice() {
        [] => Some(json!("signed-in")),
        [only] => Some(only.clone()),
        _ => Some(json!({ "all": parts })),
    }
}

/// In both forms of claims.
fn org_role(role: &str) -> Value {
    let short = role.strip_prefix("org:").unwrap_or(role);
    json!({ "any": [
        { "claim": { "o.rol": short } },
        { "claim": { "org_role": format!("org:{short}") } },
    ] })
}

/// `(has) => has({ … }) || has({ … })`.
fn has(arrow: &Value) -> Option<Value> {
    let body = bare(arrow.get("body")?);
    let parameter = list(arrow, "params").first().and_then(name)?;
    asked(expression(body)?, parameter)
}

/// An arrow's body that is one expression, or one `return`.
fn expression(body: &Value) -> Option<&Value> {
    match kind(body) {
        "BlockStatement" | "FunctionBody" => match list(body, "body") {
            [only] if kind(only) == "ReturnStatement" => only.get("argument").map(bare),
            [only] if kind(only) == "ExpressionStatement" => only.get("expression").map(bare),
            _ => None,
        },
        _ => Some(body),
    }
}

fn asked(node: &Value, parameter: &str) -> Option<Value> {
    let node = bare(node);
    if let Some((callee, arguments)) = call(node) {
        return (name(callee) == Some(parameter)).then(|| options(bare(arguments.first()?)))?;
    }
    if kind(node) != "LogicalExpression" {
        return None;
    }
    let word = match node.get("operator").and_then(Value::as_str)? {
        "||" => "any",
        "&&" => "all",
        _ => return None,
    };
    let sides = [asked(node.get("left")?, parameter)?, asked(node.get("right")?, parameter)?];
    Some(json!({ word: sides }))
}
