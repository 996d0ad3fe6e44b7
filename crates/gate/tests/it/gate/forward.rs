//! The request headers that the upstream gets.

use clerk_edge_gate::settings::bindings::Binding;
use serde_json::json;

use super::*;

fn bound() -> Bound {
    Bound::live(&json!([{ "path": "/open", "allow": "anyone" }]))
}

fn told(changes: &Value) -> Seen {
    let seen = bound().open().api_with("/x", &token(changes));
    seen.is_forwarded();
    seen
}

#[test]
fn headers_are_set_only_for_what_the_session_has() {
    let seen = told(&json!({ "sid": null }));
    let names: Vec<&str> = seen.set.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["x-clerk-auth-status", "x-clerk-user-id", "x-clerk-claims"]);
    let seen = told(&json!({}));
    assert_eq!(seen.told("x-clerk-session-id"), Some("sess_1"));
    assert_eq!(seen.told("x-clerk-role"), None);
    let claims = Base64UrlUnpadded::decode_vec(seen.told("x-clerk-claims").unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!((&claims["sub"], &claims["azp"]), (&json!("user_1"), &json!(HERE)));
}

#[test]
fn roles_are_joined_and_encoded() {
    let role = |role: Value| {
        let seen = told(&json!({ "metadata": { "role": role } }));
        seen.told("x-clerk-role").map(str::to_owned)
    };
    assert_eq!(role(json!("admin")).as_deref(), Some("admin"));
    assert_eq!(role(json!(["admin", "editor"])).as_deref(), Some("admin,editor"));
    assert_eq!(role(json!("user,admin")).as_deref(), Some("user%2Cadmin"));
    assert_eq!(
        role(json!("é\r\nx-clerk-role: admin")).as_deref(),
        Some("%C3%A9%0D%0Ax-clerk-role:%20admin")
    );
    assert_eq!(role(json!(5)), None);
}

#[test]
fn role_claims_are_read_in_order() {
    let seen = told(&json!({ "role": "plain", "metadata": { "role": "nested" } }));
    assert_eq!(
        (seen.told("x-clerk-role"), &seen.log["role_source"]),
        (Some("nested"), &json!("metadata.role"))
    );
    let seen = told(&json!({ "role": "plain" }));
    assert_eq!(
        (seen.told("x-clerk-role"), &seen.log["role_source"]),
        (Some("plain"), &json!("role"))
    );
    // Something that is no role counts all the same; something empty does not.
    let seen = told(&json!({ "role": "plain", "metadata": { "role": 5 } }));
    assert_eq!(seen.told("x-clerk-role"), None);
    for empty in [json!(""), json!([]), Value::Null] {
        let seen = told(&json!({ "role": "plain", "metadata": { "role": empty } }));
        assert_eq!(seen.told("x-clerk-role"), Some("plain"));
    }
    let own = bound().text("ROLE_CLAIMS", r#"["app.level"]"#).open();
    let seen = own.api_with("/x", &token(&json!({ "app": { "level": "x" }, "role": "plain" })));
    assert_eq!(seen.told("x-clerk-role"), Some("x"));
}

#[test]
fn an_organization_has_four_headers_in_both_token_versions() {
    let packed = told(&json!({
        "v": 2, "fea": "o:reports,o:bills", "pla": "o:pro",
        "o": { "id": "org_1", "slg": "acme", "rol": "admin", "per": "read,write", "fpm": "3,1" },
    }));
    let plain = told(&json!({
        "org_id": "org_1", "org_slug": "acme", "org_role": "org:admin",
        "org_permissions": ["org:reports:read", "org:reports:write", "org:bills:read"],
    }));
    for seen in [packed, plain] {
        assert_eq!(seen.told("x-clerk-org-id"), Some("org_1"));
        assert_eq!(seen.told("x-clerk-org-slug"), Some("acme"));
        assert_eq!(seen.told("x-clerk-org-role"), Some("org:admin"));
        assert_eq!(
            seen.told("x-clerk-org-permissions"),
            Some("org:reports:read,org:reports:write,org:bills:read")
        );
    }
    assert_eq!(told(&json!({})).told("x-clerk-org-id"), None);
}

#[test]
fn an_impersonated_session_names_the_actor() {
    assert_eq!(told(&json!({ "act": { "sub": "user_9" } })).told("x-clerk-actor"), Some("user_9"));
    assert_eq!(told(&json!({ "act": "user_9" })).told("x-clerk-actor"), None);
}

#[test]
fn claim_headers_contain_texts_unchanged_and_other_values_as_json() {
    let names = r#"{"X-Plan":"plan","x-level":"metadata.level","x-list":"list","x-none":"none"}"#;
    let site = bound().text("CLAIM_HEADERS", names).open();
    let claims = json!({ "plan": "pro 100%", "metadata": { "level": 5 }, "list": ["a", 1] });
    let seen = site.api_with("/x", &token(&claims));
    assert_eq!(seen.is_forwarded().told("x-plan"), Some("pro%20100%25"));
    assert_eq!(seen.told("x-level"), Some("5"));
    assert_eq!(seen.told("x-list"), Some(r#"["a",1]"#));
    assert_eq!(seen.told("x-none"), None);
    assert_eq!(site.api_with("/open", &token(&claims)).told("x-plan"), None);
}

#[test]
fn all_headers_together_stay_below_sixteen_kilobytes() {
    let site = bound().text("CLAIM_HEADERS", r#"{"x-bio":"bio"}"#).open();
    let told = |bytes: usize| site.api_with("/x", &token(&json!({ "bio": "x".repeat(bytes) })));
    let (large, small) = (told(7_000), told(6_000));
    let bytes: usize = large.set.iter().map(|(name, value)| name.len() + value.len()).sum();
    assert!(bytes <= 16 * 1024, "{bytes}");
    assert!(large.is_forwarded().told("x-clerk-claims").is_none());
    assert_eq!(large.told("x-clerk-claims-omitted"), Some("too-large"));
    assert_eq!(large.told("x-clerk-user-id"), Some("user_1"));
    assert!(small.is_forwarded().told("x-clerk-claims").is_some());
    assert_eq!(small.told("x-clerk-claims-omitted"), None);
}

#[test]
fn requests_for_assets_get_no_headers() {
    let site = bound().with("ASSETS", Binding::Service).text("UPSTREAM", "assets").open();
    let seen = site.api_with("/x", &token(&json!({})));
    assert_eq!((seen.is_forwarded().set.len(), seen.guarded), (0, true));
}
