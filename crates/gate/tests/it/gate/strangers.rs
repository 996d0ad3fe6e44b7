//! What strangers can make the gate ask of Clerk: nonces and refreshes, limited by their failures.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::*;

/// No two requests of strangers bring the same nonce.
static NAMES: AtomicUsize = AtomicUsize::new(0);

fn rules() -> Value {
    json!([{ "path": "/member" }, { "path": "/admin", "allow": { "role": "admin" } }])
}

fn nonce(name: &str, address: &str) -> Request {
    page(
        "/member",
        &[("cookie", &format!("__clerk_handshake_nonce={name}")), ("cf-connecting-ip", address)],
    )
}

fn exchange(name: &str) -> String {
    format!("https://api.clerk.com/v1/clients/handshake_payload?nonce={name}")
}

/// How many calls this many strangers' requests cause.
fn calls(site: &Site, address: &str, count: usize) -> usize {
    let name = || format!("n{}", NAMES.fetch_add(1, Ordering::Relaxed));
    (0..count).map(|_| site.ask(&nonce(&name(), address)).calls.len()).sum()
}

#[test]
fn five_hundred_invented_nonces_cause_five_calls() {
    let mut site = Bound::live(&rules()).open();
    assert_eq!(calls(&site, "192.0.2.1", 500), 5);
    assert_eq!(calls(&site, "192.0.2.2", 500), 5);
    site.now_ms += 9_999;
    assert_eq!(calls(&site, "192.0.2.1", 10), 0);
    site.now_ms += 1;
    assert_eq!(calls(&site, "192.0.2.1", 10), 5);
}

#[test]
fn an_isolate_has_two_hundred() {
    let site = Bound::live(&rules()).open();
    let each = |at: usize| calls(&site, &format!("198.51.100.{at}"), 6);
    assert_eq!((1..=60).map(each).sum::<usize>(), 200);
}

#[test]
fn a_nonce_that_is_good_never_counts() {
    let site = Bound::live(&rules()).open();
    let session = format!("__session={}", token(&json!({})));
    site.double
        .says(&exchange("good"), Ok(reply(200, &json!({ "directives": [session] }).to_string())));
    for _ in 0..50 {
        site.ask(&nonce("good", "192.0.2.1")).is_forwarded();
    }
    // Four failures more are no reason to send a fifth nonce away.
    assert_eq!(calls(&site, "192.0.2.1", 4), 4);
    site.ask(&nonce("good", "192.0.2.1")).is_forwarded();
    assert_eq!(calls(&site, "192.0.2.1", 4), 1);
    // Above the limit the request goes on with the cookies that came.
    let (cookie, address) = (cookies(&token(&json!({}))), ("cf-connecting-ip", "192.0.2.1"));
    let cookie = format!("{cookie}; __clerk_handshake_nonce=good");
    let seen = site.ask(&page("/member", &[("cookie", &cookie), address]));
    assert_eq!(
        (seen.is_forwarded().calls.len(), seen.told("x-clerk-user-id")),
        (0, Some("user_1"))
    );
}

#[test]
fn refreshes_have_the_same_budget() {
    let site = Bound::live(&rules()).open();
    let old = token(&json!({ "exp": NOW - 100 }));
    let suffix = clerk_edge_testing::mint::LIVE_SUFFIX;
    let cookie = format!("{}; __refresh_{suffix}=rt", cookies(&old));
    let ask = || {
        let headers = [("cookie", &*cookie), ("cf-connecting-ip", "192.0.2.1")];
        site.ask(&page("/member", &headers))
    };
    let seen: Vec<Seen> = (0..20).map(|_| ask()).collect();
    assert_eq!(seen.iter().map(|it| it.calls.len()).sum::<usize>(), 5);
    for it in &seen {
        assert_eq!(it.log["reason"], "session-token-expired-refresh-fetch-error");
    }
    assert_eq!(calls(&site, "192.0.2.1", 5), 0);
}

#[test]
fn a_429_pauses_strangers_alone_and_ten_seconds_at_most() {
    let mut site = Bound::live(&rules()).open();
    let limited = ClerkResponse { retry_after: Some("600".into()), ..reply(429, "{}") };
    site.double.says(&exchange("a"), Ok(limited));
    site.ask(&nonce("a", "192.0.2.1"));
    assert_eq!(calls(&site, "192.0.2.2", 5), 0);
    // A look-up goes at once.
    site.user(user(&json!({ "role": "admin" })));
    let seen = site.page_with("/admin", &token(&json!({})));
    assert_eq!(seen.is_forwarded().calls, [USER]);
    site.now_ms += 10_000;
    assert_eq!(calls(&site, "192.0.2.2", 5), 5);
}
