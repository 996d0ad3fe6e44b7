//! Concurrent requests, and requests that are cancelled: they share nothing but sets that have
//! arrived, and a cancelled request blocks no other.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop loudly"
)]

use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::keys::{Keys, NoKey};
use clerk_edge_gate::limits::KEYS_FETCHES_MAX;
use clerk_edge_gate::platform::ClerkCallError;
use clerk_edge_token::algorithm::Algorithm::Rs256;

use super::faults::{Found, holding, unavailable};
use super::{MINUTE, NOW, SECOND, Site, modulus, set};
use clerk_edge_testing::platform::{FakePlatform, Scene, json as reply};
use clerk_edge_testing::settings::FRONTEND_KEYS;
use clerk_edge_testing::task::{Task, poll, ready};

/// Concurrent requests: the time at which each arrives, and the key that it names.
fn together(site: &Site, requests: &[(i64, &str)]) -> Vec<Found> {
    let turns: Vec<RequestContext<'_, FakePlatform>> =
        requests.iter().map(|(now_ms, _)| RequestContext::new(&site.double, *now_ms)).collect();
    let tasks = requests.iter().zip(&turns).map(|((_, key_id), ctx)| -> Task<'_, Found> {
        let found = site.keys.find(&site.settings, Some(key_id), Rs256, ctx);
        Box::pin(async { found.await.map(|found| found.key.modulus) })
    });
    let found = site.double.run_all(tasks.collect());
    for ctx in &turns {
        site.run_tasks(ctx);
    }
    found
}

#[test]
fn concurrent_unknown_key_ids_cost_one_fetch_and_a_rotated_key_is_accepted_for_all() {
    let scene = |ids: &[&str]| Scene { after_ms: 200, outcome: Ok(reply(200, &set(ids))) };
    let site = holding(&["a"]);
    site.double.plays(FRONTEND_KEYS, [scene(&["a"])]);
    let random: Vec<String> = (0..1_000).map(|at| format!("random{at}")).collect();
    let requests: Vec<(i64, &str)> = random.iter().map(|id| (NOW + SECOND, id.as_str())).collect();
    let found = together(&site, &requests);
    assert_eq!(site.double.take_urls(), [FRONTEND_KEYS]);
    assert_eq!(found.first(), Some(&Err(NoKey::Unknown)));
    assert!(found.iter().skip(1).all(|found| unavailable(found) == Some(1)), "come back");
    // A rotation under load: old and new tokens are all accepted.
    let site = holding(&["a"]);
    site.double.plays(FRONTEND_KEYS, [scene(&["a", "b"])]);
    let requests: Vec<(i64, &str)> =
        (0..128).map(|at| (NOW + SECOND + at, if at % 2 == 0 { "b" } else { "a" })).collect();
    let found = together(&site, &requests);
    for ((_, key_id), found) in requests.iter().zip(&found) {
        assert_eq!(*found, Ok(modulus(if *key_id == "b" { 2 } else { 1 })));
    }
}

#[test]
fn two_cold_requests_each_fetch_for_themselves() {
    let site = Site::new();
    let outcome = Ok(reply(200, &set(&["a", "b"])));
    site.double.plays(FRONTEND_KEYS, [Scene { after_ms: 50, outcome }]);
    let found = together(&site, &[(NOW, "a"), (NOW, "b"), (NOW + 1, "a")]);
    assert_eq!(found, [Ok(modulus(1)), Ok(modulus(2)), Ok(modulus(1))]);
    assert_eq!(site.double.call_count(), 3);
    assert_eq!(site.keys.generation(), 1, "the same keys, three times");
    assert_eq!(site.double.imports.get(), 2);
}

#[test]
fn the_number_of_concurrent_fetches_is_limited() {
    let site = Site::new();
    let outcome = Ok(reply(200, &set(&["a"])));
    site.double.plays(FRONTEND_KEYS, [Scene { after_ms: 50, outcome }]);
    let found = together(&site, &vec![(NOW, "a"); KEYS_FETCHES_MAX + 1]);
    let (last, others) = found.split_last().unwrap();
    assert!(others.iter().all(|found| *found == Ok(modulus(1))));
    assert_eq!(unavailable(last), Some(1));
    assert_eq!(site.double.call_count(), KEYS_FETCHES_MAX);
}

