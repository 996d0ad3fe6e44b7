//! The ceilings of a scan, each with its unit and its source.

/// Letters of a window of text. Below 24, titles and file names raise alarms; above 30, short
/// sentences are no longer found (measured on eleven frameworks' sites).
pub const WINDOW_LETTERS: usize = 24;

/// Windows of a page that a file holds before it counts as holding the page's text: single
/// windows are phrases that occur by chance.
pub const WINDOWS_MIN: usize = 3;

/// Pages that load a file, above which it is shared and belongs to none of them.
pub const PAGES_OF_FILE_MAX: usize = 16;

/// Words that only one page has, and that a file holds, before it counts as a search index.
pub const OWN_WORDS_MIN: usize = 5;

/// How many percent of them: an index may be cut into parts, and leave out what is not prose.
pub const OWN_WORDS_PERCENT: usize = 30;

/// How many percent of a file's own words are words of pages, if it is a search index. Indexes of
/// small sites have 68 and more, scripts of the same sites 42 and less.
pub const INDEX_PERCENT: usize = 50;

/// Letters of a word that counts: shorter ones are the names of minified scripts.
pub const WORD_LETTERS: std::ops::RangeInclusive<usize> = 4..=40;

/// Bytes of a file. Cloudflare serves no larger asset than 25 MiB.
pub const FILE_BYTES_MAX: usize = 25 * 1024 * 1024;

/// Bytes that may be unpacked from one file, over all its layers.
pub const UNPACKED_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Layers of compression and base64 that are opened.
pub const LAYERS_MAX: usize = 3;

/// Pieces of base64 in one file that are decoded.
pub const BASE64_PIECES_MAX: usize = 4096;

/// Letters of a piece of base64 that is worth a look: shorter ones hold no sentence.
pub const BASE64_LETTERS_MIN: usize = 64;

/// Rounds of escapes: a script holds JSON that holds HTML.
pub const ESCAPE_ROUNDS_MAX: usize = 3;

/// Windows that are kept, 8 bytes each. Above, every second one is dropped.
pub const WINDOWS_KEPT_MAX: usize = 32 * 1024 * 1024;

/// Words that are kept, 16 bytes each. Above, every second one is dropped.
pub const WORDS_KEPT_MAX: usize = 8 * 1024 * 1024;

/// Pages of a site: their numbers have 20 bits.
pub const PAGES_MAX: usize = 1 << 20;

/// Sets of pages that share a text.
pub const GROUPS_MAX: usize = 1 << 20;

/// Nested blocks of a style sheet that are looked into.
pub const CSS_DEPTH_MAX: usize = 32;

/// Bytes of the map. The gate reads none that is larger.
pub const MAP_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Letters of an example sentence.
pub const SENTENCE_LETTERS_MAX: usize = 160;
