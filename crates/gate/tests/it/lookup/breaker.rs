//! The breaker: when calls of the API pause, for how long, and how they resume.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop loudly"
)]

use clerk_edge_gate::clerk_api::ClerkApiError;
use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::limits::RETRY_AFTER_SECONDS_MAX;
use clerk_edge_gate::lookup::{LookedUp, LookupError};
use clerk_edge_gate::platform::{ClerkCallError, ClerkResponse};
use serde_json::json;

use super::{NOW, Outcome, SECOND, Site, USER, USER_URL, found, user, why};
use clerk_edge_testing::platform::{FakePlatform, Scene, html, json as reply};
use clerk_edge_testing::task::{Task, poll};

/// The outcomes of concurrent requests.
fn together(site: &Site, count: usize) -> Vec<Outcome> {
    let turns: Vec<RequestContext<'_, FakePlatform>> =
        (0..count).map(|_| RequestContext::new(&site.double, NOW)).collect();
    let task = |ctx| -> Task<'_, Outcome> {
        Box::pin(site.lookups.public_metadata(&site.settings, USER, ctx))
    };
    site.double.run_all(turns.iter().map(task).collect())
}

#[test]
fn after_three_failures_calls_pause_longer_each_time_and_one_probe_goes() {
    let site = Site::new();
    for at in 0..3 {
        assert_eq!(
            why(&site.look(NOW + at).0),
            Some(LookupError::Clerk(ClerkApiError::NoAnswer(ClerkCallError::Unreachable)))
        );
    }
    let mut opened = NOW + 2;
    for rest in [5, 10, 20, 40, 60, 60] {
        let calls = site.double.call_count();
        for left in [rest, 1] {
            let (outcome, lines) = site.look(opened + (rest - left) * SECOND);
            let failed = outcome.unwrap_err();
            assert_eq!(
                (failed.why, i64::from(failed.retry_after_seconds)),
                (LookupError::Paused, left)
            );
            assert_eq!(lines.len(), 1);
        }
        assert_eq!(why(&site.look(opened + rest * SECOND - 1).0), Some(LookupError::Paused));
        assert_eq!(site.double.call_count(), calls, "nobody called");
        opened += rest * SECOND;
        let silent = Some(LookupError::Clerk(ClerkApiError::NoAnswer(ClerkCallError::Unreachable)));
        assert_eq!(why(&site.look(opened).0), silent, "the probe");
        assert_eq!(why(&site.look(opened).0), Some(LookupError::Paused));
        assert_eq!(site.double.call_count(), calls + 1);
    }
    site.double.says(USER_URL, Ok(user(&json!({ "role": "admin" }))));
    assert!(site.look(opened + 60 * SECOND).0.is_ok());
    // Calls go again, and failures are counted from zero.
    site.double.says(USER_URL, Err(ClerkCallError::Unreachable));
    let later = opened + 200 * SECOND;
    for _ in 0..3 {
        assert_eq!(
            why(&site.look(later).0),
            Some(LookupError::Clerk(ClerkApiError::NoAnswer(ClerkCallError::Unreachable)))
        );
    }
    let failed = site.look(later).0.unwrap_err();
    assert_eq!((failed.why, failed.retry_after_seconds), (LookupError::Paused, 5));
}

#[test]
fn a_success_between_failures_prevents_a_pause() {
    let site = Site::new();
    let silent = Err(ClerkCallError::Unreachable);
    for round in 0..4 {
        let now = NOW + round * 100 * SECOND;
        site.double.says(USER_URL, silent.clone());
        for _ in 0..2 {
            assert_ne!(why(&site.look(now).0), Some(LookupError::Paused));
        }
        site.double.says(USER_URL, Ok(user(&json!({}))));
        assert_eq!(site.look(now).0, Ok(LookedUp::Absent));
    }
}

#[test]
fn kept_metadata_is_used_during_a_pause() {
    let site = Site::saying(Ok(user(&json!({ "role": "admin" }))));
    assert!(site.look(NOW).0.is_ok());
    let ctx = RequestContext::new(&site.double, NOW);
    for id in ["user_a", "user_b", "user_c"] {
        let ctx = RequestContext::new(&site.double, NOW);
        assert!(site.double.run(site.lookups.public_metadata(&site.settings, id, &ctx)).is_err());
    }
    let outcome = site.double.run(site.lookups.public_metadata(&site.settings, "user_d", &ctx));
    assert_eq!(why(&outcome), Some(LookupError::Paused));
    assert_eq!(site.look(NOW + SECOND).0, found(json!({ "role": "admin" })));
}

