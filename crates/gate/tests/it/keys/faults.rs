//! Failures: sources that fail, clocks that jump, requests that are cancelled.
//!
//! In all of them a key of the last day is used, and a key is never "unknown" because no source
//! answered.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop loudly"
)]

use clerk_edge_gate::context::{BackgroundTask, KeySource, RequestContext};
use clerk_edge_gate::keys::{Keys, KeysUnavailable, NoKey};
use clerk_edge_gate::limits::{ANSWER_BYTES_MAX, KEYS_STALE_SECONDS};
use clerk_edge_gate::platform::{ClerkCallError, ClerkResponse};
use clerk_edge_token::algorithm::Algorithm::Rs256;

use super::{DAY, HOUR, MINUTE, NOW, SECOND, Site, modulus, set};
use clerk_edge_testing::platform::{Scene, html, json as reply};
use clerk_edge_testing::settings::{BACKEND_KEYS, FRONTEND_KEYS};
use clerk_edge_testing::task::ready;

pub(super) type Found = Result<String, NoKey>;

/// Everything that a source can do instead of returning a set.
fn faults() -> Vec<Scene> {
    let at_once = |outcome| Scene { after_ms: 0, outcome };
    let good: Result<ClerkResponse, ClerkCallError> = Ok(reply(200, &set(&["z"])));
    vec![
        at_once(Err(ClerkCallError::Unreachable)),
        Scene { after_ms: 3_001, outcome: good.clone() },
        Scene { after_ms: i64::MAX, outcome: good },
        at_once(Ok(reply(500, "{}"))),
        at_once(Ok(html(500))),
        at_once(Ok(html(200))),
        at_once(Ok(reply(302, &set(&["z"])))),
        at_once(Ok(reply(401, "{}"))),
        at_once(Ok(reply(404, "{}"))),
        at_once(Ok(reply(206, &set(&["z"])))),
        at_once(Ok(reply(200, ""))),
        at_once(Ok(reply(200, "{\"keys\":[]}"))),
        at_once(Ok(reply(200, "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"a\"}]}"))),
        at_once(Ok(reply(200, &set(&["z"]).replace("RSA", "EC")))),
        at_once(Ok(reply(200, &(set(&["z"]) + &" ".repeat(5 * 1024 * 1024))))),
        at_once(Ok(reply(200, &(set(&["z"]) + &" ".repeat(ANSWER_BYTES_MAX))))),
    ]
}

pub(super) fn unavailable(found: &Found) -> Option<u32> {
    match found {
        Err(NoKey::Unavailable(KeysUnavailable { retry_after_seconds })) => {
            Some(*retry_after_seconds)
        }
        _ => None,
    }
}

/// A site that fetched this set at [`NOW`] and cannot reach any source since.
pub(super) fn holding(key_ids: &[&str]) -> Site {
    let site = Site::new();
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(key_ids))));
    assert!(site.find(NOW, key_ids.first().unwrap()).0.is_ok());
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    site.double.take_urls();
    site
}

#[test]
fn if_every_source_fails_a_key_is_unavailable_and_never_unknown() {
    for (at, fault) in faults().into_iter().enumerate() {
        for other in faults() {
            let site = Site::new();
            site.double.plays(FRONTEND_KEYS, [fault.clone()]);
            site.double.plays(BACKEND_KEYS, [other]);
            let (found, ctx) = site.find(NOW, "a");
            assert_eq!(unavailable(&found), Some(1), "{at}");
            assert_eq!(site.double.take_urls(), [FRONTEND_KEYS, BACKEND_KEYS], "{at}");
            assert_eq!((ctx.take_notes().len(), ctx.take_tasks().len()), (2, 0), "{at}");
        }
        // Here the other source answers.
        let site = Site::new();
        site.double.plays(FRONTEND_KEYS, [fault]);
        let outcome = Ok(reply(200, &set(&["a"])));
        site.double.plays(BACKEND_KEYS, [Scene { after_ms: 3_000, outcome }]);
        assert_eq!(site.find(NOW, "a").0, Ok(modulus(1)), "{at}");
    }
}

#[test]
fn if_sources_fail_later_keys_of_the_last_day_are_used_without_waiting() {
    for (at, fault) in faults().into_iter().enumerate() {
        let site = holding(&["a"]);
        site.double.plays(FRONTEND_KEYS, [fault.clone()]);
        site.double.plays(BACKEND_KEYS, [fault]);
        for minute in (0..=24 * 60).step_by(7) {
            let ctx = RequestContext::new(&site.double, NOW + minute * MINUTE);
            let found = ready(site.keys.find(&site.settings, Some("a"), Rs256, &ctx));
            assert_eq!(
                found.map(|found| found.key.modulus),
                Ok(modulus(1)),
                "{at}, minute {minute}"
            );
            site.run_tasks(&ctx);
        }
        let last = NOW + KEYS_STALE_SECONDS * SECOND;
        assert_eq!(site.find(last, "a").0, Ok(modulus(1)), "{at}");
        assert!(unavailable(&site.find(last + 1, "a").0).is_some(), "{at}");
    }
}

