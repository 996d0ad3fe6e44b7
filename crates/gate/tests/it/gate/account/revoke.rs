//! Ending one of the own sessions: nobody else's, and none without its owner.

use super::*;

#[test]
fn an_own_session_is_ended() {
    let site = site();
    let seen = site.json(REVOKE, &json!({ "id": "sess_2" }));
    assert_eq!((seen.status, seen.json()), (200, json!({ "revoked": ["sess_2"] })));
    assert_eq!(seen.asked(), ["GET /sessions/sess_2", "POST /sessions/sess_2/revoke"]);
    assert_eq!(seen.cookies(), [""; 0]);
    let seen = site.form(REVOKE, "id=sess_2&to=/.clerk-edge/sessions");
    seen.comes_back_to("/.clerk-edge/sessions");
    let seen = site.json(REVOKE, &json!({ "id": "sess_1" }));
    assert_eq!((seen.status, seen.cookies().len()), (200, 8), "the own one is a sign-out");
}

#[test]
fn somebody_elses_session_is_answered_like_an_unknown_one() {
    let site = site();
    let gone = json!({ "errors": [{ "code": "resource_not_found" }] });
    site.clerk("/sessions/sess_5", 404, &gone);
    let (others, unknown) = (
        site.json(REVOKE, &json!({ "id": "sess_9" })),
        site.json(REVOKE, &json!({ "id": "sess_5" })),
    );
    for seen in [&others, &unknown] {
        seen.refuses(404, "not-found");
        assert!(seen.asked().iter().all(|call| call.starts_with("GET ")), "{:?}", seen.asked());
    }
    let told = |seen: &Seen| {
        let mut told = seen.json();
        told["request_id"] = Value::Null;
        told
    };
    assert_eq!(told(&others), told(&unknown));
    for id in ["../users/user_1", "sess_2?x=1", "sess 2", "", &"x".repeat(129)] {
        site.json(REVOKE, &json!({ "id": id })).refuses(404, "not-found").asks_nobody();
    }
    // An answer about another session is none.
    site.clerk("/sessions/sess_2", 200, &session("sess_3", "user_1"));
    site.json(REVOKE, &json!({ "id": "sess_2" })).refuses(503, "clerk-unavailable");
}

#[test]
fn all_others_end_and_this_one_stays() {
    let seen = site().json(REVOKE, &json!({ "others": true }));
    assert_eq!((seen.status, seen.json()), (200, json!({ "revoked": ["sess_2"] })));
    assert_eq!(seen.cookies(), [""; 0]);
    let seen = site().form(REVOKE, "others=true");
    assert_eq!(seen.comes_back_to("/").asked().len(), 2);
}

#[test]
fn one_thing_is_asked_for() {
    for body in [
        json!({}),
        json!({ "others": false }),
        json!({ "others": "yes" }),
        json!({ "id": "sess_2", "others": true }),
    ] {
        site().json(REVOKE, &body).refuses(400, "bad-request").asks_nobody();
    }
}

#[test]
fn whoever_is_not_signed_in_ends_nothing() {
    let site = site();
    let request = json_post(REVOKE, &json!({ "id": "sess_2" }), "");
    site.ask(&request).refuses(401, "signed-out").asks_nobody();
    let seen = site.ask(&form(REVOKE, "id=sess_2&to=/account", ""));
    assert_eq!(seen.asks_nobody().status, 303);
    assert!(seen.location().contains("redirect_url=https%3A%2F%2Fwww.example.com%2Faccount"));
    let pending = session_cookies(&token(&json!({ "sts": "pending" })));
    let request = json_post(REVOKE, &json!({ "id": "sess_2" }), &pending);
    site.ask(&request).refuses(401, "signed-out").asks_nobody();
    let acting = session_cookies(&token(&json!({ "act": { "sub": "user_admin" } })));
    for body in [json!({ "id": "sess_2" }), json!({ "others": true })] {
        let request = json_post(REVOKE, &body, &acting);
        site.ask(&request).refuses(403, "not-allowed").asks_nobody();
    }
}
