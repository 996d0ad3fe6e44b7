//! The clock, read here and nowhere else.

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a date fits, and the cast saturates")]
    let now = js_sys::Date::now() as i64;
    now
}

/// Microseconds since a reading of [`now_ms`]. On Workers the clock stands still while code runs,
/// so this is the time that was spent waiting.
pub(crate) fn micros_since(began_ms: i64) -> u64 {
    let ms = now_ms().saturating_sub(began_ms);
    u64::try_from(ms).unwrap_or_default().saturating_mul(1_000)
}
