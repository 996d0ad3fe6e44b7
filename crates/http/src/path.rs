//! A request's path: the one form that goes upstream, and every way an upstream may read it.
//!
//! A gate that judges one spelling and sends another is the classic hole of its kind. So the path
//! is brought into one canonical form, that form is what is sent, and it is judged under all of
//! its readings at once ([`super::readings`]). It follows the URL standard's path state, and
//! RFC 3986, 6.2.2. It refuses to repair: a stray `%`, a query or a fragment is no path.

use crate::limits::PATH_BYTES_MAX;
use crate::percent::{escape, is_unreserved, push_escape};
use crate::readings;
use crate::readings::Reading;

/// Holding one means: a canonical path with a known, bounded set of readings. What
/// [`RequestPath::as_str`] says is what was judged, and what must be sent.
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
    /// Empty where the canonical form, split at `/`, is the only reading there is.
    readings: Vec<Reading>,
}

/// The path is none, or can be read in too many ways; answered with `path-ambiguous`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathRefused;

impl RequestPath {
    /// Reads what follows the authority in an address, without the query.
    ///
    /// # Errors
    /// [`PathRefused`] where it does not begin with `/`, is too long, holds a stray `%`, a query,
    /// a fragment or a raw control character, or more layers of escapes than are ever needed.
    pub fn parse(raw_path: &str) -> Result<Self, PathRefused> {
        if raw_path.len() > PATH_BYTES_MAX || !raw_path.starts_with(['/', '\\']) {
            return Err(PathRefused);
        }
        let canonical =
            if is_plain(raw_path) { raw_path.to_owned() } else { canonical_form(raw_path)? };
        if is_plain(&canonical) {
            return Ok(Self { canonical, readings: Vec::new() });
        }
        let readings = readings::of(&canonical).ok_or(PathRefused)?;
        Ok(Self { canonical, readings })
    }

    /// The canonical form: what goes upstream. Appended to an origin it stays what it is; it is
    /// no relative reference, since it may begin with `//`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.canonical
    }

    /// Every distinct reading, each as its segments, decoded. A trailing empty segment (a
    /// trailing slash) is left out: it means nothing to rules.
    pub fn readings(&self) -> impl Iterator<Item = Vec<&[u8]>> {
        let single = self.single().map(|text| split(text).collect());
        single.into_iter().chain(self.readings.iter().map(|reading| reading.segments().collect()))
    }

    /// The path where it has but one reading and no escapes: then its text is that reading.
    pub fn single(&self) -> Option<&str> {
        self.readings.is_empty().then_some(&self.canonical)
    }

    /// Whether some reading leads above the root, so that a base path does not hold it.
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
    let nothing = inner.is_empty();
    inner.as_bytes().split(|byte| *byte == b'/').skip(usize::from(nothing))
}

/// Whether nothing in a path can be read in two ways, so that it is canonical as it stands.
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
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match *first {
            b'%' => {
                let byte = escape(&[b"%", after.get(..2).unwrap_or_default()].concat());
                let byte = byte.ok_or(PathRefused)?;
                rest = after.get(2..).unwrap_or_default();
                if is_unreserved(byte) {
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
    }
    let text = without_dot_segments(&text);
    (text.len() <= PATH_BYTES_MAX).then_some(text).ok_or(PathRefused)
}

/// As the URL standard does it: an empty segment is one that `..` can take away.
fn without_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." if last => kept.push(""),
            "." => {}
            ".." => {
                kept.pop();
                if last {
                    kept.push("");
                }
            }
            name => kept.push(name),
        }
    }
    format!("/{}", kept.join("/"))
}

/// The bytes that the URL standard leaves as they are in a path (its path percent-encode set,
/// turned round), but for the separators.
const fn is_kept(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'/' | b'\\' | b'"' | b'#' | b'<' | b'>' | b'?' | b'^' | b'`' | b'{' | b'}'
        )
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
    fn one_form_for_each_path() {
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
    fn what_is_no_path_is_refused() {
        for raw in ["", "admin", "/%", "/%z1", "/a%2", "/a?b", "/a#b", "/a\nb", "/a\0b"] {
            assert_eq!(RequestPath::parse(raw), Err(PathRefused), "{raw:?}");
        }
        assert_eq!(RequestPath::parse(&"/a".repeat(PATH_BYTES_MAX)), Err(PathRefused));
        assert!(RequestPath::parse(&"/a".repeat(PATH_BYTES_MAX / 2)).is_ok());
    }
}
