//! The site map: which pages each file of a built site belongs to. It is read strictly, and kept as
//! the text that it came as.
//!
//! Making one is the crate `site`; where it comes from and what becomes of a damaged one belongs in
//! the gate.

use clerk_edge_http::path::address_of;
use clerk_edge_http::percent::{SEGMENT, decode_strictly};

use crate::limits::{SITE_MAP_BYTES_MAX, SITE_MAP_LOADERS_MAX};

/// Why a file belongs to its pages, which says how many of them must allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// It holds their text: each must allow.
    Text,
    /// They load it: one must allow.
    Loads,
}

/// The pages of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilePages<'m> {
    /// Why it belongs to them.
    pub tie: Tie,
    pages: &'m str,
}

impl<'m> FilePages<'m> {
    /// The pages, by the addresses that rules see.
    pub fn pages(&self) -> impl Iterator<Item = &'m str> {
        self.pages.split(',')
    }
}

/// Holding one means: the whole text was read, its lines are sorted, and none stands twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteMap {
    text: String,
    lines: Vec<Line>,
    has_bare_names: bool,
}

/// Where a line begins, and how long its path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    start: u32,
    path: u32,
}

/// What is wrong with a text that is no site map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteMapError {
    /// It has more bytes than are read.
    TooLarge,
    /// It is not plain ASCII.
    Characters,
    /// The first line is another, or of another version.
    FirstLine,
    /// The last line is not `end`: the text is cut off, or goes on.
    LastLine,
    /// The number of lines is another than the first line says.
    Count,
    /// A line is no path, tie and pages.
    Line,
    /// The lines are not sorted by their bytes, or a path stands twice.
    Order,
}

impl std::fmt::Display for SiteMapError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "it is larger than 2 MB",
            Self::Characters => "it holds characters that no address holds",
            Self::FirstLine => "its first line is not that of a site map",
            Self::LastLine => "its last line is not `end`",
            Self::Count => "it has another number of lines than it says",
            Self::Line => "a line of it cannot be read",
            Self::Order => "its lines are not sorted",
        })
    }
}

impl SiteMap {
    /// Reads a site map.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, SiteMapError> {
        if bytes.len() > SITE_MAP_BYTES_MAX {
            return Err(SiteMapError::TooLarge);
        }
        let text = String::from_utf8(bytes).map_err(|_| SiteMapError::Characters)?;
        let (first, rest) = text.split_once('\n').ok_or(SiteMapError::FirstLine)?;
        let count = count(first).ok_or(SiteMapError::FirstLine)?;
        let ended = rest.strip_suffix("end\n").or_else(|| rest.strip_suffix("end"));
        let body = ended.ok_or(SiteMapError::LastLine)?;
        if !body.is_empty() && !body.ends_with('\n') {
            return Err(SiteMapError::LastLine);
        }
        let mut lines = Vec::with_capacity(count.min(body.len()));
        let (mut before, mut has_bare_names) = ("", false);
        let mut start = first.len().saturating_add(1);
        for line in body.split_terminator('\n') {
            let path = path_of(line).ok_or(SiteMapError::Line)?;
            if path <= before {
                return Err(SiteMapError::Order);
            }
            before = path;
            has_bare_names |= !has_extension(last_segment(path));
            let place = |number: usize| u32::try_from(number).map_err(|_| SiteMapError::TooLarge);
            lines.push(Line { start: place(start)?, path: place(path.len())? });
            start = start.saturating_add(line.len()).saturating_add(1);
        }
        if lines.len() != count {
            return Err(SiteMapError::Count);
        }
        lines.shrink_to_fit();
        Ok(Self { text, lines, has_bare_names })
    }

    /// The pages of a file, by its address; `None` where the map does not name it.
    #[must_use]
    pub fn pages_of(&self, address: &str) -> Option<FilePages<'_>> {
        if address.contains(',') {
            return self.find(&address.replace(',', "%2C"));
        }
        self.find(address)
    }

    /// How many files it names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it names no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether it names a file without an extension, so that a path without one may be a file.
    #[must_use]
    pub fn has_bare_names(&self) -> bool {
        self.has_bare_names
    }

    fn find(&self, address: &str) -> Option<FilePages<'_>> {
        let wanted = address.as_bytes();
        let found = self.lines.binary_search_by(|line| self.path(*line).cmp(wanted)).ok()?;
        let line = self.lines.get(found)?;
        let tie = usize::try_from(line.start.checked_add(line.path)?.checked_add(1)?).ok()?;
        let rest = self.text.get(tie..)?;
        let rest = rest.split_once('\n').map_or(rest, |(line, _)| line);
        let (tie, pages) = rest.split_once('\t')?;
        Some(FilePages { tie: if tie == "t" { Tie::Text } else { Tie::Loads }, pages })
    }

    fn path(&self, line: Line) -> &[u8] {
        let start = usize::try_from(line.start).unwrap_or(usize::MAX);
        let length = usize::try_from(line.path).unwrap_or_default();
        self.text.as_bytes().get(start..start.saturating_add(length)).unwrap_or_default()
    }
}

