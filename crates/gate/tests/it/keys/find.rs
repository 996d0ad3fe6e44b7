//! Memory, store and Clerk, without failures: what is asked when, and how often.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use clerk_edge_gate::context::{BackgroundTask, KeySource, RequestContext};
use clerk_edge_gate::keys::{Keys, NoKey};
use clerk_edge_gate::limits::{ANSWER_BYTES_MAX, KEYS_COOL_DOWN_SECONDS, KEYS_TIMEOUT_MS};
use clerk_edge_gate::platform::ClerkCallError;
use clerk_edge_token::algorithm::Algorithm::{Rs256, Rs384};
use clerk_edge_token::key::PublicKey;
use clerk_edge_token::limits::KEY_ID_BYTES_MAX;
use serde_json::json;

use super::{DAY, HOUR, MINUTE, NOW, SECOND, Site, entry, modulus, set, with};
use clerk_edge_testing::platform::{FakePlatform, json as reply};
use clerk_edge_testing::settings::{BACKEND_KEYS, FRONTEND_KEYS, development as settings};
use clerk_edge_testing::task::ready;

#[test]
fn a_cold_isolate_asks_the_frontend_api_once() {
    let site = Site::new();
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
    let (found, ctx) = site.find(NOW, "a");
    assert_eq!(found, Ok(modulus(1)));
    assert_eq!(ctx.key_source(), Some(KeySource::FrontendApi));
    assert_eq!((site.double.reads.get(), site.double.take_urls().len()), (1, 1));
    assert!(matches!(
        ctx.take_tasks().as_slice(),
        [BackgroundTask::Store { keep_seconds: 86_400, .. }]
    ));
    for at in 0..10_000 {
        let ctx = RequestContext::new(&site.double, NOW + at);
        let found = ready(site.keys.find(&site.settings, Some("a"), Rs256, &ctx)).unwrap();
        assert_eq!((found.key.modulus, found.generation), (modulus(1), 1));
        assert_eq!(ctx.key_source(), Some(KeySource::Memory));
        assert_eq!((ctx.take_tasks(), ctx.take_notes()), (vec![], vec![]));
    }
    assert_eq!((site.double.reads.get(), site.double.call_count()), (1, 0));
    assert_eq!(site.double.imports.get(), 1);
    assert_eq!(site.keys.generation(), 1);
}

#[test]
fn a_cold_isolate_with_a_warm_store_reads_it_once_and_fetches_nothing() {
    let site = Site::with_stored(NOW - MINUTE, &["a"]);
    let (found, ctx) = site.find(NOW, "a");
    assert_eq!(found, Ok(modulus(1)));
    assert_eq!(ctx.key_source(), Some(KeySource::Store));
    assert_eq!((site.double.reads.get(), site.double.call_count()), (1, 0));
    assert_eq!(ctx.take_tasks(), vec![]);
    assert_eq!(site.find(NOW, "a").0, Ok(modulus(1)));
    assert_eq!(site.double.reads.get(), 1);
    // Without a store there is nothing to read.
    let mut site = Site::new();
    site.settings.has_store = false;
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
    let (found, ctx) = site.find(NOW, "a");
    assert_eq!(found, Ok(modulus(1)));
    assert_eq!((site.double.reads.get(), ctx.take_tasks()), (0, vec![]));
}

#[test]
fn what_was_accepted_before_is_valid_for_a_day_and_renews_the_set() {
    let site = Site::with_stored(NOW, &["a"]);
    let serves = |at| {
        let ctx = RequestContext::new(&site.double, at);
        (site.keys.are_still_valid(&site.settings, &ctx), ctx.take_tasks())
    };
    assert_eq!(serves(NOW), (false, vec![]), "nothing was accepted yet");
    assert_eq!(site.find(NOW, "a").0, Ok(modulus(1)));
    assert_eq!(serves(NOW + MINUTE), (true, vec![]));
    assert_eq!(serves(NOW + 10 * MINUTE), (true, vec![BackgroundTask::RenewKeys]));
    assert_eq!(serves(NOW + 10 * MINUTE + SECOND), (true, vec![]), "one request is enough");
    assert_eq!(serves(NOW + DAY), (true, vec![BackgroundTask::RenewKeys]));
    assert_eq!(serves(NOW + DAY + 1), (false, vec![]));
}

