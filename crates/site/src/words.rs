//! The words of all pages. A search index is cut into words, often into their stems, and holds no
//! sentence; it is told by the words that only one page has.

use std::collections::{BTreeMap, HashSet};

use rust_stemmers::{Algorithm, Stemmer};

use crate::limits::{
    INDEX_PERCENT, OWN_WORDS_MIN, OWN_WORDS_PERCENT, WORD_LETTERS, WORDS_KEPT_MAX,
};
use crate::text::{Letters, hash};
use crate::windows::{EVERYBODY, OWNER_BITS, owner_of, pack};

/// Words as pages are read.
#[derive(Default)]
pub(crate) struct Collected {
    /// A word's stem with its page, and the word.
    entries: Vec<(u64, u64)>,
    /// There are too many words to compare.
    overflow: bool,
}

impl Collected {
    /// Adds a page's words; `language` says which endings they have.
    pub(crate) fn add(&mut self, page: u32, language: &str, runs: &[Letters]) {
        if self.overflow {
            return;
        }
        let words: HashSet<&str> =
            runs.iter().flat_map(Letters::words).filter(|word| counts(word)).collect();
        let stemmer = algorithm(language).map(Stemmer::create);
        self.entries.extend(words.into_iter().map(|word| {
            let stem = stemmer.as_ref().map_or(hash(word), |stemmer| hash(&stemmer.stem(word)));
            (pack(stem, page), hash(word))
        }));
        if self.entries.len() > WORDS_KEPT_MAX {
            self.compact();
            self.overflow = self.entries.len() > WORDS_KEPT_MAX / 4 * 3;
        }
    }

    /// Takes a word that several pages have for one that everybody has: no page is told by it.
    fn compact(&mut self) {
        self.entries.sort_unstable();
        let shared = |chunk: &[(u64, u64)]| {
            chunk.iter().any(|entry| Some(entry.0) != chunk.first().map(|first| first.0))
        };
        for chunk in self.entries.chunk_by_mut(|a, b| a.0 >> OWNER_BITS == b.0 >> OWNER_BITS) {
            if shared(chunk) {
                for (stem, _) in chunk {
                    *stem = pack(*stem, EVERYBODY);
                }
            }
        }
        self.entries.sort_unstable();
        self.entries.dedup();
    }

    /// The table, once every page was read; `None` where there are too many words.
    pub(crate) fn table(mut self) -> Option<Words> {
        if self.overflow {
            return None;
        }
        self.compact();
        let mut words = Words::default();
        for chunk in self.entries.chunk_by(|a, b| a.0 >> OWNER_BITS == b.0 >> OWNER_BITS) {
            let Some((stem, _)) = chunk.first() else { continue };
            let owner = owner_of(*stem);
            let is_own = owner != EVERYBODY;
            let number = if is_own { words.owners.len() } else { usize::MAX };
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            if is_own {
                words.owners.push(owner);
                let count = words.own.entry(owner).or_insert(0);
                *count = count.saturating_add(1);
            }
            words.known.push((*stem >> OWNER_BITS, number));
            words.known.extend(chunk.iter().map(|(_, word)| (*word >> OWNER_BITS, number)));
        }
        words.known.sort_unstable();
        words.known.dedup_by_key(|(key, _)| *key);
        Some(words)
    }
}

/// Every word of pages, and its stem.
#[derive(Default)]
pub(crate) struct Words {
    /// By the upper bits of a hash: the number of the word, where one page alone has it.
    known: Vec<(u64, u32)>,
    /// Of each such word its page.
    owners: Vec<u32>,
    own: BTreeMap<u32, usize>,
}

/// The words of one file.
#[derive(Default)]
pub(crate) struct FileWords {
    keys: HashSet<u64>,
}

impl FileWords {
    /// Adds the words of a text in the file.
    pub(crate) fn add(&mut self, letters: &Letters) {
        let words = letters.words().filter(|word| counts(word));
        self.keys.extend(words.map(|word| hash(without_length(word)) >> OWNER_BITS));
    }
}

