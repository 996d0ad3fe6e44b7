//! Bodies and parameters: what is read, and what is too large, unreadable or stands twice.

use super::*;

fn sent(content_type: &str, body: &[u8], more: &[(&str, &str)]) -> Seen {
    let cookies = own_cookies();
    let own = [
        ("cookie", cookies.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("content-type", content_type),
    ];
    let request = method("POST", get(SIGN_OUT, &[&own, more].concat()));
    site().ask(&Request { body: body.to_vec(), ..request })
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

#[test]
fn a_form_and_json_are_read_and_so_is_the_query() {
    for (content_type, body) in [
        (FORM, "scope=everywhere"),
        ("Application/X-WWW-Form-Urlencoded; charset=utf-8", "scope=everywhere"),
        (JSON, r#"{"scope":"everywhere"}"#),
        ("application/json;charset=UTF-8", r#" { "scope" : "everywhere" } "#),
    ] {
        let seen = sent(content_type, body.as_bytes(), &[]);
        assert_eq!(seen.asked().len(), 3, "{content_type}: {}", seen.body());
    }
    let request = json_post(&format!("{SIGN_OUT}?scope=everywhere"), &json!({}), &own_cookies());
    assert_eq!(site().ask(&request).asked().len(), 3);
    let request = json_post(
        &format!("{SIGN_OUT}?scope=browser"),
        &json!({ "scope": "everywhere" }),
        &own_cookies(),
    );
    assert_eq!(site().ask(&request).asked().len(), 3, "the body counts before the query");
    assert_eq!(sent("text/plain", b"", &[]).status, 200, "no body is no fault");
}

#[test]
fn what_cannot_be_read_is_400() {
    for (content_type, body) in [
        (FORM, &b"scope=%FF"[..]),
        (FORM, b"scope=\xFF"),
        (FORM, b"%FF=1"),
        (FORM, b"scope=all"),
        (FORM, b"scope="),
        (FORM, b"scope=browser&scope=browser"),
        (FORM, b"to=/a&to=/a"),
        (JSON, b"{"),
        (JSON, b"[]"),
        (JSON, b"null"),
        (JSON, b"{}{}"),
        (JSON, b"\xEF\xBB\xBF{}"),
        (JSON, br#"{"scope":["browser"]}"#),
        (JSON, br#"{"scope":null}"#),
        (JSON, br#"{"scope":5}"#),
        (JSON, br#"{"scope":"browser","scope":"browser"}"#),
        (JSON, br#"{"to":5}"#),
        ("text/plain", b"scope=browser"),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("", b"scope=browser"),
    ] {
        let seen = sent(content_type, body, &[]);
        seen.refuses(400, "bad-request").asks_nobody();
    }
    let deep = "[".repeat(5_000);
    sent(JSON, deep.as_bytes(), &[]).refuses(400, "bad-request");
    sent(FORM, b"scope=browser", &[("content-encoding", "gzip")]).refuses(400, "bad-request");
    assert_eq!(sent(FORM, b"", &[("content-encoding", "identity")]).status, 200);
}

#[test]
fn a_body_above_16_kb_is_413() {
    let body = |bytes: usize| format!("a={}", "x".repeat(bytes - 2));
    assert_eq!(sent(FORM, body(16 * 1024).as_bytes(), &[]).status, 200);
    sent(FORM, body(16 * 1024 + 1).as_bytes(), &[]).refuses(413, "too-large").asks_nobody();
    let cookies = own_cookies();
    let seen = site().ask(&form(METADATA, &body(16 * 1024 + 1), &cookies));
    seen.refuses(413, "too-large").asks_nobody();
}

#[test]
fn a_refused_form_is_a_page_and_anything_else_is_a_problem() {
    let seen = site().form(REVOKE, "id=sess_1&others=true");
    seen.refuses(400, "bad-request");
    assert!(seen.header("content-type").unwrap().starts_with("text/html"));
    let policies: Vec<&String> = seen
        .answer
        .as_ref()
        .unwrap()
        .headers
        .iter()
        .filter(|(name, _)| *name == "content-security-policy")
        .map(|(_, it)| it)
        .collect();
    assert!(policies.iter().any(|policy| *policy == "frame-ancestors 'none'"), "{policies:?}");
    let seen = site().json(REVOKE, &json!({}));
    seen.refuses(400, "bad-request");
    assert_eq!(seen.header("content-type"), Some("application/problem+json"));
    assert_eq!(seen.header("content-security-policy"), Some("frame-ancestors 'none'"));
}