#[test]
fn what_one_isolate_stores_another_reads_and_another_instance_does_not() {
    let site = Site::new();
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a", "b"]))));
    let (_, ctx) = site.find(NOW, "a");
    site.run_tasks(&ctx);
    let again = Keys::new(7);
    let ctx = RequestContext::new(&site.double, NOW + SECOND);
    let found = site.double.run(again.find(&site.settings, Some("b"), Rs256, &ctx));
    assert_eq!(found.map(|found| found.key.modulus), Ok(modulus(2)));
    assert_eq!(ctx.key_source(), Some(KeySource::Store));
    for change in 0..3 {
        let mut other = settings();
        match change {
            0 => other.instance.frontend_host.push_str(".other"),
            1 => other.jwks_url.push_str("?other"),
            _ => other.api_url.push_str("/other"),
        }
        let ctx = RequestContext::new(&site.double, NOW + SECOND);
        let _ = site.double.run(Keys::new(7).find(&other, Some("b"), Rs256, &ctx));
        assert_ne!(ctx.key_source(), Some(KeySource::Store), "change {change}");
    }
    // The set in memory is not used either: its URL is another.
    let mut other = settings();
    other.jwks_url = "https://clerk.other.example/.well-known/jwks.json".to_owned();
    let ctx = RequestContext::new(&site.double, NOW + SECOND);
    let found = site.double.run(site.keys.find(&other, Some("a"), Rs256, &ctx));
    assert!(matches!(found, Err(NoKey::Unavailable(_))), "{found:?}");
}

#[test]
fn every_call_is_bounded_and_only_the_backend_api_gets_the_secret() {
    let site = Site::new();
    assert!(matches!(site.find(NOW, "a").0, Err(NoKey::Unavailable(_))));
    let calls = site.double.calls.take();
    let urls: Vec<&str> = calls.iter().map(|call| call.url.as_str()).collect();
    assert_eq!(urls, [FRONTEND_KEYS, BACKEND_KEYS]);
    for call in &calls {
        assert_eq!((call.timeout_ms, call.bytes_max), (KEYS_TIMEOUT_MS, ANSWER_BYTES_MAX));
        assert_eq!(call.secret.is_some(), call.url == BACKEND_KEYS);
        assert_eq!(call.body, None);
    }
    let mut site = Site::new();
    site.settings.secret_key = None;
    assert!(matches!(site.find(NOW, "a").0, Err(NoKey::Unavailable(_))));
    assert_eq!(site.double.take_urls(), [FRONTEND_KEYS]);
}

#[test]
fn the_backend_api_is_asked_only_if_the_frontend_api_fails() {
    let site = Site::new();
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::TimedOut));
    site.double.says(BACKEND_KEYS, Ok(reply(200, &set(&["a"]))));
    let (found, ctx) = site.find(NOW, "a");
    assert_eq!(found, Ok(modulus(1)));
    assert_eq!(ctx.key_source(), Some(KeySource::BackendApi));
    assert_eq!(
        ctx.take_notes(),
        ["keys: frontend-api returned no usable key set: Clerk did not answer in time"]
    );
    // A set without the key is an answer: the other API is not asked.
    let site = Site::new();
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
    site.double.says(BACKEND_KEYS, Ok(reply(200, &set(&["a", "b"]))));
    assert_eq!(site.find(NOW, "b").0, Err(NoKey::Unknown));
    assert_eq!(site.double.take_urls(), [FRONTEND_KEYS]);
}

#[test]
fn a_key_is_used_for_the_algorithms_that_its_set_allows() {
    let site = Site::new();
    let mut open = entry("open", 3);
    open.as_object_mut().unwrap().remove("alg");
    let enc = with(entry("enc", 4), "use", json!("enc"));
    let set = json!({ "keys": [entry("a", 1), open, enc] }).to_string();
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set)));
    let find = |id, algorithm| {
        let ctx = RequestContext::new(&site.double, NOW);
        let found = site.double.run(site.keys.find(&site.settings, Some(id), algorithm, &ctx));
        found.map(|found| (found.key.modulus, found.key.algorithm))
    };
    for _ in 0..2 {
        assert_eq!(find("a", Rs256), Ok((modulus(1), Rs256)));
        assert_eq!(find("a", Rs384), Err(NoKey::Unfit));
        assert_eq!(find("open", Rs256), Ok((modulus(3), Rs256)));
        assert_eq!(find("open", Rs384), Ok((modulus(3), Rs384)));
        assert_eq!(find("enc", Rs256), Err(NoKey::Unfit));
    }
    assert_eq!(site.double.imports.get(), 3, "once for each key and algorithm");
    assert_eq!(site.double.call_count(), 1, "an unfit key is known: nothing is fetched");
}