#[test]
fn the_older_answer_does_not_replace_the_newer_one() {
    let site = Site::new();
    let scene = |after_ms, ids: &[&str]| Scene { after_ms, outcome: Ok(reply(200, &set(ids))) };
    site.double.plays(FRONTEND_KEYS, [scene(2_000, &["a"]), scene(100, &["b"])]);
    let found = together(&site, &[(NOW, "a"), (NOW + 500, "b")]);
    assert_eq!(found, [Err(NoKey::Unknown), Ok(modulus(2))], "a was taken back meanwhile");
    assert_eq!(site.keys.generation(), 1);
    let kept = site.double.kept();
    assert_eq!(site.double.writes.borrow().len(), 1, "nor is it written");
    assert!(kept.values().all(|text| text.contains("\"b\"") && !text.contains("\"a\"")));
    // An older set of the store does not either, at renewal; then Clerk is asked.
    let site = holding(&["b"]);
    let old = Site::with_stored(NOW - MINUTE, &["a"]);
    old.double.kept().iter().for_each(|(name, text)| site.double.keeps(name, text));
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["b", "c"]))));
    let ctx = RequestContext::new(&site.double, NOW + 5 * MINUTE);
    site.double.run(site.keys.renew(&site.settings, &ctx));
    assert_eq!(site.double.call_count(), 1);
    assert_eq!(site.find(NOW + 5 * MINUTE, "c").0, Ok(modulus(3)));
}

#[test]
fn of_concurrent_renewals_the_one_that_began_last_counts() {
    let site = holding(&["a"]);
    let scene = |after_ms, ids: &[&str]| Scene { after_ms, outcome: Ok(reply(200, &set(ids))) };
    site.double.plays(FRONTEND_KEYS, [scene(2_000, &["a"]), scene(100, &["b"])]);
    let turns = [5, 6].map(|minute| RequestContext::new(&site.double, NOW + minute * MINUTE));
    let task = |ctx| -> Task<'_, ()> { Box::pin(site.keys.renew(&site.settings, ctx)) };
    site.double.run_all(turns.iter().map(task).collect());
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    assert_eq!(site.find(NOW + 6 * MINUTE, "b").0, Ok(modulus(2)));
    assert!(unavailable(&site.find(NOW + 6 * MINUTE, "a").0).is_some());
}

#[test]
fn concurrent_failures_count_as_one() {
    let site = Site::new();
    let outcome = Err(ClerkCallError::Unreachable);
    site.double.plays(FRONTEND_KEYS, [Scene { after_ms: 100, outcome }]);
    let found = together(&site, &[(NOW, "a"); 50]);
    assert!(found.iter().all(|found| unavailable(found) == Some(1)));
}

#[test]
fn of_several_fetches_for_one_key_the_one_that_was_answered_counts() {
    let site = holding(&["a"]);
    let scene = |after_ms, outcome| Scene { after_ms, outcome };
    let scenes =
        [scene(100, Ok(reply(200, &set(&["a"])))), scene(200, Err(ClerkCallError::Unreachable))];
    site.double.plays(FRONTEND_KEYS, scenes);
    let found = together(&site, &[(NOW + SECOND, "b"), (NOW + SECOND, "b")]);
    assert_eq!(found.first(), Some(&Err(NoKey::Unknown)));
    assert!(found.last().is_some_and(|found| unavailable(found).is_some()));
    assert_eq!(site.find(NOW + 2 * SECOND, "b").0, Err(NoKey::Unknown));
}

#[test]
fn fetches_that_have_ended_make_room_for_others() {
    let site = holding(&["a"]);
    for at in 0..=KEYS_FETCHES_MAX {
        let key_id = format!("a{at}");
        site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a", &key_id]))));
        assert_eq!(site.find(NOW, &key_id).0, Ok(modulus(1)));
    }
}

