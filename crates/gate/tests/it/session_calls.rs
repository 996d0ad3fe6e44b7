//! Calls of Clerk for a session: the exchange of a handshake's nonce, and a refresh. How often they
//! are made, what they carry, and unusable responses.

use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::limits::{ANSWER_BYTES_MAX, SESSION_CALL_TIMEOUT_MS};
use clerk_edge_gate::platform::ClerkRequest;
use clerk_edge_gate::session::state::RequestState;
use serde_json::{Value, json};

use clerk_edge_testing::isolate::Isolate;
use clerk_edge_testing::mint;
use clerk_edge_testing::mint::{LIVE_KEY, LIVE_SUFFIX, NOW, NOW_MS, TEST_KEY};
use clerk_edge_testing::platform::FakePlatform;
use clerk_edge_testing::request::Request;
use clerk_edge_testing::settings::of_key;
use clerk_edge_testing::visitor;
use clerk_edge_testing::visitor::{PAGE, bearer, clerk, cookies, live, outcome, page, with_secret};

fn route(method: &str, path: &str, answer: &Value) -> Vec<Value> {
    let mut route = answer.clone();
    route["method"] = method.into();
    route["path"] = path.into();
    vec![route]
}

fn nonce_route(answer: &Value) -> FakePlatform {
    visitor::clerk_with(route("GET", "/v1/clients/handshake_payload", answer))
}

#[test]
fn a_nonce_that_fails_is_not_tried_again_for_a_minute() {
    let answers = [
        json!({ "status": 404, "body": {} }),
        json!({ "status": 200, "body": {} }),
        json!({ "status": 200, "body": { "directives": "x" } }),
        json!({ "status": 200, "body": { "directives": [5] } }),
        json!({ "status": 200, "body": "<html>", "content_type": "text/html" }),
        json!({ "status": 302, "body": { "directives": [] } }),
        json!({ "status": 300, "body": { "directives": [] } }),
        json!({ "body": { "directives": [] }, "content_type": "text/plain" }),
        json!({ "body": { "directives": [] }, "content_type": "application/jsonx" }),
        json!({ "network_error": "down" }),
    ];
    for answer in answers {
        let (isolate, clerk) = (with_secret(LIVE_KEY), nonce_route(&answer));
        let token = mint::session(&json!({}));
        let request = page(&format!("{}; __clerk_handshake_nonce=n", cookies(&token)));
        for at_ms in [NOW_MS, NOW_MS, NOW_MS + 10_000] {
            assert_eq!(
                outcome(&isolate.state(&request, &clerk, at_ms)),
                "signed-in user_1",
                "{answer}"
            );
        }
        assert_eq!(clerk.api_calls().len(), 1, "{answer}");
        let _ = isolate.state(&request, &clerk, NOW_MS + 60_001);
        assert_eq!(clerk.api_calls().len(), 2, "{answer}");
    }
}

#[test]
fn an_empty_list_of_cookies_is_an_answer() {
    let (isolate, clerk) =
        (with_secret(LIVE_KEY), nonce_route(&json!({ "body": { "directives": [] } })));
    let request =
        page(&format!("{}; __clerk_handshake_nonce=n", cookies(&mint::session(&json!({})))));
    assert_eq!(
        outcome(&isolate.state(&request, &clerk, NOW_MS)),
        "signed-out session-token-missing"
    );
}

#[test]
fn every_2xx_status_and_every_media_type_parameter_is_accepted() {
    let token = mint::session(&json!({}));
    let directives = json!({ "directives": [format!("__session={token}")] });
    for (status, media_type) in [
        (200, "application/json"),
        (299, "application/json"),
        (200, "application/json; charset=utf-8"),
        (200, "Application/JSON ;charset=utf-8"),
    ] {
        let answer = json!({ "status": status, "body": directives, "content_type": media_type });
        let (isolate, clerk) = (with_secret(LIVE_KEY), nonce_route(&answer));
        // A browser sends the nonce with every request of a page, and each is answered.
        for asked in 1..=3 {
            let state = isolate.state(&page("__clerk_handshake_nonce=n"), &clerk, NOW_MS);
            assert_eq!(outcome(&state), "signed-in user_1", "{answer}");
            assert_eq!(clerk.api_calls().len(), asked);
        }
    }
}

