//! A page's text, run by run, as it is compared; and a sentence of it that was found elsewhere.

use std::collections::HashSet;

use crate::html::{Page, Run};
use crate::limits::SENTENCE_LETTERS_MAX;
use crate::text::{Letters, without_addresses};

/// What of a page is compared.
pub(crate) struct PageText {
    /// Each run's letters.
    pub runs: Vec<Letters>,
    /// Each window once.
    pub windows: HashSet<u64>,
    /// Whether the body has a window: the page shows text without a script.
    pub has_body_text: bool,
}

/// The text of a page.
pub(crate) fn of(page: &Page) -> PageText {
    let mut text = PageText { runs: Vec::new(), windows: HashSet::new(), has_body_text: false };
    for run in &page.runs {
        for letters in letters(run) {
            let before = text.windows.len();
            text.windows.extend(letters.windows());
            text.has_body_text |= run.in_body && text.windows.len() > before;
            text.runs.push(letters);
        }
    }
    text
}

/// Each window of a page with the run that it stands in.
pub(crate) fn windows_with_runs(page: &Page) -> impl Iterator<Item = (u64, &str)> {
    page.runs.iter().flat_map(|run| {
        letters(run).flat_map(|letters| {
            letters.windows().map(|window| (window, run.text.as_str())).collect::<Vec<_>>()
        })
    })
}

/// A run as an example: one line, cut where it is long.
pub(crate) fn sentence(run: &str) -> String {
    let words: Vec<&str> = run.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(SENTENCE_LETTERS_MAX) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

fn letters(run: &Run) -> impl Iterator<Item = Letters> {
    without_addresses(&run.text).map(Letters::of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html;

    #[test]
    fn a_head_is_no_body() {
        let head = "<title>A title that is long enough for a window</title>";
        assert!(!of(&html::read(head)).has_body_text);
        let shown = format!("{head}<p>A sentence that is long enough for a window</p>");
        assert!(of(&html::read(&shown)).has_body_text);
        assert!(!of(&html::read(&format!("{head}<p>Too short</p>"))).has_body_text);
    }

    #[test]
    fn an_example_is_one_short_line() {
        assert_eq!(sentence("  a\n  b "), "a b");
        assert_eq!(sentence(&"é".repeat(161)).chars().count(), 161);
        assert_eq!(sentence(&"é".repeat(160)), "é".repeat(160));
    }
}
