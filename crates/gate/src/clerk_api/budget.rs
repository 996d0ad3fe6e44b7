//! How often the account addresses call the Backend API for one session: 10 times in 10 seconds.
//!
//! Sessions are counted by the id of a verified token, so nobody can make up new ones. The number
//! of sessions is bounded: when there is no more room, the one that called longest ago is dropped.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use crate::limits::{ACCOUNT_CALLS_MAX, ACCOUNT_CALLS_SECONDS, ACCOUNT_SESSIONS_MAX};
use crate::until::{age_ms, millis, retry_after_seconds};

/// The calls of one isolate, each with its time.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    calls: RefCell<BTreeMap<String, VecDeque<i64>>>,
}

impl Budget {
    /// Counts one call for this session.
    ///
    /// # Errors
    /// In how many seconds one may go; at least 1.
    pub(crate) fn take(&self, session_id: &str, now_ms: i64) -> Result<(), u32> {
        let mut calls = self.calls.borrow_mut();
        let window_ms = millis(ACCOUNT_CALLS_SECONDS);
        // Requests side by side: one that came earlier may count later.
        let is_recent =
            |at: &i64| age_ms(*at, window_ms, now_ms).is_some_and(|age| age < window_ms);
        if !calls.contains_key(session_id) && calls.len() >= ACCOUNT_SESSIONS_MAX {
            calls.retain(|_, times| times.back().is_some_and(is_recent));
            let oldest = calls.iter().min_by_key(|(_, times)| times.back().copied());
            let oldest = oldest.map(|(id, _)| id.clone());
            if let Some(id) = oldest.filter(|_| calls.len() >= ACCOUNT_SESSIONS_MAX) {
                calls.remove(&id);
            }
        }
        let times = calls.entry(session_id.to_owned()).or_default();
        times.retain(is_recent);
        if times.len() >= ACCOUNT_CALLS_MAX {
            let ends = times.front().map(|at| at.saturating_add(window_ms).saturating_sub(now_ms));
            return Err(retry_after_seconds(ends));
        }
        times.push_back(now_ms);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_calls_in_ten_seconds() {
        let budget = Budget::default();
        for at in 0..10 {
            assert_eq!(budget.take("sess_1", at), Ok(()));
        }
        assert_eq!(budget.take("sess_1", 10), Err(10));
        assert_eq!(budget.take("sess_1", 9_001), Err(1));
        assert_eq!(budget.take("sess_2", 10), Ok(()));
        assert_eq!(budget.take("sess_1", 10_000), Ok(()));
        assert_eq!(budget.take("sess_1", 10_000), Err(1));
    }

    #[test]
    fn a_clock_that_is_set_back_ends_the_wait() {
        let budget = Budget::default();
        for _ in 0..10 {
            assert_eq!(budget.take("s", 1_000_000), Ok(()));
        }
        assert_eq!(budget.take("s", 0), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let budget = Budget::default();
        for index in 0..2_000 {
            assert_eq!(budget.take(&index.to_string(), index), Ok(()));
        }
        assert_eq!(budget.calls.borrow().len(), ACCOUNT_SESSIONS_MAX);
        assert!(budget.calls.borrow().contains_key("1999"));
    }
}
