//! A request's path: the one form that goes upstream, and every way an upstream may read it.
//!
//! If a gate judges one spelling of a path and sends another, its rules can be bypassed. So the
//! path is brought into one canonical form, that form is sent, and it is judged under all of its
//! readings at once ([`super::readings`]). The form follows the URL standard's path state and
//! RFC 3986, 6.2.2. Nothing is repaired: a path with a stray `%`, a query or a fragment is refused.

use crate::limits::PATH_BYTES_MAX;
use crate::percent::{SEGMENT, UNRESERVED, escaped_byte, push_escape};
use crate::readings;
use crate::readings::Reading;

/// A canonical path with a known, bounded set of readings. [`RequestPath::as_str`] is what was
/// judged and what must be sent.
///
/// ```
/// use clerk_edge_http::path::RequestPath;
///
/// let path = RequestPath::parse("/a/../%61dmin%2fx").map_err(|_| "refused")?;
/// assert_eq!(path.as_str(), "/admin%2Fx");
/// let readings: Vec<_> = path.readings().collect();
/// assert_eq!(readings, [vec![b"admin/x".as_slice()], vec![b"admin", b"x"]]);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPath {
    canonical: String,
    /// Empty if the canonical form, split at `/`, is the only reading.
    readings: Vec<Reading>,
}

/// The text is not a path, or has too many readings. The gate answers `path-ambiguous`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathRefused;

impl RequestPath {
    /// Parses what follows the authority in a URL, without the query.
    ///
    /// # Errors
    /// [`PathRefused`] if it does not begin with `/`, is too long, holds a stray `%`, a query, a
    /// fragment or a raw control character, or has too many layers of escapes or readings.
    pub fn parse(raw_path: &str) -> Result<Self, PathRefused> {
        if raw_path.len() > PATH_BYTES_MAX || !raw_path.starts_with(['/', '\\']) {
            return Err(PathRefused);
        }
        if is_plain(raw_path) {
            return Ok(Self { canonical: raw_path.to_owned(), readings: Vec::new() });
        }
        Self::parse_odd(raw_path)
    }

    #[cold]
    #[inline(never)]
    fn parse_odd(raw_path: &str) -> Result<Self, PathRefused> {
        let canonical = canonical_form(raw_path)?;
        if is_plain(&canonical) {
            return Ok(Self { canonical, readings: Vec::new() });
        }
        let readings = readings::of(&canonical).ok_or(PathRefused)?;
        Ok(Self { canonical, readings })
    }

    /// The canonical form, which goes upstream. It must be appended to an origin: as a relative
    /// reference it could name another host, because it may begin with `//`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.canonical
    }

    /// Every distinct reading, each as its decoded segments. A trailing slash makes no segment,
    /// because it means nothing to rules.
    pub fn readings(&self) -> impl Iterator<Item = Vec<&[u8]>> {
        let single = self.single().map(|text| split(text).collect());
        single.into_iter().chain(self.readings.iter().map(|reading| reading.segments().collect()))
    }

    /// The path, if it has one reading and no escapes, so that its text is that reading.
    #[must_use]
    pub fn single(&self) -> Option<&str> {
        self.readings.is_empty().then_some(&self.canonical)
    }

    /// Whether some reading begins with this segment.
    #[must_use]
    pub fn may_begin_with(&self, segment: &[u8]) -> bool {
        let is_it = |first: Option<&[u8]>| first.is_some_and(|it| it.eq_ignore_ascii_case(segment));
        let begins = |reading: &Reading| is_it(reading.segments().next());
        match self.single() {
            Some(text) => is_it(split(text).next()),
            None => self.readings.iter().any(begins),
        }
    }

    /// Whether some reading leads above the root, so that a base path does not contain it.
    #[must_use]
    pub fn climbs(&self) -> bool {
        self.readings.iter().any(Reading::climbs)
    }
}

impl std::fmt::Display for RequestPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.canonical)
    }
}

/// The segments of a plain path, without its leading and trailing slash.
pub fn split(plain: &str) -> impl Iterator<Item = &[u8]> + Clone {
    let inner = plain.strip_prefix('/').unwrap_or(plain);
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let is_root = inner.is_empty();
    inner.as_bytes().split(|byte| *byte == b'/').skip(usize::from(is_root))
}

/// Whether nothing in a path can be read in two ways, so that it is canonical already.
pub(super) fn is_plain(path: &str) -> bool {
    let mut before = 0;
    for byte in path.bytes() {
        let after_slash = before == b'/';
        let doubtful = match byte {
            b'/' | b'.' | b'(' => after_slash,
            other => !is_kept(other) || matches!(other, b';' | b'%'),
        };
        if doubtful {
            return plain_but_for_dots(path);
        }
        before = byte;
    }
    true
}

