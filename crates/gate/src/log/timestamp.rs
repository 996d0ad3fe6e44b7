//! Timestamps of log lines.

/// Appends a time in milliseconds since 1970 as RFC 3339 in UTC: `2026-11-20T23:15:00.000Z`.
pub(super) fn push_timestamp(text: &mut String, time_ms: i64) {
    // With 64 bits each checked operation would be a function call in WASM.
    let days = i32::try_from(time_ms.div_euclid(DAY_MS)).unwrap_or(i32::MAX);
    let ms = i32::try_from(time_ms.rem_euclid(DAY_MS)).unwrap_or_default();
    let (year, month, day) = date(days);
    let (hour, minute) = (ms.div_euclid(3_600_000), ms.div_euclid(60_000).rem_euclid(60));
    let (second, milli) = (ms.div_euclid(1_000).rem_euclid(60), ms.rem_euclid(1_000));
    let parts = [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (hour, 2, ':'),
        (minute, 2, ':'),
        (second, 2, '.'),
        (milli, 3, 'Z'),
    ];
    for (number, digits, after) in parts {
        push_digits(text, number, digits);
        text.push(after);
    }
}

/// A time as RFC 3339 writes it.
pub(crate) fn rfc3339(time_ms: i64) -> String {
    let mut text = String::new();
    push_timestamp(&mut text, time_ms);
    text
}

/// Appends the last `digits` digits of a number.
fn push_digits(text: &mut String, number: i32, digits: usize) {
    let mut places = [b'0'; 4];
    let mut rest = number;
    for place in places.iter_mut().rev().take(digits) {
        *place = b'0'.saturating_add(u8::try_from(rest.rem_euclid(10)).unwrap_or_default());
        rest = rest.div_euclid(10);
    }
    let written = places.get(places.len().saturating_sub(digits)..).unwrap_or_default();
    text.extend(written.iter().copied().map(char::from));
}

/// Year, month and day from days since 1970. Counts in eras of 400 years that begin in March, so
/// that a leap day is the last day of its year.
fn date(days: i32) -> (i32, i32, i32) {
    let days = days.saturating_add(DAYS_TO_1970);
    let era = days.div_euclid(ERA_DAYS);
    let of_era = days.rem_euclid(ERA_DAYS);
    let leap_days = of_era
        .div_euclid(1_460)
        .saturating_sub(of_era.div_euclid(36_524))
        .saturating_add(of_era.div_euclid(146_096));
    let year_of_era = of_era.saturating_sub(leap_days).div_euclid(365);
    let before = year_of_era
        .saturating_mul(365)
        .saturating_add(year_of_era.div_euclid(4))
        .saturating_sub(year_of_era.div_euclid(100));
    let of_year = of_era.saturating_sub(before);
    let from_march = of_year.saturating_mul(5).saturating_add(2).div_euclid(153);
    let first = from_march.saturating_mul(153).saturating_add(2).div_euclid(5);
    let day = of_year.saturating_sub(first).saturating_add(1);
    let month = from_march.saturating_add(2).rem_euclid(12).saturating_add(1);
    let year = era.saturating_mul(400).saturating_add(year_of_era);
    (year.saturating_add(i32::from(month <= 2)), month, day)
}

const DAY_MS: i64 = 86_400_000;
/// Days from the first of March of the year 0 to 1970.
const DAYS_TO_1970: i32 = 719_468;
const ERA_DAYS: i32 = 146_097;

#[cfg(test)]
mod tests {
    use super::*;

    fn timestamp(time_ms: i64) -> String {
        let mut text = String::new();
        push_timestamp(&mut text, time_ms);
        text
    }

    #[test]
    fn times_are_written_in_rfc_3339() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(timestamp(951_782_399_999), "2000-02-28T23:59:59.999Z");
        assert_eq!(timestamp(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(timestamp(951_868_800_000), "2000-03-01T00:00:00.000Z");
        assert_eq!(timestamp(1_795_216_500_123), "2026-11-20T23:15:00.123Z");
        assert_eq!(timestamp(4_107_542_400_000), "2100-03-01T00:00:00.000Z");
        assert_eq!(timestamp(-1), "1969-12-31T23:59:59.999Z");
        assert!(timestamp(i64::MIN).ends_with('Z') && timestamp(i64::MAX).ends_with('Z'));
    }
}
