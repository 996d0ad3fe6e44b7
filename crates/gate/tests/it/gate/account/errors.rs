//! What Clerk's API answers, by kind, and how often it is asked.

use super::*;

/// Every address that calls the API, with a call that it makes first.
fn asking(site: &Site) -> [(Seen, &'static str); 4] {
    let list = "/sessions?user_id=user_1&status=active&paginated=true&limit=100";
    [
        (site.json(SIGN_OUT, &json!({})), "/sessions/sess_1/revoke"),
        (site.ask(&get(SESSIONS, &[("cookie", &own_cookies())])), list),
        (site.json(REVOKE, &json!({ "id": "sess_2" })), "/sessions/sess_2"),
        (site.json(METADATA, &json!({ "onboardingComplete": true })), "/users/user_1/metadata"),
    ]
}

#[test]
fn each_kind_of_error_has_its_answer() {
    let clerk = |code: &str| json!({ "errors": [{ "code": code, "message": "SECRET words", "long_message": "SECRET" }] });
    let cases = [
        (401, clerk("clerk_key_invalid"), 502, "clerk-refused"),
        (403, clerk("forbidden"), 502, "clerk-refused"),
        (422, clerk("form_param_invalid"), 502, "clerk-refused"),
        (429, clerk("too_many"), 503, "rate-limited"),
        (500, clerk("x"), 503, "clerk-unavailable"),
        (503, json!("<html>"), 503, "clerk-unavailable"),
        (302, json!({}), 503, "clerk-unavailable"),
        (200, json!("text"), 503, "clerk-unavailable"),
        (200, json!({ "id": "user_2", "user_id": "user_2" }), 503, "clerk-unavailable"),
    ];
    for (index, path) in [SIGN_OUT, SESSIONS, REVOKE, METADATA].into_iter().enumerate() {
        for (from_clerk, body, status, code) in &cases {
            let site = site();
            let url = asking(&self::site())[index].1;
            site.clerk(url, *from_clerk, body);
            let seen = &asking(&site)[index].0;
            if path == SIGN_OUT && *from_clerk == 200 {
                assert_eq!(seen.status, 200, "any success ends the session");
                continue;
            }
            seen.refuses(*status, code);
            let told = seen.json();
            let retryable = *status == 503;
            assert_eq!(told["retryable"] == true, retryable, "{path} {told}");
            assert_eq!(seen.header("retry-after").is_some(), retryable, "{path}");
            let codes = told["clerk_codes"].as_array().map_or(0, Vec::len);
            assert_eq!(codes, usize::from(*status == 502), "{path} {told}");
            assert!(!seen.body().contains("SECRET") && !seen.lines.concat().contains("SECRET"));
        }
    }
}

#[test]
fn a_user_whom_clerk_does_not_know_is_404() {
    let gone = json!({ "errors": [{ "code": "resource_not_found" }] });
    let site = site();
    site.clerk("/users/user_1/metadata", 404, &gone);
    site.clerk("/sessions/sess_2", 404, &gone);
    site.json(METADATA, &json!({ "onboardingComplete": true })).refuses(404, "not-found");
    site.json(REVOKE, &json!({ "id": "sess_2" })).refuses(404, "not-found");
}

#[test]
fn clerks_retry_after_is_passed_on() {
    let site = site();
    let mut limited = reply(429, "{}");
    limited.retry_after = Some("17".to_owned());
    site.double.says(&format!("{API}/sessions/sess_1/revoke"), Ok(limited));
    assert_eq!(site.json(SIGN_OUT, &json!({})).header("retry-after"), Some("17"));
}

#[test]
fn one_session_has_ten_calls_in_ten_seconds() {
    let mut site = site();
    let list = |site: &Site| site.ask(&get(SESSIONS, &[("cookie", &own_cookies())]));
    for _ in 0..10 {
        assert_eq!(list(&site).status, 200);
    }
    let seen = list(&site);
    seen.refuses(503, "rate-limited").asks_nobody();
    assert_eq!((seen.header("retry-after"), &seen.json()["retryable"]), (Some("10"), &json!(true)));
    site.json(SIGN_OUT, &json!({})).refuses(503, "rate-limited").asks_nobody();
    let other = session_cookies(&token(&json!({ "sid": "sess_2" })));
    assert_eq!(site.ask(&get(SESSIONS, &[("cookie", &other)])).status, 200, "another session");
    site.now_ms += 10_000;
    assert_eq!(list(&site).status, 200);
}

#[test]
fn a_sign_out_everywhere_counts_as_one() {
    let site = site();
    for _ in 0..10 {
        assert_eq!(site.json(SIGN_OUT, &json!({ "scope": "everywhere" })).status, 200);
    }
    site.json(REVOKE, &json!({ "others": true })).refuses(503, "rate-limited");
}
