//! The path of a rule: literals, `:name`, and `/*` at the end.
//!
//! Compared segment by segment on decoded bytes. The only wildcard is a final `/*`; a text that no
//! canonical path can equal is a problem.

use crate::path_params::{PathParams, is_capturable};
use clerk_edge_http::asset_names::page_of_segments;
use clerk_edge_http::percent::{UNRESERVED, decode_once, escaped_byte, push_escape};

/// A rule's path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    text: String,
    segments: Vec<Segment>,
    rest: bool,
}

/// One segment of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Segment {
    /// These bytes, decoded.
    Literal(Vec<u8>),
    /// Anything, under this name.
    Name(String),
}

impl Pattern {
    /// Reads the text of a rule's `path`; with assets every name of a page is the page.
    pub(super) fn read(text: &str, assets: bool) -> Result<Self, String> {
        let inner = text.strip_prefix('/').ok_or("a path begins with `/`")?;
        let (inner, rest) = match inner.strip_suffix('*').map(|base| base.strip_suffix('/')) {
            Some(Some(base)) => (base, true),
            Some(None) if inner == "*" => ("", true),
            _ => (inner.strip_suffix('/').unwrap_or(inner), false),
        };
        let mut segments = Vec::new();
        if !inner.is_empty() {
            for part in inner.split('/') {
                segments.push(Segment::read(part, text)?);
            }
        }
        let twice = segments.iter().enumerate().find(|(at, segment)| {
            matches!(segment, Segment::Name(_)) && segments.iter().take(*at).any(|s| s == *segment)
        });
        if let Some((_, Segment::Name(name))) = twice {
            return Err(format!("`:{name}` stands in it twice"));
        }
        let text = written(&segments, rest);
        if assets {
            let page = if has_page_ending(&segments) { page(&segments) } else { segments.clone() };
            if rest && page != segments {
                let page = written(&page, true);
                return Err(format!("with static assets name the page: write `{page}`"));
            }
            segments = page;
        }
        Ok(Self { text, segments, rest })
    }

    /// The canonical text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The segments before a `/*`.
    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether it ends in `/*`.
    pub(super) fn has_rest(&self) -> bool {
        self.rest
    }

    /// Whether it matches one path alone.
    pub(super) fn is_literal(&self) -> bool {
        !self.rest && self.segments.iter().all(|segment| matches!(segment, Segment::Literal(_)))
    }

    /// How specific each segment is, from the left: literals before names, these before the end,
    /// and the end before `/*`.
    pub(super) fn ranks(&self) -> impl Iterator<Item = u8> {
        let segments = self.segments.iter().map(|segment| match segment {
            Segment::Literal(_) => 3,
            Segment::Name(_) => 2,
        });
        segments.chain([u8::from(!self.rest)])
    }

    /// The values in a path that it matches.
    pub(super) fn names<'s>(&self, path: impl Iterator<Item = &'s [u8]>) -> PathParams {
        PathParams::captured(self.segments.iter().zip(path).filter_map(|(own, given)| match own {
            Segment::Name(name) => Some((name.clone(), given.to_vec())),
            Segment::Literal(_) => None,
        }))
    }

    /// A path that it matches, with values that begin with `fresh`, which no literal does; below
    /// a `/*` so many segments more.
    pub(super) fn example(&self, fresh: &str, more: usize) -> String {
        let mut path = String::new();
        for segment in &self.segments {
            path.push('/');
            match segment {
                Segment::Literal(bytes) => push_literal(bytes, &mut path),
                Segment::Name(name) => path.extend([fresh, name]),
            }
        }
        for _ in 0..more {
            path.extend(["/", fresh]);
        }
        if path.is_empty() { "/".to_owned() } else { path }
    }
}

impl Segment {
    fn read(part: &str, whole: &str) -> Result<Self, String> {
        match part.strip_prefix(':') {
            Some(name) if is_name(name) => Ok(Self::Name(name.to_owned())),
            _ if is_plain(part) => Ok(Self::Literal(part.as_bytes().to_vec())),
            _ => Self::read_odd(part, whole),
        }
    }

