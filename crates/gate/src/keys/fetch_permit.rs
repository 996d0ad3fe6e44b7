//! When Clerk may be asked for keys, and when a request has to do without: scarce calls, whatever
//! the load, and nothing left behind by a request that was cancelled.
//!
//! Two cases. Where there is a set and a token names a key that is not in it, one request asks;
//! for 30 seconds from then nobody else does, and they learn what it learnt: that the key is
//! unknown, or that nobody could be asked. Requests that name the *same* key while the first is
//! still asking ask too (after a rotation they are the honest ones, and a fetch cannot be shared);
//! those that name others are told to come back. Where there is no set at all, every request asks
//! for itself, and after failures none does for a while that grows from 1 to 30 seconds.
//!
//! It refuses to let the number of key ids that a client makes up decide how often Clerk is asked.
//!
//! Time here is when the asking request came. A cancelled request never says how it ended, so
//! what it began counts for [`KEYS_ROUND_SECONDS`] and no longer.

use std::cell::{Cell, RefCell};

use crate::keys::find::{KeysUnavailable, NoKey};
use crate::limits::{KEYS_COOL_DOWN_SECONDS, KEYS_ROUND_SECONDS, KEYS_ROUNDS_MAX};

/// What this isolate knows about its own asking.
#[derive(Debug, Default)]
pub(super) struct FetchLimits {
    unknown: RefCell<Option<Unknown>>,
    under_way: RefCell<Vec<i64>>,
    failures: Cell<u32>,
    not_before_ms: Cell<Option<i64>>,
}

/// The last time that somebody asked for a key that the set did not have.
#[derive(Clone, Debug)]
struct Unknown {
    key_id: String,
    began_ms: i64,
    end: Option<FetchResult>,
}

/// How a round of asking ended, for the key that it was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FetchResult {
    /// A set came, and the key is in it.
    Found,
    /// A set came without the key.
    Missing,
    /// No set came.
    Failed,
}

/// Holding one means: this request may ask, once.
#[derive(Debug)]
#[must_use]
pub(super) struct FetchPermit {
    began_ms: i64,
    key_id: Option<String>,
}

impl FetchLimits {
    /// For a key that the set at hand does not have.
    pub(super) fn for_unknown(&self, key_id: &str, now_ms: i64) -> Result<FetchPermit, NoKey> {
        let follows = self.judge_unknown(key_id, now_ms)?;
        self.check_room(now_ms)?;
        if !follows {
            let asked = Unknown { key_id: key_id.to_owned(), began_ms: now_ms, end: None };
            self.unknown.replace(Some(asked));
        }
        Ok(self.begin(Some(key_id), now_ms))
    }

    /// For any key, where there is no set at all.
    pub(super) fn for_any(
        &self,
        key_id: Option<&str>,
        now_ms: i64,
    ) -> Result<FetchPermit, KeysUnavailable> {
        if let Some(left) = self.not_before_ms.get().and_then(|at| left_ms(at, now_ms)) {
            return Err(unavailable(left));
        }
        self.check_room(now_ms)?;
        Ok(self.begin(key_id, now_ms))
    }

    /// How it ended.
    pub(super) fn ended(&self, leave: FetchPermit, end: FetchResult) {
        let mut under_way = self.under_way.borrow_mut();
        if let Some(place) = under_way.iter().position(|began| *began == leave.began_ms) {
            under_way.swap_remove(place);
        }
        drop(under_way);
        match end {
            FetchResult::Failed => self.count_failure(leave.began_ms),
            FetchResult::Found | FetchResult::Missing => {
                self.failures.set(0);
                self.not_before_ms.set(None);
            }
        }
        self.note_unknown(leave, end);
    }

    /// How long a request that found no set should wait before it is sent again.
    pub(super) fn retry_after_seconds(&self, now_ms: i64) -> u32 {
        let left = self.not_before_ms.get().and_then(|at| left_ms(at, now_ms));
        seconds(left.unwrap_or_default())
    }

