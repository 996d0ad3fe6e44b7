//! Redirects: 307, so that the method stays, and never kept by a cache.

use super::Answer;

/// To an address that the line has made. Whatever a header cannot carry is percent-encoded, so
/// that no address can end the header or be refused by the platform.
#[must_use]
pub fn redirect(location: &str) -> Answer {
    Answer::new(307).with("location", header_safe(location))
}

/// The text with all bytes but visible ASCII percent-encoded.
#[must_use]
pub fn header_safe(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() {
            safe.push(char::from(byte));
        } else {
            safe.push('%');
            for digit in [byte >> 4, byte & 0xf] {
                let digit = char::from_digit(u32::from(digit), 16).unwrap_or('0');
                safe.push(digit.to_ascii_uppercase());
            }
        }
    }
    safe
}
