//! Nonces that failed within the last minute. They are not sent to Clerk again.
//!
//! A nonce is in a cookie or a URL, which anybody can write. The number of nonces is bounded: when
//! there is no more room, the oldest is dropped.

use std::cell::RefCell;
use std::collections::VecDeque;

use crate::limits::{NONCE_BYTES_MAX, NONCE_PAUSE_MS, NONCES_MAX};
use crate::until::age_ms;

/// The failed nonces of one isolate, each with the time at which it failed.
#[derive(Debug, Default)]
pub struct FailedNonces {
    failed: RefCell<VecDeque<(String, i64)>>,
}

impl FailedNonces {
    /// Whether this nonce may be sent to Clerk.
    pub fn may_be_tried(&self, nonce: &str, now_ms: i64) -> bool {
        let mut failed = self.failed.borrow_mut();
        failed.retain(|(_, at_ms)| {
            age_ms(*at_ms, 0, now_ms).is_some_and(|age| age <= NONCE_PAUSE_MS)
        });
        nonce.len() <= NONCE_BYTES_MAX && !failed.iter().any(|(each, _)| each == nonce)
    }

    /// Adds a nonce that failed.
    pub fn add(&self, nonce: &str, now_ms: i64) {
        let mut failed = self.failed.borrow_mut();
        if failed.len() >= NONCES_MAX {
            failed.pop_front();
        }
        failed.push_back((nonce.to_owned(), now_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_nonce_is_not_sent_again_for_a_minute() {
        let nonces = FailedNonces::default();
        assert!(nonces.may_be_tried("n", 0));
        nonces.add("n", 0);
        assert!(!nonces.may_be_tried("n", 60_000));
        assert!(nonces.may_be_tried("other", 60_000));
        assert!(nonces.may_be_tried("n", 60_001));
    }

    #[test]
    fn a_clock_that_is_set_back_ends_the_pause() {
        let nonces = FailedNonces::default();
        nonces.add("n", 1_000_000);
        assert!(nonces.may_be_tried("n", 0));
    }

    #[test]
    fn memory_is_bounded_and_so_is_a_nonce() {
        let nonces = FailedNonces::default();
        for index in 0..1_000 {
            nonces.add(&index.to_string(), 0);
        }
        assert_eq!(nonces.failed.borrow().len(), NONCES_MAX);
        assert!(nonces.may_be_tried("935", 0) && !nonces.may_be_tried("936", 0));
        assert!(nonces.may_be_tried(&"n".repeat(512), 0));
        assert!(!nonces.may_be_tried(&"n".repeat(513), 0));
    }
}
