//! Escapes of scripts, JSON and HTML, undone. They nest: a script holds JSON that holds HTML.

use std::borrow::Cow;

use crate::limits::ESCAPE_ROUNDS_MAX;

/// The text without escapes, as far as three rounds lead.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    let mut current = Cow::Borrowed(text);
    for _ in 0..ESCAPE_ROUNDS_MAX {
        let next = match one_round(&current) {
            Cow::Borrowed(_) => return current,
            Cow::Owned(next) => next,
        };
        current = Cow::Owned(next);
    }
    current
}

fn one_round(text: &str) -> Cow<'_, str> {
    match without_backslashes(text) {
        Some(text) => Cow::Owned(htmlize::unescape(text).into_owned()),
        None => htmlize::unescape(text),
    }
}

/// `None` where there is no backslash.
fn without_backslashes(text: &str) -> Option<String> {
    let mut at = memchr::memchr(b'\\', text.as_bytes())?;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let (before, escaped) = rest.split_at_checked(at)?;
        out.push_str(before);
        let escaped = escaped.strip_prefix('\\').unwrap_or(escaped);
        rest = escape(escaped, &mut out);
        match memchr::memchr(b'\\', rest.as_bytes()) {
            Some(next) => at = next,
            None => break,
        }
    }
    out.push_str(rest);
    Some(out)
}

/// Appends what an escape stands for, and returns what follows it. `escaped` begins after the
/// backslash.
fn escape<'a>(escaped: &'a str, out: &mut String) -> &'a str {
    let mut chars = escaped.chars();
    match chars.next() {
        None => {}
        Some('n' | 'r' | 't' | 'b' | 'f' | 'v' | '0' | '\n') => out.push(' '),
        Some('u') => {
            if let Some((character, rest)) = unicode(chars.as_str()) {
                out.push(character);
                return rest;
            }
            out.push('u');
        }
        Some('x') => {
            if let Some((code, rest)) = hexadecimal(chars.as_str(), 2) {
                out.extend(char::from_u32(code));
                return rest;
            }
            out.push('x');
        }
        Some(other) => out.push(other),
    }
    chars.as_str()
}

/// `XXXX`, two of them for what lies beyond, or `{X…}`.
fn unicode(digits: &str) -> Option<(char, &str)> {
    if let Some(braced) = digits.strip_prefix('{') {
        let (inside, rest) = braced.split_once('}')?;
        let (code, left) = hexadecimal(inside, inside.len().clamp(1, 6))?;
        return left.is_empty().then(|| char::from_u32(code)).flatten().map(|c| (c, rest));
    }
    let (first, rest) = hexadecimal(digits, 4)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, rest));
    }
    let (second, rest) = hexadecimal(rest.strip_prefix("\\u")?, 4)?;
    let halves = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let character = char::decode_utf16(halves).next()?.ok()?;
    Some((character, rest))
}

fn hexadecimal(text: &str, count: usize) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(count)?;
    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some((u32::from_str_radix(digits, 16).ok().filter(|_| all)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_scripts_json_and_html_are_undone() {
        for (escaped, text) in [
            ("plain", "plain"),
            (r"caf\u00e9 \u{1F600} \ud83d\ude00 \xe9", "café 😀 😀 é"),
            (r#"a\nb\"c\/d\'e"#, "a b\"c/d'e"),
            ("a &amp; b &#x27;c&#39; &quot;d&eacute;", "a & b 'c' \"dé"),
            (r"\\u00e9 \\\\u00e9", "é é"),
            (r"&amp;amp;amp;eacute;", "&eacute;"),
            (r"\u00 \xz \u{zz} \ud83d \", "u00 xz u{zz} ud83d "),
        ] {
            assert_eq!(unescape(escaped), text, "{escaped}");
        }
    }
}
