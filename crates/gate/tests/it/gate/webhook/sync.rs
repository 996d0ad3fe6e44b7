//! `SYNC_URL`: what the site is sent, and what of its answer is written.

use super::*;

const SITE: &str = "https://api.example.org/hooks/clerk?v=1";

fn synced() -> Bound {
    bound().text("SYNC_URL", SITE).text("SYNC_SECRET", OTHER_SECRET)
}

fn site_that_answers(status: u16, body: &str) -> Site {
    let site = synced().open();
    site.double.says(SITE, Ok(reply(status, body)));
    site
}

#[test]
fn the_site_is_sent_the_event_under_its_own_secret() {
    let site = site_that_answers(204, "");
    let event = updated(1, &json!({ "role": "user" }));
    let seen = site.deliver("msg_7", &event);
    seen.did(&["finding", "sync"]);
    let [call] = seen.made.as_slice() else { panic!("{:?}", seen.calls) };
    assert_eq!((call.url.as_str(), &call.secret), (SITE, &None));
    assert_eq!(call.body.as_deref(), Some(event.to_string().as_str()));
    assert_eq!((call.timeout_ms, call.bytes_max), (5_000, 65_536));
    let header = |name: &str| call.headers.iter().find(|(it, _)| *it == name).unwrap().1.as_str();
    assert_eq!(header("svix-id"), "msg_7");
    assert_eq!(header("svix-timestamp"), NOW.to_string());
    assert_eq!(header("svix-signature"), signature(OTHER_SECRET, "msg_7", NOW, &event.to_string()));
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(call.headers.len(), 4);
}

#[test]
fn what_differs_is_written_and_nothing_else() {
    let answer = json!({ "plan": "pro", "old": null, "seats": 5.0, "deep": { "a": 1 } });
    let site = site_that_answers(200, &answer.to_string());
    let there = json!({ "role": "user", "old": 1, "seats": 5, "deep": { "b": 2 } });
    site.clerk_user(1, &there);
    let seen = site.deliver("msg_1", &updated(1, &there));
    seen.did(&["finding", "sync", "metadata"]);
    let changes = json!({ "plan": "pro", "old": null, "deep": { "a": 1 } });
    assert_eq!(seen.written(), [json!({ "public_metadata": changes })]);
    // The event that follows from the write ends the circle, without a call of Clerk's API.
    let after = json!({ "role": "user", "plan": "pro", "seats": 5, "deep": { "a": 1, "b": 2 } });
    let seen = site.deliver("msg_2", &updated(2, &after));
    assert_eq!(seen.did(&["finding", "sync"]).calls, [SITE]);
}

#[test]
fn what_clerk_has_now_counts_and_not_what_the_event_says() {
    let site = site_that_answers(200, r#"{"plan":"pro"}"#);
    site.clerk_user(3, &json!({ "plan": "pro" }));
    let seen = site.deliver("msg_1", &updated(1, &json!({})));
    assert_eq!(seen.did(&["finding", "sync"]).written().len(), 0);
}

#[test]
fn the_site_wins_over_what_new_users_get() {
    for (answer, expected) in [
        (json!({ "role": "vip" }), json!({ "role": "vip", "x": 1 })),
        (json!({ "role": null }), json!({ "x": 1 })),
        (json!({}), json!({ "role": "member", "x": 1 })),
    ] {
        let bound = synced().text("NEW_USER_METADATA", r#"{"role":"member","x":1}"#);
        let site = bound.open();
        site.double.says(SITE, Ok(reply(200, &answer.to_string())));
        site.clerk_user(0, &json!({}));
        let seen = site.deliver("msg_1", &created(0, &json!({})));
        assert_eq!(seen.written(), [json!({ "public_metadata": expected })], "{answer}");
    }
}

#[test]
fn an_older_event_is_not_sent() {
    let site = site_that_answers(200, r#"{"plan":"pro"}"#);
    site.clerk_user(2, &json!({ "plan": "pro" }));
    site.deliver("msg_2", &updated(2, &json!({ "plan": "pro" }))).did(&["finding", "sync"]);
    assert_eq!(site.deliver("msg_1", &updated(1, &json!({}))).did(&[]).calls.len(), 0);
    assert_eq!(site.deliver("msg_3", &deleted()).did(&["finding"]).calls.len(), 0);
}

#[test]
fn any_other_answer_makes_the_event_come_again() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(65_536));
    let answers = [
        Ok(reply(200, "")),
        Ok(reply(200, "[]")),
        Ok(reply(200, "null")),
        Ok(reply(200, "{")),
        Ok(reply(200, &long)),
        Ok(reply(301, "{}")),
        Ok(reply(400, "{}")),
        Ok(reply(500, "{}")),
        Err(ClerkCallError::Unreachable),
        Err(ClerkCallError::TimedOut),
    ];
    for answer in answers {
        let site = synced().open();
        site.double.says(SITE, answer.clone());
        let event = updated(1, &json!({ "role": "user" }));
        let seen = site.deliver("msg_1", &event);
        seen.has_to_come_again("webhook-unfinished");
        assert!(seen.lines.iter().any(|line| line.contains("SYNC_URL")), "{:?}", seen.lines);
        assert_eq!(site.double.kept().len(), 1, "the finding is kept all the same");
        site.double.says(SITE, Ok(reply(201, "{}")));
        site.deliver("msg_1", &event).did(&["finding", "sync"]);
    }
}