impl Words {
    /// The pages of which a file is an index.
    pub(crate) fn indexed(&self, file: &FileWords) -> Vec<u32> {
        if file.keys.len() < OWN_WORDS_MIN {
            return Vec::new();
        }
        let known: Vec<u32> = file.keys.iter().filter_map(|key| self.find(*key)).collect();
        if known.len().saturating_mul(100) < file.keys.len().saturating_mul(INDEX_PERCENT) {
            return Vec::new();
        }
        let own: HashSet<u32> = known.into_iter().filter(|number| *number != u32::MAX).collect();
        let mut by_page: BTreeMap<u32, usize> = BTreeMap::new();
        for page in own.iter().filter_map(|number| self.owners.get(*number as usize)) {
            let count = by_page.entry(*page).or_insert(0);
            *count = count.saturating_add(1);
        }
        let indexed = by_page.into_iter().filter(|(page, hits)| {
            let of = self.own.get(page).copied().unwrap_or(usize::MAX);
            *hits >= OWN_WORDS_MIN
                && hits.saturating_mul(100) >= of.saturating_mul(OWN_WORDS_PERCENT)
        });
        indexed.map(|(page, _)| page).collect()
    }

    fn find(&self, key: u64) -> Option<u32> {
        let at = self.known.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.known.get(at).map(|(_, number)| *number)
    }
}

/// Whether a word is long enough to say something. Numbers say nothing.
fn counts(word: &str) -> bool {
    WORD_LETTERS.contains(&word.chars().count()) && word.starts_with(|c: char| c.is_alphabetic())
}

/// CBOR writes the length of a short text as a letter before it (`e` before five). Pagefind's
/// indexes are CBOR.
fn without_length(word: &str) -> &str {
    let Some((first, rest)) = word.split_at_checked(1) else { return word };
    let length = first.bytes().next().map(|byte| usize::from(byte.wrapping_sub(b'`')));
    if length == Some(rest.len()) { rest } else { word }
}

/// The endings of a language, by its tag. Without a tag most sites are in English.
fn algorithm(language: &str) -> Option<Algorithm> {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    Some(match primary.to_ascii_lowercase().as_str() {
        "" | "en" => Algorithm::English,
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nb" | "nn" | "no" => Algorithm::Norwegian,
        "nl" => Algorithm::Dutch,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: &str = "Everybody may read these lines about opening hours and visitors.";
    const SECRET: &str =
        "Quarterly invoices, overdue payments and dismissals are listed for visitors.";

    fn indexed(file: &str) -> Vec<u32> {
        let mut collected = Collected::default();
        collected.add(0, "en", &[Letters::of(OPEN)]);
        collected.add(1, "en", &[Letters::of(SECRET)]);
        let mut words = FileWords::default();
        words.add(&Letters::of(file));
        collected.table().unwrap().indexed(&words)
    }

    #[test]
    fn an_index_of_words_or_stems_belongs_to_its_pages() {
        assert_eq!(indexed("dismissals invoices listed overdue payments quarterly visitors"), [1]);
        assert_eq!(
            indexed(r#"{"dismiss":1,"invoic":2,"list":1,"overdu":1,"payment":3,"quarter":1}"#),
            [1]
        );
        assert_eq!(indexed(&format!("{SECRET} {OPEN}")), [0, 1]);
    }

    #[test]
    fn lengths_of_cbor_are_no_letters() {
        assert_eq!(indexed("jdismissals hinvoices flisted goverdue hpayments iquarterly"), [1]);
    }

    #[test]
    fn some_words_are_no_index() {
        assert_eq!(indexed("invoices overdue payments visitors hours"), [0; 0]);
        assert_eq!(indexed("quarterly invoices overdue payments"), [0; 0], "four of six");
        let script = "quarterly invoices overdue payments dismissals listed usestate useeffect \
                      createelement prototype concat defineproperty hasownproperty \
                      queuemicrotask";
        assert_eq!(indexed(script), [0; 0], "most of its words are no page's");
    }

    #[test]
    fn compacting_loses_nothing() {
        let mut collected = Collected::default();
        collected.add(0, "en", &[Letters::of(OPEN)]);
        collected.add(1, "en", &[Letters::of(SECRET)]);
        collected.compact();
        collected.add(
            2,
            "en",
            &[Letters::of("The invoices again, and nothing besides them at all.")],
        );
        let table = collected.table().unwrap();
        assert_eq!(table.own.get(&1), Some(&5), "`invoices` is no longer its own");
    }
}
