//! The house's own rules, where a machine can hold them: heads, sizes, walls, names.
//!
//! The ceilings only go down. What needs a reader's judgement is not here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lines of a source file, its tests included.
const FILE_LINES_MAX: usize = 400;

/// Lines of a function, from its `fn` to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;

/// Columns of a line.
const LINE_COLUMNS_MAX: usize = 100;

/// Crates of the platform: named in `src/edge` alone, and absent from the native build.
const PLATFORM: [&str; 4] = ["worker", "wasm_bindgen", "web_sys", "js_sys"];

#[test]
fn every_file_says_first_what_it_is() {
    each_source(|file, text| {
        text.starts_with("//! ")
            .then_some(())
            .ok_or_else(|| format!("{file}: no `//!` at its head"))
    });
}

#[test]
fn files_functions_and_lines_are_short() {
    each_source(|file, text| {
        let lines = text.lines().count();
        check(lines <= FILE_LINES_MAX, || format!("{file}: {lines} lines"))?;
        for (number, line) in (1..).zip(text.lines()) {
            let columns = line.chars().count();
            check(columns <= LINE_COLUMNS_MAX, || format!("{file}:{number}: {columns} columns"))?;
        }
        for (name, lines) in functions(text) {
            check(lines <= FUNCTION_LINES_MAX, || format!("{file}: `{name}` has {lines} lines"))?;
        }
        Ok(())
    });
}

#[test]
fn the_platform_is_named_behind_one_wall() {
    each_source(|file, text| {
        let gates = text.matches("cfg(target_arch").count();
        let allowed = usize::from(file == "src/lib.rs");
        check(gates <= allowed, || format!("{file}: a `cfg(target_arch` of its own"))?;
        if file.starts_with("src/edge/") {
            return Ok(());
        }
        for name in PLATFORM {
            check(!names_crate(text, name), || format!("{file} names `{name}`"))?;
        }
        Ok(())
    });
}

#[test]
fn no_file_is_a_drawer_for_odds_and_ends() {
    each_source(|file, _| {
        let name = Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let drawer = ["utils", "util", "helpers", "common", "types", "misc"].contains(&name);
        check(!drawer, || format!("{file}: named after nothing"))
    });
}

#[test]
fn the_core_builds_without_the_platform() {
    let tree = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--offline", "--package", "clerk-edge", "--edges", "normal"])
        .args(["--prefix", "none", "--format", "{p}"])
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).expect("cargo prints text");
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"clerk-edge"), "not the tree of this crate:\n{tree}");
    for name in PLATFORM {
        let name = name.replace('_', "-");
        assert!(!names.contains(&name.as_str()), "the native core depends on {name}");
    }
}

#[test]
fn the_measures_measure() {
    let text = "impl A {\n    pub fn one() {\n        two();\n    }\n\n    fn short() {}\n}\n\
                trait B {\n    fn told(\n        a: u8,\n    );\n}\nfn last() {\n}\n";
    assert_eq!(functions(text), [("one", 3), ("short", 1), ("told", 3), ("last", 2)]);
    assert!(names_crate("use worker::Env;", "worker"));
    assert!(names_crate("a::<web_sys::Request>()", "web_sys"));
    assert!(!names_crate("the worker: a thing; coworker::x", "worker"));
}

/// Applies a rule to every source file and reports all that break it.
#[track_caller]
fn each_source(rule: impl Fn(&str, &str) -> Result<(), String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    collect(&root.join("jws/src"), &mut files);
    assert!(files.len() > 5, "found only {files:?}");
    let broken: Vec<String> = files
        .iter()
        .filter_map(|path| {
            let text = fs::read_to_string(path).expect("a source file is text");
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy();
            rule(&name.replace('\\', "/"), &text).err()
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// The functions of a formatted file, with their lines: each ends where its own indent closes.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let begins = lines.iter().enumerate().filter_map(|(at, line)| Some((at, function_name(line)?)));
    begins
        .map(|(at, name)| {
            let first = lines[at];
            let indent = first.len() - first.trim_start().len();
            let closing = format!("{}}}", " ".repeat(indent));
            let whole = first.ends_with(['}', ';']);
            let declared = format!("{})", " ".repeat(indent));
            // A declaration without a body ends where its arguments do.
            let ends = |line: &&str| {
                **line == closing || (line.starts_with(&declared) && line.ends_with(';'))
            };
            let rest = lines[at + 1..].iter().position(ends);
            (name, if whole { 1 } else { rest.map_or(1, |further| further + 2) })
        })
        .collect()
}

/// The name of the function that a line begins.
fn function_name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (before, after) = line.split_once("fn ")?;
    let qualifier = |word: &str| {
        ["pub", "async", "const", "unsafe", "extern"].contains(&word) || word.starts_with("pub(")
    };
    let begins = before.split_whitespace().all(|word| qualifier(word) || word.ends_with(')'));
    begins.then(|| after.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()).flatten()
}

/// Whether a text names a crate in a path.
fn names_crate(text: &str, name: &str) -> bool {
    text.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}
