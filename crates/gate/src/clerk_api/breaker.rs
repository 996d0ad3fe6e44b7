//! Leaves the Backend API alone after repeated failures, so that neither it nor our visitors wait
//! for nothing.
//!
//! Closed, every call goes. After three failures in a row none does for 5 seconds, then one goes
//! as a probe: success closes the breaker, failure doubles the rest, up to a minute. Moments are
//! those at which requests came. A probe whose request was cancelled never reports, so it counts
//! for 5 seconds and no longer. It refuses to rest because the clock was set back.

use std::cell::Cell;

use crate::limits::{
    BREAKER_FAILURES, BREAKER_PROBE_SECONDS, BREAKER_REST_SECONDS, BREAKER_REST_SECONDS_MAX,
    RETRY_AFTER_SECONDS_MAX,
};

/// One isolate's experience with the API.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: Cell<u32>,
    resting_until_ms: Cell<Option<i64>>,
    probe_sent_ms: Cell<Option<i64>>,
}

impl Breaker {
    /// Whether a call may go now; if not, in how many seconds.
    pub fn may_call(&self, now_ms: i64) -> Result<(), u32> {
        if self.resting_until_ms.get().is_none() {
            return Ok(());
        }
        if self.left_ms(now_ms).is_some() {
            return Err(self.retry_after_seconds(now_ms));
        }
        let is_probed = self.probe_sent_ms.get().is_some_and(|sent_ms| {
            now_ms.saturating_sub(sent_ms).saturating_abs() < millis(BREAKER_PROBE_SECONDS)
        });
        if is_probed {
            return Err(1);
        }
        self.probe_sent_ms.set(Some(now_ms));
        Ok(())
    }

    /// A call was answered.
    pub fn succeeded(&self) {
        self.failures.set(0);
        self.resting_until_ms.set(None);
        self.probe_sent_ms.set(None);
    }

    /// A call of a request that came then failed. Calls that were under way when the rest was
    /// decided tell nothing new.
    pub fn failed(&self, began_ms: i64) {
        if self.left_ms(began_ms).is_some() {
            return;
        }
        let failures = self.failures.get().saturating_add(1);
        self.failures.set(failures);
        self.probe_sent_ms.set(None);
        if let Some(times) = failures.checked_sub(BREAKER_FAILURES) {
            let rest = BREAKER_REST_SECONDS.checked_shl(times.min(DOUBLED_MAX)).unwrap_or(i64::MAX);
            self.rest_until(began_ms, rest.min(BREAKER_REST_SECONDS_MAX));
        }
    }

    /// The API said for how long it wants to be left alone.
    pub fn rest(&self, seconds: i64, now_ms: i64) {
        self.probe_sent_ms.set(None);
        self.rest_until(now_ms, seconds.clamp(1, RETRY_AFTER_SECONDS_MAX));
    }

    /// In how many seconds a call may go; at least 1.
    pub fn retry_after_seconds(&self, now_ms: i64) -> u32 {
        let left = self.left_ms(now_ms).unwrap_or_default();
        u32::try_from(left.saturating_add(999).div_euclid(1_000)).unwrap_or_default().max(1)
    }

    fn rest_until(&self, from_ms: i64, seconds: i64) {
        let until = from_ms.saturating_add(millis(seconds));
        // The longer rest stays, if it is one and not a moment before the clock was set back.
        let stays = self.left_ms(from_ms).map(|left| from_ms.saturating_add(left));
        self.resting_until_ms.set(Some(stays.unwrap_or(until).max(until)));
    }

    fn left_ms(&self, now_ms: i64) -> Option<i64> {
        let left = self.resting_until_ms.get()?.saturating_sub(now_ms);
        let max = millis(RETRY_AFTER_SECONDS_MAX.saturating_add(TOLERANCE_SECONDS));
        (left > 0 && left <= max).then_some(left)
    }
}

fn millis(seconds: i64) -> i64 {
    seconds.saturating_mul(1_000)
}

/// Requests that run side by side do not report in the order in which they came.
const TOLERANCE_SECONDS: i64 = 10;
/// Doubling more often than this only overflows.
const DOUBLED_MAX: u32 = 16;
