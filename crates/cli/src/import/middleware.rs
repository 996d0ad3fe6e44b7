//! The steps of a `clerkMiddleware`: which paths they are about, and what they do.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::import::ecmascript::{all, bare, call, kind, list, name, place};
use crate::import::protect::{self, Protect};

/// One step, in the order of the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// For which paths.
    pub when: When,
    /// What is done there.
    pub then: Then,
    /// The line of the source.
    pub line: usize,
    /// Its text.
    pub source: String,
}

/// For which paths a step is done.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// For all.
    Always,
    /// For those of this matcher.
    In(String),
    /// For all but those of this matcher.
    NotIn(String),
    /// It is not known.
    Unknown,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// Asks for this.
    Protect(Protect),
    /// Ends: nothing that follows is done.
    Return,
    /// It is not known.
    Unknown,
}

/// The steps of the first `clerkMiddleware` in a tree; none where there is none.
#[must_use]
pub fn steps(
    tree: &Value,
    source: &str,
    matchers: &BTreeMap<String, Vec<Value>>,
) -> Option<Vec<Step>> {
    let mut calls = Vec::new();
    let is_middleware = |node: &Value| {
        kind(node) == "CallExpression"
            && node.get("callee").and_then(name) == Some("clerkMiddleware")
    };
    all(tree, &is_middleware, &mut calls);
    let [only] = calls.as_slice() else { return None };
    let Some(handler) = list(only, "arguments").first().map(bare) else { return Some(Vec::new()) };
    if kind(handler) == "ObjectExpression" {
        return Some(Vec::new());
    }
    let body = handler.get("body")?;
    let read = Reader { source, matchers };
    let mut steps = Vec::new();
    match kind(body) {
        "BlockStatement" | "FunctionBody" => {
            read.block(list(body, "body"), &When::Always, &mut steps)
        }
        _ => read.statement(body, &When::Always, &mut steps),
    }
    Some(steps)
}

struct Reader<'r> {
    source: &'r str,
    matchers: &'r BTreeMap<String, Vec<Value>>,
}

impl Reader<'_> {
    fn block(&self, statements: &[Value], when: &When, steps: &mut Vec<Step>) {
        statements.iter().for_each(|statement| self.statement(statement, when, steps));
    }

    fn statement(&self, node: &Value, when: &When, steps: &mut Vec<Step>) {
        if is_harmless(node) {
            return;
        }
        match kind(node) {
            "BlockStatement" => return self.block(list(node, "body"), when, steps),
            "IfStatement" if node.get("alternate").is_none_or(Value::is_null) => {
                return self.branch(node, when, steps);
            }
            _ => {}
        }
        let inner = if kind(node) == "ReturnStatement" { node.get("argument") } else { Some(node) };
        let protect = inner.filter(|it| !it.is_null()).and_then(protect::read);
        let then = match (protect, kind(node)) {
            (Some(protect), _) => Then::Protect(protect),
            (None, "ReturnStatement") if goes_on(node) => Then::Return,
            (None, "ReturnStatement") if is_sign_in(node) => Then::Protect(Protect {
                asks: Some(serde_json::json!("signed-in")),
                dropped: false,
            }),
            _ => Then::Unknown,
        };
        steps.push(self.step(node, when.clone(), then));
    }

    fn branch(&self, node: &Value, outer: &When, steps: &mut Vec<Step>) {
        let test = node.get("test").map(bare);
        let when = test.map_or(When::Unknown, |test| self.when(test));
        let when = if *outer == When::Always { when } else { When::Unknown };
        let Some(consequent) = node.get("consequent") else { return };
        let begun = steps.len();
        self.statement(consequent, &when, steps);
        // A branch whose condition is not known does something, or does not.
        if when == When::Unknown {
            steps.truncate(begun);
            steps.push(self.step(node, When::Unknown, Then::Unknown));
        }
        for step in steps.iter_mut().skip(begun) {
            (step.line, step.source) = place(node, self.source);
        }
    }

    /// `isX(req)`, `!isX(req)`, and both beside `!userId`, which protecting implies.
    fn when(&self, test: &Value) -> When {
        let test = bare(test);
        if kind(test) == "UnaryExpression"
            && test.get("operator").and_then(Value::as_str) == Some("!")
        {
            return match test.get("argument").and_then(|it| self.matcher(it)) {
                Some(name) => When::NotIn(name),
                None => When::Unknown,
            };
        }
        if kind(test) == "LogicalExpression"
            && test.get("operator").and_then(Value::as_str) == Some("&&")
        {
            let sides = [test.get("left"), test.get("right")].map(|it| it.map(bare));
            if let [Some(left), Some(right)] = sides {
                return match (is_no_user(left), is_no_user(right)) {
                    (true, false) => self.when(right),
                    (false, true) => self.when(left),
                    _ => When::Unknown,
                };
            }
        }
        self.matcher(test).map_or(When::Unknown, When::In)
    }

    fn matcher(&self, node: &Value) -> Option<String> {
        let (callee, _) = call(node)?;
        let called = name(callee)?;
        self.matchers.contains_key(called).then(|| called.to_owned())
    }

    fn step(&self, node: &Value, when: When, then: Then) -> Step {
        let (line, source) = place(node, self.source);
        Step { when, then, line, source }
    }
}

/// `!userId` or `!isAuthenticated`.
fn is_no_user(node: &Value) -> bool {
    kind(node) == "UnaryExpression"
        && node.get("operator").and_then(Value::as_str) == Some("!")
        && node
            .get("argument")
            .and_then(name)
            .is_some_and(|it| ["userId", "isAuthenticated", "sessionId"].contains(&it))
}

/// Declarations that only take things apart, and words for the console.
fn is_harmless(node: &Value) -> bool {
    match kind(node) {
        "VariableDeclaration" => list(node, "declarations").iter().all(|it| {
            it.get("init").and_then(call).is_some_and(|(callee, _)| name(callee) == Some("auth"))
        }),
        "ExpressionStatement" => call(node)
            .is_some_and(|(callee, _)| callee.get("object").and_then(name) == Some("console")),
        "EmptyStatement" => true,
        _ => false,
    }
}

/// `return`, `return NextResponse.next()`.
fn goes_on(node: &Value) -> bool {
    let Some(argument) = node.get("argument").filter(|it| !it.is_null()) else { return true };
    call(argument).is_some_and(|(callee, arguments)| {
        arguments.is_empty()
            && callee.get("object").and_then(name) == Some("NextResponse")
            && callee.get("property").and_then(name) == Some("next")
    })
}

/// `return redirectToSignIn(…)`.
fn is_sign_in(node: &Value) -> bool {
    node.get("argument").and_then(call).is_some_and(|(callee, _)| {
        name(callee) == Some("redirectToSignIn")
            || callee.get("property").and_then(name) == Some("redirectToSignIn")
    })
}
