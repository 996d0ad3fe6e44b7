//! Clerk's `createRouteMatcher` in `middleware.ts` or `proxy.ts`.
//!
//! A path must meet what every step asks that can concern it; a step that lets it out of that must
//! concern it for certain. So nothing becomes looser.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::import::Fate;
use crate::import::draft::{Draft, allow, is_path, widest};
use crate::import::ecmascript::{self, all, kind, list, name, place, text};
use crate::import::middleware::{self, Step, Then, When};
use crate::import::patterns::Pattern;
use crate::report::Failure;

/// A pattern of a matcher, as a rule's path.
#[derive(Clone, Debug)]
struct Route {
    path: String,
    pattern: Pattern,
    /// It covers what the pattern did, but for `(.*)` glued to a word.
    is_exact: bool,
    /// The pattern was understood; one that was not guards more than it did, and opens nothing.
    is_known: bool,
}

/// Reads the file.
///
/// # Errors
/// Where it is no JavaScript or TypeScript.
pub fn import(path: &str, source: &str) -> Result<Draft, Failure> {
    let tree = ecmascript::parse(path, source)
        .ok_or_else(|| Failure::input(path, "this is no JavaScript or TypeScript"))?;
    let mut draft = Draft::default();
    let declared = matchers(&tree);
    let routes = routes(&declared, source, &mut draft);
    let Some(steps) = middleware::steps(&tree, source, &declared) else {
        draft.close("/*", None);
        draft.remarks.push(
            "No single clerkMiddleware was found, so everything is kept for the \
            role nobody-yet."
                .to_owned(),
        );
        draft.note(1, path, Fate::NotCarriedOver, "no clerkMiddleware was found");
        return Ok(draft);
    };
    for step in &steps {
        note(step, &mut draft);
    }
    let everything =
        Route { path: "/*".to_owned(), pattern: Pattern::of("/*"), is_exact: true, is_known: true };
    let asked = asked(&everything, &steps, &routes);
    if asked == json!("anyone") {
        draft.remarks.push("The source is open by default, so `/*` is for anyone.".to_owned());
    }
    draft.set("/*", None, allow(asked));
    for route in routes.values().flatten() {
        draft.set(&route.path, None, allow(self::asked(route, &steps, &routes)));
    }
    draft.lines.sort_by_key(|line| line.line);
    Ok(draft)
}

/// The matchers that are declared, each with its patterns.
fn matchers(tree: &Value) -> BTreeMap<String, Vec<Value>> {
    let mut declared = Vec::new();
    all(tree, &|node| kind(node) == "VariableDeclarator", &mut declared);
    let matcher = |node: &&Value| {
        let (callee, arguments) = ecmascript::call(node.get("init")?)?;
        (name(callee) == Some("createRouteMatcher")).then_some(())?;
        let patterns = match arguments.first() {
            Some(list_node) if kind(list_node) == "ArrayExpression" => {
                list(list_node, "elements").to_vec()
            }
            Some(single) => vec![single.clone()],
            None => Vec::new(),
        };
        Some((name(node.get("id")?)?.to_owned(), patterns))
    };
    declared.iter().filter_map(matcher).collect()
}

fn routes(
    declared: &BTreeMap<String, Vec<Value>>,
    source: &str,
    draft: &mut Draft,
) -> BTreeMap<String, Vec<Route>> {
    let mut routes = BTreeMap::new();
    for (matcher, patterns) in declared {
        let mut own = Vec::new();
        for node in patterns {
            let (line, shown) = place(node, source);
            let (route, fate, why) = match text(node).as_deref().and_then(route) {
                Some(route) if route.is_exact => (route, Fate::CarriedOver, String::new()),
                Some(route) => {
                    let why = format!(
                        "`(.*)` also meant names that only begin like this; it is {} now",
                        route.path
                    );
                    (route, Fate::Changed, why)
                }
                None => {
                    let path = widest(&literal_part(&text(node).unwrap_or_default()));
                    let why = format!(
                        "the pattern is not understood; {path} stands instead, for nobody yet where it guards"
                    );
                    (
                        Route {
                            pattern: Pattern::of(&path),
                            path,
                            is_exact: false,
                            is_known: false,
                        },
                        Fate::NotCarriedOver,
                        why,
                    )
                }
            };
            draft.note(line, &shown, fate, why);
            own.push(route);
        }
        routes.insert(matcher.clone(), own);
    }
    routes
}

