//! Stops calls of the Backend API after repeated failures, so that neither it nor visitors wait in
//! vain.
//!
//! Normally every call goes. After three failures in a row none goes for 5 seconds, then one goes
//! as a probe: a success ends the pauses, a failure makes the next one twice as long, up to a
//! minute. A probe whose request was cancelled never reports, so it counts for 5 seconds and no
//! longer. A clock that was set back does not prolong a pause.

use std::cell::Cell;

use crate::limits::{
    BREAKER_DOUBLED_MAX, BREAKER_FAILURES, BREAKER_PAUSE_SECONDS, BREAKER_PAUSE_SECONDS_MAX,
    BREAKER_PROBE_SECONDS, REQUEST_ORDER_SECONDS, RETRY_AFTER_SECONDS_MAX,
};
use crate::until::{Until, is_within, retry_after_seconds};

/// What this isolate knows about calls of the API.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: Cell<u32>,
    pause: Cell<Option<Until>>,
    probe_sent_ms: Cell<Option<i64>>,
}

impl Breaker {
    /// Whether a call may go now.
    ///
    /// # Errors
    /// In how many seconds one may go; at least 1.
    pub fn may_call(&self, now_ms: i64) -> Result<(), u32> {
        if self.pause.get().is_none() {
            return Ok(());
        }
        if self.left_ms(now_ms).is_some() {
            return Err(self.retry_after_seconds(now_ms));
        }
        let sent_ms = self.probe_sent_ms.get();
        if sent_ms.is_some_and(|sent_ms| is_within(sent_ms, BREAKER_PROBE_SECONDS, now_ms)) {
            return Err(1);
        }
        self.probe_sent_ms.set(Some(now_ms));
        Ok(())
    }

    /// A call was answered.
    pub fn succeeded(&self) {
        self.failures.set(0);
        self.pause.set(None);
        self.probe_sent_ms.set(None);
    }

    /// A call failed whose request arrived at `began_ms`. A call that was running when the pause
    /// began does not count again.
    pub fn failed(&self, began_ms: i64) {
        if self.left_ms(began_ms).is_some() {
            return;
        }
        let failures = self.failures.get().saturating_add(1);
        self.failures.set(failures);
        self.probe_sent_ms.set(None);
        if let Some(times) = failures.checked_sub(BREAKER_FAILURES) {
            let times = times.min(BREAKER_DOUBLED_MAX);
            let seconds = BREAKER_PAUSE_SECONDS.checked_shl(times).unwrap_or(i64::MAX);
            self.pause_from(began_ms, seconds.min(BREAKER_PAUSE_SECONDS_MAX));
        }
    }

    /// The API asked for a pause with `Retry-After`.
    pub fn pause(&self, seconds: i64, now_ms: i64) {
        self.probe_sent_ms.set(None);
        self.pause_from(now_ms, seconds.clamp(1, RETRY_AFTER_SECONDS_MAX));
    }

    /// In how many seconds a call may go; at least 1.
    pub fn retry_after_seconds(&self, now_ms: i64) -> u32 {
        retry_after_seconds(self.left_ms(now_ms))
    }

    /// Of this pause and the one that is there, the longer counts.
    fn pause_from(&self, began_ms: i64, seconds: i64) {
        let longest = RETRY_AFTER_SECONDS_MAX.saturating_add(REQUEST_ORDER_SECONDS);
        let pause = Until::after(began_ms, seconds, longest);
        self.pause.set(Some(pause.or_later(self.pause.get(), began_ms)));
    }

    fn left_ms(&self, now_ms: i64) -> Option<i64> {
        self.pause.get()?.left_ms(now_ms)
    }
}
