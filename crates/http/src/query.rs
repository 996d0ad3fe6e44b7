//! Queries as `application/x-www-form-urlencoded` (URL standard, 5), in exactly its spelling.
//!
//! The URLs of handshakes and redirects are promised byte by byte, and the standard encodes a whole
//! query again when one member changes; so do the functions here. Which parameters are Clerk's
//! belongs in the gate.

use std::borrow::Cow;

use crate::percent;

/// The members of a query, decoded, in order.
pub fn pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    query.split('&').filter(|member| !member.is_empty()).map(|member| {
        let (name, value) = member.split_once('=').unwrap_or((member, ""));
        (decoded(name), decoded(value))
    })
}

/// The query without the members with these names, the others encoded again.
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
    push_form(name, query);
    query.push('=');
    push_form(value, query);
}

/// The query with the first member of this name replaced and others of this name removed; if there
/// is none, with the member appended.
#[must_use]
pub fn with(query: &str, name: &str, value: &str) -> String {
    let mut out = String::with_capacity(query.len());
    let mut is_set = false;
    for (each, old) in pairs(query) {
        if each != name {
            append(&mut out, &each, &old);
        } else if !is_set {
            append(&mut out, name, value);
            is_set = true;
        }
    }
    if !is_set {
        append(&mut out, name, value);
    }
    out
}

fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains(['+', '%']) {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace('+', " ");
    let bytes = percent::decode_once(spaced.as_bytes());
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// Appends the text, with `+` for each blank.
fn push_form(text: &str, out: &mut String) {
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            out.push('+');
        }
        percent::push_encoded(word, percent::FORM, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removing_a_member_encodes_the_others_anew() {
        assert_eq!(without("a=b+c&f=%2F&g", &[]), "a=b+c&f=%2F&g=");
        assert_eq!(without("x=1&__a=2&x=3", &["__a"]), "x=1&x=3");
        assert_eq!(without("%5F_a=2&~=%zz&&é", &["__a"]), "%7E=%25zz&%C3%A9=");
        assert_eq!(without("a=%FF%4", &[]), "a=%EF%BF%BD%254");
        assert_eq!(without("a=%6F%6f%6g", &[]), "a=oo%256g");
    }

    #[test]
    fn setting_a_member_replaces_the_first_and_removes_the_others() {
        assert_eq!(with("a=1&b=2&a=3", "a", "x y"), "a=x+y&b=2");
        assert_eq!(with("b=2", "a", "1"), "b=2&a=1");
        assert_eq!(with("", "a", "1"), "a=1");
    }
}
