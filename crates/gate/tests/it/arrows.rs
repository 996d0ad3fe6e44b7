//! Inside a crate imports run down: a file imports what stands below it in these lists. Between
//! crates Cargo keeps the order.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// For each crate its files and folders, the top first.
const ORDERS: [(&str, &[&str]); 4] = [
    (
        "gate",
        &[
            "guard",
            "line",
            "plan",
            "endpoints",
            "explain",
            "log",
            "forward",
            "grant",
            "challenge",
            "endpoint",
            "early_response",
            "auth_object",
            "auth",
            "session",
            "gate",
            "machine",
            "keys",
            "lookup",
            "store",
            "settings",
            "clerk_api",
            "until",
            "platform",
            "secret",
            "context",
            "answer",
            "limits",
        ],
    ),
    (
        "rules",
        &[
            "read",
            "redirect_circles",
            "redirect_walk",
            "check",
            "explain",
            "decide",
            "evaluate",
            "display",
            "rule_set",
            "path_tree",
            "accepted",
            "rule",
            "facts",
            "condition",
            "target",
            "pattern",
            "path_params",
            "asset_names",
            "claim_path",
            "reverification",
            "caller_kind",
            "code",
            "problem_place",
            "problem",
            "ordered_json",
            "ordered_table",
            "limits",
        ],
    ),
    (
        "token",
        &[
            "machine",
            "verified_cache",
            "verifiable",
            "verified",
            "unverified",
            "session",
            "policy",
            "crypto",
            "key",
            "claims",
            "js_number",
            "error",
            "algorithm",
            "limits",
        ],
    ),
    (
        "http",
        &[
            "request_id",
            "kind",
            "incoming",
            "url",
            "url_parts",
            "host",
            "path",
            "oddities",
            "readings",
            "query",
            "percent",
            "plain_id",
            "limits",
        ],
    ),
];

#[test]
fn no_file_imports_one_above_it() {
    let wrong: Vec<String> = ORDERS
        .iter()
        .flat_map(|(package, order)| {
            let imports = imports_of(package);
            let mut wrong = unlisted(package, order, &imports);
            wrong.extend(upward(package, order, &imports));
            wrong.extend(circles(package, &imports));
            wrong
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_import_that_points_up_or_round_is_found() {
    let imports: Imports = [("below/a", "above"), ("below/b", "below/c"), ("below/c", "below/b")]
        .into_iter()
        .map(|(file, other)| (file.to_owned(), BTreeSet::from([other.to_owned()])))
        .collect();
    let order = ["above", "below"];
    assert_eq!(upward("x", &order, &imports), ["x: below/a imports above, which is above it"]);
    assert_eq!(circles("x", &imports).len(), 2);
    assert_eq!(unlisted("x", &["above"], &imports).len(), 3);
    let text = "use crate::a::b::{self, C, d};\nlet x = crate::e::F;\n// crate::g\n";
    let known = ["a", "a/b", "a/b/d", "e", "g"].map(str::to_owned);
    let found: Vec<String> = paths_in(text, &known).into_iter().collect();
    assert_eq!(found, ["a/b", "a/b/d", "e"]);
}

/// Which files each file imports, by their paths without `.rs` and `/mod.rs`.
type Imports = BTreeMap<String, BTreeSet<String>>;

fn imports_of(package: &str) -> Imports {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package).join("src");
    let mut files = BTreeMap::new();
    collect(&root, "", &mut files);
    files.remove("lib");
    let known: Vec<String> = files.keys().cloned().collect();
    let imports = |(file, text): (&String, &String)| {
        let mut paths = paths_in(text, &known);
        paths.remove(file);
        (file.clone(), paths)
    };
    files.iter().map(imports).collect()
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
        let (path, name) = (entry.path(), entry.file_name().into_string().expect("a plain name"));
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), files);
        } else if let Some(stem) = name.strip_suffix(".rs") {
            let file = match stem {
                "mod" => prefix.trim_end_matches('/').to_owned(),
                stem => format!("{prefix}{stem}"),
            };
            let text = fs::read_to_string(&path).expect("a source file is text");
            files.insert(file, text);
        }
    }
}

/// The files that a text names by `crate::…`, tests and comments left out.
fn paths_in(text: &str, known: &[String]) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code: Vec<&str> = text.lines().filter(|it| !it.trim_start().starts_with("//")).collect();
    let code = code.join(" ");
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
        let (path, rest) = rest.split_at(end.unwrap_or(rest.len()));
        let path = path.trim_end_matches(':').replace("::", "/");
        let group = rest.strip_prefix('{').and_then(|it| it.split('}').next()).unwrap_or_default();
        let names = group.split(',').map(|it| format!("{path}/{}", it.trim().replace("::", "/")));
        for path in [path.clone()].into_iter().chain(names) {
            let file = prefixes(&path).find(|it| known.iter().any(|known| known == it));
            found.extend(file.map(str::to_owned));
        }
    }
    found
}

/// `a/b/c`, `a/b`, `a`.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').map(|(at, _)| at).collect::<Vec<_>>();
    [path.len()].into_iter().chain(ends.into_iter().rev()).map(|end| &path[..end])
}

fn top(file: &str) -> &str {
    file.split('/').next().unwrap_or(file)
}

fn unlisted(package: &str, order: &[&str], imports: &Imports) -> Vec<String> {
    let files = imports.keys().filter(|file| !order.contains(&top(file)));
    files.map(|file| format!("{package}: {file} is not in the order")).collect()
}

fn upward(package: &str, order: &[&str], imports: &Imports) -> Vec<String> {
    let place = |file: &str| order.iter().position(|it| *it == top(file));
    let pairs = imports.iter().flat_map(|(file, all)| all.iter().map(move |it| (file, it)));
    let wrong = pairs.filter(|(file, other)| place(file) > place(other));
    wrong
        .map(|(file, other)| format!("{package}: {file} imports {other}, which is above it"))
        .collect()
}

/// Files that import each other, by way of others too. A folder's `mod.rs` counts like any file.
fn circles(package: &str, imports: &Imports) -> Vec<String> {
    let reaches = |from: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(file) = open.pop() {
            for next in imports.get(file).into_iter().flatten() {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen.contains(from)
    };
    let round = imports.keys().filter(|file| reaches(file));
    round.map(|file| format!("{package}: {file} imports itself by way of others")).collect()
}
