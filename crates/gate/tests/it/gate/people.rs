//! Authentication on routes where a session is required, and where it is optional.

use serde_json::json;

use clerk_edge_testing::mint::LIVE_SUFFIX;

use super::*;

fn rules() -> Value {
    json!([{ "path": "/member" }, { "path": "/maybe", "allow": "optional" }])
}

fn handshake(extra: &str) -> Request {
    page("/member", &[("cookie", &format!("__client_uat={}{extra}", NOW - 100))])
}

fn on(path: &str, request: &Request) -> Request {
    Request { url: format!("{HERE}{path}"), ..request.clone() }
}

#[test]
fn a_signed_in_request_is_forwarded_with_headers() {
    let site = Bound::live(&rules()).open();
    for path in ["/member", "/maybe"] {
        let seen = site.page_with(path, &token(&json!({})));
        assert_eq!(seen.is_forwarded().told("x-clerk-user-id"), Some("user_1"));
        assert_eq!(seen.told("x-clerk-auth-status"), Some("signed-in"));
        assert!(seen.guarded);
        assert_eq!(
            (&seen.log["user"], &seen.log["outcome"]),
            (&json!("user_1"), &json!("forward"))
        );
    }
}

#[test]
fn a_signed_out_request_is_forwarded_if_a_session_is_optional() {
    let site = Bound::live(&rules()).open();
    let seen = site.page("/maybe");
    assert_eq!(seen.is_forwarded().set, [("x-clerk-auth-status".to_owned(), "signed-out".into())]);
    assert_eq!(seen.appended("x-clerk-auth-reason"), Some("session-token-and-uat-missing"));
    assert!(seen.guarded);
    assert_eq!(site.page("/member").status, 307);
}

#[test]
fn a_handshake_is_a_redirect_on_required_and_optional_routes() {
    let site = Bound::live(&rules()).open();
    for path in ["/member", "/maybe"] {
        let seen = site.ask(&on(path, &handshake("")));
        assert_eq!((seen.status, &seen.log["outcome"]), (307, &json!("handshake")));
        assert!(seen.location().starts_with(&format!("{ISSUER}/v1/client/handshake?")));
        assert_eq!(seen.log["reason"], "client-uat-but-no-session-token");
        assert_eq!(seen.header("x-clerk-auth-status"), Some("handshake"));
        let cookie = seen.header("set-cookie").unwrap();
        assert!(cookie.starts_with("__clerk_redirect_count=1;"), "{cookie}");
        let answer = seen.answer.unwrap();
        let locations = answer.headers.iter().filter(|(name, _)| *name == "location").count();
        assert_eq!(locations, 1);
    }
    // What is no page cannot be sent anywhere.
    let program = get("/member", &[("cookie", "__client_uat=1")]);
    site.ask(&program).is_refused(401, "signed-out");
    let seen = site.ask(&on("/maybe", &program));
    assert_eq!(seen.is_forwarded().told("x-clerk-auth-status"), Some("signed-out"));
}

#[test]
fn the_third_handshake_is_the_last() {
    let site = Bound::live(&rules()).open();
    for (count, status) in [("2", 307), ("3", 508), ("4", 508), ("1e9", 508)] {
        let request = handshake(&format!("; __clerk_redirect_count={count}"));
        let seen = site.ask(&request);
        assert_eq!(seen.status, status, "{count}");
        if status == 508 {
            seen.is_refused(508, "redirect-loop");
            assert!(seen.body().contains("Signing in does not work"));
            assert_eq!(seen.header("x-clerk-auth-reason"), Some("client-uat-but-no-session-token"));
            let seen = site.ask(&on("/maybe", &request));
            assert_eq!(seen.is_forwarded().told("x-clerk-auth-status"), Some("signed-out"));
        }
    }
}

#[test]
fn without_keys_an_optional_route_is_forwarded_as_unavailable() {
    let site = Bound::live(&rules()).open();
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    let seen = site.page_with("/maybe", &token(&json!({})));
    assert_eq!(seen.is_forwarded().set, [("x-clerk-auth-status".to_owned(), "unavailable".into())]);
    assert!(seen.guarded);
    site.page_with("/member", &token(&json!({}))).is_refused(503, "keys-unavailable");
}