#[test]
fn an_ignored_handshake_says_why_in_the_log_without_its_secrets() {
    let bring = |cookie: &str| {
        let directives = json!({ "handshake": [cookie] });
        mint::token(&mint::header(), &directives)
    };
    let late = mint::session(&json!({ "exp": NOW - 3_600 }));
    let answer = json!({ "status": 404, "body": {} });
    for (isolate, query, expected) in [
        (live(), "_nonce=secret".to_owned(), "needs CLERK_SECRET_KEY"),
        (with_secret(LIVE_KEY), "_nonce=secret".to_owned(), "did not exchange its nonce"),
        (
            live(),
            format!("={}", mint::forged(&json!({}))),
            "token is refused (token-invalid-signature)",
        ),
        (live(), format!("={}", bring("__session=a\n")), "a header must not hold"),
        (
            live(),
            format!("={}", bring("__session=a.b.c")),
            "session token is refused (token-invalid)",
        ),
        (
            live(),
            format!("={}", bring(&format!("__session={late}"))),
            "session token is refused (token-expired)",
        ),
        (
            Isolate::new(of_key(TEST_KEY)),
            format!("={}", bring(&format!("__session={late}"))),
            "clocks of this machine and of Clerk differ",
        ),
    ] {
        let clerk = nonce_route(&answer);
        let ctx = RequestContext::new(&clerk, NOW_MS);
        let request = Request::get(&format!("{PAGE}?__clerk_handshake{query}"), &[]);
        let _ = isolate.authenticate(&request, &ctx);
        let lines = ctx.take_notes();
        assert!(lines.iter().any(|line| line.contains(expected)), "{expected}: {lines:?}");
        assert!(!lines.concat().contains("secret") && !lines.concat().contains("eyJ"), "{lines:?}");
    }
    // A resolved handshake adds no line.
    let clerk = clerk();
    let ctx = RequestContext::new(&clerk, NOW_MS);
    let brought = bring(&format!("__session={}", mint::session(&json!({}))));
    let request = Request::get(&format!("{PAGE}?__clerk_handshake={brought}"), &[]);
    assert_eq!(outcome(&live().authenticate(&request, &ctx)), "signed-in user_1");
    assert_eq!(ctx.take_notes(), [""; 0]);
}

#[test]
fn without_a_secret_key_no_nonce_is_exchanged() {
    let (isolate, clerk) = (live(), clerk());
    let request =
        page(&format!("{}; __clerk_handshake_nonce=n", cookies(&mint::session(&json!({})))));
    assert_eq!(outcome(&isolate.state(&request, &clerk, NOW_MS)), "signed-in user_1");
    assert_eq!(clerk.api_calls(), []);
}

#[test]
fn a_nonce_is_sent_as_one_parameter() {
    let answer =
        json!({ "body": { "directives": [format!("__session={}", mint::session(&json!({})))] } });
    let (isolate, clerk) = (with_secret(LIVE_KEY), nonce_route(&answer));
    let state = isolate.state(&page("__clerk_handshake_nonce=a%26b=c%20d"), &clerk, NOW_MS);
    assert_eq!(outcome(&state), "signed-in user_1");
    let call = clerk.api_calls().remove(0);
    assert_eq!(call.url, "https://api.clerk.test/v1/clients/handshake_payload?nonce=a%26b%3Dc+d");
    assert_eq!((call.timeout_ms, call.bytes_max), (SESSION_CALL_TIMEOUT_MS, ANSWER_BYTES_MAX));
    assert_eq!(call.secret.map(|secret| secret.bearer()).as_deref(), Some("Bearer sk_live_x"));
}

/// A page with an expired token that may be refreshed, and the calls that were made.
fn refreshed(extra: &[(&str, &str)], answer: &Value) -> (String, Vec<ClerkRequest>) {
    let isolate = with_secret(LIVE_KEY);
    let clerk = visitor::clerk_with(route("POST", "/v1/sessions/sess_1/refresh", answer));
    let token = mint::session(&json!({ "exp": NOW - 100 }));
    let mut request =
        page(&format!("__client_uat=5; __session={token}; __refresh_{LIVE_SUFFIX}=rt"));
    request.headers.extend(extra.iter().map(|(name, value)| ((*name).into(), (*value).into())));
    let state = isolate.state(&request, &clerk, NOW_MS);
    (outcome(&state), clerk.api_calls())
}

