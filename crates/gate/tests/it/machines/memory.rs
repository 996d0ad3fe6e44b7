//! What an isolate remembers of opaque tokens: how often Clerk is asked, and who pays for a flood.

use serde_json::json;

use super::stand::{Bound, KEYS, Seen, api_key, bearer, count_from_zero, shared};
use clerk_edge_testing::mint::{NOW, NOW_MS, changed};
use clerk_edge_testing::request::Request;
use clerk_edge_testing::task::Task;

fn rules() -> serde_json::Value {
    json!([{ "path": "/keys/*", "allow": { "api_key": true } }])
}

fn from(address: &str, token: &str) -> Request {
    let mut request = bearer("/keys/a", token);
    request.headers.push(("cf-connecting-ip".into(), address.into()));
    request
}

#[test]
fn a_thousand_requests_within_the_time_to_live_make_one_call() {
    count_from_zero();
    let stand = Bound::new(&rules()).text("MACHINE_TTL_SECONDS", "60").open();
    for second in 0..1_000 {
        assert_eq!(stand.ask_at(&from("a", "ak_abc"), NOW_MS + second * 59).status, 0);
    }
    assert_eq!(stand.calls(), 1);
    assert_eq!(stand.ask_at(&from("a", "ak_abc"), NOW_MS + 60_000).status, 0);
    assert_eq!(stand.calls(), 2);
    // A clock that was set back remembers nothing.
    assert_eq!(stand.ask_at(&from("a", "ak_abc"), NOW_MS - 1).status, 0);
    assert_eq!(stand.calls(), 3);
}

#[test]
fn without_a_time_to_live_each_request_asks() {
    count_from_zero();
    let stand = Bound::new(&rules()).open();
    for _ in 0..50 {
        assert_eq!(stand.ask(&from("a", "ak_abc")).status, 0);
    }
    assert_eq!(stand.calls(), 50);
}

#[test]
fn nothing_is_remembered_beyond_the_end_of_the_token() {
    count_from_zero();
    let stand = Bound::new(&rules()).text("MACHINE_TTL_SECONDS", "60").open();
    stand.says(KEYS, 200, &changed(api_key(), &json!({ "expiration": (NOW + 5) * 1_000 })));
    assert_eq!(stand.ask(&from("a", "ak_abc")).status, 0);
    assert_eq!(stand.ask_at(&from("a", "ak_abc"), NOW_MS + 4_999).status, 0);
    assert_eq!(stand.calls(), 1);
    assert_eq!(stand.ask_at(&from("a", "ak_abc"), NOW_MS + 5_000).status, 401);
}