/// `/a(.*)`, `/a/(.*)`, `/a/:b`, `/a/:b*` at the end; anything else is none.
fn route(pattern: &str) -> Option<Route> {
    let (base, rest, glued) = if let Some(base) = pattern.strip_suffix("/(.*)") {
        (base, true, false)
    } else if let Some(base) = pattern.strip_suffix("(.*)") {
        (base.trim_end_matches('/'), true, !base.is_empty() && !base.ends_with('/'))
    } else if let Some((base, last)) =
        pattern.rsplit_once("/:").filter(|(_, last)| last.ends_with('*'))
    {
        last.trim_end_matches('*')
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'_')
            .then_some(())?;
        (base, true, false)
    } else {
        (pattern, false, false)
    };
    if base.contains(['(', ')', '*', '+', '?', '{', '}', '[', '|', '\\', '^', '$']) {
        return None;
    }
    let path = match (rest, base) {
        (true, base) => format!("{base}/*"),
        (false, "") => return None,
        (false, base) => base.to_owned(),
    };
    (path.starts_with('/') && is_path(&path)).then(|| Route {
        pattern: Pattern::of(&path),
        path,
        is_exact: !glued,
        is_known: true,
    })
}

/// What stands before the first sign of a pattern, up to its last slash.
fn literal_part(pattern: &str) -> String {
    let end = pattern.find(['(', '*', '+', '?', '{', '[', '|', '\\', ':']).unwrap_or(pattern.len());
    let literal = pattern.get(..end).unwrap_or_default();
    let end = literal.rfind('/').map_or(0, |at| at.saturating_add(1));
    format!("{}x", literal.get(..end).filter(|it| it.starts_with('/')).unwrap_or("/"))
}

/// What a path must meet.
fn asked(route: &Route, steps: &[Step], routes: &BTreeMap<String, Vec<Route>>) -> Value {
    let mut parts: Vec<Value> = Vec::new();
    for step in steps {
        let patterns = |name: &String| routes.get(name).map_or(&[][..], Vec::as_slice);
        // What lies inside this path alone has a rule of its own, which is more specific.
        let has_own =
            |it: &Route| route.pattern.covers(&it.pattern) && !it.pattern.covers(&route.pattern);
        let may = |name: &String| {
            let mut all = patterns(name).iter();
            all.any(|it| it.pattern.overlaps(&route.pattern) && !has_own(it))
        };
        let must = |name: &String| {
            patterns(name).iter().any(|it| it.is_known && it.pattern.covers(&route.pattern))
        };
        let (concerns, for_certain) = match &step.when {
            When::Always => (true, true),
            When::In(name) => (may(name), must(name)),
            When::NotIn(name) => (!must(name), !may(name)),
            When::Unknown => (true, false),
        };
        match &step.then {
            Then::Protect(protect) if concerns => match &protect.asks {
                Some(asks) if !parts.contains(asks) => parts.push(asks.clone()),
                Some(_) => {}
                None => return json!({ "role": "nobody-yet" }),
            },
            Then::Unknown if concerns => return json!({ "role": "nobody-yet" }),
            Then::Return if for_certain => break,
            _ => {}
        }
    }
    let is_guess = routes.values().flatten().any(|it| !it.is_known && it.path == route.path);
    if is_guess && !parts.is_empty() {
        return json!({ "role": "nobody-yet" });
    }
    together(parts)
}

fn together(parts: Vec<Value>) -> Value {
    let conditions: Vec<Value> = parts.iter().filter(|it| it.is_object()).cloned().collect();
    match (parts.is_empty(), conditions.as_slice()) {
        (true, _) => json!("anyone"),
        (false, []) => json!("signed-in"),
        (false, [only]) => only.clone(),
        (false, _) => json!({ "all": conditions }),
    }
}

fn note(step: &Step, draft: &mut Draft) {
    let (fate, why) = match (&step.when, &step.then) {
        (When::Unknown, _) | (_, Then::Unknown) => (
            Fate::NotCarriedOver,
            "it is not known what this does, so the paths that it can concern are kept for the role nobody-yet",
        ),
        (_, Then::Protect(protect)) if protect.asks.is_none() => (
            Fate::NotCarriedOver,
            "it is not known what this asks, so the paths that it concerns are kept for the role nobody-yet",
        ),
        (_, Then::Protect(protect)) if protect.dropped => (
            Fate::Changed,
            "the addresses of its options are not carried over: use signed_out and otherwise",
        ),
        _ => (Fate::CarriedOver, ""),
    };
    draft.note(step.line, &step.source, fate, why);
}
