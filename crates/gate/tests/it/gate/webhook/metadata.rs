//! `NEW_USER_METADATA`: written once, however often the event comes, and never over what is there.

use super::*;

fn members() -> Bound {
    bound().text("NEW_USER_METADATA", r#"{"role":"member","prefs":{"lang":"en","news":true}}"#)
}

#[test]
fn a_new_user_gets_the_fields_that_are_absent() {
    let site = members().open();
    site.clerk_user(0, &json!({ "prefs": { "lang": "de" } }));
    let seen = site.deliver("msg_1", &created(0, &json!({})));
    seen.did(&["finding", "metadata"]);
    let expected = json!({ "public_metadata": { "role": "member", "prefs": { "news": true } } });
    assert_eq!(seen.written(), [expected]);
    // A change of a user who is not new writes nothing.
    let seen = site.deliver("msg_2", &updated(1, &json!({})));
    assert_eq!(seen.did(&["finding"]).calls.len(), 0);
}

#[test]
fn what_is_there_is_not_written_over() {
    let site = members().open();
    site.clerk_user(0, &json!({ "role": "admin", "prefs": { "lang": "de", "news": false } }));
    let seen = site.deliver("msg_1", &created(0, &json!({})));
    assert_eq!(
        seen.did(&["finding"]).written().len(),
        0,
        "the event is older than an admin's change"
    );
}

#[test]
fn after_an_outage_of_clerk_the_metadata_are_there_once() {
    let site = members().open();
    let event = created(0, &json!({}));
    site.user(Err(ClerkCallError::Unreachable));
    site.deliver("msg_1", &event).has_to_come_again("clerk-unavailable");
    // The write fails after the user could be read.
    site.clerk_user(0, &json!({}));
    site.double.says(&format!("{USER}/metadata"), Err(ClerkCallError::TimedOut));
    site.deliver("msg_1", &event).has_to_come_again("clerk-unavailable");
    site.clerk_user(0, &json!({}));
    assert_eq!(site.deliver("msg_1", &event).did(&["finding", "metadata"]).written().len(), 1);
    // Delivered again, here and to an isolate that knows nothing of it.
    site.clerk_user(1, &json!({ "role": "member", "prefs": { "lang": "en", "news": true } }));
    assert_eq!(site.deliver("msg_1", &event).did(&[]).written().len(), 0);
    let mut site = site;
    site.other_isolate(&members());
    assert_eq!(site.deliver("msg_1", &event).written().len(), 0);
}

#[test]
fn an_event_that_is_older_than_the_finding_still_fills_what_is_absent() {
    let site = members().open();
    site.deliver("msg_2", &updated(5, &json!({ "role": "admin" }))).did(&["finding"]);
    site.clerk_user(5, &json!({ "role": "admin" }));
    let seen = site.deliver("msg_1", &created(0, &json!({})));
    seen.did(&["metadata"]);
    let expected = json!({ "public_metadata": { "prefs": { "lang": "en", "news": true } } });
    assert_eq!(seen.written(), [expected]);
}

#[test]
fn the_finding_is_what_clerk_answers_to_the_write() {
    let mut site = members().open();
    site.clerk_user(0, &json!({}));
    let user = json!({
        "id": "user_1", "public_metadata": { "role": "admin" }, "updated_at": NOW_MS + 700,
    });
    site.double.says(&format!("{USER}/metadata"), Ok(reply(200, &user.to_string())));
    site.deliver("msg_1", &created(0, &json!({}))).did(&["finding", "metadata"]);
    for _ in 0..2 {
        let seen = site.api_with("/admin", &token(&json!({})));
        assert_eq!(seen.is_forwarded().calls.len(), 0);
        site.other_isolate(&members());
    }
}

#[test]
fn each_kind_of_error_has_its_answer() {
    let clerk = |code: &str| json!({ "errors": [{ "code": code, "message": "SECRET words" }] });
    let event = created(0, &json!({}));
    for (from_clerk, body, status, code) in [
        (401, clerk("clerk_key_invalid"), 502, "clerk-refused"),
        (403, clerk("forbidden"), 502, "clerk-refused"),
        (422, clerk("form_param_invalid"), 502, "clerk-refused"),
        (404, clerk("resource_not_found"), 404, "not-found"),
        (404, json!("<html>"), 503, "clerk-unavailable"),
        (429, clerk("too_many"), 503, "rate-limited"),
        (500, clerk("x"), 503, "clerk-unavailable"),
        (200, json!({ "id": "user_2" }), 503, "clerk-unavailable"),
    ] {
        for path in ["", "/metadata"] {
            let site = members().open();
            site.clerk_user(0, &json!({}));
            site.double.says(&format!("{USER}{path}"), Ok(reply(from_clerk, &body.to_string())));
            let seen = site.deliver("msg_1", &event);
            assert_eq!((seen.status, &seen.json()["code"]), (status, &json!(code)), "{path}");
            assert_eq!(seen.json()["retryable"] == true, status == 503, "{}", seen.body());
            assert!(!seen.body().contains("SECRET") && !seen.lines.concat().contains("SECRET"));
            // It is not done, so it is done when it comes again.
            site.clerk_user(0, &json!({}));
            site.deliver("msg_1", &event).did(&["finding", "metadata"]);
        }
    }
}

#[test]
fn without_a_secret_key_findings_are_kept_and_nothing_is_written() {
    let bound = members().without("CLERK_SECRET_KEY").text("HEALTH_DETAILS", "true");
    let site = bound.open();
    let seen = site.deliver("msg_1", &created(0, &json!({})));
    assert_eq!((seen.status, &seen.json()["code"]), (503, &json!("not-configured")));
    site.deliver("msg_2", &updated(1, &json!({ "role": "admin" }))).did(&["finding"]);
    let health = site.ask(&get("/.clerk-edge/health", &[])).json();
    assert!(health["notes"].to_string().contains("NEW_USER_METADATA"), "{health}");
}