/// The number of lines that the first line tells.
fn count(first: &str) -> Option<usize> {
    let digits = first.strip_prefix("clerk-edge-site 1 ")?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let plain = plain && (digits == "0" || !digits.starts_with('0'));
    plain.then(|| digits.parse().ok()).flatten()
}

/// The path of a line, where the whole line is right.
fn path_of(line: &str) -> Option<&str> {
    let (path, rest) = line.split_once('\t')?;
    let (tie, pages) = rest.split_once('\t')?;
    let most = match tie {
        "t" => usize::MAX,
        "l" => SITE_MAP_LOADERS_MAX,
        _ => return None,
    };
    let right = is_address(path)
        && pages.split(',').all(is_address)
        && pages.split(',').nth(most).is_none();
    right.then_some(path)
}

/// Whether a text is a canonical path as the map writes it: a comma is `%2C`.
fn is_address(text: &str) -> bool {
    let is_plain =
        |byte: u8| SEGMENT.contains(byte) && !matches!(byte, b'%' | b',') || byte == b'/';
    let Some(name) = text.strip_prefix('/') else { return false };
    name.bytes().all(is_plain)
        || decode_strictly(name.as_bytes())
            .is_some_and(|bytes| address_of(&bytes).replace(',', "%2C") == text)
}

