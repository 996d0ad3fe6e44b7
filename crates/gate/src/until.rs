//! Pauses and ages, on a clock that may be set back.
//!
//! A moment here is the time at which a request arrived, in milliseconds since 1970. What a pause
//! is for, and how long it is, belongs to its user.

/// The end of a pause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Until {
    at_ms: i64,
    longest_seconds: i64,
}

impl Until {
    /// `seconds` after `began_ms`. A clock that says that more than `longest_seconds` are left was
    /// set back, and the pause is over.
    pub(crate) fn after(began_ms: i64, seconds: i64, longest_seconds: i64) -> Self {
        Self { at_ms: began_ms.saturating_add(millis(seconds)), longest_seconds }
    }

    /// How long the pause still takes; `None` if it is over.
    pub(crate) fn left_ms(self, now_ms: i64) -> Option<i64> {
        let left = self.at_ms.saturating_sub(now_ms);
        (left > 0 && left <= millis(self.longest_seconds)).then_some(left)
    }

    /// The later end of two. One that is over at `now_ms` does not count.
    pub(crate) fn or_later(self, other: Option<Self>, now_ms: i64) -> Self {
        let other = other.filter(|other| other.left_ms(now_ms).is_some());
        other.filter(|other| other.at_ms > self.at_ms).unwrap_or(self)
    }
}

/// `Retry-After` for what is left of a pause: whole seconds, rounded up, at least 1.
pub(crate) fn retry_after_seconds(left_ms: Option<i64>) -> u32 {
    let seconds = left_ms.unwrap_or_default().saturating_add(999).div_euclid(1_000);
    u32::try_from(seconds).unwrap_or_default().max(1)
}

/// Whether something that began then is less than `seconds` away. A moment ahead is as far away as
/// one in the past: the clock was set back.
pub(crate) fn is_within(began_ms: i64, seconds: i64, now_ms: i64) -> bool {
    now_ms.saturating_sub(began_ms).saturating_abs() < millis(seconds)
}

/// How long ago; `None` if it lies ahead by more than `ahead_ms_max`, and 0 if by less.
pub(crate) fn age_ms(at_ms: i64, ahead_ms_max: i64, now_ms: i64) -> Option<i64> {
    let age = now_ms.saturating_sub(at_ms);
    (age >= ahead_ms_max.saturating_neg()).then_some(age.max(0))
}

/// Seconds as milliseconds.
pub(crate) fn millis(seconds: i64) -> i64 {
    seconds.saturating_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_ends_by_time_or_by_a_clock_that_was_set_back() {
        let pause = Until::after(100_000, 5, 40);
        assert_eq!(pause.left_ms(100_000), Some(5_000));
        assert_eq!(pause.left_ms(104_999), Some(1));
        assert_eq!(pause.left_ms(105_000), None);
        assert_eq!(pause.left_ms(65_000), Some(40_000));
        assert_eq!(pause.left_ms(64_999), None);
        assert_eq!(Until::after(i64::MAX, 5, 40).left_ms(i64::MIN), None);
    }

    #[test]
    fn of_two_pauses_the_later_end_counts_unless_it_is_over() {
        let (short, long) = (Until::after(0, 5, 40), Until::after(0, 30, 40));
        assert_eq!(short.or_later(Some(long), 0).left_ms(0), Some(30_000));
        assert_eq!(long.or_later(Some(short), 0).left_ms(0), Some(30_000));
        let ahead = Until::after(1_000_000, 30, 40);
        assert_eq!(short.or_later(Some(ahead), 0).left_ms(0), Some(5_000));
        assert_eq!(short.or_later(None, 0).left_ms(0), Some(5_000));
    }

    #[test]
    fn a_retry_is_never_asked_for_at_once() {
        for (left_ms, seconds) in [(None, 1), (Some(1), 1), (Some(1_000), 1), (Some(1_001), 2)] {
            assert_eq!(retry_after_seconds(left_ms), seconds, "{left_ms:?}");
        }
    }

    #[test]
    fn a_moment_ahead_has_an_age_only_within_the_tolerance() {
        assert_eq!(age_ms(0, 60, 7), Some(7));
        assert_eq!(age_ms(60, 60, 0), Some(0));
        assert_eq!(age_ms(61, 60, 0), None);
        assert!(is_within(0, 1, 999) && !is_within(0, 1, 1_000));
        assert!(is_within(999, 1, 0) && !is_within(1_000, 1, 0));
    }
}
