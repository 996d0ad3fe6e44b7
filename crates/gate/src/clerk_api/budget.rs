//! How often the account addresses call the Backend API for one session: 10 times in 10 seconds.
//!
//! Sessions are counted by the id of a verified token, so nobody can make up new ones. The number
//! of calls is bounded: when there is no more room, the oldest is forgotten.

use std::cell::RefCell;
use std::collections::VecDeque;

use crate::limits::{ACCOUNT_CALLS_COUNTED_MAX, ACCOUNT_CALLS_MAX, ACCOUNT_CALLS_SECONDS};
use crate::until::{age_ms, millis, retry_after_seconds};

/// The calls of one isolate in the last seconds, each with its session and its time.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    calls: RefCell<VecDeque<(String, i64)>>,
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
        calls.retain(|(_, at)| age_ms(*at, window_ms, now_ms).is_some_and(|age| age < window_ms));
        let own = || calls.iter().filter(|(id, _)| id == session_id);
        if own().count() >= ACCOUNT_CALLS_MAX {
            let first = own().map(|(_, at)| *at).min();
            let left = first.map(|at| at.saturating_add(window_ms).saturating_sub(now_ms));
            return Err(retry_after_seconds(left));
        }
        if calls.len() >= ACCOUNT_CALLS_COUNTED_MAX {
            calls.pop_front();
        }
        calls.push_back((session_id.to_owned(), now_ms));
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
        for index in 0..3_000 {
            assert_eq!(budget.take(&index.to_string(), index), Ok(()));
        }
        let calls = budget.calls.borrow();
        assert_eq!(calls.len(), ACCOUNT_CALLS_COUNTED_MAX);
        assert_eq!(calls.back().map(|(id, _)| id.as_str()), Some("2999"));
    }
}