/// What stands behind the last slash.
pub(crate) fn last_segment(path: &str) -> &[u8] {
    path.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

/// Whether a last segment has an extension other than `.html`.
pub(crate) fn has_extension(last: &[u8]) -> bool {
    let dot = last.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0);
    let end = dot.and_then(|at| last.get(at.saturating_add(1)..));
    end.is_some_and(|end| !end.is_empty() && end != b"html")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SiteMap, SiteMapError> {
        SiteMap::parse(text.as_bytes().to_vec())
    }

    const MAP: &str = "clerk-edge-site 1 4\n/a%2Cb.js\tl\t/,/a%2Cb\n/api/search\tt\t/admin\n\
                       /x.js\tt\t/admin,/admin/users\n/%F0.js\tl\t/\nend\n";

    #[test]
    fn a_map_says_which_pages_a_file_belongs_to() {
        let sorted =
            MAP.replace("/%F0.js\tl\t/\n", "").replacen("/a%2C", "/%F0.js\tl\t/\n/a%2C", 1);
        let map = parse(&sorted).expect("a map");
        let pages = |address| {
            let found = map.pages_of(address)?;
            Some((found.tie, found.pages().collect::<Vec<_>>()))
        };
        assert_eq!(pages("/x.js"), Some((Tie::Text, vec!["/admin", "/admin/users"])));
        assert_eq!(pages("/a,b.js"), Some((Tie::Loads, vec!["/", "/a%2Cb"])));
        assert_eq!(pages("/a%2Cb.js"), pages("/a,b.js"));
        assert_eq!(pages("/%F0.js"), Some((Tie::Loads, vec!["/"])));
        assert_eq!(pages("/api/search"), Some((Tie::Text, vec!["/admin"])));
        for other in ["/x.jsx", "/x.j", "/x", "", "/", "/zzz", "/X.js", "x.js", "/x.js\tt"] {
            assert_eq!(pages(other), None, "{other}");
        }
        assert!(map.has_bare_names());
        for empty in ["clerk-edge-site 1 0\nend\n", "clerk-edge-site 1 0\nend"] {
            assert!(parse(empty).is_ok_and(|map| map.len() == 0), "{empty:?}");
        }
        let plain = parse("clerk-edge-site 1 1\n/x.js\tt\t/\nend").expect("a map");
        assert_eq!((plain.len(), plain.has_bare_names()), (1, false));
    }

    #[test]
    fn a_text_that_is_no_map_is_refused() {
        let whole = "clerk-edge-site 1 2\n/a.js\tt\t/a\n/b.js\tl\t/b,/c\nend\n";
        assert!(parse(whole).is_ok());
        for cut in 0..whole.len() - 1 {
            assert!(parse(&whole[..cut]).is_err(), "cut at {cut}");
        }
        for (from, to, expected) in [
            ("site 1", "site 2", SiteMapError::FirstLine),
            ("1 2", "1 02", SiteMapError::FirstLine),
            ("1 2", "1 +2", SiteMapError::FirstLine),
            ("1 2", "1 3", SiteMapError::Count),
            ("1 2", "1 1", SiteMapError::Count),
            ("1 2", "1 18446744073709551615", SiteMapError::Count),
            ("1 2", "1 99999999999999999999999", SiteMapError::FirstLine),
            ("end\n", "end\n\n", SiteMapError::LastLine),
            ("end\n", "", SiteMapError::LastLine),
            ("\nend\n", "end\n", SiteMapError::LastLine),
            ("end\n", "end\n/z.js\tt\t/\n", SiteMapError::LastLine),
            ("/a.js", "/c.js", SiteMapError::Order),
            ("/a.js", "/b.js", SiteMapError::Order),
            ("\tt\t", "\tx\t", SiteMapError::Line),
            ("\tt\t", " t ", SiteMapError::Line),
            ("/a.js", "a.js", SiteMapError::Line),
            ("/a.js", "/a,1.js", SiteMapError::Line),
            ("/a.js", "/a b.js", SiteMapError::Line),
            ("/a.js", "/é.js", SiteMapError::Line),
            ("/a.js", "/%61.js", SiteMapError::Line),
            ("/a.js", "/a%2c.js", SiteMapError::Line),
            ("/a.js", "/a%2.js", SiteMapError::Line),
            ("/a\n", "\n", SiteMapError::Line),
            ("/b,/c", "/b,,/c", SiteMapError::Line),
            ("/b,/c", "/b,/c\tx", SiteMapError::Line),
            ("/b,/c", "/b,/c\r", SiteMapError::Line),
            ("/b,/c", "/b,/c\n", SiteMapError::Line),
        ] {
            assert_eq!(parse(&whole.replacen(from, to, 1)), Err(expected), "{from:?} → {to:?}");
        }
        assert_eq!(SiteMap::parse(vec![0xFF]), Err(SiteMapError::Characters));
    }

    #[test]
    fn more_loading_pages_than_count_are_refused() {
        let map = |count: usize, tie: &str| {
            let pages = vec!["/p"; count].join(",");
            parse(&format!("clerk-edge-site 1 1\n/a.js\t{tie}\t{pages}\nend\n"))
        };
        assert!(map(SITE_MAP_LOADERS_MAX, "l").is_ok());
        assert_eq!(map(SITE_MAP_LOADERS_MAX + 1, "l"), Err(SiteMapError::Line));
        assert!(map(10_000, "t").is_ok());
    }

    #[test]
    fn a_map_that_is_too_large_is_not_read() {
        let line = |number: usize| format!("/{number:07}\tt\t/{}\n", "p".repeat(80));
        let map = |count: usize| {
            let lines: String = (0..count).map(line).collect();
            parse(&format!("clerk-edge-site 1 {count}\n{lines}end\n")).map(|map| map.len())
        };
        assert_eq!(map(22_000), Ok(22_000));
        assert_eq!(map(23_000), Err(SiteMapError::TooLarge));
    }

    #[test]
    fn an_extension_is_told_by_the_last_dot() {
        for name in ["a.js", "a.b", "a.HTML", "a.html.br", "v1.2", "..a"] {
            assert!(has_extension(name.as_bytes()), "{name}");
        }
        for name in ["", "a", ".a", "a.", "a.html", "a.b.html", ".well-known"] {
            assert!(!has_extension(name.as_bytes()), "{name}");
        }
    }
}
