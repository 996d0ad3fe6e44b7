//! Text as it is compared: letters and digits alone, in lower case and in one normal form. Quotes,
//! tags and blanks mean nothing any more, so a sentence is the same in HTML, JSON and a script.
//!
//! What is compared are windows: 24 letters that begin at a word.

use std::hash::{DefaultHasher, Hasher as _};

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use crate::limits::WINDOW_LETTERS;
use crate::unescape::unescape;

/// A text's letters and digits, and where its words begin.
#[derive(Debug, Default)]
pub(crate) struct Letters {
    text: String,
    starts: Vec<usize>,
}

impl Letters {
    /// Escapes are undone first.
    pub(crate) fn of(raw: &str) -> Self {
        let text = unescape(raw);
        let mut letters = Self { text: String::with_capacity(text.len()), starts: Vec::new() };
        match is_nfc_quick(text.chars()) {
            IsNormalized::Yes => letters.take(text.chars()),
            IsNormalized::No | IsNormalized::Maybe => letters.take(text.nfc()),
        }
        letters
    }

    fn take(&mut self, characters: impl Iterator<Item = char>) {
        let mut in_word = false;
        for character in characters {
            if !character.is_alphanumeric() {
                in_word = false;
                continue;
            }
            let dense = is_dense(character);
            if !in_word || dense {
                self.starts.push(self.text.len());
            }
            in_word = !dense;
            if character.is_ascii() {
                self.text.push(character.to_ascii_lowercase());
            } else {
                self.text.extend(character.to_lowercase());
            }
        }
    }

    /// The hash of each window, in order.
    pub(crate) fn windows(&self) -> impl Iterator<Item = u64> {
        self.starts.iter().filter_map(|start| Some(hash(self.window(*start)?)))
    }

    fn window(&self, start: usize) -> Option<&str> {
        let rest = self.text.get(start..)?;
        if let Some(window) = rest.get(..WINDOW_LETTERS).filter(|window| window.is_ascii()) {
            return Some(window);
        }
        let mut weight = 0_usize;
        let (last, character) = rest.char_indices().find(|(_, character)| {
            weight = weight.saturating_add(if is_dense(*character) { 3 } else { 1 });
            weight >= WINDOW_LETTERS
        })?;
        rest.get(..last.saturating_add(character.len_utf8()))
    }

    /// Each word, in order.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        let ends = self.starts.iter().skip(1).copied().chain([self.text.len()]);
        self.starts.iter().zip(ends).filter_map(|(start, end)| self.text.get(*start..end))
    }
}

/// A letter that says as much as several of an alphabet, and stands without blanks beside the
/// next: Han, kana and hangul.
const fn is_dense(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The same in each run of the program, so that the same site gives the same map.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// The pieces of a text between the addresses in it: a site's list of addresses holds no text of
/// its pages.
pub(crate) fn without_addresses(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(at) = memchr::memmem::find(text.as_bytes(), b"://") else {
            rest = None;
            return Some(text);
        };
        let (before, after) = text.split_at_checked(at)?;
        let scheme = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        let piece = before.trim_end_matches(|c| !scheme(c));
        let end = after.find(|c: char| c.is_whitespace() || "\"'<>)".contains(c));
        rest = end.and_then(|end| after.get(end..));
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Letters::of(text).words().map(str::to_owned).collect()
    }

    #[test]
    fn only_letters_and_digits_count() {
        assert_eq!(words("A <b>B-c</b> \\u0044 4&amp;x"), ["a", "b", "b", "c", "b", "d", "4", "x"]);
        assert_eq!(Letters::of("cafe\u{301}").text, "caf\u{e9}");
        assert_eq!(Letters::of("CAF\u{c9}").text, "caf\u{e9}");
        assert_eq!(words("東京x"), ["東", "京", "x"]);
        assert_eq!(words(""), [""; 0]);
    }

    #[test]
    fn windows_are_the_same_in_every_notation() {
        let page = Letters::of("The \u{201c}invoices\u{201d} of March & April — café!");
        let file = Letters::of(
            r#"x={a:"The \u201cinvoices\u201d of March &amp; April \u2014 cafe\u0301!"}"#,
        );
        let of_page: Vec<u64> = page.windows().collect();
        let of_file: Vec<u64> = file.windows().collect();
        assert_eq!(of_page.len(), 2);
        assert!(of_page.iter().all(|window| of_file.contains(window)));
    }

    #[test]
    fn a_window_has_24_letters_of_an_alphabet_or_8_of_another_kind() {
        assert_eq!(Letters::of("abcdefgh ijklmnop qrstuvwx").windows().count(), 1);
        assert_eq!(Letters::of("abcdefgh ijklmnop qrstuvw").windows().count(), 0);
        assert_eq!(Letters::of("абвгдежз ийклмноп рстуфхцч").windows().count(), 1);
        assert_eq!(Letters::of("三月の請求書は青").windows().count(), 1);
        assert_eq!(Letters::of("三月の請求書は").windows().count(), 0);
    }

    #[test]
    fn addresses_are_no_text() {
        let pieces = |text| without_addresses(text).collect::<Vec<_>>();
        assert_eq!(pieces("see https://a.test/b?c (or http://d) now"), ["see ", " (or ", ") now"]);
        assert_eq!(pieces("plain"), ["plain"]);
        assert_eq!(pieces("git+ssh://a"), [""]);
    }
}