#[test]
fn a_failed_renewal_is_tried_again_but_not_by_every_request() {
    let site = holding(&["a"]);
    for second in 0..3_600 {
        let ctx = RequestContext::new(&site.double, NOW + second * SECOND);
        assert!(ready(site.keys.find(&site.settings, Some("a"), Rs256, &ctx)).is_ok());
        site.run_tasks(&ctx);
    }
    let rounds = site.double.take_urls().len() / 2;
    assert!((100..=120).contains(&rounds), "{rounds} rounds in 55 minutes of outage");
}

#[test]
fn if_the_store_fails_clerk_is_asked() {
    let site = Site::with_stored(NOW - MINUTE, &["z"]);
    let (name, text) = site.double.kept().pop_first().unwrap();
    let stamp = (NOW - MINUTE).to_string();
    let others = [
        (String::new(), "format is unknown"),
        ("<html>".to_owned(), "format is unknown"),
        ("null".to_owned(), "format is unknown"),
        (set(&["a"]), "format is unknown"),
        (text.replace("\"v\":1", "\"v\":\"1\""), "format is unknown"),
        (text.replace("\"v\":1", "\"v\":1,\"more\":1"), "format is unknown"),
        (text.clone() + &" ".repeat(ANSWER_BYTES_MAX), "format is unknown"),
        (text.replace("\"v\":1", "\"v\":0"), "another version"),
        (text.replace("\"v\":1", "\"v\":2,\"more\":1"), "another version"),
        (text.replace("\"RSA\"", "\"EC\""), "no usable key"),
        (text.replace(&stamp, &(NOW - DAY - 1).to_string()), "more than a day"),
        (text.replace(&stamp, &(NOW + DAY + 1).to_string()), "more than a day"),
        (text.replace(&stamp, &i64::MAX.to_string()), "more than a day"),
        (text.replace(&stamp, &i64::MIN.to_string()), "more than a day"),
    ];
    for (other, sentence) in others {
        assert_ne!(other, text);
        let site = Site::new();
        site.double.keeps(&name, &other);
        site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
        let (found, ctx) = site.find(NOW, "a");
        assert_eq!(found, Ok(modulus(1)), "{sentence}");
        assert_eq!((site.double.reads.get(), site.double.call_count()), (1, 1), "{sentence}");
        let lines = ctx.take_notes();
        assert!(lines.iter().any(|line| line.contains(sentence)), "{sentence}: {lines:?}");
        // The set that was fetched replaces it.
        site.run_tasks(&ctx);
        let again = RequestContext::new(&site.double, NOW);
        let keys = Keys::new(3);
        assert!(site.double.run(keys.find(&site.settings, Some("a"), Rs256, &again)).is_ok());
        assert_eq!(again.key_source(), Some(KeySource::Store));
    }
    for slow in [false, true] {
        let site = Site::with_stored(NOW - MINUTE, &["a"]);
        site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["b"]))));
        site.double.store_fails.set(!slow);
        site.double.store_takes_ms.set(if slow { i64::MAX } else { 0 });
        let (found, ctx) = site.find(NOW, "b");
        assert_eq!(found, Ok(modulus(2)));
        assert!(ctx.take_notes().iter().any(|line| line.contains("could not be read")));
    }
}

#[test]
fn if_the_store_cannot_be_written_there_is_a_line_and_no_failure() {
    let site = Site::new();
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
    site.double.writes_fail.set(true);
    let ctx = RequestContext::new(&site.double, NOW);
    site.double.run(site.keys.renew(&site.settings, &ctx));
    assert_eq!(ctx.take_notes(), ["keys: CLERK_CACHE could not be written"]);
    assert_eq!(site.find(NOW, "a").0, Ok(modulus(1)));
}

#[test]
fn a_new_key_is_accepted_on_its_first_request_with_one_fetch() {
    // Warm memory, and a cold isolate with a warm store: both have the old set.
    let warm = holding(&["a"]);
    let cold = Site::with_stored(NOW - MINUTE, &["a"]);
    for site in [warm, cold] {
        site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a", "b"]))));
        let (found, ctx) = site.find(NOW + SECOND, "b");
        assert_eq!(found, Ok(modulus(2)));
        assert_eq!(ctx.key_source(), Some(KeySource::FrontendApi));
        assert!(ctx.take_tasks().iter().any(|chore| matches!(chore, BackgroundTask::Store { .. })));
        assert_eq!(site.find(NOW + SECOND, "a").0, Ok(modulus(1)));
        assert_eq!(site.double.take_urls(), [FRONTEND_KEYS]);
    }
}

