//! `UPSTREAM_KIND = nextjs`: what the app's `auth()` reads, and that nothing else gets it.

use super::*;

fn rules() -> Value {
    json!([
        { "path": "/open", "allow": "anyone" },
        { "path": "/maybe", "allow": "optional" },
        { "path": "/in", "allow": "signed-in" },
        { "path": "/keys", "allow": { "api_key": true } },
    ])
}

fn bound() -> Bound {
    Bound::live(&rules()).text("UPSTREAM_KIND", "nextjs")
}

const ALL: [&str; 3] = ["x-clerk-auth-token", "x-clerk-auth-signature", "x-clerk-clerk-url"];

#[test]
fn a_session_comes_with_its_token_the_signature_and_the_url() {
    let site = bound().open();
    let token = token(&json!({}));
    for seen in [site.api_with("/in?a=b", &token), site.page_with("/maybe", &token)] {
        seen.is_forwarded();
        assert_eq!(seen.told("x-clerk-auth-token"), Some(token.as_str()));
        assert_eq!(seen.told("x-clerk-auth-signature").map(str::len), Some(40));
        assert_eq!(seen.told("x-clerk-auth-status"), Some("signed-in"));
        assert_eq!(seen.told("x-clerk-request-data"), None);
    }
    assert_eq!(
        site.api_with("/in?a=b", &token).told("x-clerk-clerk-url"),
        Some("https://www.example.com/in?a=b")
    );
}

#[test]
fn where_nobody_is_known_the_app_is_told_so() {
    let site = bound().open();
    for path in ["/open", "/maybe"] {
        let seen = site.page(path);
        assert_eq!(seen.told("x-clerk-auth-status"), Some("signed-out"), "{path}");
        assert_eq!(seen.told("x-clerk-auth-token"), None, "{path}");
        assert!(seen.told("x-clerk-clerk-url").is_some(), "{path}");
    }
}

#[test]
fn a_machine_is_nobody_for_the_app_and_its_token_stays_here() {
    let site = bound().open();
    let key = json!({
        "object": "api_key", "id": "ak_1", "subject": "user_1", "scopes": [], "revoked": false,
        "expired": false,
    });
    let url = "https://api.clerk.com/api_keys/verify";
    site.double.says(url, Ok(reply(200, &key.to_string())));
    let seen = site.api_with("/keys", "ak_secret");
    assert_eq!(seen.told("x-clerk-auth-token"), Some("ak_"));
    assert_eq!(seen.told("x-clerk-auth-type"), Some("api_key"));
}

#[test]
fn a_plain_upstream_gets_none_of_it() {
    let site = Bound::live(&rules()).open();
    for path in ["/open", "/maybe", "/in"] {
        let seen = site.api_with(path, &token(&json!({})));
        assert!(ALL.iter().all(|name| seen.told(name).is_none()), "{path}");
    }
}

#[test]
fn all_together_stay_within_the_limit() {
    let site = bound().open();
    let seen = site.api_with("/in", &token(&json!({ "bio": "x".repeat(6_000) })));
    let bytes: usize = seen.set.iter().map(|(name, value)| name.len() + value.len()).sum();
    assert!(bytes <= 16 * 1024, "{bytes}");
    assert_eq!(seen.told("x-clerk-claims-omitted"), Some("too-large"));
    assert!(seen.told("x-clerk-auth-token").is_some());
}

#[test]
fn it_needs_the_secret_key_and_an_app() {
    let closed = |bound: Bound| bound.open().page("/open").status == 500;
    assert!(!closed(bound()));
    assert!(closed(bound().without("CLERK_SECRET_KEY")));
    assert!(closed(bound().text("UPSTREAM_KIND", "next")));
    assert!(closed(bound().with("ASSETS", Binding::Service).text("UPSTREAM", "assets")));
    assert!(!closed(bound().without("CLERK_SECRET_KEY").text("UPSTREAM_KIND", "plain")));
}
