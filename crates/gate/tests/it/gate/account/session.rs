//! What the own session token says, and the module for pages.

use super::*;

const SESSION_JS: &str = "/.clerk-edge/session.js";

#[test]
fn the_token_is_described_without_a_secret_key() {
    let site = bound().without("CLERK_SECRET_KEY").open();
    let claims = json!({ "metadata": { "role": "admin" }, "org_id": "org_1", "iat": NOW - 7 });
    let seen = site.api_with(SESSION, &token(&claims));
    let expected = json!({
        "status": "signed-in", "reason": null, "user_id": "user_1", "session_id": "sess_1",
        "role": "admin", "org_id": "org_1", "issued_at": NOW - 7, "expires_at": NOW + 60,
        "claims_age_seconds": 7,
    });
    assert_eq!((seen.status, seen.json()), (200, expected));
    assert_eq!(seen.header("cache-control"), Some("no-store"));
    let seen = site.ask(&get(SESSION, &[]));
    let expected = json!({
        "status": "signed-out", "reason": "session-token-and-uat-missing", "user_id": null,
        "session_id": null, "role": null, "org_id": null, "issued_at": null, "expires_at": null,
        "claims_age_seconds": null,
    });
    assert_eq!((seen.status, seen.json()), (200, expected));
}

#[test]
fn a_role_that_the_token_lacks_is_not_looked_up() {
    let seen = site().ask(&get(SESSION, &[("cookie", &own_cookies())]));
    assert_eq!(seen.asks_nobody().json()["role"], Value::Null);
}

#[test]
fn without_a_key_it_does_not_say_signed_out() {
    let site = site();
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    site.double.says(BACKEND_KEYS, Err(ClerkCallError::Unreachable));
    site.api_with(SESSION, &token(&json!({}))).refuses(503, "keys-unavailable");
}

#[test]
fn the_module_is_kept_and_asked_about() {
    let site = bound().without("CLERK_SECRET_KEY").open();
    let seen = site.ask(&get(SESSION_JS, &[]));
    assert_eq!((seen.status, seen.header("cache-control")), (200, Some("no-cache")));
    assert_eq!(seen.header("content-type"), Some("text/javascript; charset=utf-8"));
    let etag = seen.header("etag").unwrap().to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 20);
    for known in [etag.clone(), format!("W/{etag}"), format!("\"a\", {etag}"), "*".to_owned()] {
        let seen = site.ask(&get(SESSION_JS, &[("if-none-match", &known)]));
        assert_eq!((seen.status, seen.body().as_str()), (304, ""), "{known}");
        assert_eq!(seen.header("etag"), Some(etag.as_str()));
    }
    let seen = site.ask(&get(SESSION_JS, &[("if-none-match", "\"old\"")]));
    assert_eq!(seen.status, 200);
    assert_eq!(site.ask(&method("POST", get(SESSION_JS, &[]))).status, 405);
}
