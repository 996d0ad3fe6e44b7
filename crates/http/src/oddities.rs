//! Rarer steps that servers take with a path, of the same kind as those of [`super::readings`].
//!
//! Software in use takes each of them. Code that compares trimmed texts cuts blanks at the end of
//! a name, and patterns that end in `$` a newline; ASP.NET keeps a session in a segment `(S(…))`;
//! lax decoders accept overlong UTF-8; `new URL` reads what follows two slashes as a host. Steps
//! for escapes, separators, dots and parameters belong in `readings`.

use crate::readings::{DecodedForm, SEPARATOR, Step, Unit, is_separator};

/// The steps after decoding. Each returns `None` if it changes nothing.
pub(super) const STEPS: [Step; 4] = [without_host, without_sessions, trimmed, unfolded];

/// `//host/path` is `/path` if it is resolved as a reference (RFC 3986, 4.2). Any number of
/// slashes counts as two, as in the URL standard.
pub(super) fn without_host(form: &[Unit]) -> Option<DecodedForm> {
    let rest = form.strip_prefix(&[SEPARATOR])?;
    let host = rest.iter().position(|unit| *unit != SEPARATOR)?;
    let mut parts = rest.get(host..)?.splitn(2, is_separator);
    let _host = parts.next();
    Some(parts.next().unwrap_or_default().to_vec())
}

/// `/(S(a))/b` is `/b`, and `/b(S(a))` stays: the session goes with the slash before it, so that
/// the text after it joins the text before it.
pub(super) fn without_sessions(form: &[Unit]) -> Option<DecodedForm> {
    let mut kept = DecodedForm::with_capacity(form.len());
    let (mut found, mut first) = (false, true);
    for segment in form.split(is_separator) {
        let rest = after_session(segment);
        found |= rest.is_some();
        if rest.is_some_and(<[Unit]>::is_empty) {
            continue;
        }
        if !first && rest.is_none() {
            kept.push(SEPARATOR);
        }
        kept.extend_from_slice(rest.unwrap_or(segment));
        first = false;
    }
    found.then_some(kept)
}

/// What follows a session at the start of a segment: `(`, a letter, `(`, anything, `))`.
fn after_session(segment: &[Unit]) -> Option<&[Unit]> {
    let [open, letter, inner, rest @ ..] = segment else { return None };
    let is_letter = u8::try_from(*letter).is_ok_and(|byte| byte.is_ascii_alphabetic());
    let begins = *open == OPEN && *inner == OPEN && is_letter;
    let end = rest.windows(2).position(|pair| *pair == [CLOSE, CLOSE]).filter(|_| begins)?;
    rest.get(end.checked_add(2)?..)
}

/// Each segment without the blanks and control characters at its end.
pub(super) fn trimmed(form: &[Unit]) -> Option<DecodedForm> {
    let segments = || form.split(is_separator);
    segments().any(|segment| trim(segment).len() < segment.len()).then_some(())?;
    Some(segments().map(trim).collect::<Vec<_>>().join(&SEPARATOR))
}

fn trim(segment: &[Unit]) -> &[Unit] {
    let mut rest = segment;
    while let Some(blank) = BLANKS.iter().find_map(|blank| blank_at_end(rest, blank)) {
        rest = blank;
    }
    rest
}

/// The segment without a blank at its end: a byte of this range after these bytes.
fn blank_at_end<'a>(segment: &'a [Unit], blank: &(&[u8], u8, u8)) -> Option<&'a [Unit]> {
    let (before, least, most) = *blank;
    let (end, rest) = segment.split_last()?;
    (Unit::from(least)..=Unit::from(most)).contains(end).then_some(())?;
    let (kept, lead) = rest.split_at_checked(rest.len().checked_sub(before.len())?)?;
    let preceded = lead.iter().copied().eq(before.iter().map(|byte| Unit::from(*byte)));
    // After a byte that is not ASCII, the last byte belongs to a character.
    let alone = least < 0x80 || !before.is_empty() || kept.last().is_none_or(|it| *it < 0x80);
    (preceded && alone).then_some(kept)
}

/// Overlong UTF-8 (RFC 3629, 3) read as the characters that it encodes.
pub(super) fn unfolded(form: &[Unit]) -> Option<DecodedForm> {
    // No overlong form begins with another byte, and few paths hold one of these.
    form.iter().any(|unit| matches!(unit, 0xC0 | 0xC1 | 0xE0 | 0xF0 | 0xF8 | 0xFC)).then_some(())?;
    let mut read = DecodedForm::with_capacity(form.len());
    let (mut rest, mut found) = (form, false);
    while let Some((first, after)) = rest.split_first() {
        if let Some((character, after)) = overlong(*first, after) {
            let mut bytes = [0; 4];
            let bytes = character.encode_utf8(&mut bytes).bytes();
            read.extend(bytes.map(Unit::from));
            (rest, found) = (after, true);
        } else {
            read.push(*first);
            rest = after;
        }
    }
    found.then_some(read)
}

