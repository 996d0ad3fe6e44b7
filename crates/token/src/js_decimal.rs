//! Decimal numbers as JavaScript reads and writes them, with what the JSON parser brings along.
//!
//! Rust's own conversions are exact to the last bit and bring tables of ten thousand bytes for it,
//! twice; the JSON parser's are exact wherever a number was written by a clock or a counter, and
//! one unit of the last place off at most. See ECMA-262, parts 7.1.4.1 and 6.1.6.1.20.

use serde_json::Value;

/// A decimal literal with an optional sign; `None` is none. Beyond all numbers is infinity.
pub(super) fn read(text: &str) -> Option<f64> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (-1.0, unsigned),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let exponent = exponent.map_or(Some("0"), exponent_of)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_digits = !(whole.is_empty() && fraction.is_empty());
    if !(has_digits && is_digits(whole) && is_digits(fraction)) {
        return None;
    }
    let whole = Some(whole.trim_start_matches('0')).filter(|rest| !rest.is_empty());
    let point = if fraction.is_empty() { "" } else { "." };
    let json = [whole.unwrap_or("0"), point, fraction, "e", exponent].concat();
    Some(sign * serde_json::from_str(&json).unwrap_or(f64::INFINITY))
}

/// `String(number)` of a finite number.
pub(super) fn write(number: f64) -> String {
    let json = Value::from(number.abs()).to_string();
    let (mantissa, exponent) = json.split_once('e').unwrap_or((&json, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole, fraction].concat();
    let digits = all.trim_start_matches('0');
    let leading = count(&all).saturating_sub(count(digits));
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    // How many of the digits stand before the point.
    let point = count(whole).saturating_sub(leading).saturating_add(exponent.parse().unwrap_or(0));
    let sign = if number < 0.0 { "-" } else { "" };
    format!("{sign}{}", laid_out(digits, point))
}

fn laid_out(digits: &str, point: i32) -> String {
    let zeros = |number: i32| "0".repeat(usize::try_from(number).unwrap_or(0));
    let before = usize::try_from(point).unwrap_or(0);
    match digits.split_at_checked(before) {
        _ if point > 21 || point <= -6 => {
            let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
            let mark = if rest.is_empty() { "" } else { "." };
            format!("{first}{mark}{rest}e{:+}", point.saturating_sub(1))
        }
        _ if point <= 0 => format!("0.{}{digits}", zeros(point.saturating_neg())),
        Some((whole, fraction)) if !fraction.is_empty() => format!("{whole}.{fraction}"),
        _ => format!("{digits}{}", zeros(point.saturating_sub(count(digits)))),
    }
}

/// The digits of an exponent, without a plus.
fn exponent_of(text: &str) -> Option<&str> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    (!digits.is_empty() && is_digits(digits)).then(|| text.strip_prefix('+').unwrap_or(text))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn count(text: &str) -> i32 {
    i32::try_from(text.len()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rust_reads_is_read_the_same() {
        let texts = "0 -0 1 17 1795216500 1795216500.25 9007199254740993 0.1 .5 5. 00012 1e3 1E+3 \
                     25e-1 1e22 1e-7 123456789012345678901234567890 1e308 1e309 -1e309 1e-400 \
                     0e999 0.0000001 1e99999999999";
        for text in texts.split_whitespace() {
            assert_eq!(read(text), text.parse().ok(), "{text}");
            assert_eq!(read(&format!("+{text}")).is_some(), !text.starts_with('-'), "{text}");
        }
        for text in ["", ".", "-", "+", "e1", ".e1", "1e", "1e+", "1e1.5", "1.2.3", "1_0", "--1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_has_the_shortest_digits_in_javascripts_layout() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (4.0, "4"),
            (-17.0, "-17"),
            (3.5, "3.5"),
            (0.1, "0.1"),
            (123.456, "123.456"),
            (1e15, "1000000000000000"),
            (1e16, "10000000000000000"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1.5e21, "-1.5e+21"),
            (1.25e300, "1.25e+300"),
            (1e-6, "0.000001"),
            (1.5e-6, "0.0000015"),
            (1e-7, "1e-7"),
            (1.25e-7, "1.25e-7"),
            (5e-324, "5e-324"),
        ];
        for (number, expected) in cases {
            assert_eq!(write(number), expected);
        }
    }
}
