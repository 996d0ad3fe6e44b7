//! The list of the own sessions.

use super::*;

#[test]
fn json_has_what_clerk_tells_and_no_more() {
    let site = site();
    let bare = json!({ "id": "sess_3", "user_id": "user_1", "status": "active" });
    let list = json!({ "data": [session("sess_1", "user_1"), bare] });
    site.clerk("/sessions?user_id=user_1&status=active&paginated=true&limit=100", 200, &list);
    let seen = site.ask(&get(SESSIONS, &[("cookie", &own_cookies())]));
    let expected = json!({ "sessions": [
        { "id": "sess_1", "device": "Macintosh", "browser": "Firefox 130.0",
          "place": "Köln, DE", "last_active_at": NOW_MS, "current": true },
        { "id": "sess_3", "current": false },
    ]});
    assert_eq!((seen.status, seen.json()), (200, expected));
    assert!(seen.made.iter().all(|call| call.method == ClerkMethod::Get));
    assert_eq!(seen.header("cache-control"), Some("no-store"));
    let seen = site.ask(&method("HEAD", get(SESSIONS, &[("cookie", &own_cookies())])));
    assert_eq!((seen.status, seen.body().as_str()), (200, ""));
}

#[test]
fn a_page_has_a_button_for_each_other_session() {
    let site = site();
    let mut odd = session("sess_2", "user_1");
    odd["latest_activity"]["city"] = json!("<script>alert(1)</script>");
    let list = json!({ "data": [session("sess_1", "user_1"), odd] });
    site.clerk("/sessions?user_id=user_1&status=active&paginated=true&limit=100", 200, &list);
    let body = site.page_with(SESSIONS, &token(&json!({}))).body();
    assert_eq!(body.matches("name=\"id\"").count(), 1, "{body}");
    assert!(body.contains("name=\"id\" value=\"sess_2\""));
    assert!(body.contains("This session") && body.contains("Firefox 130.0 on Macintosh"));
    assert!(!body.contains("<script") && body.contains("&lt;script&gt;"));
    assert!(!body.contains("192.0.2.1"), "an address is not shown");
    let alone = json!({ "data": [session("sess_1", "user_1")] });
    site.clerk("/sessions?user_id=user_1&status=active&paginated=true&limit=100", 200, &alone);
    assert!(!site.page_with(SESSIONS, &token(&json!({}))).body().contains("others"));
}

#[test]
fn nobody_sees_a_list_without_signing_in() {
    let site = site();
    site.ask(&get(SESSIONS, &[])).refuses(401, "signed-out").asks_nobody();
    let seen = site.page(SESSIONS);
    assert_eq!(seen.status, 303);
    assert!(seen.location().contains("sessions"), "{}", seen.location());
    let seen = site.ask(&page(SESSIONS, &[("cookie", "__client_uat=1")]));
    assert_eq!((seen.status, &seen.log["outcome"]), (307, &json!("handshake")));
    let odd = json!({ "data": [session("sess_9", "user_9")] });
    site.clerk("/sessions?user_id=user_1&status=active&paginated=true&limit=100", 200, &odd);
    let seen = site.ask(&get(SESSIONS, &[("cookie", &own_cookies())]));
    seen.refuses(503, "clerk-unavailable");
    assert!(!seen.body().contains("sess_9"));
}