    /// `Ok(true)` where somebody asks for this very key right now, `Ok(false)` where nobody does
    /// and the last answer is too old to count.
    fn judge_unknown(&self, key_id: &str, now_ms: i64) -> Result<bool, NoKey> {
        let unknown = self.unknown.borrow();
        let Some(unknown) = unknown.as_ref() else { return Ok(false) };
        let cool_down = left_ms(plus(unknown.began_ms, KEYS_COOL_DOWN_SECONDS), now_ms);
        match (unknown.end, cool_down) {
            (Some(FetchResult::Found), _) | (_, None) => Ok(false),
            (Some(FetchResult::Missing), Some(_)) => Err(NoKey::Unknown),
            (Some(FetchResult::Failed), Some(left)) => Err(unavailable(left).into()),
            (None, Some(_)) if is_over(unknown.began_ms, now_ms) => Ok(false),
            (None, Some(_)) if unknown.key_id == key_id => Ok(true),
            (None, Some(_)) => Err(unavailable(0).into()),
        }
    }

    fn check_room(&self, now_ms: i64) -> Result<(), KeysUnavailable> {
        let mut under_way = self.under_way.borrow_mut();
        under_way.retain(|began| !is_over(*began, now_ms));
        if under_way.len() < KEYS_ROUNDS_MAX { Ok(()) } else { Err(unavailable(0)) }
    }

    fn begin(&self, key_id: Option<&str>, now_ms: i64) -> FetchPermit {
        self.under_way.borrow_mut().push(now_ms);
        FetchPermit { began_ms: now_ms, key_id: key_id.map(str::to_owned) }
    }

    /// Failures that ran side by side count as one: only one that began after the last pause was
    /// over makes the next pause longer.
    fn count_failure(&self, began_ms: i64) {
        if self.not_before_ms.get().and_then(|at| left_ms(at, began_ms)).is_some() {
            return;
        }
        let failures = self.failures.get().saturating_add(1);
        let pause = 1_i64.checked_shl(failures.saturating_sub(1)).unwrap_or(i64::MAX);
        self.failures.set(failures.min(FAILURES_COUNTED_MAX));
        self.not_before_ms.set(Some(plus(began_ms, pause.min(KEYS_COOL_DOWN_SECONDS))));
    }

    fn note_unknown(&self, leave: FetchPermit, end: FetchResult) {
        let Some(key_id) = leave.key_id else { return };
        let mut unknown = self.unknown.borrow_mut();
        match unknown.as_mut() {
            Some(own) if own.key_id == key_id => own.end = Some(better(own.end, end)),
            // Whoever began with nothing and got a set without its key asked for an unknown one.
            _ if end == FetchResult::Missing => {
                *unknown = Some(Unknown { key_id, began_ms: leave.began_ms, end: Some(end) });
            }
            _ => {}
        }
    }
}

/// Of several requests that asked for the same key, a set counts for more than none.
fn better(old: Option<FetchResult>, new: FetchResult) -> FetchResult {
    match (old, new) {
        (Some(old), FetchResult::Failed) => old,
        (_, new) => new,
    }
}

fn unavailable(left_ms: i64) -> KeysUnavailable {
    KeysUnavailable { retry_after_seconds: seconds(left_ms) }
}

/// In whole seconds, rounded up, at least one.
fn seconds(left_ms: i64) -> u32 {
    u32::try_from(left_ms.saturating_add(999).div_euclid(1_000)).unwrap_or_default().max(1)
}

fn plus(at_ms: i64, seconds: i64) -> i64 {
    at_ms.saturating_add(seconds.saturating_mul(1_000))
}

/// How long until then, if it is still ahead. Nothing here waits longer than the cool-down: more
/// than that means that the clock was set back, and then the wait is over.
fn left_ms(until_ms: i64, now_ms: i64) -> Option<i64> {
    let left = until_ms.saturating_sub(now_ms);
    let max = KEYS_COOL_DOWN_SECONDS.saturating_add(TOLERANCE_SECONDS).saturating_mul(1_000);
    (left > 0 && left <= max).then_some(left)
}

/// Whether a round that began then must have ended or been cancelled.
fn is_over(began_ms: i64, now_ms: i64) -> bool {
    now_ms.saturating_sub(began_ms).saturating_abs() >= KEYS_ROUND_SECONDS.saturating_mul(1_000)
}

/// Requests that run side by side did not come in the order in which they get here.
const TOLERANCE_SECONDS: i64 = 10;
/// Beyond this the pause no longer grows.
const FAILURES_COUNTED_MAX: u32 = 16;