#[test]
fn a_refresh_sends_clerk_no_cookies_and_no_credentials() {
    let fresh = mint::session(&json!({}));
    let answer = json!({ "body": { "cookies": [format!("__session={fresh}; Path=/")] } });
    let extra = [
        ("authorization", "Basic c2VjcmV0"),
        ("x-api-key", "secret"),
        ("user-agent", "UA"),
        ("accept-language", "de"),
        ("origin", "https://o"),
        ("referer", "https://r/"),
        ("host", "www.myapp.com"),
        ("cf-connecting-ip", "192.0.2.1"),
        ("x-forwarded-for", "192.0.2.2"),
        ("cf-ray", "x"),
    ];
    let (outcome, calls) = refreshed(&extra, &answer);
    assert_eq!(outcome, "signed-in user_1");
    assert_eq!(calls.len(), 1);
    let bounds = (calls[0].timeout_ms, calls[0].bytes_max);
    assert_eq!(bounds, (SESSION_CALL_TIMEOUT_MS, ANSWER_BYTES_MAX));
    let body: Value = serde_json::from_str(calls[0].body.as_deref().unwrap()).unwrap();
    let sent = json!({
        "user-agent": ["UA"], "accept-language": ["de"], "origin": ["https://o"], "referer": ["https://r/"],
        "host": ["www.myapp.com"], "cf-connecting-ip": ["192.0.2.1"], "x-forwarded-for": ["192.0.2.2"],
    });
    assert_eq!(body["request_headers"], sent);
    assert_eq!(body["request_origin"], "https://www.myapp.com");
    assert_eq!((&body["format"], &body["refresh_token"]), (&json!("cookie"), &json!("rt")));
}

#[test]
fn a_refresh_is_tried_once_and_says_why_it_failed() {
    let cases = [
        (json!({ "status": 422, "body": { "errors": [{ "code": "a_b-C_9" }] } }), "a_b-C_9"),
        (
            json!({ "status": 422, "body": { "errors": [{ "code": "a.b" }] } }),
            "unexpected-bapi-error",
        ),
        (json!({ "status": 422, "body": { "errors": [{ "code": "x" }] } }), "x"),
        (json!({ "status": 422, "body": { "errors": [{ "code": "" }] } }), "unexpected-sdk-error"),
        (
            json!({ "status": 422, "body": { "errors": [{ "code": "x".repeat(64) }] } }),
            &*"x".repeat(64),
        ),
        (
            json!({ "status": 422, "body": { "errors": [{ "code": "x".repeat(65) }] } }),
            "unexpected-bapi-error",
        ),
        (
            json!({ "status": 422, "body": { "errors": [{ "code": "a b" }] } }),
            "unexpected-bapi-error",
        ),
        (
            json!({ "status": 422, "body": { "errors": [{ "code": "a\r\nx: y" }] } }),
            "unexpected-bapi-error",
        ),
        (json!({ "status": 302, "body": { "cookies": ["__session=x"] } }), "unexpected-bapi-error"),
        (json!({ "status": 300, "body": { "cookies": ["__session=x"] } }), "unexpected-bapi-error"),
        (json!({ "status": 299, "body": { "cookies": ["__session=x"] } }), "invalid-session-token"),
        (json!({ "status": 422, "body": { "errors": [{}] } }), "unexpected-sdk-error"),
        (json!({ "body": { "cookies": [5] } }), "unexpected-sdk-error"),
        (json!({ "body": { "cookies": ["__session=a\r\nb"] } }), "unexpected-sdk-error"),
        (json!({ "body": { "cookies": ["__session=a.b.c"] } }), "invalid-session-token"),
        (json!({ "network_error": "down" }), "fetch-error"),
        // As in Clerk's SDK: a body that should be JSON and is none is no answer.
        (json!({ "status": 503, "body": "", "content_type": "application/json" }), "fetch-error"),
        (
            json!({ "status": 503, "body": "", "content_type": "text/plain" }),
            "unexpected-bapi-error",
        ),
        (json!({ "status": 200, "body": null }), "fetch-error"),
        (json!({ "status": 200, "body": 5 }), "unexpected-sdk-error"),
        (json!({ "status": 204, "body": "" }), "unexpected-bapi-error"),
    ];
    for (answer, why) in cases {
        let (outcome, calls) = refreshed(&[], &answer);
        assert_eq!(outcome, format!("handshake session-token-expired-refresh-{why}"), "{answer}");
        assert_eq!(calls.len(), 1, "{answer}");
    }
}

