//! One segment of a token: base64url, and JSON as JavaScript reads it.
//!
//! Clerk's SDK decodes with JavaScript's rules: padding is ignored, invalid UTF-8 is replaced, a
//! byte order mark is dropped, the last of several members with one name counts, a lone surrogate
//! is a character and a number may be out of range. A stricter parser would refuse the same tokens
//! for another reason than the SDK. Everything else is refused, as is nesting deeper than 128.
//!
//! What the members mean belongs in `clerk-edge-token`.

use serde_json::Value;

/// The bytes of a segment; `None` if it is not base64url or its unused bits are not zero. Decoded
/// with a table and not in constant time, because a client's token is no secret to that client.
#[must_use]
pub fn bytes(segment: &str) -> Option<Vec<u8>> {
    let digits = segment.trim_end_matches('=').as_bytes();
    let (groups, rest) = digits.as_chunks();
    // Allocated at once: a vector that grows by three bytes checks its capacity each time.
    let mut threes = vec![[0; 3]; groups.len()];
    let mut all_digits = 0;
    for (three, group) in threes.iter_mut().zip(groups) {
        let (bits, digits) = join_digits(*group);
        all_digits |= digits;
        let [_, bytes @ ..] = bits.to_be_bytes();
        *three = bytes;
    }
    let mut bytes = threes.into_flattened();
    let mut last = *b"AAAA";
    last.iter_mut().zip(rest).for_each(|(place, digit)| *place = *digit);
    let (bits, digits) = join_digits(last);
    match (rest.len(), bits.to_be_bytes()) {
        _ if all_digits | digits > LARGEST_DIGIT => return None,
        (0, _) => {}
        (3, [_, first, second, 0]) => bytes.extend_from_slice(&[first, second]),
        (2, [_, first, 0, 0]) => bytes.push(first),
        _ => return None,
    }
    Some(bytes)
}

/// The bytes of base64 in its first alphabet (RFC 4648, 4), without padding.
#[must_use]
pub fn bytes_of_base64(text: &str) -> Option<Vec<u8>> {
    let digit = |letter| match letter {
        '+' => '-',
        '/' => '_',
        // No digits of this alphabet.
        '-' | '_' | '=' => ' ',
        other => other,
    };
    bytes(&text.chars().map(digit).collect::<String>())
}

/// The 24 bits of four digits, and the four values combined by `or`: above [`LARGEST_DIGIT`] if one
/// of them is not a digit.
fn join_digits(group: [u8; 4]) -> (u32, u8) {
    let [first, second, third, fourth] = group.map(value_of);
    let bits = [(first, 18), (second, 12), (third, 6), (fourth, 0)];
    let bits = bits.into_iter().fold(0, |all, (value, place)| all | (u32::from(value) << place));
    (bits, first | second | third | fourth)
}

fn value_of(digit: u8) -> u8 {
    VALUES.get(usize::from(digit)).copied().unwrap_or(NO_DIGIT)
}

/// Encodes bytes as base64url without padding.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    let (threes, rest) = bytes.as_chunks();
    let mut fours = vec![[0; 4]; threes.len()];
    for (four, three) in fours.iter_mut().zip(threes) {
        *four = digits_of(*three);
    }
    let mut text = fours.into_flattened();
    let mut last = [0; 3];
    last.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
    let digits = if rest.is_empty() { 0 } else { rest.len().saturating_add(1) };
    text.extend(digits_of(last).iter().take(digits));
    // Every digit is ASCII, so this cannot fail.
    String::from_utf8(text).unwrap_or_default()
}

fn digits_of([first, second, third]: [u8; 3]) -> [u8; 4] {
    let bits = u32::from_be_bytes([0, first, second, third]);
    [18, 12, 6, 0].map(|place| {
        let value = usize::try_from(bits.wrapping_shr(place) & 63).unwrap_or_default();
        DIGITS.get(value).copied().unwrap_or_default()
    })
}

/// Decodes a segment and parses the JSON in it; `None` if either fails.
#[must_use]
pub fn value(segment: &str) -> Option<Value> {
    let bytes = bytes(segment)?;
    // As `str`: from bytes, serde_json would check every string for UTF-8 once more.
    let text = std::str::from_utf8(&bytes).ok();
    match text.and_then(|text| serde_json::from_str(text).ok()) {
        Some(value) => Some(value),
        None => odd_value(&bytes),
    }
}

#[cold]
#[inline(never)]
fn odd_value(bytes: &[u8]) -> Option<Value> {
    serde_json::from_str(&accepted_by_serde(bytes)).ok()
}