    #[cold]
    #[inline(never)]
    fn read_odd(part: &str, whole: &str) -> Result<Self, String> {
        if part.is_empty() {
            return Err("an empty segment (`//`) matches nothing".to_owned());
        }
        if part.contains('*') {
            if part.starts_with("*.") {
                return Err(format!(
                    "a path names no ending: `*` stands alone, as the last segment. Put the files \
                     into a folder and write `/folder/*`, or write a rule for each file, such as \
                     `/name{}`",
                    part.trim_start_matches('*')
                ));
            }
            let end = part.find(['*', '(']).unwrap_or_default();
            let stem = part.split_at_checked(end).map_or("", |(stem, _)| stem);
            let before = whole.split(part).next().unwrap_or("/");
            let base = format!("{before}{stem}");
            let base = base.trim_end_matches('/');
            return Err(format!(
                "`*` stands alone, as the last segment: write `{base}/*` for `{base}` and all \
                 below it"
            ));
        }
        if let Some(name) = part.strip_prefix(':') {
            return Err(format!(
                "`:{name}` is not a valid parameter name: use a letter or `_`, then letters, \
                 digits or `_`"
            ));
        }
        if let Some(stray) = part.chars().find(|c| matches!(c, '?' | '#' | '\\') || c.is_control())
        {
            return Err(format!("{stray:?} is no part of a path"));
        }
        let stray = part.bytes().enumerate().any(|(at, byte)| {
            byte == b'%' && escaped_byte(part.as_bytes().get(at..).unwrap_or_default()).is_none()
        });
        if stray {
            return Err("a `%` is followed by two hex digits; write `%25` for itself".to_owned());
        }
        let bytes = decode_once(part.as_bytes());
        if !is_capturable(&bytes) {
            return Err("`.` and `..` are resolved before rules are asked".to_owned());
        }
        Ok(Self::Literal(bytes))
    }
}

/// Whether a segment is read as it is written by everybody: letters, digits, `-` and `_`.
pub(super) fn is_plain(segment: &str) -> bool {
    !segment.is_empty()
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Whether a text can name a segment.
pub(super) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn written(segments: &[Segment], rest: bool) -> String {
    let mut text = String::new();
    for segment in segments {
        text.push('/');
        match segment {
            Segment::Literal(bytes) => push_literal(bytes, &mut text),
            Segment::Name(name) => text.extend([":", name]),
        }
    }
    if rest {
        text.push_str("/*");
    } else if text.is_empty() {
        text.push('/');
    }
    text
}

/// As a canonical path would write it, but for `*` and a leading `:`, which have a meaning here.
fn push_literal(bytes: &[u8], out: &mut String) {
    for (at, byte) in bytes.iter().enumerate() {
        let kept = matches!(byte, b'@' | b'+' | b'=' | b'!' | b'$' | b'&' | b'\'' | b',' | b'(')
            || *byte == b')'
            || *byte == b':' && at > 0;
        if kept || UNRESERVED.contains(*byte) {
            out.push(char::from(*byte));
        } else {
            push_escape(*byte, out);
        }
    }
}

/// Whether the last segment may be one of several names of a page.
fn has_page_ending(segments: &[Segment]) -> bool {
    let may_be = |last: &Vec<u8>| last == b"index" || last.ends_with(b".html");
    matches!(segments.last(), Some(Segment::Literal(last)) if may_be(last))
}

#[cold]
#[inline(never)]
fn page(segments: &[Segment]) -> Vec<Segment> {
    let mut page = segments.to_vec();
    while let Some(Segment::Literal(last)) = page.last() {
        let mut last = vec![last.as_slice()];
        page_of_segments(&mut last);
        let shorter = last.first().map(|name| Segment::Literal(name.to_vec()));
        if shorter.as_ref() == page.last() {
            break;
        }
        page.pop();
        page.extend(shorter);
    }
    page
}
