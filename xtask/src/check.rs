//! `check`: what needs no test run: format, lints on both targets, documentation, licences.

use anyhow::{Result, bail};

use crate::{cargo, place, step, wasm::Wasm};

pub(crate) fn run() -> Result<()> {
    let tools = Wasm::find()?;
    step::step("cargo fmt", || {
        step::run(cargo::command("fmt").args(["--all", "--check"]), "run `cargo fmt --all`")
    })?;
    step::step("clippy, native", || {
        let arguments = ["--locked", "--workspace", "--all-targets", "--", "--deny=warnings"];
        step::run(cargo::command("clippy").args(arguments), "correct what it names")
    })?;
    step::step("clippy, WASM", || {
        let mut clippy = tools.clippy()?;
        clippy.args(["--package", "clerk-edge", "--package", "clerk-edge-webcrypto"]);
        clippy.args(["--lib", "--test", "webcrypto"]);
        clippy.args(["--all-features", "--", "--deny=warnings"]);
        step::run(&mut clippy, "correct what it names")
    })?;
    step::step("documentation, native", || {
        let mut doc = cargo::command("doc");
        doc.args(["--locked", "--workspace", "--no-deps", "--document-private-items"]);
        step::run(doc.env("RUSTDOCFLAGS", "--deny=warnings"), "correct what it names")
    })?;
    step::step("licences of what is shipped", licences)
}

/// Fails if the licence of a dependency is not on the list.
fn licences() -> Result<()> {
    let mut tree = cargo::command("tree");
    tree.args(["--locked", "--package", "clerk-edge", "--edges", "normal"]);
    tree.args(["--target", place::TARGET, "--prefix", "none", "--format", "{p}: {l}"]);
    let tree = step::read(&mut tree, "is there a network?")?;
    let packages = tree.lines().filter_map(|line| line.split_once(": "));
    let unlisted: Vec<String> = packages
        .filter(|(_, licence)| !is_free(licence.trim_end_matches(" (*)")))
        .map(|(package, licence)| format!("{package}: {licence}"))
        .collect();
    if !unlisted.is_empty() {
        bail!("not on the list in xtask/src/check.rs: {}", unlisted.join("; "));
    }
    Ok(())
}

/// Whether one of the licences offered, or all that apply together, may be shipped.
fn is_free(licence: &str) -> bool {
    let licence = licence.trim();
    if let Some(inner) = licence.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        && outermost(licence, " OR ").len() == 1
        && outermost(licence, " AND ").len() == 1
    {
        return is_free(inner);
    }
    // `AND` binds closer than `OR`; a slash is how `OR` used to be written.
    [" OR ", "/", " AND "]
        .iter()
        .map(|operator| (operator, outermost(licence, operator)))
        .find(|(_, parts)| parts.len() > 1)
        .map_or_else(
            || FREE.contains(&licence),
            |(operator, parts)| match *operator {
                " AND " => parts.iter().all(|part| is_free(part)),
                _ => parts.iter().any(|part| is_free(part)),
            },
        )
}

/// The parts of an expression between an operator, outside of all parentheses.
fn outermost<'a>(expression: &'a str, operator: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, symbol) in expression.char_indices() {
        match symbol {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 && at >= start && expression[at..].starts_with(operator) {
            parts.push(&expression[start..at]);
            start = at + operator.len();
        }
    }
    parts.push(&expression[start..]);
    parts
}

const FREE: [&str; 5] = ["Apache-2.0", "BSD-3-Clause", "MIT", "Unicode-3.0", "Zlib"];

#[cfg(test)]
mod tests {
    use super::is_free;

    #[test]
    fn a_licence_may_offer_a_choice_or_combine_several() {
        assert!(is_free("MIT"));
        assert!(is_free("GPL-3.0 OR MIT"));
        assert!(is_free("MIT/Apache-2.0"));
        assert!(is_free("(MIT OR GPL-3.0) AND Unicode-3.0"));
        assert!(!is_free("(MIT OR Apache-2.0) AND GPL-3.0"));
        assert!(is_free("GPL-3.0 AND MIT OR (MIT)"));
        assert!(!is_free("GPL-3.0"));
        assert!(!is_free("MIT AND GPL-3.0"));
        assert!(!is_free(""));
    }
}
