//! Whether git ignores the files with secrets.

use crate::check::Check;
use crate::config::find::{folder, join};
use crate::config::load::Configuration;
use crate::host::Files;

/// `.dev.vars` must not be committed.
pub fn check(host: &impl Files, configuration: &Configuration) -> Check {
    let id = "basic.ignored";
    let here = host.absolute(configuration.folder());
    if configuration.dev_vars.is_empty() {
        return Check::pass(id, "there is no file with secrets");
    }
    let Some(rules) = rules(host, &here) else {
        return Check::pass(id, "the folder is in no git repository");
    };
    let open: Vec<&str> = configuration
        .dev_vars
        .iter()
        .map(|file| file.name.as_str())
        .filter(|name| !is_ignored(&rules, name))
        .collect();
    if open.is_empty() {
        return Check::pass(id, "git ignores the files with secrets");
    }
    Check::fail(
        id,
        format!("git does not ignore {}", open.join(", ")),
        "Add `.dev.vars*` and `.env` to .gitignore before the next commit.",
    )
}

/// The lines of every `.gitignore` up to the repository; none outside of one.
fn rules(host: &impl Files, start: &str) -> Option<Vec<String>> {
    let mut levels = Vec::new();
    let mut at = start.to_owned();
    loop {
        if let Ok(bytes) = host.read(&join(&at, ".gitignore")) {
            levels.push(String::from_utf8_lossy(&bytes).into_owned());
        }
        let entries = host.list(&at).unwrap_or_default();
        if entries.iter().any(|entry| entry.name == ".git") {
            levels.reverse();
            let lines = levels.iter().flat_map(|text| text.lines()).map(str::to_owned);
            return Some(lines.collect());
        }
        let above = folder(&at);
        if above == at {
            return None;
        }
        at = above;
    }
}

/// Whether the last line that fits ignores the name. A line that fits too much is taken as right:
/// folders of the repository are not looked at.
fn is_ignored(rules: &[String], name: &str) -> bool {
    let mut ignored = false;
    for line in rules {
        let line = line.trim_end();
        let (pattern, ignores) = match line.strip_prefix('!') {
            Some(pattern) => (pattern, false),
            None => (line, true),
        };
        if pattern.is_empty() || pattern.starts_with('#') {
            continue;
        }
        let last = pattern.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        if fits(last.as_bytes(), name.as_bytes()) {
            ignored = ignores;
        }
    }
    ignored
}

/// A pattern with `*` and `?`, over a whole name.
#[must_use]
pub fn fits(pattern: &[u8], name: &[u8]) -> bool {
    // The places in the pattern that can be reached; each byte moves them on.
    let mut places = vec![false; pattern.len().saturating_add(1)];
    reach(pattern, &mut places, 0);
    for byte in name {
        let mut next = vec![false; places.len()];
        for (at, wanted) in pattern.iter().enumerate() {
            if !places.get(at).copied().unwrap_or(false) {
                continue;
            }
            match wanted {
                b'*' => reach(pattern, &mut next, at),
                b'?' => reach(pattern, &mut next, at.saturating_add(1)),
                other if other == byte => reach(pattern, &mut next, at.saturating_add(1)),
                _ => {}
            }
        }
        places = next;
    }
    places.last().copied().unwrap_or(false)
}

/// Marks a place, and those behind stars, which may stand for nothing.
fn reach(pattern: &[u8], places: &mut [bool], at: usize) {
    let mut at = at;
    loop {
        if let Some(place) = places.get_mut(at) {
            *place = true;
        }
        if pattern.get(at) != Some(&b'*') {
            return;
        }
        at = at.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_fits_counts() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        for good in [".dev.vars", "/.dev.vars", ".dev.vars*", "**/.dev.*", "*.vars\n!x"] {
            assert!(is_ignored(&lines(good), ".dev.vars"), "{good}");
        }
        for bad in ["", "#.dev.vars", ".env", ".dev.vars\n!.dev.vars", ".dev.vars.*"] {
            assert!(!is_ignored(&lines(bad), ".dev.vars"), "{bad}");
        }
    }

    #[test]
    fn stars_stand_for_anything() {
        assert!(fits(b"/a/*/c*", b"/a/b/x/cd"));
        assert!(!fits(b"/a/*/c", b"/a/b/cd"));
        assert!(fits(b"*", b""));
    }
}
