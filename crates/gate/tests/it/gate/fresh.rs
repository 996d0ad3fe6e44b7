//! `fresh`: claims that are older count as absent for role and metadata, and are looked up.

use super::*;

fn bound() -> Bound {
    Bound::live(&json!([
        { "path": "/admin", "allow": { "role": "admin" }, "fresh": 30 },
        { "path": "/pro", "allow": { "claim": { "metadata.plan": "pro" } }, "fresh": 30 },
        { "path": "/org", "allow": { "org": "acme" }, "fresh": 30 },
        { "path": "/member", "fresh": 30 },
        { "path": "/home", "allow": "signed-in", "fresh": 30, "send": { "admin": "/admin" } },
        { "path": "/slow", "allow": { "role": "admin" } },
    ]))
}

/// A site, so many seconds after the token's claims were read.
fn site(seconds: i64) -> Site {
    Site { now_ms: NOW_MS + seconds * 1_000, ..bound().open() }
}

fn admin() -> String {
    token(&json!({ "metadata": { "role": "admin", "plan": "pro" } }))
}

#[test]
fn the_token_counts_for_so_long_and_then_clerk_is_asked() {
    for path in ["/admin", "/pro"] {
        let site = site(30);
        site.user(user(&json!({})));
        assert_eq!(site.api_with(path, &admin()).is_forwarded().calls.len(), 0, "{path}");
        let site = self::site(31);
        site.user(user(&json!({})));
        let seen = site.api_with(path, &admin());
        assert_eq!(seen.is_refused(403, "not-allowed").calls, [USER], "{path}");
        let site = self::site(31);
        site.user(user(&json!({ "role": "admin", "plan": "pro" })));
        assert_eq!(site.api_with(path, &admin()).is_forwarded().calls, [USER], "{path}");
        // A rule without it takes the token as it is.
        site.user(user(&json!({})));
    }
    let site = site(55);
    assert_eq!(site.api_with("/slow", &admin()).is_forwarded().calls.len(), 0);
}

#[test]
fn where_clerk_cannot_be_asked_nobody_enters() {
    let site = site(31);
    site.user(Err(ClerkCallError::Unreachable));
    site.api_with("/admin", &admin()).is_refused(503, "claims-unavailable");
    site.page_with("/home", &admin()).is_refused(503, "claims-unavailable");
    site.api_with("/member", &admin()).is_forwarded();
}

#[test]
fn a_finding_is_used_for_as_long_whatever_the_time_to_live_says() {
    let mut site =
        Site { now_ms: NOW_MS + 31_000, ..bound().text("LOOKUP_TTL_SECONDS", "3600").open() };
    site.user(user(&json!({ "role": "admin" })));
    let token = token(&json!({ "metadata": { "role": "admin" }, "exp": NOW + 300 }));
    assert_eq!(site.api_with("/admin", &token).calls.len(), 1);
    site.now_ms += 29_000;
    assert_eq!(site.api_with("/admin", &token).is_forwarded().calls.len(), 0);
    site.user(user(&json!({})));
    site.now_ms += 2_000;
    let seen = site.api_with("/admin", &token);
    assert_eq!(seen.is_refused(403, "not-allowed").calls.len(), 1);
}

#[test]
fn headers_and_send_follow_and_the_organization_does_not() {
    let site = site(31);
    site.user(user(&json!({ "role": "editor" })));
    let seen = site.api_with("/member", &admin());
    assert_eq!(seen.is_forwarded().told("x-clerk-role"), Some("editor"));
    site.page_with("/home", &admin()).is_forwarded();
    let acme = token(&json!({ "v": 2, "o": { "id": "org_1", "slg": "acme", "rol": "admin" } }));
    site.api_with("/org", &acme).is_forwarded();
    let young = self::site(30);
    young.page_with("/home", &admin()).leads_to("/admin");
    assert_eq!(young.api_with("/member", &admin()).told("x-clerk-role"), Some("admin"));
}

#[test]
fn the_age_is_logged() {
    for seconds in [0, 31] {
        let seen = site(seconds).api_with("/slow", &admin());
        assert_eq!(seen.is_forwarded().log["claims_age_seconds"], seconds);
    }
    let seen = site(0).page("/slow");
    assert_eq!(seen.log["claims_age_seconds"], Value::Null);
}

#[test]
fn access_asks_once_for_all_rules() {
    let site = site(31);
    site.user(user(&json!({ "role": "editor", "plan": "pro" })));
    let seen = site.api_with("/.clerk-edge/access", &admin());
    assert_eq!(seen.calls, [USER]);
    let json = seen.json();
    let areas: Vec<_> = json["areas"].as_array().unwrap().iter().map(|it| &it["allowed"]).collect();
    assert_eq!(areas, [false, true, false, true, true, false], "{json}");
}
