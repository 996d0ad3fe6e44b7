//! Queries as `application/x-www-form-urlencoded`, in the standard's exact spelling.
//!
//! Clerk compares and signs nothing of it, but its addresses are promised byte by byte, and the
//! URL standard writes a whole query anew when one member is taken out. See the URL standard,
//! part 5.

use std::borrow::Cow;

/// The members of a query, decoded, in order.
pub fn pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    query.split('&').filter(|member| !member.is_empty()).map(|member| {
        let (name, value) = member.split_once('=').unwrap_or((member, ""));
        (decoded(name), decoded(value))
    })
}

/// The query without the members of these names, every other one written anew.
#[must_use]
pub fn without(query: &str, names: &[&str]) -> String {
    let mut rest = String::with_capacity(query.len());
    for (name, value) in pairs(query).filter(|(name, _)| !names.contains(&name.as_ref())) {
        append(&mut rest, &name, &value);
    }
    rest
}

/// Adds a member at the end.
pub fn append(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    encode(query, name);
    query.push('=');
    encode(query, value);
}

/// The query with the first member of this name replaced, others of the name taken out, or with
/// one more member.
#[must_use]
pub fn with(query: &str, name: &str, value: &str) -> String {
    let mut set = String::with_capacity(query.len());
    let mut done = false;
    for (each, old) in pairs(query) {
        if each != name {
            append(&mut set, &each, &old);
        } else if !done {
            append(&mut set, name, value);
            done = true;
        }
    }
    if !done {
        append(&mut set, name, value);
    }
    set
}

fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains(['+', '%']) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, after) = match (first, after) {
            (b'+', _) => (b' ', after),
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (high.wrapping_shl(4) | low, after),
                _ => (b'%', rest.get(1..).unwrap_or_default()),
            },
            _ => (*first, after),
        };
        bytes.push(byte);
        rest = after;
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'*' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                out.push(char::from(byte));
            }
            _ => escape(out, byte),
        }
    }
}

/// One byte as `%XX`.
pub(super) fn escape(out: &mut String, byte: u8) {
    out.push('%');
    for digit in [byte.wrapping_shr(4), byte & 0xF] {
        let digit = char::from_digit(u32::from(digit), 16).unwrap_or('0');
        out.push(digit.to_ascii_uppercase());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_out_writes_the_rest_anew() {
        assert_eq!(without("a=b+c&f=%2F&g", &[]), "a=b+c&f=%2F&g=");
        assert_eq!(without("x=1&__a=2&x=3", &["__a"]), "x=1&x=3");
        assert_eq!(without("%5F_a=2&~=%zz&&é", &["__a"]), "%7E=%25zz&%C3%A9=");
        assert_eq!(without("a=%FF%4", &[]), "a=%EF%BF%BD%254");
        assert_eq!(without("a=%6F%6f%6g", &[]), "a=oo%256g");
    }

    #[test]
    fn setting_replaces_the_first_and_drops_the_others() {
        assert_eq!(with("a=1&b=2&a=3", "a", "x y"), "a=x+y&b=2");
        assert_eq!(with("b=2", "a", "1"), "b=2&a=1");
        assert_eq!(with("", "a", "1"), "a=1");
    }
}
