//! Numbers as JavaScript reads and writes them, for the two cookies that hold one.
//!
//! Clerk's SDK reads them with `parseInt` and `Number` and compares the results; what these make
//! of odd texts decides who is signed in. Only that is here. See ECMA-262, parts 7.1.4, 19.2.5
//! and 6.1.6.1.20.

use serde_json::Value;

use crate::js_decimal;

/// `parseInt(text) || 0`.
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

/// `Number(text)`; `None` is not a number.
pub fn number(text: &str) -> Option<f64> {
    let text = trimmed(text);
    if text.is_empty() {
        return Some(0.0);
    }
    let radix = |mark: [&str; 2]| mark.into_iter().find_map(|mark| text.strip_prefix(mark));
    for (mark, base) in [(["0x", "0X"], 16), (["0o", "0O"], 8), (["0b", "0B"], 2)] {
        if let Some(digits) = radix(mark) {
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
        _ => js_decimal::read(text),
    }
}

/// `String(number)`.
pub fn written(number: f64) -> String {
    if number.is_finite() {
        return js_decimal::write(number);
    }
    if number.is_sign_negative() { "-Infinity" } else { "Infinity" }.to_owned()
}

/// `left < right`, with JavaScript's conversions.
pub fn is_less(left: &Value, right: &Value) -> bool {
    if let (Value::String(left), Value::String(right)) = (left, right) {
        return left.encode_utf16().lt(right.encode_utf16());
    }
    matches!((converted(left), converted(right)), (Some(left), Some(right)) if left < right)
}

/// `Number(value)`; `None` is not a number.
pub fn converted(value: &Value) -> Option<f64> {
    match value {
        Value::Null => Some(0.0),
        Value::Bool(is) => Some(f64::from(u8::from(*is))),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => number(text),
        Value::Array(items) => match items.as_slice() {
            [] | [Value::Null] => Some(0.0),
            [Value::Bool(_)] => None,
            [only] => converted(only),
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

/// Digits of a base as a number; none at all are none.
fn whole(digits: &str, radix: u32) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    // Beyond these, a sum of digits is no longer exact.
    if radix == 10 && digits.len() > DIGITS_EXACT {
        return js_decimal::read(digits);
    }
    let digits = digits.chars().filter_map(|digit| digit.to_digit(radix));
    Some(digits.fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit)))
}

/// Fewer than 2^53, whatever they are.
const DIGITS_EXACT: usize = 15;

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole numbers, written and read exactly")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parse_int_reads_what_begins_like_a_number() {
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
    fn number_reads_whole_texts_alone() {
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
    fn a_number_is_written_as_javascript_writes_it() {
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
            assert_eq!(written(number), expected);
        }
    }

    #[test]
    fn less_converts_both_sides() {
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
}