#[test]
fn a_thousand_unknown_key_ids_cost_one_fetch_per_cool_down() {
    let site = holding(&["a"]);
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
    for at in 0..1_000 {
        let (found, _) = site.find(NOW + at * 30 - at / 2, &format!("random{at}"));
        assert_eq!(found, Err(NoKey::Unknown));
        assert!(site.find(NOW + at, "a").0.is_ok());
    }
    assert_eq!(site.double.take_urls(), [FRONTEND_KEYS]);
    assert_eq!(site.find(NOW + 30 * SECOND - 1, "random").0, Err(NoKey::Unknown));
    assert_eq!(site.double.call_count(), 0);
    assert_eq!(site.find(NOW + 30 * SECOND, "random").0, Err(NoKey::Unknown));
    assert_eq!(site.double.call_count(), 1);
    // The same from a cold start: the others use the result of the first fetch.
    let site = Site::new();
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
    for at in 0..1_000 {
        assert_eq!(site.find(NOW + at, &format!("random{at}")).0, Err(NoKey::Unknown));
    }
    assert_eq!(site.double.take_urls(), [FRONTEND_KEYS]);
}

#[test]
fn an_unknown_key_id_is_unavailable_while_no_source_answers() {
    let site = holding(&["a"]);
    assert_eq!(unavailable(&site.find(NOW + SECOND, "b").0), Some(30));
    assert_eq!(site.double.take_urls(), [FRONTEND_KEYS, BACKEND_KEYS]);
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a", "b"]))));
    assert_eq!(unavailable(&site.find(NOW + 11 * SECOND, "c").0), Some(20));
    assert_eq!(unavailable(&site.find(NOW + 31 * SECOND - 1, "b").0), Some(1));
    assert_eq!(site.find(NOW + 2 * SECOND, "a").0, Ok(modulus(1)), "those we have serve");
    assert_eq!(site.double.call_count(), 0);
    assert_eq!(site.find(NOW + 31 * SECOND, "b").0, Ok(modulus(2)));
    assert_eq!(site.double.call_count(), 1);
}

#[test]
fn without_any_keys_the_pause_grows_from_one_second_to_thirty() {
    let site = Site::new();
    let mut now = NOW;
    for pause in [1, 2, 4, 8, 16, 30, 30, 30] {
        assert_eq!(unavailable(&site.find(now, "a").0), Some(pause));
        assert_eq!(site.double.take_urls().len(), 2);
        let until = now + i64::from(pause) * SECOND;
        assert_eq!(unavailable(&site.find(until - 1, "a").0), Some(1));
        assert_eq!(unavailable(&site.find(until - 1, "b").0), Some(1));
        assert_eq!(site.double.call_count(), 0, "nobody is asked in between");
        now = until;
    }
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
    assert_eq!(site.find(now, "a").0, Ok(modulus(1)));
}

#[test]
fn a_clock_that_is_set_back_neither_keeps_a_set_fresh_nor_drops_it() {
    for back in [2 * MINUTE, HOUR, DAY] {
        let site = holding(&["a"]);
        let now = NOW - back;
        let (found, ctx) = site.find(now, "a");
        assert_eq!(found, Ok(modulus(1)));
        assert_eq!(
            ctx.take_tasks(),
            [BackgroundTask::RenewKeys],
            "it has no age that could be fresh"
        );
        site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["b"]))));
        let ctx = RequestContext::new(&site.double, now);
        site.double.run(site.keys.renew(&site.settings, &ctx));
        assert_eq!(site.find(now, "b").0, Ok(modulus(2)), "it was replaced");
        let age = site.keys.status(&site.settings, now + MINUTE).age_seconds;
        assert_eq!(age, Some(60));
    }
    // Even if it is set back by little, a set that is fetched later is newer.
    for back in [1, SECOND, 30 * SECOND, 60 * SECOND] {
        let site = holding(&["a"]);
        site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["b"]))));
        assert_eq!(site.find(NOW - back, "b").0, Ok(modulus(2)), "{back} ms");
    }
    let site = holding(&["a"]);
    assert!(unavailable(&site.find(NOW - DAY - 1, "a").0).is_some(), "nobody's set");
    // It does not prolong a pause or a cool-down.
    let site = Site::new();
    assert_eq!(unavailable(&site.find(NOW, "a").0), Some(1));
    let site = holding(&["a"]);
    assert_eq!(unavailable(&site.find(NOW, "b").0), Some(30));
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a", "b"]))));
    assert_eq!(site.find(NOW - HOUR, "b").0, Ok(modulus(2)));
}

#[test]
fn a_clock_that_jumps_ahead_makes_the_set_stale_and_then_too_old() {
    let site = holding(&["a"]);
    assert_eq!(site.find(NOW + DAY, "a").0, Ok(modulus(1)));
    let leapt = NOW + DAY + 1;
    assert!(unavailable(&site.find(leapt, "a").0).is_some());
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
    assert_eq!(site.find(leapt + 30 * SECOND, "a").0, Ok(modulus(1)));
    assert_eq!(site.find(NOW, "a").0, Ok(modulus(1)), "and back");
}