#[test]
fn a_refresh_needs_a_secret_key_and_a_plain_session_id() {
    let refresh = |isolate: &Isolate, sid: &Value| {
        let clerk = clerk();
        let token = mint::session(&json!({ "exp": NOW - 100, "sid": sid }));
        let request =
            page(&format!("__client_uat=5; __session={token}; __refresh_{LIVE_SUFFIX}=rt"));
        let state = isolate.state(&request, &clerk, NOW_MS);
        // Clerk answers that there is no session, so this reason means that a call was made.
        let why = outcome(&state).replace("handshake session-token-expired-refresh-", "");
        assert_eq!(clerk.api_calls().len(), usize::from(why == "resource_not_found"), "{sid}");
        why
    };
    assert_eq!(refresh(&live(), &json!("sess_1")), "missing-api-client");
    for sid in [json!(""), json!(null), json!(5), json!([])] {
        assert_eq!(
            refresh(&with_secret(LIVE_KEY), &sid),
            "expired-session-token-missing-sid-claim",
            "{sid}"
        );
    }
    for sid in ["..", "a/b", "a?b", "a#b", "%2e%2e", "a b", &"x".repeat(129)] {
        assert_eq!(refresh(&with_secret(LIVE_KEY), &json!(sid)), "unexpected-bapi-error", "{sid}");
    }
    for sid in ["sess_1", "A-9", &"x".repeat(128)] {
        assert_eq!(refresh(&with_secret(LIVE_KEY), &json!(sid)), "resource_not_found", "{sid}");
    }
}

#[test]
fn a_refresh_says_which_cookies_it_is_for() {
    let token = mint::session(&json!({ "exp": NOW - 100 }));
    let cookies = |suffix: &str| {
        let refresh = format!("__refresh_{LIVE_SUFFIX}=rt");
        format!("__client_uat{suffix}=5; __session{suffix}={token}; {refresh}")
    };
    for (suffix, expected) in [
        (String::new(), "https://api.clerk.test/v1/sessions/sess_1/refresh"),
        (
            format!("_{LIVE_SUFFIX}"),
            "https://api.clerk.test/v1/sessions/sess_1/refresh?suffixed_cookies=true",
        ),
    ] {
        let clerk = clerk();
        let _ = with_secret(LIVE_KEY).state(&page(&cookies(&suffix)), &clerk, NOW_MS);
        assert_eq!(clerk.api_calls()[0].url, expected);
    }
}

#[test]
fn the_session_of_the_cookie_is_refreshed_before_that_of_the_header() {
    let expired = |sid: &str| mint::session(&json!({ "exp": NOW - 100, "sid": sid }));
    let refresh = |cookie: &str| {
        let clerk = clerk();
        let mut request = bearer(&expired("header"));
        let cookies = format!("{cookie}__client_uat=5; __refresh_{LIVE_SUFFIX}=rt");
        request.headers.push(("cookie".into(), cookies));
        let state = with_secret(LIVE_KEY).state(&request, &clerk, NOW_MS);
        let why = outcome(&state).replace("signed-out session-token-expired-refresh-", "");
        (why, clerk.api_calls().pop().map(|call| call.url))
    };
    let asked = |sid: &str| {
        let url = format!("https://api.clerk.test/v1/sessions/{sid}/refresh");
        ("resource_not_found".to_owned(), Some(url))
    };
    assert_eq!(refresh(""), asked("header"));
    assert_eq!(refresh(&format!("__session={}; ", expired("cookie"))), asked("cookie"));
    let why = "expired-session-token-decode-failed".to_owned();
    assert_eq!(refresh("__session=x; "), (why, None));
}

#[test]
fn a_failed_handshake_is_removed_from_the_return_url() {
    let forged = mint::forged(&json!({ "handshake": ["__session=x"] }));
    let back = |key: &str, url: &str| {
        let headers = [("sec-fetch-dest", "document"), ("cookie", "__client_uat=5")];
        let request = Request::get(url, &headers);
        let state = Isolate::new(of_key(key)).state(&request, &clerk(), NOW_MS).unwrap();
        let RequestState::Handshake(state) = state else { panic!("{state:?}") };
        let location = url::Url::parse(&state.location).unwrap();
        location.query_pairs().find(|(name, _)| name == "redirect_url").unwrap().1.into_owned()
    };
    let brought = format!("{PAGE}?a=1&__clerk_handshake={forged}&b=2");
    assert_eq!(back(TEST_KEY, &brought), format!("{PAGE}?a=1&b=2"));
    // A production instance puts no token into URLs; a parameter of this name stays, as in the SDK.
    assert_eq!(back(LIVE_KEY, &brought), brought);
    for key in [TEST_KEY, LIVE_KEY] {
        assert_eq!(back(key, &format!("{PAGE}?__clerk_handshake_nonce=n")), PAGE);
        assert_eq!(back(key, &format!("{PAGE}?a=1")), format!("{PAGE}?a=1"));
    }
}