/// The text with everything that JavaScript accepts and `serde_json` does not replaced by the
/// closest that it accepts.
fn accepted_by_serde(bytes: &[u8]) -> String {
    let lossy = String::from_utf8_lossy(bytes);
    let mut rest = lossy.strip_prefix('\u{feff}').unwrap_or(&lossy);
    let mut out = String::with_capacity(rest.len());
    while let Some(next) = rest.chars().next() {
        rest = match next {
            '"' => take_string(rest, &mut out),
            '0'..='9' => take_number(rest, &mut out),
            other => {
                out.push(other);
                skip(rest, other.len_utf8())
            }
        };
    }
    out
}

/// Copies a string from the start of the text, its lone surrogates replaced; returns the rest.
fn take_string<'a>(text: &'a str, out: &mut String) -> &'a str {
    out.push('"');
    let mut rest = skip(text, 1);
    while let Some(next) = rest.chars().next() {
        if next == '\\' {
            let length = take_escape(rest, out);
            rest = skip(rest, length);
            continue;
        }
        out.push(next);
        rest = skip(rest, next.len_utf8());
        if next == '"' {
            break;
        }
    }
    rest
}

/// Copies one escape from the start of the text; returns its length. An escaped surrogate pair
/// is copied whole.
fn take_escape(text: &str, out: &mut String) -> usize {
    let length = match code_unit(text) {
        Some(0xD800..=0xDBFF) => match code_unit(skip(text, 6)) {
            Some(0xDC00..=0xDFFF) => 12,
            _ => 0,
        },
        Some(0xDC00..=0xDFFF) => 0,
        Some(_) => 6,
        None => text.chars().take(2).map(char::len_utf8).sum(),
    };
    if length == 0 {
        out.push_str("\\ufffd");
        return 6;
    }
    out.push_str(text.get(..length).unwrap_or(text));
    length
}

/// The UTF-16 code unit of a `\uXXXX` at the start of the text.
fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| u16::from_str_radix(digits, 16).ok())?
}

/// Copies a number from the start of the text (its sign was copied before); returns the rest. A
/// number out of range becomes [`LARGEST`].
fn take_number<'a>(text: &'a str, out: &mut String) -> &'a str {
    let length = text.find(|next: char| !"+-.eE0123456789".contains(next)).unwrap_or(text.len());
    let digits = text.get(..length).unwrap_or(text);
    // The only number that serde_json refuses is one out of range.
    let too_large = is_number(digits) && serde_json::from_str::<f64>(digits).is_err();
    out.push_str(if too_large { LARGEST } else { digits });
    skip(text, length)
}

/// Whether the text is a JSON number without a sign (RFC 8259, 6).
fn is_number(text: &str) -> bool {
    let (whole, rest) = digits(text);
    let (fraction, rest) = rest.strip_prefix('.').map_or(("0", rest), digits);
    let (exponent, rest) = match rest.strip_prefix(['e', 'E']) {
        Some(rest) => digits(rest.strip_prefix(['+', '-']).unwrap_or(rest)),
        None => ("0", rest),
    };
    let has_leading_zero = whole.starts_with('0') && whole.len() > 1;
    let has_digits = [whole, fraction, exponent].iter().all(|part| !part.is_empty());
    has_digits && !has_leading_zero && rest.is_empty()
}

/// The digits at the start of the text, and the rest.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn skip(text: &str, length: usize) -> &str {
    text.get(length..).unwrap_or("")
}

const NO_DIGIT: u8 = 0xFF;
const LARGEST_DIGIT: u8 = 63;

