//! Ids of plain characters, which need no encoding. What an id names belongs in the gate.

/// Whether a text is an id of letters, digits, `-` and `_`, not empty and not longer than
/// `bytes_max`. Such a text can be put into a URL's path, a header and a page as it is.
#[must_use]
pub fn is_plain_id(text: &str, bytes_max: usize) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=bytes_max).contains(&text.len()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::is_plain_id;

    #[test]
    fn only_plain_characters_make_an_id() {
        for id in ["a", "user_2ab", "8f0a1b2c3d4e5f60-FRA"] {
            assert!(is_plain_id(id, 20), "{id}");
        }
        for text in ["", "..", "a/b", "a b", "a.b", "a%62", "\u{e9}", "a\r\nb"] {
            assert!(!is_plain_id(text, 20), "{text}");
        }
        assert!(is_plain_id(&"a".repeat(20), 20) && !is_plain_id(&"a".repeat(21), 20));
    }
}
