//! The nonces that could not be exchanged lately, so that nobody makes us ask Clerk in vain.
//!
//! A nonce stands in a cookie or an address that anybody can write. One that failed is left alone
//! for a minute. Bounded: when it is full, the oldest is dropped.

use std::cell::RefCell;
use std::collections::VecDeque;

/// The memory of one isolate.
#[derive(Debug, Default)]
pub struct FailedNonces {
    failed: RefCell<VecDeque<(String, i64)>>,
}

impl FailedNonces {
    /// Whether it is worth asking Clerk about this nonce.
    pub fn may_be_tried(&self, nonce: &str, now_ms: i64) -> bool {
        let mut failed = self.failed.borrow_mut();
        failed.retain(|(_, until_ms)| (now_ms..=now_ms.saturating_add(REST_MS)).contains(until_ms));
        nonce.len() <= NONCE_BYTES_MAX && !failed.iter().any(|(each, _)| each == nonce)
    }

    /// Leaves a nonce alone for a while.
    pub fn rest(&self, nonce: &str, now_ms: i64) {
        let mut failed = self.failed.borrow_mut();
        if failed.len() >= NONCES_MAX {
            failed.pop_front();
        }
        failed.push_back((nonce.to_owned(), now_ms.saturating_add(REST_MS)));
    }
}

/// Clerk's have some forty characters.
const NONCE_BYTES_MAX: usize = 512;
const NONCES_MAX: usize = 64;
const REST_MS: i64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_nonce_rests_for_a_minute() {
        let nonces = FailedNonces::default();
        assert!(nonces.may_be_tried("n", 0));
        nonces.rest("n", 0);
        assert!(!nonces.may_be_tried("n", 60_000));
        assert!(nonces.may_be_tried("other", 60_000));
        assert!(nonces.may_be_tried("n", 60_001));
    }

    #[test]
    fn a_clock_that_jumps_back_frees_it() {
        let nonces = FailedNonces::default();
        nonces.rest("n", 1_000_000);
        assert!(nonces.may_be_tried("n", 0));
    }

    #[test]
    fn memory_is_bounded_and_so_is_a_nonce() {
        let nonces = FailedNonces::default();
        for index in 0..1_000 {
            nonces.rest(&index.to_string(), 0);
        }
        assert_eq!(nonces.failed.borrow().len(), NONCES_MAX);
        assert!(nonces.may_be_tried("935", 0) && !nonces.may_be_tried("936", 0));
        assert!(nonces.may_be_tried(&"n".repeat(512), 0));
        assert!(!nonces.may_be_tried(&"n".repeat(513), 0));
    }
}
