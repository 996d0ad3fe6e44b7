//! The log line and `Server-Timing` of every outcome.

use clerk_edge_gate::plan::server_timing;
use serde_json::json;

use super::*;

fn rules() -> Value {
    json!([
        { "path": "/", "allow": "anyone" },
        { "path": "/admin", "allow": { "role": "admin" }, "otherwise": "/" },
        { "path": "/member" },
        { "path": "/seen", "allow": { "role": "admin" }, "report_only": true },
    ])
}

#[test]
fn a_line_contains_the_request_and_no_claim() {
    let site = Bound::live(&rules()).open();
    let token = token(&json!({ "metadata": { "role": "admin" }, "email": "a@b.example" }));
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("cf-ray", "8f00ba4-FRA")];
    let seen = site.ask(&get("/admin?token=secret", &headers));
    let expected = json!({
        "time": "2025-06-15T15:06:40.000Z", "request_id": "8f00ba4-FRA", "method": "GET",
        "host": "www.example.com", "path": "/admin", "rule": "/admin", "outcome": "forward",
        "user": "user_1", "role_source": "metadata.role", "key_source": "frontend-api",
        "lookups": 0, "claims_age_seconds": 0, "status": 200, "micros": 0,
    });
    assert_eq!(seen.is_forwarded().log, expected);
    let again = site.ask(&get("/admin", &headers));
    assert_eq!(again.log["key_source"], Value::Null, "a token that is remembered needs no key");
}

#[test]
fn each_outcome_has_its_line() {
    let site = Bound::live(&rules()).open();
    let outcome = |seen: Seen| {
        let log = seen.log;
        (log["outcome"].clone(), log["code"].clone(), log["reason"].clone())
    };
    let user = with_role("user");
    assert_eq!(outcome(site.page("/")), (json!("forward"), Value::Null, Value::Null));
    assert_eq!(
        outcome(site.page("/member")),
        (json!("redirect"), Value::Null, json!("session-token-and-uat-missing"))
    );
    assert_eq!(
        outcome(site.api_with("/member", "rubbish")),
        (json!("refuse"), json!("signed-out"), json!("token-invalid"))
    );
    assert_eq!(
        outcome(site.page_with("/admin", &user)),
        (json!("redirect"), Value::Null, Value::Null)
    );
    assert_eq!(
        outcome(site.api_with("/admin", &user)),
        (json!("refuse"), json!("not-allowed"), Value::Null)
    );
    assert_eq!(
        outcome(site.ask(&get("/%", &[]))),
        (json!("refuse"), json!("path-ambiguous"), Value::Null)
    );
    assert_eq!(
        outcome(site.ask(&page("/member", &[("cookie", "__client_uat=1")]))),
        (json!("handshake"), Value::Null, json!("client-uat-but-no-session-token"))
    );
}

#[test]
fn the_log_level_decides_what_is_logged() {
    let logged = |level: &str| {
        let site = Bound::live(&rules()).text("LOG", level).open();
        let user = with_role("user");
        [
            site.page("/"),
            site.api_with("/member", &user),
            site.api_with("/seen", &user),
            site.api_with("/admin", &user),
        ]
        .map(|seen| !seen.log.is_null())
    };
    assert_eq!(logged("all"), [true, true, true, true]);
    assert_eq!(logged("decisions"), [false, true, true, true]);
    assert_eq!(logged("refusals"), [false, false, true, true]);
    assert_eq!(logged("off"), [false, false, false, false]);
}

#[test]
fn an_answer_and_its_line_have_the_same_request_id() {
    let site = Bound::live(&rules()).open();
    let seen = site.ask(&get("/member", &[]));
    assert_eq!(seen.json()["request_id"], seen.log["request_id"]);
    assert!(seen.log["request_id"].as_str().is_some_and(|it| it.len() == 16));
}

#[test]
fn server_timing_is_sent_only_with_a_development_key() {
    let site = Bound::development(&rules()).open();
    let timing = |seen: Seen| seen.timing;
    assert_eq!(timing(site.page("/")), None);
    assert_eq!(timing(site.api_with("/member", &with_role("x"))).as_deref(), Some("forward"));
    assert_eq!(
        timing(site.api_with("/member", "rubbish")).as_deref(),
        Some("refuse signed-out token-invalid")
    );
    assert_eq!(
        timing(site.api_with("/seen", &with_role("x"))).as_deref(),
        Some("forward would-refuse not-allowed")
    );
    assert_eq!(timing(site.page("/member")).as_deref(), Some("handshake dev-browser-missing"));
    let live = Bound::live(&rules()).open();
    assert_eq!(timing(live.api_with("/member", &with_role("x"))), None);
    assert_eq!(server_timing("forward", 1_234_005), "auth;dur=1234.005;desc=\"forward\"");
}
