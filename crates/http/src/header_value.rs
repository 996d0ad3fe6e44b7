//! Text that may stand in a header: visible ASCII, everything else percent-encoded.

/// Appends `text` so that it holds nothing but visible ASCII. `%` is encoded too, so that the
/// receiver can undo it without guessing; `also` names one more byte, for lists joined by it.
pub(super) fn encode_into(out: &mut String, text: &str, also: Option<u8>) {
    let stands = |byte: u8| byte.is_ascii_graphic() && byte != b'%' && Some(byte) != also;
    // Nearly every id, role and permission.
    if text.bytes().all(stands) {
        out.push_str(text);
        return;
    }
    for byte in text.bytes() {
        if stands(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(hex(byte >> 4));
            out.push(hex(byte & 0xf));
        }
    }
}

/// One value by itself.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode_into(&mut out, text, None);
    out
}

/// Several values, joined by `,`; a comma inside one is encoded.
pub fn join<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> String {
    let mut out = String::new();
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        encode_into(&mut out, item.as_ref(), Some(b','));
    }
    out
}

fn hex(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::{encode, join};

    #[test]
    fn nothing_but_visible_ascii_comes_out() {
        assert_eq!(encode("org:admin"), "org:admin");
        assert_eq!(encode("a b\r\nx-clerk-role: admin\0"), "a%20b%0D%0Ax-clerk-role:%20admin%00");
        assert_eq!(encode("é%"), "%C3%A9%25");
    }

    #[test]
    fn a_comma_inside_an_item_does_not_make_two_of_it() {
        assert_eq!(join(["user,admin", "b"]), "user%2Cadmin,b");
        assert_eq!(encode("user,admin"), "user,admin");
    }
}
