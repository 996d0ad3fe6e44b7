//! Rules with `report_only`: everything is decided, logged and then forwarded.

use serde_json::json;

use super::*;

fn rules() -> Value {
    json!([
        { "path": "/try", "allow": { "role": "admin" }, "report_only": true, "otherwise": "/sorry" },
        { "path": "/real", "allow": { "role": "admin" }, "otherwise": "/sorry" },
        { "path": "/sorry", "allow": "anyone" },
        { "path": "/sent", "send": { "admin": "/sorry" }, "report_only": true },
    ])
}

#[test]
fn what_would_be_refused_is_forwarded_and_logged() {
    let site = Bound::live(&rules()).text("LOG", "refusals").open();
    let seen = site.api_with("/try", &with_role("user"));
    assert_eq!(seen.is_forwarded().told("x-clerk-user-id"), Some("user_1"));
    let log = |seen: &Seen| (seen.log["outcome"].clone(), seen.log["would"].clone());
    assert_eq!(log(&seen), (json!("forward"), json!("refuse")));
    assert_eq!((seen.code(), seen.guarded), ("not-allowed", true));
    let seen = site.page_with("/try", &with_role("user"));
    assert_eq!(log(seen.is_forwarded()), (json!("forward"), json!("redirect")));
    let seen = site.page_with("/sent", &with_role("admin"));
    assert_eq!(log(seen.is_forwarded()), (json!("forward"), json!("redirect")));
    assert_eq!(site.api_with("/try", &with_role("admin")).is_forwarded().log, Value::Null);
    site.api_with("/real", &with_role("user")).is_refused(403, "not-allowed");
}

#[test]
fn a_handshake_that_is_not_made_sets_no_cookie() {
    let site = Bound::live(&rules()).open();
    let cookie = [("cookie", "__client_uat=1749999900")];
    let seen = site.ask(&page("/try", &cookie));
    assert_eq!(seen.is_forwarded().log["would"], "handshake");
    assert_eq!(seen.log["reason"], "client-uat-but-no-session-token");
    assert_eq!(seen.told("x-clerk-auth-status"), Some("signed-out"));
    assert_eq!(seen.append, []);
    let seen = site.ask(&page("/real", &cookie));
    assert_eq!(seen.log["outcome"], "handshake");
    assert!(seen.header("set-cookie").is_some());
}

#[test]
fn signed_out_and_unavailable_are_forwarded_too() {
    let site = Bound::live(&rules()).open();
    let seen = site.page("/try");
    assert_eq!(seen.is_forwarded().log["would"], "redirect");
    assert_eq!(seen.told("x-clerk-auth-status"), Some("signed-out"));
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    let seen = site.page_with("/try", &with_role("admin"));
    assert_eq!(
        (seen.is_forwarded().code(), &seen.log["would"]),
        ("keys-unavailable", &json!("refuse"))
    );
    assert_eq!(seen.told("x-clerk-auth-status"), Some("unavailable"));
    let site = Bound::live(&rules()).open();
    site.user(Err(ClerkCallError::TimedOut));
    let seen = site.api_with("/try", &token(&json!({})));
    assert_eq!(seen.is_forwarded().code(), "claims-unavailable");
}
