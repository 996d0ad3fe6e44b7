//! Handshakes whose browsers sent no cookie: where one follows another, cookies are blocked.
//!
//! The number of handshakes is bounded: when there is no more room, the oldest is dropped.

use std::cell::RefCell;
use std::collections::VecDeque;

use crate::limits::{BROWSER_CHARS_MAX, RETURNS_KEPT_MAX, RETURNS_MAX, RETURNS_SECONDS};
use crate::until::is_within;

/// Handshakes of the last seconds whose browsers sent no cookie, by what tells the browser from
/// others: its session, or else its address and name.
#[derive(Debug, Default)]
pub struct HandshakeReturns {
    returns: RefCell<VecDeque<(String, i64)>>,
}

impl HandshakeReturns {
    /// Notes a handshake of a browser that sent no cookie at all. Whether it is one too many: a
    /// browser that keeps cookies sends them after the first.
    pub(crate) fn is_one_too_many(&self, browser: &str, now_ms: i64) -> bool {
        let mut returns = self.returns.borrow_mut();
        returns.retain(|(_, at_ms)| is_within(*at_ms, RETURNS_SECONDS, now_ms));
        let browser: String = browser.chars().take(BROWSER_CHARS_MAX).collect();
        let before = returns.iter().filter(|(known, _)| *known == browser).count();
        if returns.len() >= RETURNS_KEPT_MAX {
            returns.pop_front();
        }
        returns.push_back((browser, now_ms));
        before.saturating_add(1) >= RETURNS_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_return_of_one_session_within_ten_seconds_is_one_too_many() {
        let returns = HandshakeReturns::default();
        let at = |session: &str, now_ms| returns.is_one_too_many(session, now_ms);
        assert!(!at("sess_1", 0) && !at("sess_2", 0) && !at("sess_1", 5_000));
        assert!(at("sess_1", 9_999));
        assert!(!at("sess_2", 10_001) && !at("sess_3", 10_001));
        for each in 0..1_000 {
            assert!(!at(&each.to_string(), 20_000));
        }
        assert_eq!(returns.returns.borrow().len(), RETURNS_KEPT_MAX);
    }
}
