//! When Clerk may be asked for keys: few calls, whatever the load, and no state that a cancelled
//! request could leave behind for long.
//!
//! There are two cases. With a key set, a token may name a key that the set does not have: one
//! request then fetches, and for 30 seconds no other does; they get the same result, "unknown" or
//! "unavailable". Requests that name the *same* key while the first fetch is running fetch, too
//! (after a rotation they are the valid ones, and a fetch cannot be shared); requests that name
//! other keys are asked to retry. So invented key ids cause at most one fetch in 30 seconds.
//! Without a key set, every request fetches for itself; after failures none does for a pause that
//! grows from 1 to 30 seconds.
//!
//! Times are those at which requests arrived. A cancelled request never reports its result, so a
//! fetch counts as running for [`KEYS_FETCH_SECONDS`] and no longer.

use std::cell::{Cell, RefCell};

use crate::keys::no_key::{KeysUnavailable, NoKey};
use crate::limits::{
    KEYS_COOL_DOWN_SECONDS, KEYS_FAILURES_COUNTED_MAX, KEYS_FETCH_SECONDS, KEYS_FETCHES_MAX,
    REQUEST_ORDER_SECONDS,
};
use crate::until::{Until, is_within, retry_after_seconds};

/// What this isolate knows about its own fetches.
#[derive(Debug, Default)]
pub(super) struct FetchLimits {
    unknown: RefCell<Option<UnknownKey>>,
    running: RefCell<Vec<i64>>,
    failures: Cell<u32>,
    pause: Cell<Option<Until>>,
}

/// The last fetch for a key that the set did not have.
#[derive(Clone, Debug)]
struct UnknownKey {
    key_id: String,
    began_ms: i64,
    result: Option<FetchResult>,
}

/// The result of a fetch, for the key that it was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FetchResult {
    /// A set with the key.
    Found,
    /// A set without the key.
    Missing,
    /// No set.
    Failed,
}

/// Permission to fetch the key set, once, for this request.
#[derive(Debug)]
#[must_use]
pub(super) struct FetchPermit {
    began_ms: i64,
    key_id: Option<String>,
}

impl FetchLimits {
    /// A permit for a key that the set in memory does not have.
    pub(super) fn for_unknown(&self, key_id: &str, now_ms: i64) -> Result<FetchPermit, NoKey> {
        let is_running = self.is_running_for(key_id, now_ms)?;
        self.check_room(now_ms)?;
        if !is_running {
            let key_id = key_id.to_owned();
            self.unknown.replace(Some(UnknownKey { key_id, began_ms: now_ms, result: None }));
        }
        Ok(self.begin(Some(key_id), now_ms))
    }

    /// A permit for any key, without a set in memory.
    pub(super) fn for_any(
        &self,
        key_id: Option<&str>,
        now_ms: i64,
    ) -> Result<FetchPermit, KeysUnavailable> {
        let left_ms = self.pause_left_ms(now_ms);
        if left_ms.is_some() {
            return Err(unavailable(left_ms));
        }
        self.check_room(now_ms)?;
        Ok(self.begin(key_id, now_ms))
    }

    /// Takes the permit back and notes the result.
    pub(super) fn end(&self, permit: FetchPermit, result: FetchResult) {
        let mut running = self.running.borrow_mut();
        if let Some(index) = running.iter().position(|began| *began == permit.began_ms) {
            running.swap_remove(index);
        }
        drop(running);
        match result {
            FetchResult::Failed => self.count_failure(permit.began_ms),
            FetchResult::Found | FetchResult::Missing => {
                self.failures.set(0);
                self.pause.set(None);
            }
        }
        self.note_unknown(permit, result);
    }

    /// When a request that found no set should try again.
    pub(super) fn unavailable(&self, now_ms: i64) -> KeysUnavailable {
        unavailable(self.pause_left_ms(now_ms))
    }

    /// `Ok(true)` if a fetch for this key is running, `Ok(false)` if a new one may begin.
    fn is_running_for(&self, key_id: &str, now_ms: i64) -> Result<bool, NoKey> {
        let unknown = self.unknown.borrow();
        let Some(unknown) = unknown.as_ref() else { return Ok(false) };
        let cool_down = pause(unknown.began_ms, KEYS_COOL_DOWN_SECONDS).left_ms(now_ms);
        match (unknown.result, cool_down) {
            (Some(FetchResult::Found), _) | (_, None) => Ok(false),
            (Some(FetchResult::Missing), Some(_)) => Err(NoKey::Unknown),
            (Some(FetchResult::Failed), left_ms) => Err(unavailable(left_ms).into()),
            (None, Some(_)) if !may_be_running(unknown.began_ms, now_ms) => Ok(false),
            (None, Some(_)) if unknown.key_id == key_id => Ok(true),
            (None, Some(_)) => Err(unavailable(None).into()),
        }
    }

    fn check_room(&self, now_ms: i64) -> Result<(), KeysUnavailable> {
        let mut running = self.running.borrow_mut();
        running.retain(|began| may_be_running(*began, now_ms));
        if running.len() < KEYS_FETCHES_MAX { Ok(()) } else { Err(unavailable(None)) }
    }

    fn begin(&self, key_id: Option<&str>, now_ms: i64) -> FetchPermit {
        self.running.borrow_mut().push(now_ms);
        FetchPermit { began_ms: now_ms, key_id: key_id.map(str::to_owned) }
    }

    fn pause_left_ms(&self, now_ms: i64) -> Option<i64> {
        self.pause.get()?.left_ms(now_ms)
    }

    /// Fetches that failed at the same time count as one: only a fetch that began after the last
    /// pause makes the next pause longer.
    fn count_failure(&self, began_ms: i64) {
        if self.pause_left_ms(began_ms).is_some() {
            return;
        }
        let failures = self.failures.get().saturating_add(1);
        let seconds = 1_i64.checked_shl(failures.saturating_sub(1)).unwrap_or(i64::MAX);
        self.failures.set(failures.min(KEYS_FAILURES_COUNTED_MAX));
        self.pause.set(Some(pause(began_ms, seconds.min(KEYS_COOL_DOWN_SECONDS))));
    }

    fn note_unknown(&self, permit: FetchPermit, result: FetchResult) {
        let Some(key_id) = permit.key_id else { return };
        let mut unknown = self.unknown.borrow_mut();
        match unknown.as_mut() {
            Some(last) if last.key_id == key_id => last.result = Some(better(last.result, result)),
            // There was no set before, and now there is one without the key: it is unknown.
            _ if result == FetchResult::Missing => {
                let (began_ms, result) = (permit.began_ms, Some(result));
                *unknown = Some(UnknownKey { key_id, began_ms, result });
            }
            _ => {}
        }
    }
}

/// The result of several fetches for the same key: one that returned a set counts before a failure.
fn better(old: Option<FetchResult>, new: FetchResult) -> FetchResult {
    match (old, new) {
        (Some(old), FetchResult::Failed) => old,
        (_, new) => new,
    }
}

fn unavailable(left_ms: Option<i64>) -> KeysUnavailable {
    KeysUnavailable { retry_after_seconds: retry_after_seconds(left_ms) }
}

fn pause(began_ms: i64, seconds: i64) -> Until {
    let longest = KEYS_COOL_DOWN_SECONDS.saturating_add(REQUEST_ORDER_SECONDS);
    Until::after(began_ms, seconds, longest)
}

/// Whether a fetch that began then can still be running.
fn may_be_running(began_ms: i64, now_ms: i64) -> bool {
    is_within(began_ms, KEYS_FETCH_SECONDS, now_ms)
}
