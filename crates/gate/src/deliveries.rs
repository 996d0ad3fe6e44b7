//! The webhook deliveries that were done within the last ten minutes, by their id.
//!
//! Only signed deliveries get here, so a stranger fills nothing. Their number is bounded: when
//! there is no more room, the oldest is dropped.

use std::cell::RefCell;
use std::collections::VecDeque;

use crate::limits::{DELIVERIES_MAX, DELIVERIES_SECONDS, DELIVERY_ID_BYTES_MAX};
use crate::until::is_within;

/// The deliveries of one isolate, each with its time.
#[derive(Debug, Default)]
pub(crate) struct Deliveries {
    done: RefCell<VecDeque<(String, i64)>>,
}

impl Deliveries {
    /// Whether this delivery was done.
    pub(crate) fn is_done(&self, id: &str, now_ms: i64) -> bool {
        let mut done = self.done.borrow_mut();
        done.retain(|(_, at_ms)| is_within(*at_ms, DELIVERIES_SECONDS, now_ms));
        done.iter().any(|(each, _)| each == id)
    }

    /// Adds a delivery that was done.
    pub(crate) fn add(&self, id: &str, now_ms: i64) {
        if id.len() > DELIVERY_ID_BYTES_MAX {
            return;
        }
        let mut done = self.done.borrow_mut();
        if done.len() >= DELIVERIES_MAX {
            done.pop_front();
        }
        done.push_back((id.to_owned(), now_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_recognised_for_ten_minutes() {
        let deliveries = Deliveries::default();
        assert!(!deliveries.is_done("msg_1", 0));
        deliveries.add("msg_1", 0);
        assert!(deliveries.is_done("msg_1", 599_999) && !deliveries.is_done("msg_2", 0));
        assert!(!deliveries.is_done("msg_1", 600_000));
    }

    #[test]
    fn memory_is_bounded() {
        let deliveries = Deliveries::default();
        for number in 0..=DELIVERIES_MAX {
            deliveries.add(&number.to_string(), 0);
        }
        deliveries.add(&"x".repeat(DELIVERY_ID_BYTES_MAX.saturating_add(1)), 0);
        assert_eq!(deliveries.done.borrow().len(), DELIVERIES_MAX);
        assert!(!deliveries.is_done("0", 0) && deliveries.is_done("1000", 0));
    }
}
