//! Numbers as JavaScript reads, writes and compares them: `parseInt`, `Number`, `String`, `<`.
//!
//! Clerk's SDK reads two cookies and the times of unverified tokens this way, and the results
//! decide which token counts. Only what that needs is here. See ECMA-262, 7.1.4, 19.2.5 and
//! 6.1.6.1.20.
//!
//! Decimal numbers go through the JSON parser. Rust's own conversions are exact to the last bit
//! and bring tables of ten thousand bytes for it, twice; the JSON parser's are exact for numbers
//! that a clock or a counter wrote, and otherwise at most one unit of the last place off.

use serde_json::Value;

/// `parseInt(text) || 0`.
#[must_use]
pub fn parse_int(text: &str) -> f64 {
    let text = trimmed(text);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match hexadecimal(digits) {
        Some(digits) => (16, digits),
        None => (10, digits),
    };
    let end = digits.find(|digit: char| !digit.is_digit(radix)).unwrap_or(digits.len());
    let digits = digits.get(..end).unwrap_or_default();
    sign * whole(digits, radix).unwrap_or(0.0)
}

/// `Number(text)`; `None` for `NaN`.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let text = trimmed(text);
    if text.is_empty() {
        return Some(0.0);
    }
    let after = |prefixes: [&str; 2]| prefixes.into_iter().find_map(|it| text.strip_prefix(it));
    for (prefixes, base) in [(["0x", "0X"], 16), (["0o", "0O"], 8), (["0b", "0B"], 2)] {
        if let Some(digits) = after(prefixes) {
            return digits
                .chars()
                .all(|digit| digit.is_digit(base))
                .then(|| whole(digits, base))?;
        }
    }
    match text.trim_start_matches(['+', '-']) {
        "Infinity" if text.len() <= "-Infinity".len() => {
            Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY })
        }
        _ => read_decimal(text),
    }
}

/// `String(number)`.
#[must_use]
pub fn to_text(number: f64) -> String {
    if number.is_finite() {
        return write_decimal(number);
    }
    if number.is_sign_negative() { "-Infinity" } else { "Infinity" }.to_owned()
}

/// `left < right`, with JavaScript's conversions.
#[must_use]
pub fn is_less(left: &Value, right: &Value) -> bool {
    if let (Value::String(left), Value::String(right)) = (left, right) {
        return left.encode_utf16().lt(right.encode_utf16());
    }
    matches!((to_number(left), to_number(right)), (Some(left), Some(right)) if left < right)
}

/// `Number(value)`; `None` for `NaN`.
#[must_use]
pub fn to_number(value: &Value) -> Option<f64> {
    match value {
        Value::Null => Some(0.0),
        Value::Bool(is) => Some(f64::from(u8::from(*is))),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => number(text),
        Value::Array(items) => match items.as_slice() {
            [] | [Value::Null] => Some(0.0),
            [Value::Bool(_)] => None,
            [only] => to_number(only),
            _ => None,
        },
        Value::Object(_) => None,
    }
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|next: char| next.is_whitespace() || next == '\u{feff}')
}

fn hexadecimal(text: &str) -> Option<&str> {
    text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))
}

/// Parses digits of a base; `None` for an empty text.
fn whole(digits: &str, radix: u32) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    // With more digits the sum is no longer exact.
    if radix == 10 && digits.len() > DIGITS_EXACT {
        return read_decimal(digits);
    }
    let digits = digits.chars().filter_map(|digit| digit.to_digit(radix));
    Some(digits.fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit)))
}

