//! The drawn budget of a token.

use clerk_edge_gate::explain::token_size::TokenSize;

/// Both bars of a token's size.
#[must_use]
pub fn of(size: TokenSize) -> String {
    let rows = [
        ("custom claims", size.custom_claims_bytes, size.custom_claims_bytes_max),
        ("whole cookie", size.bytes, size.bytes_max),
    ];
    let figures = rows.map(|(_, bytes, most)| (grouped(bytes), grouped(most)));
    let wide = figures.iter().map(|(bytes, _)| bytes.len()).max().unwrap_or_default();
    let mut out = String::new();
    for ((name, bytes, most), (shown, shown_most)) in rows.into_iter().zip(&figures) {
        let bar = bar(bytes, most);
        out.push_str(&format!("{name:<13}  {bar}  {shown:>wide$} of {shown_most} bytes\n"));
    }
    out
}

/// Thirty places, rounded, and full only when it is full.
fn bar(bytes: usize, most: usize) -> String {
    let doubled = bytes.saturating_mul(WIDE).saturating_mul(2).saturating_add(most);
    let rounded = doubled.checked_div(most.saturating_mul(2)).unwrap_or(WIDE);
    let full = if bytes >= most { WIDE } else { rounded.min(WIDE.saturating_sub(1)) };
    format!("{}{}", "█".repeat(full), "░".repeat(WIDE.saturating_sub(full)))
}

/// `1,502`.
#[must_use]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(at);
        if at > 0 && left.is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

const WIDE: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_rounded_and_full_only_when_full() {
        let size = |custom, bytes| TokenSize {
            bytes,
            bytes_max: 4_096,
            custom_claims_bytes: custom,
            custom_claims_bytes_max: 1_200,
        };
        let expected = "custom claims  ████████░░░░░░░░░░░░░░░░░░░░░░    312 of 1,200 bytes\n\
                        whole cookie   ███████████░░░░░░░░░░░░░░░░░░░  1,502 of 4,096 bytes\n";
        assert_eq!(of(size(312, 1_502)), expected);
        assert_eq!(bar(1_199, 1_200).matches('█').count(), 29);
        assert_eq!(bar(1_200, 1_200).matches('█').count(), 30);
        assert_eq!(bar(5_000, 1_200).matches('█').count(), 30);
        assert_eq!(grouped(1_340_000), "1,340,000");
    }
}