#[test]
fn a_key_that_cannot_be_imported_is_unfit_and_not_tried_for_every_request() {
    let site = Site::new();
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
    site.double.import_fails.set(true);
    for _ in 0..3 {
        assert_eq!(site.find(NOW, "a").0, Err(NoKey::Unfit));
    }
    assert_eq!((site.double.imports.get(), site.double.call_count()), (1, 1));
}

#[test]
fn nothing_is_fetched_for_a_key_id_that_no_set_can_hold() {
    let site = Site::new();
    for id in [None, Some(""), Some("k".repeat(KEY_ID_BYTES_MAX + 1).as_str())] {
        let ctx = RequestContext::new(&site.double, NOW);
        let found = ready(site.keys.find(&site.settings, id, Rs256, &ctx));
        assert_eq!(found, Err(NoKey::Unknown));
    }
    assert_eq!((site.double.reads.get(), site.double.call_count()), (0, 0));
    let (found, _) = site.find(NOW, &"k".repeat(KEY_ID_BYTES_MAX));
    assert!(matches!(found, Err(NoKey::Unavailable(_))));
    assert!(site.double.call_count() > 0);
}

#[test]
fn with_a_key_in_a_binding_nothing_is_fetched_and_the_id_is_ignored() {
    let mut site = Site::new();
    let pem = include_str!("../../../../../tests/vectors/rsa-2048.pem");
    let key = PublicKey::from_pem(pem).unwrap();
    site.settings.jwt_key = Some(PublicKey::from_pem(pem).unwrap());
    for id in [Some("a"), Some("b"), None] {
        let ctx = RequestContext::new(&site.double, NOW);
        let found = ready(site.keys.find(&site.settings, id, Rs256, &ctx)).unwrap();
        assert_eq!(found.key.modulus, key.modulus());
        assert_eq!(ctx.key_source(), Some(KeySource::Binding));
        let found = ready(site.keys.find(&site.settings, id, Rs384, &ctx));
        assert_eq!(found, Err(NoKey::Unfit));
    }
    let ctx = RequestContext::new(&site.double, NOW);
    ready(site.keys.renew(&site.settings, &ctx));
    assert_eq!(ready(site.keys.ensure_loaded(&site.settings, &ctx)).unwrap().count, 1);
    let status = site.keys.status(&site.settings, NOW);
    assert_eq!((status.source, status.age_seconds), (Some(KeySource::Binding), None));
    let double = &site.double;
    assert_eq!((double.reads.get(), double.call_count(), double.imports.get()), (0, 0, 1));
}

#[test]
fn a_stale_set_is_used_at_once_and_one_request_defers_the_renewal() {
    let site = Site::new();
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
    assert_eq!(site.find(NOW, "a").1.take_tasks().len(), 1);
    let chores = |now| {
        let ctx = RequestContext::new(&site.double, now);
        assert!(ready(site.keys.find(&site.settings, Some("a"), Rs256, &ctx)).is_ok());
        ctx.take_tasks()
    };
    assert_eq!(chores(NOW + 4 * MINUTE - 1), [], "nobody renews in the first four minutes");
    assert_eq!(chores(NOW + 5 * MINUTE), [BackgroundTask::RenewKeys], "all do after five");
    assert_eq!(chores(NOW + 5 * MINUTE), [], "one request is enough");
    // It failed, or its request was cancelled: another request tries after the pause.
    assert_eq!(chores(NOW + 5 * MINUTE + KEYS_COOL_DOWN_SECONDS * SECOND - 1), []);
    let later = NOW + 5 * MINUTE + KEYS_COOL_DOWN_SECONDS * SECOND;
    assert_eq!(chores(later), [BackgroundTask::RenewKeys]);
    let ctx = RequestContext::new(&site.double, later);
    site.double.run(site.keys.renew(&site.settings, &ctx));
    assert_eq!(chores(later + 4 * MINUTE - 1), [], "renewed");
    assert_eq!(site.keys.generation(), 1, "with the same keys");
    assert_eq!(site.double.imports.get(), 1);
}

#[test]
fn renewal_asks_the_store_first_and_clerk_only_if_the_store_is_due() {
    let renew = |stored_age: i64| {
        let site = Site::with_stored(NOW - stored_age, &["a"]);
        site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
        let ctx = RequestContext::new(&site.double, NOW);
        site.double.run(site.keys.renew(&site.settings, &ctx));
        let age = site.keys.status(&site.settings, NOW).age_seconds.unwrap();
        (site.double.call_count(), site.double.writes.borrow().len(), i64::from(age) * SECOND)
    };
    assert_eq!(renew(10 * MINUTE), (0, 0, 10 * MINUTE));
    assert_eq!(renew(48 * MINUTE - 1), (0, 0, 48 * MINUTE - SECOND));
    assert_eq!(renew(HOUR), (1, 1, 0));
    assert_eq!(renew(23 * HOUR), (1, 1, 0));
}