/// Parses a decimal literal with an optional sign; `None` if it is not one. Too large a number
/// becomes infinity.
fn read_decimal(text: &str) -> Option<f64> {
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
fn write_decimal(number: f64) -> String {
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
    // How many of the digits are before the point.
    let point = count(whole).saturating_sub(leading).saturating_add(exponent.parse().unwrap_or(0));
    let sign = if number < 0.0 { "-" } else { "" };
    format!("{sign}{}", lay_out(digits, point))
}

/// Digits with the point after the first `point` of them, in JavaScript's layout.
fn lay_out(digits: &str, point: i32) -> String {
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

/// Any number of so many decimal digits is below 2^53.
const DIGITS_EXACT: usize = 15;

/// Whether JavaScript treats the value as true.
#[must_use]
pub fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole numbers, written and read exactly")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parse_int_reads_the_number_at_the_start() {
        let cases = [
            ("12abc", 12.0),
            ("-5", -5.0),
            ("+7", 7.0),
            ("1.9e9", 1.0),
            (" \t3", 3.0),
            ("0x1F", 31.0),
            ("-0x1g", -1.0),
            ("0X1f", 31.0),
            ("\u{feff}4", 4.0),
            ("0x", 0.0),
            ("", 0.0),
            ("abc", 0.0),
            ("-", 0.0),
            ("5%", 5.0),
            ("0b1", 0.0),
            ("١", 0.0),
            ("100000000000000000000", 1e20),
            ("8018639715332314491", 8_018_639_715_332_314_491.0),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_int(text), expected, "{text}");
        }
    }

    #[test]
    fn number_reads_the_whole_text() {
        let cases = [
            ("", Some(0.0)),
            (" 3 ", Some(3.0)),
            ("2.5", Some(2.5)),
            ("-1", Some(-1.0)),
            ("1e2", Some(100.0)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("0x10", Some(16.0)),
            ("0b11", Some(3.0)),
            ("0o17", Some(15.0)),
            ("0X1f", Some(31.0)),
            ("0O17", Some(15.0)),
            ("0B11", Some(3.0)),
            ("+Infinity", Some(f64::INFINITY)),
            ("Infinity", Some(f64::INFINITY)),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("1e999", Some(f64::INFINITY)),
            ("12abc", None),
            ("inf", None),
            ("NaN", None),
            ("0x", None),
            ("0xg", None),
            ("-0x1", None),
            ("--Infinity", None),
            ("infinity", None),
            ("1_0", None),
            (".", None),
        ];
        for (text, expected) in cases {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        let cases = [
            (4.0, "4"),
            (3.5, "3.5"),
            (-0.0, "0"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1e21, "-1e+21"),
            (1.25e-7, "1.25e-7"),
            (1e-6, "0.000001"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (number, expected) in cases {
            assert_eq!(to_text(number), expected);
        }
    }

    #[test]
    fn less_than_converts_both_sides() {
        let less = [
            (json!(1), json!(2)),
            (json!("1"), json!(2)),
            (json!(null), json!(1)),
            (json!(true), json!(2)),
            (json!([]), json!(1)),
            (json!(["3"]), json!(4)),
            (json!("10"), json!("9")),
        ];
        for (left, right) in less {
            assert!(is_less(&left, &right), "{left} < {right}");
            assert!(!is_less(&right, &left), "{right} < {left}");
        }
        for odd in [json!("x"), json!({}), json!([1, 2]), json!([true])] {
            assert!(!is_less(&odd, &json!(1e9)) && !is_less(&json!(-1e9), &odd), "{odd}");
        }
    }

    #[test]
    fn decimals_are_parsed_as_rust_parses_them() {
        let texts = "0 -0 1 17 1795216500 1795216500.25 9007199254740993 0.1 .5 5. 00012 1e3 1E+3 \
                     25e-1 1e22 1e-7 123456789012345678901234567890 1e308 1e309 -1e309 1e-400 \
                     0e999 0.0000001 1e99999999999";
        for text in texts.split_whitespace() {
            assert_eq!(read_decimal(text), text.parse().ok(), "{text}");
            assert_eq!(
                read_decimal(&format!("+{text}")).is_some(),
                !text.starts_with('-'),
                "{text}"
            );
        }
        for text in ["", ".", "-", "+", "e1", ".e1", "1e", "1e+", "1e1.5", "1.2.3", "1_0", "--1"] {
            assert_eq!(read_decimal(text), None, "{text}");
        }
    }

    #[test]
    fn decimals_have_the_shortest_digits_in_javascripts_layout() {
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
            assert_eq!(write_decimal(number), expected);
        }
    }
}
