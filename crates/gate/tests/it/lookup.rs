//! Look-ups of claims that the token lacks: what is asked, how often, and what each answer means.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop loudly"
)]

mod breaker;

use std::rc::Rc;

use clerk_edge_gate::clerk_api::ClerkApiError;
use clerk_edge_gate::context::{BackgroundTask, RequestContext};
use clerk_edge_gate::limits::{ANSWER_BYTES_MAX, LOOKUP_TIMEOUT_MS, USER_ID_BYTES_MAX};
use clerk_edge_gate::lookup::{LookedUp, LookupError, LookupFailed, Lookups};
use clerk_edge_gate::platform::{ClerkCallError, ClerkResponse, Platform};
use clerk_edge_gate::settings::Settings;
use serde_json::{Value, json};

use clerk_edge_testing::platform::{FakePlatform, Scene, html, json as reply};
use clerk_edge_testing::settings::development as settings;
use clerk_edge_testing::task::ready;

/// One isolate, its settings and its platform.
struct Site {
    double: FakePlatform,
    settings: Settings,
    lookups: Lookups,
}

type Outcome = Result<LookedUp, LookupFailed>;
/// A response, the expected result, and a part of the log line.
type Case = (Result<ClerkResponse, ClerkCallError>, Result<(), LookupError>, &'static str);

impl Site {
    fn new() -> Self {
        Self { double: FakePlatform::default(), settings: settings(), lookups: Lookups::default() }
    }

    /// A site where the API answers this about the user.
    fn saying(outcome: Result<ClerkResponse, ClerkCallError>) -> Self {
        let site = Self::new();
        site.double.says(USER_URL, outcome);
        site
    }

    /// One request of the user: the outcome, and the lines of the log.
    fn look(&self, now_ms: i64) -> (Outcome, Vec<String>) {
        let ctx = RequestContext::new(&self.double, now_ms);
        let outcome = self.double.run(self.lookups.public_metadata(&self.settings, USER, &ctx));
        for chore in ctx.take_tasks() {
            let BackgroundTask::Store { name, text, keep_seconds } = chore else { unreachable!() };
            let _ = self.double.run(self.double.store(&name, &text, keep_seconds));
        }
        (outcome, ctx.take_notes())
    }
}

fn user(metadata: &Value) -> ClerkResponse {
    let user = json!({
        "id": USER, "object": "user", "private_metadata": { "role": "private" },
        "public_metadata": metadata, "unsafe_metadata": { "role": "unsafe" },
    });
    reply(200, &user.to_string())
}

#[expect(clippy::unnecessary_wraps, reason = "what outcomes are compared with")]
fn found(metadata: Value) -> Outcome {
    Ok(LookedUp::Found(Rc::new(metadata)))
}

fn why(outcome: &Outcome) -> Option<LookupError> {
    outcome.as_ref().err().map(|failed| failed.why)
}

const USER: &str = "user_2abcDEF";
const USER_URL: &str = "https://api.clerk.com/v1/users/user_2abcDEF";
const SECOND: i64 = 1_000;
const NOW: i64 = 1_790_000_000_000;

#[test]
fn a_user_is_looked_up_once_in_the_time_to_live() {
    let site = Site::saying(Ok(user(&json!({ "role": "admin" }))));
    let (outcome, lines) = site.look(NOW);
    assert_eq!(outcome, found(json!({ "role": "admin" })));
    assert_eq!(lines.len(), 1);
    assert!(lines.iter().all(|line| line.contains(r#"{"metadata": "{{user.public_metadata}}"}"#)));
    assert_eq!(site.double.reads.get(), 1);
    for at in [0, 1, 30 * SECOND, 60 * SECOND - 1] {
        let ctx = RequestContext::new(&site.double, NOW + at);
        let outcome = ready(site.lookups.public_metadata(&site.settings, USER, &ctx));
        assert_eq!(outcome, found(json!({ "role": "admin" })));
        assert_eq!((ctx.lookups(), ctx.take_notes()), (0, vec![]));
    }
    assert_eq!((site.double.call_count(), site.double.reads.get()), (1, 1));
    // The time is over: the user is looked up again.
    site.double.says(USER_URL, Ok(user(&json!({}))));
    assert_eq!(site.look(NOW + 60 * SECOND).0, Ok(LookedUp::Absent));
    assert_eq!((site.lookups.status().count, site.lookups.status().failures), (2, 0));
}

#[test]
fn the_call_is_bounded_and_goes_to_the_configured_api_with_the_secret() {
    let site = Site::saying(Ok(user(&json!({ "role": "admin" }))));
    let ctx = RequestContext::new(&site.double, NOW);
    site.double.run(site.lookups.public_metadata(&site.settings, USER, &ctx)).unwrap();
    let calls = site.double.calls.take();
    let [call] = calls.as_slice() else { unreachable!() };
    assert_eq!((call.url.as_str(), &call.body), (USER_URL, &None));
    assert_eq!((call.timeout_ms, call.bytes_max), (LOOKUP_TIMEOUT_MS, ANSWER_BYTES_MAX));
    assert_eq!(call.secret, site.settings.secret_key);
    assert_eq!(ctx.lookups(), 1);
    let chores = ctx.take_tasks();
    let [BackgroundTask::Store { name, text, keep_seconds: 60 }] = chores.as_slice() else {
        unreachable!()
    };
    assert!(name.contains(&site.settings.instance.frontend_host) && name.ends_with(USER));
    assert!(text.contains("admin") && !text.contains("private"), "{text}");
}

#[test]
fn that_there_is_no_metadata_is_kept_like_metadata() {
    let unknown = reply(404, r#"{"errors":[{"code":"resource_not_found"}]}"#);
    for answer in [user(&json!({})), user(&json!(null)), unknown] {
        let site = Site::saying(Ok(answer));
        assert_eq!(site.look(NOW).0, Ok(LookedUp::Absent));
        assert_eq!(site.look(NOW + 59 * SECOND).0, Ok(LookedUp::Absent));
        assert_eq!(site.double.call_count(), 1);
        let cold = Lookups::default();
        let ctx = RequestContext::new(&site.double, NOW + 59 * SECOND);
        let outcome = site.double.run(cold.public_metadata(&site.settings, USER, &ctx));
        assert_eq!((outcome, site.double.call_count()), (Ok(LookedUp::Absent), 1));
    }
}

#[test]
fn each_answer_has_its_outcome_and_its_line() {
    let of = |status: u16| Ok(reply(status, r#"{"errors":[{"code":"clerk_key_invalid"}]}"#));
    let with_parameter = ClerkResponse {
        content_type: Some("application/json; charset=utf-8".to_owned()),
        ..user(&json!({ "role": "admin" }))
    };
    let someone_else = json!({ "id": "user_2other", "public_metadata": { "role": "admin" } });
    let no_object = json!({ "id": USER, "public_metadata": "admin" });
    let table: Vec<Case> = vec![
        (Ok(with_parameter), Ok(()), "Customize session token"),
        (of(401), Err(LookupError::Clerk(ClerkApiError::SecretRefused)), "CLERK_SECRET_KEY"),
        (of(403), Err(LookupError::Clerk(ClerkApiError::SecretRefused)), "CLERK_SECRET_KEY"),
        (of(404), Ok(()), "another instance"),
        (Ok(html(404)), Err(LookupError::Clerk(ClerkApiError::Status(404))), "answered 404"),
        (
            Ok(reply(404, r#"{"errors":[]}"#)),
            Err(LookupError::Clerk(ClerkApiError::Status(404))),
            "answered 404",
        ),
        (Ok(reply(404, "{}")), Err(LookupError::Clerk(ClerkApiError::Status(404))), "answered 404"),
        (of(429), Err(LookupError::Clerk(ClerkApiError::RateLimited)), "429 (too many requests)"),
        (of(500), Err(LookupError::Clerk(ClerkApiError::Status(500))), "answered 500"),
        (of(503), Err(LookupError::Clerk(ClerkApiError::Status(503))), "answered 503"),
        (of(302), Err(LookupError::Clerk(ClerkApiError::Status(302))), "answered 302"),
        (of(204), Err(LookupError::Clerk(ClerkApiError::Status(204))), "answered 204"),
        (Ok(html(200)), Err(LookupError::NotUnderstood), "not the user"),
        (Ok(html(500)), Err(LookupError::Clerk(ClerkApiError::Status(500))), "answered 500"),
        (Ok(reply(200, "{\"id\":")), Err(LookupError::NotUnderstood), "not the user"),
        (Ok(reply(200, "")), Err(LookupError::NotUnderstood), "not the user"),
        (Ok(reply(200, "null")), Err(LookupError::NotUnderstood), "not the user"),
        (Ok(reply(200, "{}")), Err(LookupError::NotUnderstood), "not the user"),
        (
            Ok(reply(200, &someone_else.to_string())),
            Err(LookupError::NotUnderstood),
            "not the user",
        ),
        (Ok(reply(200, &no_object.to_string())), Err(LookupError::NotUnderstood), "not the user"),
        (
            Ok(reply(200, &" ".repeat(ANSWER_BYTES_MAX + 1))),
            Err(LookupError::Clerk(ClerkApiError::NoAnswer(ClerkCallError::TooLarge))),
            "too large",
        ),
        (
            Err(ClerkCallError::Unreachable),
            Err(LookupError::Clerk(ClerkApiError::NoAnswer(ClerkCallError::Unreachable))),
            "cannot be reached",
        ),
    ];
    for (answer, expected, sentence) in table {
        let told = format!("{answer:?}").chars().take(120).collect::<String>();
        let site = Site::saying(answer);
        let (outcome, lines) = site.look(NOW);
        assert_eq!(outcome.as_ref().map(|_| ()).map_err(|failed| failed.why), expected, "{told}");
        assert!(lines.iter().any(|line| line.contains(sentence)), "{told}: {lines:?}");
        assert!(!format!("{lines:?}").contains("deadbeef"), "the secret is in the log");
        let status = site.lookups.status();
        assert_eq!((status.count, status.failures), (1, u64::from(expected.is_err())), "{told}");
        if let Err(failed) = outcome {
            assert!(failed.retry_after_seconds >= 1, "{told}");
            // A failure is not kept. The next request may ask again.
            assert_eq!(site.double.kept().len(), 0, "{told}");
            site.double.says(USER_URL, Ok(user(&json!({ "role": "admin" }))));
            let later = NOW + i64::from(failed.retry_after_seconds) * SECOND;
            assert_eq!(site.look(later).0, found(json!({ "role": "admin" })), "{told}");
        }
    }
}

#[test]
fn a_slow_answer_counts_up_to_two_seconds() {
    for (after_ms, in_time) in [(2_000, true), (2_001, false), (i64::MAX, false)] {
        let site = Site::new();
        let outcome = Ok(user(&json!({ "role": "admin" })));
        site.double.plays(USER_URL, [Scene { after_ms, outcome }]);
        let (outcome, _) = site.look(NOW);
        let silent = Some(LookupError::Clerk(ClerkApiError::NoAnswer(ClerkCallError::TimedOut)));
        assert_eq!(why(&outcome), if in_time { None } else { silent }, "{after_ms} ms");
    }
}

#[test]
fn one_request_calls_at_most_once() {
    let site = Site::new();
    let ctx = RequestContext::new(&site.double, NOW);
    let look = || site.double.run(site.lookups.public_metadata(&site.settings, USER, &ctx));
    assert_eq!(
        why(&look()),
        Some(LookupError::Clerk(ClerkApiError::NoAnswer(ClerkCallError::Unreachable)))
    );
    site.double.says(USER_URL, Ok(user(&json!({ "role": "admin" }))));
    assert_eq!(why(&look()), Some(LookupError::AskedAlready));
    assert_eq!(site.double.call_count(), 1);
    // If the first call was answered, the same request uses its result.
    let mut site = Site::saying(Ok(user(&json!({ "role": "admin" }))));
    site.settings.lookup_ttl_seconds = 0;
    let ctx = RequestContext::new(&site.double, NOW);
    for _ in 0..2 {
        let outcome = site.double.run(site.lookups.public_metadata(&site.settings, USER, &ctx));
        assert_eq!(outcome, found(json!({ "role": "admin" })));
    }
    assert_eq!(site.double.call_count(), 1);
}

#[test]
fn metadata_that_is_too_large_is_used_and_not_kept() {
    for (bytes, kept) in [(60_000, 1), (70_000, 0)] {
        let metadata = json!({ "role": "x".repeat(bytes) });
        let site = Site::saying(Ok(user(&metadata)));
        assert_eq!(site.look(NOW).0, found(metadata));
        assert_eq!(site.double.kept().len(), kept);
        assert!(site.look(NOW + 1).0.is_ok());
        assert_eq!(site.double.call_count(), 2 - kept);
    }
}

#[test]
fn without_a_store_memory_alone_is_used() {
    let mut site = Site::saying(Ok(user(&json!({ "role": "admin" }))));
    site.settings.has_store = false;
    for at in 0..3 {
        assert!(site.look(NOW + at).0.is_ok());
    }
    assert_eq!((site.double.call_count(), site.double.reads.get()), (1, 0));
    assert_eq!(site.double.kept().len(), 0);
}

#[test]
fn with_no_time_to_live_nothing_is_kept() {
    let mut site = Site::saying(Ok(user(&json!({ "role": "admin" }))));
    site.settings.lookup_ttl_seconds = 0;
    for at in 0..3 {
        assert!(site.look(NOW + at).0.is_ok());
    }
    assert_eq!((site.double.call_count(), site.double.reads.get()), (3, 0));
    assert_eq!(site.double.kept().len(), 0);
}

#[test]
fn without_a_secret_nothing_is_looked_up_and_one_line_says_so() {
    let mut site = Site::saying(Ok(user(&json!({ "role": "admin" }))));
    site.settings.secret_key = None;
    let (outcome, lines) = site.look(NOW);
    assert_eq!(outcome, Ok(LookedUp::NotConfigured));
    assert!(lines.iter().any(|line| line.contains("CLERK_SECRET_KEY")));
    let (outcome, lines) = site.look(NOW);
    assert_eq!((outcome, lines), (Ok(LookedUp::NotConfigured), vec![]));
    assert_eq!((site.double.call_count(), site.double.reads.get()), (0, 0));
}

#[test]
fn only_a_plain_user_id_is_put_into_a_url() {
    let long = "u".repeat(USER_ID_BYTES_MAX + 1);
    let hostile = [
        "", ".", "..", "../jwks", "a/b", "a%2Fb", "a?b", "a#b", "a b", "a\nb", "ü", "a.b", "a\0b",
        &long,
    ];
    for id in hostile {
        let site = Site::new();
        let ctx = RequestContext::new(&site.double, NOW);
        let outcome = ready(site.lookups.public_metadata(&site.settings, id, &ctx));
        assert_eq!(outcome, Ok(LookedUp::Absent), "{id:?}");
        assert_eq!((site.double.call_count(), site.double.reads.get()), (0, 0), "{id:?}");
        assert_eq!(ctx.take_notes().len(), 1);
    }
    for id in ["user_2abc", "A", "0", "_", "a-b", &"u".repeat(USER_ID_BYTES_MAX)] {
        let site = Site::new();
        let ctx = RequestContext::new(&site.double, NOW);
        let outcome = site.double.run(site.lookups.public_metadata(&site.settings, id, &ctx));
        assert!(outcome.is_err());
        let expected = format!("https://api.clerk.com/v1/users/{id}");
        assert_eq!(site.double.take_urls(), [expected]);
    }
}

#[test]
fn users_and_instances_are_kept_apart() {
    let site = Site::saying(Ok(user(&json!({ "role": "admin" }))));
    assert!(site.look(NOW).0.is_ok());
    let mut other = site.settings.clone();
    other.instance.frontend_host = "clerk.other.example".to_owned();
    // Instances may share a store. An isolate has one instance.
    let of_other = Lookups::default();
    for (lookups, settings, id) in
        [(&of_other, &other, USER), (&site.lookups, &site.settings, "user_2abcDEG")]
    {
        site.double.says(USER_URL, Err(ClerkCallError::Unreachable));
        let ctx = RequestContext::new(&site.double, NOW + 1);
        let outcome = site.double.run(lookups.public_metadata(settings, id, &ctx));
        assert_eq!(
            why(&outcome),
            Some(LookupError::Clerk(ClerkApiError::NoAnswer(ClerkCallError::Unreachable))),
            "{id}"
        );
    }
}

#[test]
fn the_store_saves_calls_and_its_failures_are_ignored() {
    // Another isolate looked it up: no call.
    let site = Site::saying(Ok(user(&json!({ "role": "admin" }))));
    assert!(site.look(NOW).0.is_ok());
    let (name, text) = site.double.kept().pop_first().unwrap();
    let cold = |stored: &str, now_ms: i64| {
        let site = Site::saying(Ok(user(&json!({ "role": "member" }))));
        site.double.keeps(&name, stored);
        let (outcome, lines) = site.look(now_ms);
        (outcome, site.double.call_count(), lines)
    };
    let (outcome, calls, lines) = cold(&text, NOW + 59 * SECOND);
    assert_eq!((outcome, calls, lines.len()), (found(json!({ "role": "admin" })), 0, 0));
    // The store keeps entries longer: the timestamp counts.
    assert_eq!(cold(&text, NOW + 60 * SECOND).0, found(json!({ "role": "member" })));
    // An entry with a timestamp in the future is not used.
    assert_eq!(cold(&text, NOW - 60 * SECOND).0, found(json!({ "role": "member" })));
    for rubbish in ["", "null", "<html>", "{\"v\":0}", &text.replace("\"v\":2", "\"v\":1")] {
        let (outcome, calls, lines) = cold(rubbish, NOW);
        assert_eq!((outcome, calls), (found(json!({ "role": "member" })), 1), "{rubbish}");
        assert!(lines.iter().any(|line| line.contains("ignored: ")), "{rubbish}");
    }
    for slow in [false, true] {
        let site = Site::saying(Ok(user(&json!({ "role": "member" }))));
        site.double.store_fails.set(!slow);
        site.double.store_takes_ms.set(if slow { i64::MAX } else { 0 });
        let (outcome, lines) = site.look(NOW);
        assert_eq!(outcome, found(json!({ "role": "member" })));
        assert!(lines.iter().any(|line| line.contains("could not be read")));
    }
}
