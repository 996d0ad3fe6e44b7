//! Decimal numbers of any length as bits: Clerk's maps of permissions outgrow 64 bits.
//!
//! Work is bounded by the number of bits that anybody asks for, not by the number's length alone.

/// The lowest `count` bits of a decimal number, least significant first. What is not digits alone
/// has no bits.
pub(super) fn lowest(decimal: &str, count: usize) -> Vec<bool> {
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

/// Halves the number in place; the answer is what was left over.
fn halve(digits: &mut [u8]) -> bool {
    let mut left_over = 0_u8;
    for digit in digits {
        let value = left_over.saturating_mul(10).saturating_add(*digit);
        *digit = value / 2;
        left_over = value % 2;
    }
    left_over == 1
}

#[cfg(test)]
mod tests {
    use super::lowest;

    #[test]
    fn bits_come_lowest_first_from_numbers_of_any_length() {
        assert_eq!(lowest("5", 3), [true, false, true]);
        assert_eq!(lowest("007", 3), [true, true, true]);
        assert_eq!(lowest("7", 2), [true, true]);
        assert_eq!(lowest("0", 3), [false; 0]);
        let hundred = lowest("1267650600228229401496703205377", 200); // 2^100 + 1
        let set: Vec<usize> =
            hundred.iter().enumerate().filter(|(_, bit)| **bit).map(|(index, _)| index).collect();
        assert_eq!(set, [0, 100]);
    }

    #[test]
    fn what_is_not_digits_has_no_bits() {
        for text in ["", "x", "-1", "+1", "1.0", "1e3", " 1", "1 ", "٣"] {
            assert_eq!(lowest(text, 8), [false; 0], "{text}");
        }
    }
}
