//! `claims`: what the session token needs, its size, and types.

use serde_json::json;

use crate::double::Double;

const RULES: &str = r#"[
  { "path": "/", "allow": "anyone" },
  { "path": "/admin/*", "allow": { "role": ["admin", "moderator"] } },
  { "path": "/pro/*", "allow": { "claim": { "metadata.plan": "pro", "org_role": "org:admin" } } }
]"#;

#[test]
fn needed_claims_are_those_that_rules_read_and_clerk_does_not_put_in() {
    let ran = Double::with_rules(RULES).run("claims --json");
    assert_eq!(ran.exit, 0, "{}", ran.out);
    let result = &ran.json()["result"];
    let expected = json!({ "metadata": {
        "plan": "{{user.public_metadata.plan}}", "role": "{{user.public_metadata.role}}",
    } });
    assert_eq!(result["claims"], expected);
    assert_eq!(result["underived"], json!([]));
    assert_eq!(result["size"]["bytes_max"], 4096);
}

#[test]
fn the_text_goes_to_stdout_and_the_advice_to_stderr() {
    let ran = Double::with_rules(RULES).run("claims");
    assert!(serde_json::from_str::<serde_json::Value>(&ran.out).is_ok(), "{}", ran.out);
    assert!(ran.err.starts_with("custom claims  "), "{}", ran.err);
    assert!(ran.err.contains("npx clerk@latest config patch --json '{\"session\":{\"claims\":"));
    assert!(ran.err.contains("does not change the session token"));
}

#[test]
fn variants_and_templates() {
    let host = Double::with_rules(RULES);
    let claims = |flags: &str| {
        host.run(&format!("claims --json {flags}")).json()["result"]["claims"].clone()
    };
    assert_eq!(claims("--variant simple")["publicMetadata"], "{{user.public_metadata}}");
    assert_eq!(claims("--variant comprehensive")["orgName"], "{{org.name}}");
    assert_eq!(
        claims("--variant flat --fields role,personId"),
        json!({ "role": "{{user.public_metadata.role}}",
            "personId": "{{user.public_metadata.personId}}" })
    );
    assert_eq!(claims("--template supabase")["role"], "authenticated");
    let hasura = &claims("--template hasura")["https://hasura.io/jwt/claims"];
    assert_eq!(hasura["x-hasura-allowed-roles"], json!(["user", "admin", "moderator"]));
    assert!(host.run("claims --template supabase").err.contains("2025-04-01"));
}

#[test]
fn what_may_not_stand_in_a_token_is_refused_and_what_cannot_be_derived_is_asked_for() {
    let rules = |claim: &str| {
        format!(r#"[{{ "path": "/a", "allow": {{ "claim": {{ "{claim}": "x" }} }} }}]"#)
    };
    let ran = Double::with_rules(&rules("unsafe_metadata.plan")).run("claims");
    assert_eq!(ran.exit, 3);
    assert!(ran.err.contains("its owner"), "{}", ran.err);
    let host = Double::with_rules(&rules("membership.level"));
    let ran = host.run("claims --json");
    assert_eq!((ran.exit, &ran.json()["result"]["underived"]), (1, &json!(["membership.level"])));
    let ran = host.run("claims --json --map membership.level=user.public_metadata.level");
    assert_eq!(ran.exit, 0);
    assert_eq!(
        ran.json()["result"]["claims"]["membership"]["level"],
        "{{user.public_metadata.level}}"
    );
    assert_eq!(host.run("claims --map membership.level=user.private_metadata.x").exit, 3);
}

#[test]
fn claims_that_do_not_fit_fail_with_the_largest_first() {
    let large = json!({ "bio": "x".repeat(1_300), "role": "admin" }).to_string();
    let host = Double::with_rules(RULES).file("ann.json", &large);
    let ran = host.run("claims --variant simple --sample ann.json");
    assert_eq!(ran.exit, 1);
    assert!(
        ran.err.contains("the largest first: publicMetadata 1,343 bytes, metadata"),
        "{}",
        ran.err
    );
    assert_eq!(host.run("claims --sample ann.json").exit, 0);
}

#[test]
fn types_name_the_roles() {
    let host = Double::with_rules(RULES);
    let ts = host.run("claims --types ts").out;
    assert!(ts.contains("interface CustomJwtSessionClaims"), "{ts}");
    assert!(ts.contains("role?: \"admin\" | \"moderator\";"), "{ts}");
    let rust = host.run("claims --types rust").out;
    assert!(rust.contains("pub struct ClaimsMetadata"), "{rust}");
    assert!(rust.contains("pub metadata: Option<ClaimsMetadata>"), "{rust}");
}

#[test]
fn files_are_written_and_never_overwritten() {
    let host = Double::with_rules(RULES);
    let ran = host.run("claims --out types");
    assert_eq!(ran.exit, 0);
    assert!(ran.err.contains("types/session-token.d.ts: created"), "{}", ran.err);
    assert_eq!(host.run("claims --out types").exit, 0);
    assert_eq!(host.run("claims --variant simple --out types").exit, 1);
}
