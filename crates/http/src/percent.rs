//! Percent-encoding (RFC 3986, 2.1): the one decoder, the one encoder, and the sets of bytes that
//! each part of a URL and of a header keeps. It works on bytes, so nothing depends on valid UTF-8.
//!
//! `+` for a blank belongs in [`crate::query`]; what a decoded path means in [`crate::readings`].

/// A set of ASCII bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteSet {
    below_64: u64,
    from_64: u64,
}

/// Visible ASCII: what a header may hold (RFC 9110, 5.5, without blanks).
pub const VISIBLE: ByteSet = ByteSet { below_64: !0 << 33, from_64: !0 >> 1 };
/// What [`header_value`] keeps.
const HEADER_VALUE: ByteSet = VISIBLE.without(b"%");
/// What [`header_list`] keeps of an item.
const HEADER_ITEM: ByteSet = HEADER_VALUE.without(b",");
/// The characters of a URI (RFC 3986, 2), with `%`.
pub const URI: ByteSet = VISIBLE.without(b"\"<>\\^`{|}");
/// The bytes that mean the same with and without escape, everywhere (RFC 3986, 2.3).
pub const UNRESERVED: ByteSet = VISIBLE.without(b"!\"#$%&'()*+,/:;<=>?@[\\]^`{|}");
/// What `application/x-www-form-urlencoded` keeps.
pub const FORM: ByteSet = UNRESERVED.without(b"~").with(b"*");
/// What the URL standard keeps in a segment of a path, with `%`.
pub const SEGMENT: ByteSet = VISIBLE.without(b"/\\\"#<>?^`{}");
/// What browsers keep in a path, with the separators.
pub const PATH: ByteSet = VISIBLE.without(b"\"#<>?`{}");
/// What the URL standard keeps in a query.
pub const QUERY: ByteSet = VISIBLE.without(b"\"#<>'");
/// What the URL standard keeps in a fragment.
pub const FRAGMENT: ByteSet = VISIBLE.without(b"\"<>`");
/// What the URL standard keeps in a user name or a password.
pub const USER_INFO: ByteSet = VISIBLE.without(b"\"#<>?`{}/:;=@[\\]^|");

impl ByteSet {
    /// Whether the byte is in the set.
    #[must_use]
    pub const fn contains(self, byte: u8) -> bool {
        let half = if byte < 64 { self.below_64 } else { self.from_64 };
        byte < 128 && half.wrapping_shr(byte as u32) & 1 == 1
    }

    const fn with(self, bytes: &[u8]) -> Self {
        let Self { below_64, from_64 } = Self::of(bytes);
        Self { below_64: self.below_64 | below_64, from_64: self.from_64 | from_64 }
    }

    const fn without(self, bytes: &[u8]) -> Self {
        let Self { below_64, from_64 } = Self::of(bytes);
        Self { below_64: self.below_64 & !below_64, from_64: self.from_64 & !from_64 }
    }

    const fn of(mut bytes: &[u8]) -> Self {
        let mut set = Self { below_64: 0, from_64: 0 };
        while let [byte, rest @ ..] = bytes {
            let half = if *byte < 64 { &mut set.below_64 } else { &mut set.from_64 };
            *half |= 1_u64.wrapping_shl(*byte as u32);
            bytes = rest;
        }
        set
    }
}

/// The byte that an escape encodes, if the bytes begin with one: `%` and two hex digits.
#[must_use]
pub fn escaped_byte(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [b'%', high, low, ..] => {
            let high = char::from(*high).to_digit(16)?;
            let low = char::from(*low).to_digit(16)?;
            u8::try_from(high.saturating_mul(16).saturating_add(low)).ok()
        }
        _ => None,
    }
}

/// Every escape decoded once, in one pass. A `%` that begins no escape stays.
#[must_use]
pub fn decode_once(bytes: &[u8]) -> Vec<u8> {
    decode(bytes, false).unwrap_or_default()
}

/// Every escape decoded once; `None` if a `%` begins no escape.
#[must_use]
pub fn decode_strictly(bytes: &[u8]) -> Option<Vec<u8>> {
    decode(bytes, true)
}

fn decode(bytes: &[u8], strictly: bool) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        rest = match escaped_byte(rest) {
            Some(byte) => {
                decoded.push(byte);
                after.get(2..).unwrap_or_default()
            }
            None if strictly && *first == b'%' => return None,
            None => {
                decoded.push(*first);
                after
            }
        };
    }
    Some(decoded)
}

/// The text with every byte outside the set percent-encoded.
#[must_use]
pub fn encode(text: &str, keep: ByteSet) -> String {
    let mut out = String::with_capacity(text.len());
    push_encoded(text, keep, &mut out);
    out
}

/// Appends the text with every byte outside the set percent-encoded.
pub fn push_encoded(text: &str, keep: ByteSet, out: &mut String) {
    // Nearly every text has nothing to encode.
    if text.bytes().all(|byte| keep.contains(byte)) {
        out.push_str(text);
    } else {
        push_bytes(text.as_bytes(), keep, out);
    }
}

