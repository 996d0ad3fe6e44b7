//! The bits of a decimal number of any length: Clerk's permission maps can have more than 64. Which
//! permission a bit grants belongs in [`crate::claims::organization`].
//!
//! The work is bounded by the number of bits that are asked for, not by the length of the number
//! alone.

/// At most the lowest `count` bits of a decimal number, least significant first. A text that is
/// not a decimal number has no bits.
pub(super) fn low_bits(decimal: &str, count: usize) -> Vec<bool> {
    if decimal.is_empty() || !decimal.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let mut digits: Vec<u8> = decimal.bytes().map(|byte| byte.saturating_sub(b'0')).collect();
    let mut bits = Vec::with_capacity(count);
    while bits.len() < count && digits.iter().any(|digit| *digit != 0) {
        bits.push(halve(&mut digits));
    }
    bits
}

/// Halves the number in place and returns whether the remainder is 1.
fn halve(digits: &mut [u8]) -> bool {
    let mut remainder = 0_u8;
    for digit in digits {
        let value = remainder.saturating_mul(10).saturating_add(*digit);
        *digit = value / 2;
        remainder = value % 2;
    }
    remainder == 1
}

#[cfg(test)]
mod tests {
    use super::low_bits;

    #[test]
    fn the_least_significant_bit_comes_first() {
        assert_eq!(low_bits("5", 3), [true, false, true]);
        assert_eq!(low_bits("007", 3), [true, true, true]);
        assert_eq!(low_bits("7", 2), [true, true]);
        assert_eq!(low_bits("0", 3), [false; 0]);
        let hundred = low_bits("1267650600228229401496703205377", 200); // 2^100 + 1
        let set: Vec<usize> =
            hundred.iter().enumerate().filter(|(_, bit)| **bit).map(|(index, _)| index).collect();
        assert_eq!(set, [0, 100]);
    }

    #[test]
    fn a_text_that_is_not_a_number_has_no_bits() {
        for text in ["", "x", "-1", "+1", "1.0", "1e3", " 1", "1 ", "٣"] {
            assert_eq!(low_bits(text, 8), [false; 0], "{text}");
        }
    }
}