#[test]
fn retry_after_is_honoured_and_bounded() {
    let longest = RETRY_AFTER_SECONDS_MAX;
    let table = [
        (Some("7"), 7),
        (Some(" 7 "), 7),
        (Some("0"), 1),
        (Some("120"), longest),
        (Some("121"), longest),
        (Some("99999999999999999999999"), longest),
        (Some("-7"), 5),
        (Some("+7"), 5),
        (Some("7.5"), 5),
        (Some("Fri, 20 Nov 2026 23:00:00 GMT"), 5),
        (Some(""), 5),
        (None, 5),
    ];
    for (retry_after, seconds) in table {
        let retry_after_text = retry_after.map(str::to_owned);
        let limited = ClerkResponse { retry_after: retry_after_text, ..reply(429, "{}") };
        let site = Site::saying(Ok(limited));
        let failed = site.look(NOW).0.unwrap_err();
        assert_eq!(
            (failed.why, i64::from(failed.retry_after_seconds)),
            (LookupError::Clerk(ClerkApiError::RateLimited), seconds)
        );
        site.double.says(USER_URL, Ok(user(&json!({ "role": "admin" }))));
        let until = NOW + seconds * SECOND;
        assert_eq!(why(&site.look(until - 1).0), Some(LookupError::Paused), "{retry_after:?}");
        assert_eq!(site.double.call_count(), 1);
        assert!(site.look(until).0.is_ok(), "{retry_after:?}");
    }
    let busy = ClerkResponse { retry_after: Some("9".to_owned()), ..html(503) };
    let failed = Site::saying(Ok(busy)).look(NOW).0.unwrap_err();
    assert_eq!(
        (failed.why, failed.retry_after_seconds),
        (LookupError::Clerk(ClerkApiError::Status(503)), 9)
    );
}

#[test]
fn a_clock_that_is_set_back_does_not_prolong_a_pause() {
    let site = Site::new();
    for _ in 0..3 {
        assert!(site.look(NOW).0.is_err());
    }
    assert_eq!(why(&site.look(NOW).0), Some(LookupError::Paused));
    site.double.says(USER_URL, Ok(user(&json!({ "role": "admin" }))));
    assert!(site.look(NOW - 86_400 * SECOND).0.is_ok());
}

#[test]
fn a_cancelled_probe_does_not_block_the_next_one() {
    let site = Site::new();
    for _ in 0..3 {
        assert!(site.look(NOW).0.is_err());
    }
    let outcome = Ok(user(&json!({ "role": "admin" })));
    site.double.plays(USER_URL, [Scene { after_ms: 500, outcome }]);
    let probed = NOW + 5 * SECOND;
    let ctx = RequestContext::new(&site.double, probed);
    let mut probe = Box::pin(site.lookups.public_metadata(&site.settings, USER, &ctx));
    assert!(poll(probe.as_mut()).is_pending());
    // A cancelled request is never polled again and never dropped.
    std::mem::forget(probe);
    assert_eq!(why(&site.look(probed + 5 * SECOND - 1).0), Some(LookupError::Paused));
    assert!(site.look(probed + 5 * SECOND).0.is_ok());
}

#[test]
fn concurrent_failures_do_not_prolong_the_pause() {
    let site = Site::new();
    let outcome = Err(ClerkCallError::Unreachable);
    site.double.plays(USER_URL, [Scene { after_ms: 100, outcome }]);
    let outcomes = together(&site, 50);
    assert!(outcomes.iter().all(Result::is_err));
    let failed = site.look(NOW).0.unwrap_err();
    assert_eq!((failed.why, failed.retry_after_seconds), (LookupError::Paused, 5));
}

#[test]
fn a_429_does_not_count_as_a_failure() {
    let limited = ClerkResponse { retry_after: Some("1".to_owned()), ..reply(429, "{}") };
    let site = Site::saying(Ok(limited));
    for second in 0..10 {
        assert_eq!(
            why(&site.look(NOW + second * SECOND).0),
            Some(LookupError::Clerk(ClerkApiError::RateLimited))
        );
    }
}

#[test]
fn of_two_pauses_the_longer_one_counts() {
    for order in [["60", "5"], ["5", "60"]] {
        let limited = |seconds: &str| ClerkResponse {
            retry_after: Some(seconds.to_owned()),
            ..reply(429, "{}")
        };
        let site = Site::new();
        let scene = |seconds| Scene { after_ms: 100, outcome: Ok(limited(seconds)) };
        site.double.plays(USER_URL, order.map(scene));
        let outcomes = together(&site, 2);
        assert!(outcomes.iter().all(|outcome| why(outcome) == Some(LookupError::Clerk(ClerkApiError::RateLimited))));
        assert_eq!(site.look(NOW).0.unwrap_err().retry_after_seconds, 60);
    }
}