/// The same for the rare path with a segment that begins with a dot, such as `/.well-known`. One
/// that begins with a parenthesis may be a session, which some servers leave out.
fn plain_but_for_dots(path: &str) -> bool {
    path.bytes().all(|byte| byte == b'/' || is_kept(byte) && !matches!(byte, b';' | b'%'))
        && !path.contains("//")
        && !path.contains("/(")
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

fn canonical_form(raw: &str) -> Result<String, PathRefused> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let Some((first, mut after)) = rest.split_first() {
        match *first {
            b'%' => {
                let byte = escaped_byte(rest).ok_or(PathRefused)?;
                after = after.get(2..).unwrap_or_default();
                if UNRESERVED.contains(byte) {
                    text.push(char::from(byte));
                } else {
                    push_escape(byte, &mut text);
                }
            }
            b'?' | b'#' | 0..0x20 => return Err(PathRefused),
            b'/' | b'\\' => text.push('/'),
            kept if is_kept(kept) => text.push(char::from(kept)),
            other => push_escape(other, &mut text),
        }
        rest = after;
    }
    let text = without_dot_segments(&text);
    (text.len() <= PATH_BYTES_MAX).then_some(text).ok_or(PathRefused)
}

/// The path with `.` and `..` resolved as the URL standard does: `..` removes an empty segment too,
/// and `\` separates. Segments that stay are not changed.
pub(crate) fn without_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix(SEPARATORS).unwrap_or(path).split(SEPARATORS).peekable();
    while let Some(segment) = segments.next() {
        let dots = dots(segment);
        if dots == 0 {
            kept.push(segment);
            continue;
        }
        if dots == 2 {
            kept.pop();
        }
        if segments.peek().is_none() {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

/// Whether a text has a segment `.` or `..`, escaped or not.
#[must_use]
pub fn has_dot_segments(text: &str) -> bool {
    text.split(SEPARATORS).any(|segment| dots(segment) > 0)
}

/// 1 for `.`, 2 for `..`, with or without escapes; 0 for any other segment.
fn dots(segment: &str) -> usize {
    let mut rest = segment.as_bytes();
    for count in 0..=2 {
        rest = match rest {
            [] => return count,
            [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => rest,
            _ => return 0,
        };
    }
    0
}

/// The canonical path of these bytes: what a browser sends for a file of this name. Each byte but
/// `/` stands for itself, so a `%` is encoded.
#[must_use]
pub fn address_of(name: &[u8]) -> String {
    let mut address = String::with_capacity(name.len().saturating_add(1));
    address.push('/');
    for byte in name {
        if *byte == b'/' || is_kept(*byte) && *byte != b'%' {
            address.push(char::from(*byte));
        } else {
            push_escape(*byte, &mut address);
        }
    }
    address
}

const SEPARATORS: [char; 2] = ['/', '\\'];

/// Whether the URL standard keeps the byte in a path; separators are handled apart.
const fn is_kept(byte: u8) -> bool {
    SEGMENT.contains(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn canonical(raw: &str, expected: &str) {
        let parsed = RequestPath::parse(raw).map(|path| path.as_str().to_owned());
        assert_eq!(parsed, Ok(expected.to_owned()), "{raw}");
    }

    #[test]
    fn each_path_has_one_canonical_form() {
        canonical("/", "/");
        canonical("/a/b/", "/a/b/");
        canonical("/%61dmin", "/admin");
        canonical("/a%2fb", "/a%2Fb");
        canonical("/a/../b/./c", "/b/c");
        canonical("/a/%2e%2E/b/%2e", "/b/");
        canonical("/a//../b", "/a/b");
        canonical("/../..//b", "//b");
        canonical("/\\admin", "//admin");
        canonical("/é b", "/%C3%A9%20b");
        canonical("/.well-known/a", "/.well-known/a");
        canonical("/%2561dmin", "/%2561dmin");
    }

    #[test]
    fn the_address_of_a_name_is_canonical() {
        for (name, address) in [
            ("a/b.js", "/a/b.js"),
            ("a b,c.js", "/a%20b,c.js"),
            ("é.js", "/%C3%A9.js"),
            ("100%.js", "/100%25.js"),
            ("chunks/@local[slug]~.js", "/chunks/@local[slug]~.js"),
            ("a?b#c\\d.js", "/a%3Fb%23c%5Cd.js"),
        ] {
            assert_eq!(address_of(name.as_bytes()), address, "{name}");
            canonical(address, address);
        }
        assert_eq!(address_of(b"\xFF.js"), "/%FF.js");
    }

    #[test]
    fn a_text_that_is_not_a_path_is_refused() {
        for raw in ["", "admin", "/%", "/%z1", "/a%2", "/a?b", "/a#b", "/a\nb", "/a\0b"] {
            assert_eq!(RequestPath::parse(raw), Err(PathRefused), "{raw:?}");
        }
        assert_eq!(RequestPath::parse(&"/a".repeat(PATH_BYTES_MAX)), Err(PathRefused));
        assert!(RequestPath::parse(&"/a".repeat(PATH_BYTES_MAX / 2)).is_ok());
    }

    #[test]
    fn dot_segments_are_found_with_and_without_escapes() {
        for text in [".", "..", "%2e", "%2E.", ".%2e", "/a/%2E%2e/b", "a\\..", "https://a/./b"] {
            assert!(has_dot_segments(text), "{text}");
        }
        for text in ["", "/", "...", "%2e%2e%2e", "/.a/b.", "%2f", "%2", "https://a.b/..c"] {
            assert!(!has_dot_segments(text), "{text}");
        }
    }
}
