//! The rules for source files that a test can check: heads, sizes, platform crates, names.
//!
//! The limits may only be lowered.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lines of a source file, its tests included.
const FILE_LINES_MAX: usize = 400;

/// Lines of a function, from its `fn` to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;

/// Columns of a line.
const LINE_COLUMNS_MAX: usize = 100;

/// The libraries that decide.
const LIBRARIES: [&str; 5] = [
    "clerk-edge-http",
    "clerk-edge-jws",
    "clerk-edge-token",
    "clerk-edge-rules",
    "clerk-edge-gate",
];

/// Whether a file belongs to the Worker, to what runs WebCrypto for it, to the crate for Workers
/// that are written in Rust, or to the command in Node.
fn is_platform(file: &str) -> bool {
    let places = ["src/", "crates/webcrypto/", "crates/worker/", "crates/cli/src/node.rs"];
    places.iter().any(|place| file.starts_with(place))
}

/// Crates of the platform.
const PLATFORM: [&str; 4] = ["worker", "wasm_bindgen", "web_sys", "js_sys"];

#[test]
fn every_file_begins_with_a_doc_comment() {
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
fn only_the_platform_files_name_platform_crates() {
    each_source(|file, text| {
        let gates = text.matches("cfg(target_arch").count();
        let is_gate = file.ends_with("src/lib.rs") || file.ends_with("src/node.rs");
        let allowed = usize::from(is_platform(file) && is_gate);
        check(gates <= allowed, || format!("{file}: a `cfg(target_arch` of its own"))?;
        if is_platform(file) {
            return Ok(());
        }
        for name in PLATFORM {
            check(!names_crate(text, name), || format!("{file} names `{name}`"))?;
        }
        Ok(())
    });
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    each_source(|file, _| {
        let name = Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let drawer = ["utils", "util", "helpers", "common", "types", "misc"].contains(&name);
        check(!drawer, || format!("{file}: named after nothing"))
    });
}

#[test]
fn no_library_depends_on_the_platform() {
    for package in LIBRARIES {
        let tree = Command::new(env!("CARGO"))
            .current_dir(root())
            .args(["tree", "--offline", "--package", package, "--edges", "normal"])
            .args(["--target", "all", "--prefix", "none", "--format", "{p}"])
            .output()
            .expect("cargo runs");
        assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
        let tree = String::from_utf8(tree.stdout).expect("cargo prints text");
        let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(names.contains(&package), "not the tree of {package}:\n{tree}");
        for name in ["worker", "web-sys"] {
            assert!(!names.contains(&name), "{package} depends on {name}");
        }
    }
}

#[test]
fn the_measuring_functions_are_correct() {
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
    let root = &root();
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    for package in fs::read_dir(root.join("crates")).expect("a folder of crates").flatten() {
        collect(&package.path().join("src"), &mut files);
    }
    files.sort();
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

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
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
