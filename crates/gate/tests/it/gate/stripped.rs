//! Headers that a client must not be able to send: incidents of other gates, by name.

use serde_json::json;

use super::*;

/// Which of these names the gate takes away on the way to this upstream.
fn taken(upstream: &str, path: &str, names: &[&str]) -> Vec<String> {
    let rules =
        json!([{ "path": "/open", "allow": "anyone" }, { "path": "/maybe", "allow": "optional" }]);
    let bound = Bound::live(&rules).text("UPSTREAM", upstream);
    let site = bound.text("CLAIM_HEADERS", r#"{"x-user-plan":"plan"}"#).open();
    let ctx = RequestContext::new(&site.double, NOW_MS);
    let headers: Vec<_> = names.iter().map(|name| (*name, "x")).collect();
    let request = get(path, &headers);
    let plan = site.double.run(clerk_edge_gate::line::decide(&site.gate, &request, &ctx));
    let Action::Forward(forward) = plan.action else { panic!("not forwarded") };
    forward.remove
}

#[track_caller]
fn all_taken(names: &[&str]) {
    for upstream in ["service", "passthrough", "https://origin.example"] {
        for path in ["/open", "/maybe"] {
            assert_eq!(taken(upstream, path, names), names, "{upstream} {path}");
        }
    }
}

#[track_caller]
fn none_taken(names: &[&str]) {
    assert_eq!(taken("service", "/maybe", names), [""; 0]);
}

#[test]
fn h1_oauth2_proxy_underscores_are_hyphens() {
    all_taken(&["X_Clerk_User_Id", "x_clerk-role", "X-Clerk_Org-Id"]);
    none_taken(&["x-clerks", "xclerk-role", "x-client-role"]);
}

#[test]
fn h2_caddy_all_x_clerk_headers_are_removed() {
    all_taken(&["x-clerk-groups", "x-clerk-", "x-clerk-some-day"]);
    none_taken(&["x-clerk", "remote-groups"]);
}

#[test]
fn h3_caddy_claim_headers_are_removed_in_every_spelling() {
    all_taken(&["x-user-plan", "X_User_Plan", "x-user_plan"]);
    none_taken(&["x-user-plans", "x-user"]);
}

#[test]
fn h4_traefik_case_does_not_count() {
    all_taken(&["X-CLERK-ROLE", "x-ClErK-rOlE", "X-USER-PLAN"]);
}

#[test]
fn h5_traefik_forwarded_headers_are_overwritten_for_another_origin() {
    let names = ["X-Forwarded-Prefix", "x-forwarded-port", "X_Forwarded_Host", "x-forwarded-for"];
    assert_eq!(taken("https://origin.example", "/open", &names), names);
    none_taken(&["x-forwarded", "forward"]);
}

#[test]
fn h6_traefik_connection_cannot_remove_the_gates_headers() {
    let site = Bound::live(&json!([])).text("UPSTREAM", "https://origin.example").open();
    let bearer = format!("Bearer {}", with_role("admin"));
    let request = get("/x", &[("authorization", &bearer), ("connection", "close, x-clerk-role")]);
    assert_eq!(site.ask(&request).is_forwarded().told("x-clerk-role"), Some("admin"));
    assert_eq!(
        taken("https://origin.example", "/open", &["Connection", "te"]),
        ["Connection", "te"]
    );
    none_taken(&["connection"]);
}

#[test]
fn h7_oathkeeper_no_header_selects_another_rule() {
    let rules =
        json!([{ "path": "/x", "host": "open.example", "allow": "anyone" }, { "path": "/x" }]);
    let site = Bound::live(&rules).open();
    let lies = [
        ("x-forwarded-host", "open.example"),
        ("x-forwarded-proto", "http"),
        ("host", "open.example"),
        ("x-original-url", "/open"),
        ("x-http-method-override", "OPTIONS"),
    ];
    site.ask(&get("/x", &lies)).is_refused(401, "signed-out");
    site.ask(&Request::get("https://open.example/x", &[])).is_forwarded();
}

#[test]
fn h8_heimdall_only_the_platform_says_who_connects() {
    let site = Bound::live(&json!([{ "path": "/open", "allow": "anyone" }]));
    let site = site.text("UPSTREAM", "https://origin.example").open();
    let lies = [("x-forwarded-for", "127.0.0.1"), ("x-forwarded-host", "evil.example")];
    let seen = site.ask(&get("/open", &[&lies[..], &[("cf-connecting-ip", "192.0.2.7")]].concat()));
    assert_eq!(seen.is_forwarded().told("x-forwarded-for"), Some("192.0.2.7"));
    assert_eq!(seen.told("x-forwarded-host"), Some("www.example.com"));
}

#[test]
fn h9_istio_a_comma_does_not_make_a_second_role() {
    let rules = json!([{ "path": "/admin", "allow": { "role": "admin" } }]);
    let site = Bound::live(&rules).open();
    site.api_with("/admin", &with_role("user,admin")).is_refused(403, "not-allowed");
    site.api_with("/admin", &token(&json!({ "metadata": { "role": ["user", "admin"] } })))
        .is_forwarded();
}

#[test]
fn h10_caddy_security_no_header_chooses_a_redirect_target() {
    let site = Bound::live(&json!([])).open();
    let lies = [
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
        ("host", "evil.example"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/"),
    ];
    let seen = site.ask(&page("/x", &lies));
    let back = "redirect_url=https%3A%2F%2Fwww.example.com%2Fx";
    seen.leads_to(&format!("{PORTAL}/sign-in?{back}"));
}

#[test]
fn h11_a_claim_cannot_break_out_of_its_header() {
    let names = r#"{"x-odd":"odd"}"#;
    let site = Bound::live(&json!([])).text("CLAIM_HEADERS", names).open();
    for odd in ["a\r\nx-clerk-role: admin", "\0", "ü\u{85}", "\",\"", " \t"] {
        let seen = site.api_with("/x", &token(&json!({ "odd": odd })));
        let value = seen.is_forwarded().told("x-odd").unwrap();
        assert!(value.bytes().all(|byte| byte.is_ascii_graphic()), "{value:?}");
    }
    let large = token(&json!({ "odd": "\u{e9}".repeat(3_000) }));
    let seen = site.api_with("/x", &large);
    assert!(seen.is_forwarded().told("x-clerk-user-id").is_some());
}

#[test]
fn h12_credentials_sent_twice_have_one_answer() {
    let site = Bound::live(&json!([])).open();
    let good = token(&json!({}));
    let bad = signed_by(2, &json!({}));
    let bearer = |text: &str| site.ask(&get("/x", &[("authorization", text)])).status;
    assert_eq!(bearer(&format!("Bearer {good}")), 0);
    assert_eq!(bearer(&format!("Bearer {bad}")), 401);
    // A header that says two things is no token of either.
    assert_eq!(bearer(&format!("Bearer {good}, Bearer {good}")), 401);
    // Of two blanks the first ends the scheme, and another spelling is another scheme's.
    assert_eq!(bearer(&format!("Bearer  {good}")), 401);
    assert_eq!(bearer(&format!("bearer {good}")), 401);
    // The first of two cookies counts.
    let twice = |first: &str, second: &str| {
        let both = format!("__session={first}; {}", cookies(second));
        site.ask(&get("/x", &[("cookie", &both)])).status
    };
    assert_eq!((twice(&good, &bad), twice(&bad, &good)), (0, 401));
    let both = [("authorization", format!("Bearer {bad}")), ("cookie", cookies(&good))];
    let both: Vec<(&str, &str)> =
        both.iter().map(|(name, value)| (*name, value.as_str())).collect();
    site.ask(&get("/x", &both)).is_refused(401, "signed-out");
}
