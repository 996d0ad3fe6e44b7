//! Percent-encoding (RFC 3986, 2.1) on bytes, so that nothing depends on what is valid UTF-8.
//!
//! It refuses to guess: an escape is `%` and two hex digits, anything else is left as it stands.

/// The byte that an escape stands for, where the bytes begin with one.
pub fn escape(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [b'%', high, low, ..] => {
            let high = char::from(*high).to_digit(16)?;
            let low = char::from(*low).to_digit(16)?;
            u8::try_from(high.saturating_mul(16).saturating_add(low)).ok()
        }
        _ => None,
    }
}

/// Every escape decoded once, in one pass; what is no escape stays.
pub fn decode_once(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let (byte, step) = escape(rest).map_or((*first, 1), |byte| (byte, 3));
        decoded.push(byte);
        rest = if step == 3 { after.get(2..).unwrap_or_default() } else { after };
    }
    decoded
}

/// Appends one byte as an escape, in capitals.
pub fn push_escape(byte: u8, out: &mut String) {
    const HEX: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    out.push('%');
    for digit in [byte >> 4, byte & 15] {
        out.extend(HEX.get(usize::from(digit)));
    }
}

/// Appends bytes as one segment: whatever is not unreserved (RFC 3986, 2.3) becomes an escape.
/// `.` and `..` cannot be written as data (a browser resolves `%2E` too), so their `%` is escaped
/// as well; they name nothing then, and lead nowhere.
pub fn push_segment(bytes: &[u8], out: &mut String) {
    if let b"." | b".." = bytes {
        out.push_str(if bytes.len() == 1 { "%252E" } else { "%252E%252E" });
        return;
    }
    for byte in bytes {
        if is_unreserved(*byte) {
            out.push(char::from(*byte));
        } else {
            push_escape(*byte, out);
        }
    }
}

/// Whether a byte means the same with and without escape, everywhere (RFC 3986, 2.3).
pub const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_once_and_anything_else_stays() {
        assert_eq!(decode_once(b"a%2Fb%2fc"), b"a/b/c");
        assert_eq!(decode_once(b"%2561"), b"%61");
        assert_eq!(decode_once(b"%zz%4%"), b"%zz%4%");
        assert_eq!(decode_once(b"%4g%g4%4F"), b"%4g%g4O");
        assert_eq!(decode_once(b"%%41"), b"%A");
        assert_eq!(decode_once(b"%FF%00"), [0xFF, 0]);
    }

    #[test]
    fn a_value_becomes_one_segment_whatever_it_holds() {
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
}