#[test]
fn a_stale_set_of_the_store_is_used_at_once_and_renewed() {
    let site = Site::with_stored(NOW - 23 * HOUR, &["a"]);
    let (found, ctx) = site.find(NOW, "a");
    assert_eq!(found, Ok(modulus(1)));
    assert_eq!(site.double.call_count(), 0);
    assert_eq!(ctx.take_tasks(), [BackgroundTask::RenewKeys]);
    let (_, ctx) = site.find(NOW + KEYS_COOL_DOWN_SECONDS * SECOND, "a");
    assert_eq!(
        ctx.take_tasks(),
        [BackgroundTask::RenewKeys],
        "it is no younger for having been read"
    );
    // One that is older is not usable.
    let site = Site::with_stored(NOW - DAY - 1, &["a"]);
    let (found, ctx) = site.find(NOW, "a");
    assert!(matches!(found, Err(NoKey::Unavailable(_))));
    assert!(ctx.take_notes().iter().any(|line| line.contains("more than a day")));
}

#[test]
fn many_isolates_do_not_renew_at_the_same_time() {
    let mut at: Vec<i64> = Vec::new();
    for isolate in 0..200_u32 {
        let double = FakePlatform::default();
        double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
        let (keys, settings) = (Keys::new(isolate.wrapping_mul(2_654_435_761)), settings());
        let find = |now| {
            let ctx = RequestContext::new(&double, now);
            assert!(double.run(keys.find(&settings, Some("a"), Rs256, &ctx)).is_ok());
            ctx.take_tasks().contains(&BackgroundTask::RenewKeys)
        };
        find(NOW);
        at.extend((240..=300).find(|second| find(NOW + second * SECOND)));
    }
    assert_eq!(at.len(), 200, "every isolate renews before its set goes stale");
    for second in 240..=300 {
        let together = at.iter().filter(|one| **one == second).count();
        assert!(together < 20, "{together} of 200 in second {second}");
    }
}

#[test]
fn renewal_notices_a_rotation_and_changes_the_generation() {
    let site = Site::new();
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
    assert!(site.find(NOW, "a").0.is_ok());
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["b"]))));
    let ctx = RequestContext::new(&site.double, NOW + 5 * MINUTE);
    site.double.run(site.keys.renew(&site.settings, &ctx));
    assert_eq!(site.keys.generation(), 2);
    assert_eq!(site.find(NOW + 5 * MINUTE, "b").0, Ok(modulus(2)));
    assert_eq!(site.find(NOW + 5 * MINUTE, "a").0, Err(NoKey::Unknown), "it was taken back");
}

#[test]
fn a_key_replaced_under_its_own_id_is_imported_again() {
    let site = Site::new();
    let one = |which| json!({ "keys": [entry("a", which)] }).to_string();
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &one(1))));
    assert_eq!(site.find(NOW, "a").0, Ok(modulus(1)));
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &one(9))));
    let ctx = RequestContext::new(&site.double, NOW + 5 * MINUTE);
    site.double.run(site.keys.renew(&site.settings, &ctx));
    assert_eq!(site.find(NOW + 5 * MINUTE, "a").0, Ok(modulus(9)));
    assert_eq!((site.keys.generation(), site.double.imports.get()), (2, 2));
}

#[test]
fn health_reports_the_set_and_fetches_only_if_there_is_none() {
    let site = Site::new();
    let status = site.keys.status(&site.settings, NOW);
    assert_eq!((status.source, status.age_seconds, status.count), (None, None, 0));
    let ctx = RequestContext::new(&site.double, NOW);
    assert!(site.double.run(site.keys.ensure_loaded(&site.settings, &ctx)).is_err());
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a", "b"]))));
    let ctx = RequestContext::new(&site.double, NOW + 2 * SECOND);
    let status = site.double.run(site.keys.ensure_loaded(&site.settings, &ctx)).unwrap();
    assert_eq!((status.source, status.count), (Some(KeySource::FrontendApi), 2));
    assert!(matches!(ctx.take_tasks().as_slice(), [BackgroundTask::Store { .. }]));
    site.double.take_urls();
    let ctx = RequestContext::new(&site.double, NOW + 62 * SECOND);
    let status = ready(site.keys.ensure_loaded(&site.settings, &ctx)).unwrap();
    assert_eq!((status.age_seconds, site.double.call_count()), (Some(60), 0));
    assert_eq!(site.keys.status(&site.settings, NOW + 3 * DAY).count, 0);
}
