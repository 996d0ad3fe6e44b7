//! Limits the calls of Clerk's Backend API that anybody can cause: exchanges of nonces, and
//! refreshes. They share Clerk's limits with look-ups, which must not wait for a stranger.
//!
//! Failures count, successes never do: at most 5 within 10 seconds for one client address, and 200
//! for the isolate. A call that still runs counts as a failure for the isolate alone, so that many
//! at once are limited, too. A 429 pauses these calls and no others.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv6Addr};

use crate::clerk_api::ClerkApiError;
use crate::limits::{
    RATE_LIMIT_SECONDS, STRANGER_FAILURES_MAX, STRANGER_ISOLATE_FAILURES_MAX,
    STRANGER_PAUSE_SECONDS_MAX, STRANGER_SECONDS,
};
use crate::platform::ClerkResponse;
use crate::until::{Until, is_within};

/// The calls of one isolate that strangers caused within the last seconds.
#[derive(Debug, Default)]
pub struct StrangerBudget {
    calls: RefCell<VecDeque<StrangerCall>>,
    next: Cell<u64>,
    pause: Cell<Option<Until>>,
    nonce_failure: Cell<Option<ClerkApiError>>,
}

/// A call that may be made, to be reported with [`StrangerBudget::ended`].
#[derive(Debug)]
#[must_use]
pub struct StrangerCallPermit {
    number: u64,
}

#[derive(Debug)]
struct StrangerCall {
    number: u64,
    client: Client,
    began_ms: i64,
    has_failed: bool,
}

/// A client by its address. One with IPv6 has a whole network of 64 bits to itself.
type Client = Option<IpAddr>;

impl StrangerBudget {
    /// Whether a request of this client (`cf-connecting-ip`) may cause a call now.
    pub fn take(&self, address: Option<&str>, now_ms: i64) -> Option<StrangerCallPermit> {
        if self.pause.get().is_some_and(|pause| pause.left_ms(now_ms).is_some()) {
            return None;
        }
        let client = client(address);
        let mut calls = self.calls.borrow_mut();
        calls.retain(|call| is_within(call.began_ms, STRANGER_SECONDS, now_ms));
        let failures = calls.iter().filter(|call| call.has_failed && call.client == client).count();
        if failures >= STRANGER_FAILURES_MAX || calls.len() >= STRANGER_ISOLATE_FAILURES_MAX {
            return None;
        }
        let number = self.next.get();
        self.next.set(number.wrapping_add(1));
        calls.push_back(StrangerCall { number, client, began_ms: now_ms, has_failed: false });
        Some(StrangerCallPermit { number })
    }

    /// The call has ended. One that is cancelled never reports; it is forgotten after the time.
    #[expect(clippy::needless_pass_by_value, reason = "a call is reported once")]
    pub fn ended(&self, permit: StrangerCallPermit, has_succeeded: bool) {
        let mut calls = self.calls.borrow_mut();
        if has_succeeded {
            calls.retain(|call| call.number != permit.number);
        } else if let Some(call) = calls.iter_mut().find(|call| call.number == permit.number) {
            call.has_failed = true;
        }
    }

    /// Obeys a 429: none of these calls for as long as it says, 10 seconds at most.
    pub fn obey(&self, response: &ClerkResponse, now_ms: i64) {
        if response.status != 429 {
            return;
        }
        let asked = response.retry_after.as_deref().and_then(|text| text.trim().parse().ok());
        let seconds = asked.unwrap_or(RATE_LIMIT_SECONDS).clamp(1, STRANGER_PAUSE_SECONDS_MAX);
        self.pause.set(Some(Until::after(now_ms, seconds, STRANGER_PAUSE_SECONDS_MAX)));
    }

    /// Why the last exchange of a nonce failed; `None` after a success.
    pub fn nonce_failure(&self) -> Option<ClerkApiError> {
        self.nonce_failure.get()
    }

    /// Notes how the last exchange of a nonce ended.
    pub fn note_nonce(&self, failure: Option<ClerkApiError>) {
        self.nonce_failure.set(failure);
    }
}

fn client(address: Option<&str>) -> Client {
    Some(match address?.parse().ok()? {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(budget: &StrangerBudget, address: &str, now_ms: i64) -> bool {
        let permit = budget.take(Some(address), now_ms);
        permit.map(|it| budget.ended(it, false)).is_some()
    }

    #[test]
    fn a_client_may_fail_five_times_in_ten_seconds() {
        let budget = StrangerBudget::default();
        for at in 0..5 {
            assert!(fails(&budget, "192.0.2.1", at));
        }
        assert!(!fails(&budget, "192.0.2.1", 9_999));
        assert!(fails(&budget, "192.0.2.2", 9_999));
        // The first of the five no longer counts.
        assert!(fails(&budget, "192.0.2.1", 10_000));
        assert!(!fails(&budget, "192.0.2.1", 10_000));
    }

    #[test]
    fn successes_never_count() {
        let budget = StrangerBudget::default();
        for _ in 0..1_000 {
            let permit = budget.take(Some("192.0.2.1"), 0).unwrap();
            budget.ended(permit, true);
        }
        assert!(fails(&budget, "192.0.2.1", 0));
    }

    #[test]
    fn an_isolate_has_two_hundred_running_ones_included() {
        let budget = StrangerBudget::default();
        let running: Vec<_> = (0..200).filter_map(|_| budget.take(Some("192.0.2.1"), 0)).collect();
        assert_eq!(running.len(), 200);
        assert!(budget.take(Some("192.0.2.2"), 9_999).is_none());
        for permit in running {
            budget.ended(permit, true);
        }
        for at in 0..200 {
            assert!(fails(&budget, &format!("192.0.2.{at}"), 0));
        }
        assert!(!fails(&budget, "198.51.100.1", 9_999));
        assert!(fails(&budget, "198.51.100.1", 10_000));
    }

    #[test]
    fn a_network_of_sixty_four_bits_is_one_client_and_so_are_those_without_an_address() {
        let budget = StrangerBudget::default();
        for at in 0..5 {
            assert!(fails(&budget, &format!("2001:db8::{at}"), 0));
        }
        assert!(!fails(&budget, "2001:db8:0:0:ffff::1", 0));
        assert!(fails(&budget, "2001:db8:0:1::1", 0));
        for address in [None, Some("nonsense"), None, Some(""), None] {
            let permit = budget.take(address, 0).unwrap();
            budget.ended(permit, false);
        }
        assert!(budget.take(None, 0).is_none() && !fails(&budget, "else", 0));
    }

    #[test]
    fn a_429_pauses_for_ten_seconds_at_most() {
        for (retry_after, seconds) in [(Some("3"), 3), (Some("600"), 10), (Some("x"), 5), (None, 5)]
        {
            let budget = StrangerBudget::default();
            let retry_after = retry_after.map(str::to_owned);
            let answer = |status| ClerkResponse {
                status,
                content_type: None,
                retry_after: retry_after.clone(),
                body: Vec::new(),
            };
            budget.obey(&answer(503), 0);
            assert!(budget.take(None, 0).is_some());
            budget.obey(&answer(429), 0);
            assert!(budget.take(None, seconds * 1_000 - 1).is_none(), "{retry_after:?}");
            assert!(budget.take(None, seconds * 1_000).is_some(), "{retry_after:?}");
        }
    }
}