/// Appends bytes as one segment of a path: only unreserved ones are kept. `.` and `..` cannot be
/// written as data (browsers resolve `%2E` too), so their `%` is encoded as well: such a segment
/// names nothing, and it does not change the path.
pub fn push_segment(bytes: &[u8], out: &mut String) {
    match bytes {
        b"." => out.push_str("%252E"),
        b".." => out.push_str("%252E%252E"),
        _ => push_bytes(bytes, UNRESERVED, out),
    }
}

fn push_bytes(bytes: &[u8], keep: ByteSet, out: &mut String) {
    for byte in bytes {
        if keep.contains(*byte) {
            out.push(char::from(*byte));
        } else {
            push_escape(*byte, out);
        }
    }
}

/// Appends one byte as an escape, with capital hex digits.
pub fn push_escape(byte: u8, out: &mut String) {
    const HEX: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    out.push('%');
    for digit in [byte >> 4, byte & 15] {
        out.extend(HEX.get(usize::from(digit)));
    }
}

/// One value for a header: visible ASCII, everything else percent-encoded. `%` is encoded too, so
/// that decoding gives the value back.
#[must_use]
pub fn header_value(text: &str) -> String {
    encode(text, HEADER_VALUE)
}

/// Several values for one header, joined by `,`. A comma inside a value is encoded.
#[must_use]
pub fn header_list<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> String {
    let mut out = String::new();
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_encoded(item.as_ref(), HEADER_ITEM, &mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_once_and_other_bytes_stay() {
        assert_eq!(decode_once(b"a%2Fb%2fc"), b"a/b/c");
        assert_eq!(decode_once(b"%2561"), b"%61");
        assert_eq!(decode_once(b"%zz%4%"), b"%zz%4%");
        assert_eq!(decode_once(b"%4g%g4%4F"), b"%4g%g4O");
        assert_eq!(decode_once(b"%%41"), b"%A");
        assert_eq!(decode_once(b"%FF%00"), [0xFF, 0]);
    }

    #[test]
    fn strict_decoding_fails_at_a_percent_sign_that_begins_no_escape() {
        assert_eq!(decode_strictly(b"a%2Fb%FF"), Some(b"a/b\xFF".to_vec()));
        for text in [&b"%"[..], b"%4", b"%zz", b"%41%4", b"%%41", b"a%g0"] {
            assert_eq!(decode_strictly(text), None, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn a_value_becomes_one_segment_with_any_bytes() {
        let segment = |bytes: &[u8]| {
            let mut out = String::new();
            push_segment(bytes, &mut out);
            out
        };
        assert_eq!(segment(b"a-b_c.d~1"), "a-b_c.d~1");
        assert_eq!(segment(b"/\\:@%"), "%2F%5C%3A%40%25");
        assert_eq!(segment("\r\né".as_bytes()), "%0D%0A%C3%A9");
        assert_eq!(segment(b"."), "%252E");
        assert_eq!(segment(b".."), "%252E%252E");
        assert_eq!(segment(b"..."), "...");
    }

    #[test]
    fn each_set_holds_letters_digits_and_these() {
        for (set, others) in [
            (VISIBLE, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
            (HEADER_ITEM, "!\"#$&'()*+-./:;<=>?@[\\]^_`{|}~"),
            (URI, "!#$%&'()*+,-./:;=?@[]_~"),
            (UNRESERVED, "-._~"),
            (FORM, "*-._"),
            (SEGMENT, "!$%&'()*+,-.:;=@[]_|~"),
            (PATH, "!$%&'()*+,-./:;=@[\\]^_|~"),
            (QUERY, "!$%&()*+,-./:;=?@[\\]^_`{|}~"),
            (FRAGMENT, "!#$%&'()*+,-./:;=?@[\\]^_{|}~"),
            (USER_INFO, "!$%&'()*+,-._~"),
        ] {
            for byte in 0..=255_u8 {
                let expected = byte.is_ascii_alphanumeric() || others.as_bytes().contains(&byte);
                assert_eq!(set.contains(byte), expected, "{others}: {}", byte.escape_ascii());
            }
        }
    }

    #[test]
    fn a_header_value_is_visible_ascii() {
        assert_eq!(header_value("org:admin"), "org:admin");
        let attack = "a b\r\nx-clerk-role: admin\0";
        assert_eq!(header_value(attack), "a%20b%0D%0Ax-clerk-role:%20admin%00");
        assert_eq!(header_value("é%"), "%C3%A9%25");
    }

    #[test]
    fn a_comma_inside_an_item_does_not_separate() {
        assert_eq!(header_list(["user,admin", "b"]), "user%2Cadmin,b");
        assert_eq!(header_value("user,admin"), "user,admin");
    }
}