/// A cancelled request: it is polled once and never again, and not dropped.
fn cancelled(site: &Site, now_ms: i64, key_id: &str) {
    let ctx = RequestContext::new(&site.double, now_ms);
    let mut task = Box::pin(site.keys.find(&site.settings, Some(key_id), Rs256, &ctx));
    assert!(poll(task.as_mut()).is_pending());
    std::mem::forget(task);
}

#[test]
fn a_cancelled_request_does_not_block_the_next() {
    let outcome = Ok(reply(200, &set(&["a", "b"])));
    let slow = Scene { after_ms: 100, outcome };
    // Cold.
    let site = Site::new();
    site.double.plays(FRONTEND_KEYS, [slow.clone()]);
    for _ in 0..KEYS_FETCHES_MAX {
        cancelled(&site, NOW, "a");
    }
    assert_eq!(unavailable(&site.find(NOW + 10 * SECOND - 1, "a").0), Some(1));
    assert_eq!(site.find(NOW + 10 * SECOND, "a").0, Ok(modulus(1)));
    // While it reads the store, and while it imports.
    for (reads, imports) in [(100, 0), (0, 100)] {
        let site = Site::with_stored(NOW, &["a"]);
        site.double.store_takes_ms.set(reads);
        site.double.import_takes_ms.set(imports);
        cancelled(&site, NOW, "a");
        assert_eq!(site.find(NOW, "a").0, Ok(modulus(1)));
    }
    // While it fetches for an unknown key: the same key is fetched at once, others after a pause.
    let site = holding(&["a"]);
    site.double.plays(FRONTEND_KEYS, [slow.clone()]);
    cancelled(&site, NOW, "c");
    assert_eq!(unavailable(&site.find(NOW + 10 * SECOND - 1, "b").0), Some(1));
    assert_eq!(site.find(NOW + 10 * SECOND, "b").0, Ok(modulus(2)));
    let site = holding(&["a"]);
    site.double.plays(FRONTEND_KEYS, [slow.clone()]);
    cancelled(&site, NOW, "b");
    assert_eq!(site.find(NOW, "b").0, Ok(modulus(2)));
    // A renewal.
    let site = holding(&["a"]);
    site.double.plays(FRONTEND_KEYS, [slow]);
    let ctx = RequestContext::new(&site.double, NOW + 5 * MINUTE);
    let mut task = Box::pin(site.keys.renew(&site.settings, &ctx));
    assert!(poll(task.as_mut()).is_pending());
    std::mem::forget(task);
    let ctx = RequestContext::new(&site.double, NOW + 5 * MINUTE);
    site.double.run(site.keys.renew(&site.settings, &ctx));
    assert_eq!(site.find(NOW + 5 * MINUTE, "b").0, Ok(modulus(2)));
}

#[test]
fn a_key_that_was_replaced_while_it_was_imported_is_not_kept_under_the_new_set() {
    let site = holding(&["a"]);
    // Imported once; the import for a second algorithm is slow.
    let site = Site { keys: Keys::new(1), ..site };
    let one = |which| serde_json::json!({ "keys": [super::entry("a", which)] }).to_string();
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &one(1))));
    site.double.import_takes_ms.set(100);
    let ctx = RequestContext::new(&site.double, NOW);
    let mut importing = Box::pin(site.keys.find(&site.settings, Some("a"), Rs256, &ctx));
    assert!(poll(importing.as_mut()).is_pending());
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &one(9))));
    let later = RequestContext::new(&site.double, NOW + SECOND);
    ready(site.keys.renew(&site.settings, &later));
    // The request that began before gets the key that it found; the next one gets the new key.
    let found = site.double.run(importing).unwrap();
    assert_eq!((found.key.modulus, found.generation), (modulus(1), 1));
    assert_eq!(site.find(NOW + SECOND, "a").0, Ok(modulus(9)));
}