/// The character of an overlong form with this first byte, and what follows it.
fn overlong(first: Unit, after: &[Unit]) -> Option<(char, &[Unit])> {
    let (more, shortest, mask) = match first {
        0xC0 | 0xC1 => (1, 0x80, 0x1F),
        0xE0 => (2, 0x800, 0x0F),
        0xF0 => (3, 0x1_0000, 0x07),
        0xF8 => (4, 0x20_0000, 0x03),
        0xFC => (5, 0x400_0000, 0x01),
        _ => return None,
    };
    let (following, after) = after.split_at_checked(more)?;
    let mut code = u32::from(first & mask);
    for unit in following {
        (0x80..=0xBF).contains(unit).then_some(())?;
        code = (code << 6) | u32::from(unit & 0x3F);
    }
    let character = char::from_u32(code).filter(|_| code < shortest)?;
    Some((character, after))
}

const OPEN: Unit = b'(' as Unit;
const CLOSE: Unit = b')' as Unit;
/// What trimming removes: the bytes before the last one, and the range of the last one. ASCII,
/// Latin-1 (as WSGI reads every path), then the blanks and invisible characters of Unicode, in
/// UTF-8.
const BLANKS: [(&[u8], u8, u8); 10] = [
    (b"", 0, b' '),
    (b"", 0x7F, 0x7F),
    (b"", 0x80, 0xA0),
    (b"\xC2", 0x80, 0xA0),
    (b"\xE1\x9A", 0x80, 0x80),
    (b"\xE2\x80", 0x80, 0x8F),
    (b"\xE2\x80", 0xA8, 0xAF),
    (b"\xE2\x81", 0x9F, 0xA0),
    (b"\xE3\x80", 0x80, 0x80),
    (b"\xEF\xBB", 0xBF, 0xBF),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the result of a step; `/` is a separator, other bytes are themselves.
    #[track_caller]
    fn makes(step: fn(&[Unit]) -> Option<DecodedForm>, path: &[u8], expected: Option<&[u8]>) {
        let unit = |byte: &u8| if *byte == b'/' { SEPARATOR } else { Unit::from(*byte) };
        let form: DecodedForm = path.iter().map(unit).collect();
        let expected = expected.map(|bytes| bytes.iter().map(unit).collect::<DecodedForm>());
        assert_eq!(step(&form), expected, "{}", path.escape_ascii());
    }

    #[test]
    fn blanks_and_controls_are_cut_only_at_the_end_of_a_segment() {
        for end in [&b" "[..], b"\n", b"\r\n", b"\t \x0B", b"\x7F", "\u{a0}".as_bytes()] {
            makes(trimmed, &[b"a", end, b"/b"].concat(), Some(b"a/b"));
            makes(trimmed, &[b"x/a", end].concat(), Some(b"x/a"));
            makes(trimmed, &[end, b"a/b"].concat(), None);
        }
        for end in
            ["\u{85}", "\u{1680}", "\u{2003}", "\u{200b}", "\u{2028}", "\u{3000}", "\u{feff}"]
        {
            makes(trimmed, format!("a{end}").as_bytes(), Some(b"a"));
        }
        makes(trimmed, b"a\xA0/b\x85", Some(b"a/b"));
        for end in ["é", "à", "\u{c0}", "\u{2010}", "\u{3001}", "+", ".", "\u{fffd}"] {
            makes(trimmed, format!("a{end}").as_bytes(), None);
        }
    }

    #[test]
    fn a_session_is_removed_with_its_slash() {
        makes(without_sessions, b"(S(a))/adm", Some(b"adm"));
        makes(without_sessions, b"x/(S(abc))/adm/", Some(b"x/adm/"));
        makes(without_sessions, b"(A(a)S(b))/adm", Some(b"adm"));
        makes(without_sessions, b"x/ad/(S(a))min", Some(b"x/admin"));
        makes(without_sessions, b"(S(a))admin", Some(b"admin"));
        for other in [&b"(a)/b"[..], b"(S(a)/b", b"(1(a))/b", b"x(S(a))/b", b"(S/a))", b"S(a))"] {
            makes(without_sessions, other, None);
        }
    }

    #[test]
    fn only_overlong_utf8_is_decoded() {
        makes(unfolded, b"\xC0\xAE\xC0\xAE/a", Some(b"../a"));
        makes(unfolded, b"\xC1\xA1dmin", Some(b"admin"));
        makes(unfolded, b"\xE0\x81\xA1dmin", Some(b"admin"));
        makes(unfolded, b"\xF0\x80\x81\xA1dmin", Some(b"admin"));
        makes(unfolded, b"\xE0\x83\xA9", Some("é".as_bytes()));
        makes(unfolded, "éअ\u{10348}".as_bytes(), None);
        makes(unfolded, b"\xC0/\xC1a\xE0\x80", None);
    }

    #[test]
    fn a_segment_after_two_slashes_is_a_host() {
        makes(without_host, b"/h/a", Some(b"a"));
        makes(without_host, b"//h/a/b", Some(b"a/b"));
        makes(without_host, b"/h", Some(b""));
        makes(without_host, b"/", None);
        makes(without_host, b"h//a", None);
    }
}
