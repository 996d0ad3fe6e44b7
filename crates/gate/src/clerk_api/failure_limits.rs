//! How often a stranger can make the gate ask Clerk in vain: limited by failures, never by
//! successes, for each client address and for the isolate.
//!
//! A call under way counts for the isolate until it has ended, so that a flood cannot pass before
//! its first failure. One that never reports is over with its ten seconds.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// One isolate's experience.
#[derive(Debug, Default)]
pub struct FailureLimits {
    attempts: RefCell<VecDeque<Attempt>>,
    next: Cell<u64>,
}

#[derive(Debug)]
struct Attempt {
    number: u64,
    at_ms: i64,
    address: Box<str>,
    failed: bool,
}

impl FailureLimits {
    /// The number of an attempt that may be made now; `None` if there were too many failures.
    pub fn attempt(&self, address: &str, now_ms: i64) -> Option<u64> {
        let mut attempts = self.attempts.borrow_mut();
        attempts.retain(|it| now_ms.saturating_sub(it.at_ms).saturating_abs() < WINDOW_MS);
        let address: Box<str> = address.chars().take(ADDRESS_CHARS_MAX).collect();
        let same = attempts.iter().filter(|it| it.failed && it.address == address);
        let of_address = if address.is_empty() { 0 } else { same.count() };
        if of_address >= FAILURES_OF_ADDRESS_MAX || attempts.len() >= FAILURES_MAX {
            return None;
        }
        let number = self.next.get();
        self.next.set(number.wrapping_add(1));
        attempts.push_back(Attempt { number, at_ms: now_ms, address, failed: false });
        Some(number)
    }

    /// The attempt ended without a failure of the client's.
    pub fn ended(&self, number: u64) {
        self.attempts.borrow_mut().retain(|it| it.number != number);
    }

    /// The attempt failed.
    pub fn failed(&self, number: u64) {
        let mut attempts = self.attempts.borrow_mut();
        if let Some(attempt) = attempts.iter_mut().find(|it| it.number == number) {
            attempt.failed = true;
        }
    }
}

const WINDOW_MS: i64 = 10_000;
const FAILURES_OF_ADDRESS_MAX: usize = 5;
const FAILURES_MAX: usize = 200;
/// The longest text of an IPv6 address.
const ADDRESS_CHARS_MAX: usize = 45;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_of_one_address_are_enough_and_successes_are_free() {
        let limits = FailureLimits::default();
        for _ in 0..1_000 {
            let attempt = limits.attempt("a", 0).unwrap();
            limits.ended(attempt);
        }
        for _ in 0..FAILURES_OF_ADDRESS_MAX {
            limits.failed(limits.attempt("a", 0).unwrap());
        }
        assert_eq!(limits.attempt("a", 9_999), None);
        assert!(limits.attempt("b", 9_999).is_some());
        assert!(limits.attempt("a", 10_000).is_some());
    }

    #[test]
    fn an_isolate_makes_two_hundred_attempts_that_do_not_succeed() {
        let limits = FailureLimits::default();
        let made = (0..1_000).filter(|at| limits.attempt(&at.to_string(), 0).is_some()).count();
        assert_eq!(made, FAILURES_MAX);
        assert_eq!(limits.attempts.borrow().len(), FAILURES_MAX);
        assert!(limits.attempt("new", 10_000).is_some());
        assert_eq!(limits.attempts.borrow().len(), 1);
    }
}