#[test]
fn a_pending_session_is_signed_out_and_redirected_to_its_tasks() {
    let site = Bound::live(&rules()).open();
    let pending = token(&json!({ "sts": "pending" }));
    let seen = site.page_with("/member", &pending);
    assert!(seen.location().starts_with(&format!("{PORTAL}/sign-in/tasks?redirect_url=")));
    assert_eq!(seen.header("x-clerk-auth-status"), None);
    site.api_with("/member", &pending).is_refused(401, "signed-out");
    let seen = site.page_with("/maybe", &pending);
    assert_eq!(seen.is_forwarded().set, [("x-clerk-auth-status".to_owned(), "signed-out".into())]);
    site.page_with("/member", &token(&json!({ "sts": "active" }))).is_forwarded();
}

#[test]
fn a_token_that_is_too_large_is_refused() {
    let site = Bound::live(&rules()).open();
    let large = token(&json!({ "bio": "x".repeat(16 * 1024) }));
    site.api_with("/member", &large).is_refused(400, "token-too-large");
    assert_eq!(site.double.checks.get(), 0);
    site.api_with("/maybe", &large).is_forwarded();
    site.api_with("/member", &token(&json!({ "bio": "x".repeat(8 * 1024) }))).is_forwarded();
}

#[test]
fn an_issuer_may_be_a_path_on_the_request_origin() {
    let proxied = Bound::live(&rules()).text("CLERK_PROXY_URL", "/__clerk").open();
    let of = |issuer: &str| token(&json!({ "iss": issuer }));
    for issuer in ["https://www.example.com/__clerk", ISSUER] {
        proxied.api_with("/member", &of(issuer)).is_forwarded();
    }
    let others = [
        "https://evil.example/__clerk",
        "https://www.example.com/__clerk/",
        "https://www.example.com/__clerkx",
        "https://www.example.com",
        "http://www.example.com/__clerk",
        "/__clerk",
        "",
    ];
    for issuer in others {
        let seen = proxied.api_with("/member", &of(issuer));
        seen.is_refused(401, "signed-out");
        assert_eq!(seen.log["reason"], "token-invalid-issuer", "{issuer}");
    }
    let by_cookie = |issuer: &str| {
        let session = format!("__session_{LIVE_SUFFIX}={}", of(issuer));
        let cookies = format!("{session}; __client_uat_{LIVE_SUFFIX}={}", NOW - 100);
        proxied.ask(&page("/member", &[("cookie", &cookies)])).status
    };
    assert_eq!(by_cookie("https://www.example.com/__clerk"), 0);
    assert_eq!(by_cookie("https://evil.example/__clerk"), 307);
    let plain = Bound::live(&rules()).open();
    plain.api_with("/member", &of("https://www.example.com/__clerk")).is_refused(401, "signed-out");
    let named = Bound::live(&rules()).text("CLERK_PROXY_URL", "/__clerk");
    let named = named.text("CLERK_ISSUER", ISSUER).open();
    named.api_with("/member", &of("https://www.example.com/__clerk")).is_refused(401, "signed-out");
}

/// The way back from Clerk: the address carries the cookies that are to be set.
fn way_back(path: &str) -> Request {
    let session = format!("__session={}; Path=/; Secure", token(&json!({})));
    let cookies = json!([session, format!("__client_uat={}; Path=/", NOW - 100)]);
    let handshake = token(&json!({ "handshake": cookies, "sub": null }));
    page(&format!("{path}?a=1&__clerk_handshake={handshake}"), &[("cookie", "__clerk_db_jwt=mark")])
}

#[test]
fn a_returning_handshake_sets_its_cookies() {
    let live = Bound::live(&rules()).open();
    for path in ["/member", "/maybe"] {
        let seen = live.ask(&way_back(path));
        assert_eq!(seen.is_forwarded().told("x-clerk-user-id"), Some("user_1"));
        assert!(seen.appended("set-cookie").is_some_and(|it| it.starts_with("__session=")));
        assert_eq!(seen.append.len(), 2);
    }
    // A development instance wants its marks out of the address first, whoever it is.
    let development = Bound::development(&rules()).open();
    for path in ["/member", "/maybe", "/.clerk-edge/access", "/debug-role"] {
        let seen = development.ask(&way_back(path));
        seen.leads_to(&format!("{HERE}{path}?a=1"));
        assert_eq!(seen.log["outcome"], "handshake");
        assert!(seen.header("set-cookie").is_some_and(|it| it.starts_with("__session=")));
    }
}

#[test]
fn a_development_instance_uses_a_development_browser_token() {
    let site = Bound::development(&rules()).open();
    let seen = site.ask(&page("/member?__clerk_db_jwt=new", &[]));
    assert_eq!((seen.status, &seen.log["reason"]), (307, &json!("dev-browser-sync")));
    let seen = site.page("/member");
    assert_eq!(seen.log["reason"], "dev-browser-missing");
    site.page_with("/member", &token(&json!({}))).is_forwarded();
}
