//! What an event leaves in the store: never an older finding over a newer one, and nothing after a
//! deletion.

use super::*;

fn stored(site: &Site) -> Value {
    let kept = site.double.kept();
    let mut entries = kept.iter().filter(|(name, _)| name.ends_with(":user_1"));
    let entry = entries.next().map(|(_, text)| serde_json::from_str(text).unwrap());
    entry.unwrap_or_default()
}

#[test]
fn the_public_metadata_become_the_finding() {
    let site = bound().open();
    let seen = site.deliver("msg_1", &updated(1, &json!({ "role": "admin" })));
    seen.did(&["finding"]);
    assert_eq!(seen.json()["event"], "user.updated");
    let entry = stored(&site);
    assert_eq!(entry["metadata"], json!({ "role": "admin" }));
    assert_eq!(
        (&entry["updated_at"], &entry["fetched_at"]),
        (&json!(NOW_MS + 1_000), &json!(NOW_MS))
    );
    assert!(!entry.to_string().contains("private") && !entry.to_string().contains("unsafe"));
    assert_eq!(site.double.writes.borrow().as_slice()[0].1, 172_800, "for as long as Svix repeats");
    assert_eq!(seen.calls.len(), 0);
}

#[test]
fn an_older_event_changes_nothing_in_any_isolate() {
    let mut site = bound().open();
    site.deliver("msg_2", &updated(2, &json!({ "role": "user" }))).did(&["finding"]);
    for isolate in 0..2 {
        site.deliver(&format!("msg_1{isolate}"), &updated(1, &json!({ "role": "admin" }))).did(&[]);
        let mut timeless = updated(9, &json!({ "role": "admin" }));
        timeless["data"].as_object_mut().unwrap().remove("updated_at");
        site.deliver(&format!("msg_0{isolate}"), &timeless).did(&[]);
        assert_eq!(stored(&site)["metadata"], json!({ "role": "user" }));
        site.other_isolate(&bound());
    }
    site.deliver("msg_3", &updated(3, &json!({}))).did(&["finding"]);
    assert_eq!(stored(&site)["metadata"], Value::Null);
}

#[test]
fn nothing_comes_back_after_a_deletion() {
    let mut site = bound().text("NEW_USER_METADATA", r#"{"role":"member"}"#).open();
    site.deliver("msg_1", &deleted()).did(&["finding"]);
    for isolate in 0..2 {
        let late = created(999, &json!({ "role": "admin" }));
        let seen = site.deliver(&format!("msg_2{isolate}"), &late);
        seen.did(&[]);
        assert_eq!(seen.calls.len(), 0, "a user who is gone gets no metadata");
        site.other_isolate(&bound());
    }
    assert_eq!(
        (&stored(&site)["deleted"], &stored(&site)["metadata"]),
        (&json!(true), &Value::Null)
    );
    // For rules there is no such user, whatever an older token says.
    site.now_ms += 1;
    site.api_with("/admin", &with_role("admin")).is_refused(403, "not-allowed");
    site.api_with("/member", &with_role("admin")).is_forwarded();
}

#[test]
fn a_delivery_is_done_once_for_ten_minutes() {
    let mut site = bound().open();
    let event = updated(1, &json!({ "role": "admin" }));
    site.deliver("msg_1", &event).did(&["finding"]);
    site.deliver("msg_1", &event).did(&[]);
    site.deliver("msg_2", &event).did(&["finding"]);
    site.now_ms += 600_000;
    site.deliver("msg_1", &event).did(&["finding"]);
    site.other_isolate(&bound());
    site.deliver("msg_1", &event).did(&["finding"]);
    assert_eq!(stored(&site)["metadata"], json!({ "role": "admin" }));
}

#[test]
fn unknown_events_are_204_and_events_without_a_user_do_nothing() {
    let site = bound().open();
    for name in ["session.created", "organizationMembership.updated", "user.banned", "x", ""] {
        let event = json!({ "type": name, "data": { "id": "user_1" } });
        for _ in 0..2 {
            let seen = site.deliver("msg_1", &event);
            assert_eq!((seen.status, seen.body().as_str()), (204, ""), "{name}");
        }
    }
    for (at, name) in ["user.created", "user.updated", "user.deleted"].into_iter().enumerate() {
        for (also, id) in [json!(null), json!(5), json!(""), json!("user/1")].iter().enumerate() {
            let event = json!({ "type": name, "data": { "id": id } });
            site.deliver(&format!("msg_{at}{also}"), &event).did(&[]);
        }
    }
    assert_eq!(site.double.kept().len(), 0);
}

#[test]
fn a_store_that_fails_makes_the_event_come_again() {
    let site = bound().open();
    let event = updated(1, &json!({ "role": "admin" }));
    site.double.writes_fail.set(true);
    site.deliver("msg_1", &event).has_to_come_again("webhook-unfinished");
    site.double.writes_fail.set(false);
    site.double.store_fails.set(true);
    site.deliver("msg_1", &event).has_to_come_again("webhook-unfinished");
    site.double.store_fails.set(false);
    site.deliver("msg_1", &event).did(&["finding"]);
    site.double.writes_fail.set(true);
    site.deliver("msg_2", &deleted()).has_to_come_again("webhook-unfinished");
}

#[test]
fn without_a_store_this_isolate_alone_knows() {
    let mut site = bound().without("CLERK_CACHE").open();
    site.deliver("msg_1", &updated(1, &json!({ "role": "admin" }))).did(&[]);
    site.api_with("/admin", &token(&json!({}))).is_forwarded();
    site.other_isolate(&bound().without("CLERK_CACHE"));
    site.user(user(&json!({})));
    site.api_with("/admin", &token(&json!({}))).is_refused(403, "not-allowed");
}

#[test]
fn a_look_up_does_not_replace_what_was_pushed_later() {
    let mut site = bound().open();
    site.deliver("msg_2", &updated(2, &json!({ "role": "user" }))).did(&["finding"]);
    // The finding is too old to be used, and the API still answers with what was before.
    site.now_ms += 3_600_000;
    site.other_isolate(&bound());
    site.clerk_user(1, &json!({ "role": "admin" }));
    let later = token(&json!({ "iat": NOW + 3_600, "exp": NOW + 3_660 }));
    let request = get("/admin", &[("authorization", &format!("Bearer {later}"))]);
    assert_eq!(site.ask_to_the_end(&request).calls, [USER]);
    assert_eq!(stored(&site)["metadata"], json!({ "role": "user" }));
    site.clerk_user(3, &json!({ "role": "admin" }));
    site.other_isolate(&bound());
    site.ask_to_the_end(&request).is_forwarded();
    assert_eq!(stored(&site)["metadata"], json!({ "role": "admin" }));
}