#[test]
fn requests_at_the_same_time_share_one_call() {
    count_from_zero();
    let stand = Bound::new(&rules()).open();
    stand.takes(200, 200, &api_key());
    let request = from("a", "ak_abc");
    let tasks: Vec<Task<'_, Seen>> =
        (0..20).map(|_| Box::pin(stand.asking(&request, NOW_MS)) as Task<'_, Seen>).collect();
    for seen in stand.double.run_all(tasks) {
        assert_eq!((seen.status, seen.told("x-clerk-token-id")), (0, "ak_1"));
    }
    assert_eq!(stand.calls(), 1);
    // What was shared is gone: the next request asks again.
    assert_eq!(stand.ask(&request).status, 0);
    assert_eq!(stand.calls(), 2);
}

#[test]
fn whoever_waits_for_a_request_that_is_gone_asks_by_itself() {
    count_from_zero();
    let stand = Bound::new(&rules()).open();
    stand.takes(200, 200, &api_key());
    let request = from("a", "ak_abc");
    let mut gone = Box::pin(stand.asking(&request, NOW_MS));
    assert!(clerk_edge_testing::task::poll(gone.as_mut()).is_pending());
    let waiting = stand.ask(&request);
    assert_eq!(waiting.status, 0);
    drop(gone);
    assert_eq!(stand.calls(), 2);
}

#[test]
fn a_refusal_is_remembered_for_ten_seconds_whatever_the_time_to_live() {
    count_from_zero();
    let stand = Bound::new(&rules()).text("MACHINE_TTL_SECONDS", "0").open();
    stand.says(KEYS, 404, &json!({ "errors": [] }));
    for _ in 0..100 {
        assert_eq!(stand.ask(&from("a", "ak_leaked")).status, 401);
    }
    assert_eq!(stand.calls(), 1);
    stand.says(KEYS, 200, &api_key());
    assert_eq!(stand.ask_at(&from("a", "ak_leaked"), NOW_MS + 9_999).status, 401);
    assert_eq!(stand.ask_at(&from("a", "ak_leaked"), NOW_MS + 10_000).status, 0);
}

#[test]
fn an_outage_is_neither_remembered_nor_counted() {
    let stand = Bound::new(&rules()).open();
    for status in [429, 500, 502, 503, 401, 403] {
        stand.says(KEYS, status, &json!({ "errors": [] }));
        for number in 0..10 {
            let seen = stand.ask(&from("a", &format!("ak_{status}{number}")));
            assert_eq!((seen.status, seen.code().as_str()), (503, "claims-unavailable"));
            let refuses_us = seen.notes.iter().any(|note| note.contains("refuses the secret key"));
            assert_eq!(refuses_us, matches!(status, 401 | 403), "{:?}", seen.notes);
        }
    }
    stand.says(KEYS, 200, &api_key());
    assert_eq!(stand.ask(&from("a", "ak_5001")).status, 0);
}

#[test]
fn a_flood_of_made_up_keys_neither_bills_without_bound_nor_stops_a_good_one() {
    count_from_zero();
    let stand = Bound::new(&rules()).open();
    assert_eq!(stand.ask(&from("good", "ak_good")).status, 0);
    stand.says(KEYS, 404, &json!({ "errors": [] }));
    let mut limited = 0;
    for number in 0..10_000 {
        let address = (number % 1_000).to_string();
        let seen = stand.ask(&from(&address, &format!("ak_made_up_{number}")));
        limited += usize::from(seen.code() == "rate-limited");
        assert!(seen.status == 401 || seen.status == 503);
    }
    assert_eq!(stand.calls(), 1 + 200);
    assert_eq!(limited, 10_000 - 200);
    stand.says(KEYS, 200, &api_key());
    let seen = stand.ask(&from("other", "ak_new"));
    assert_eq!((seen.status, seen.code().as_str()), (503, "rate-limited"));
    // This isolate has seen it accepted in the last ten minutes.
    assert_eq!(stand.ask_at(&from("good", "ak_good"), NOW_MS + 9_000).status, 0);
    assert_eq!(stand.ask_at(&from("other", "ak_new"), NOW_MS + 10_000).status, 0);
}

#[test]
fn one_address_is_limited_before_the_others_are() {
    count_from_zero();
    let stand = Bound::new(&rules()).open();
    stand.says(KEYS, 404, &json!({ "errors": [] }));
    for number in 0..100 {
        stand.ask(&from("one", &format!("ak_{number}")));
    }
    assert_eq!(stand.calls(), 5);
    stand.says(KEYS, 200, &api_key());
    assert_eq!(stand.ask(&from("one", "ak_new")).status, 503);
    assert_eq!(stand.ask(&from("two", "ak_new")).status, 0);
}

#[test]
fn a_flood_at_the_same_time_is_limited_before_its_first_failure() {
    count_from_zero();
    let stand = Bound::new(&rules()).open();
    stand.takes(100, 404, &json!({ "errors": [] }));
    let requests: Vec<Request> =
        (0..1_000).map(|number| from(&number.to_string(), &format!("ak_{number}"))).collect();
    let tasks: Vec<Task<'_, Seen>> = requests
        .iter()
        .map(|request| Box::pin(stand.asking(request, NOW_MS)) as Task<'_, Seen>)
        .collect();
    let _ = stand.double.run_all(tasks);
    assert_eq!(stand.calls(), 200);
}

#[test]
fn what_cannot_be_a_key_costs_no_call() {
    count_from_zero();
    let stand = Bound::new(&rules()).open();
    let long = format!("ak_{}", "a".repeat(600));
    for token in ["ak_", "ak_a.b", "ak_a.b.c", "ak_\u{e9}", "ak_a,b", &long] {
        assert_eq!(stand.ask(&from("a", &shared(token))).status, 401, "{token}");
    }
    assert_eq!(stand.calls(), 0);
}