/// RFC 4648, table 2: the value of each digit.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, not at run time")]
const VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0_u8;
    while value < 64 {
        values[DIGITS[value as usize] as usize] = value;
        value += 1;
    }
    values
};
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const LARGEST: &str = "1.7976931348623157e308";

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::{Base64UrlUnpadded, Encoding};
    use serde_json::json;

    fn read(text: &[u8]) -> Option<Value> {
        value(&Base64UrlUnpadded::encode_string(text))
    }

    #[test]
    fn json_that_javascript_accepts_is_accepted() {
        assert_eq!(read(br#"{"a":1}"#), Some(json!({ "a": 1 })));
        assert_eq!(read(b" [1 , 2]\n"), Some(json!([1, 2])));
        assert_eq!(read(br#"{"a":1,"a":2}"#), Some(json!({ "a": 2 })));
        assert_eq!(read(b"\xef\xbb\xbf{}"), Some(json!({})));
        assert_eq!(read(b"\"\xff\""), Some(json!("\u{fffd}")));
        assert_eq!(read(br#""\ud800""#), Some(json!("\u{fffd}")));
        assert_eq!(read(br#""\udc00\ud83d\ude00\ud83d""#), Some(json!("\u{fffd}😀\u{fffd}")));
        assert_eq!(
            read(br#"["\ud800\"", 1e999, -1.5E+999, 0.25, 1e-999]"#),
            Some(json!(["\u{fffd}\"", f64::MAX, f64::MIN, 0.25, 0.0]))
        );
        assert_eq!(
            read(b"[0.5e999, -10E+999, 1e999, 0.0]"),
            Some(json!([f64::MAX, f64::MIN, f64::MAX, 0.0]))
        );
        let long = "1".to_owned() + &"0".repeat(400);
        assert_eq!(read(long.as_bytes()), Some(json!(f64::MAX)));
        assert_eq!(read((long + ".").as_bytes()), None);
        assert_eq!(read(br#"{"a\\":"\ud800"}"#), Some(json!({ "a\\": "\u{fffd}" })));
        assert_eq!(read(br#"["a\ud800b", "x 1e999"]"#), Some(json!(["a\u{fffd}b", "x 1e999"])));
    }

    #[test]
    fn a_lone_surrogate_and_a_pair_are_one_character_each() {
        for (text, expected) in [
            (r#""\ud7ff\ue000""#, "\u{d7ff}\u{e000}"),
            (r#""\ud800\udbff""#, "\u{fffd}\u{fffd}"),
            (r#""\udc00\udfff""#, "\u{fffd}\u{fffd}"),
            (r#""\ud800\udc00""#, "\u{10000}"),
            (r#""\uDBFF\uDFFF""#, "\u{10ffff}"),
            (r#""\udfff\ud800\udfff\udbff""#, "\u{fffd}\u{103ff}\u{fffd}"),
            (r#""\ud800\n\udc00""#, "\u{fffd}\n\u{fffd}"),
        ] {
            // serde_json refuses the first element, so the replaced text is parsed.
            let text = format!(r#"["\ud800",{text}]"#);
            assert_eq!(read(text.as_bytes()), Some(json!(["\u{fffd}", expected])), "{text}");
        }
    }

    #[test]
    fn json_that_javascript_refuses_is_refused() {
        for text in [
            &b""[..],
            b"{",
            b"{}x",
            b"nul",
            b"01",
            b"{'a':1}",
            b"\"\\u12\"",
            b"\"\x01\"",
            b"\xef\xbb\xbf\xef\xbb\xbf{}",
            b"1e999x",
            b"01e999",
            b"-01e999",
            b".5e999",
            b"-.5e999",
            b"--1e999",
            b"1e999-1",
            b"1.e999",
            b"1.E999",
            b"[1e999, 1.]",
            b"1e+",
            b"1e9999.5",
            b"\"\\ud800",
        ] {
            assert_eq!(read(text), None, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn padding_is_ignored_and_unused_bits_must_be_zero() {
        assert_eq!(bytes("YQ"), Some(b"a".to_vec()));
        assert_eq!(bytes("YQ==="), Some(b"a".to_vec()));
        assert_eq!(bytes(""), Some(Vec::new()));
        for segment in ["YR", "Y", "Y+", "Y/", "Y Q", "=YQ", "YQ=Q"] {
            assert_eq!(bytes(segment), None, "{segment}");
        }
        // Two wrong digits do not cancel each other out.
        for segment in ["++AA", "+A+A", "+AA+", "A++A", "A+A+", "AA++", "+AAA+AAA", "+AAA+A"] {
            assert_eq!(bytes(segment), None, "{segment}");
            assert_eq!(bytes(&segment.replace('+', "A")), Some(vec![0; segment.len() * 3 / 4]));
        }
    }

    #[test]
    fn encoded_bytes_decode_to_themselves_also_by_a_strict_decoder() {
        let all: Vec<u8> = (0..=255).cycle().step_by(7).take(600).collect();
        for length in (0..20).chain(590..600) {
            let written = text(&all[..length]);
            assert_eq!(written, Base64UrlUnpadded::encode_string(&all[..length]));
            assert_eq!(bytes(&written).as_deref(), Some(&all[..length]));
        }
    }

    #[test]
    fn the_first_alphabet_is_read_as_a_strict_decoder_reads_it() {
        use base64ct::Base64Unpadded;
        for byte in 0..=255_u8 {
            for text in ["YWJj", "YW", "Y"].map(|text| format!("{text}{}", char::from(byte))) {
                let strict = Base64Unpadded::decode_vec(&text).ok();
                assert_eq!(bytes_of_base64(&text), strict, "{text:?}");
            }
        }
    }

    #[test]
    fn every_byte_and_every_length_decodes_as_with_a_strict_decoder() {
        let mut texts: Vec<String> =
            (0..=255_u8).map(|byte| char::from(byte).to_string()).collect();
        for _ in 0..2 {
            let longer = |text: &String| ["A", "Q", "_", "9"].map(|digit| format!("{digit}{text}"));
            texts = texts.iter().flat_map(longer).collect();
            for text in texts.iter().flat_map(|text| [text.clone(), format!("AB-_{text}")]) {
                let text = text.trim_end_matches('=');
                assert_eq!(bytes(text), Base64UrlUnpadded::decode_vec(text).ok(), "{text:?}");
            }
        }
    }
}
