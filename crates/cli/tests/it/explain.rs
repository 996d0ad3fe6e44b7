//! `explain`: the gate's own decision, in words and as JSON.

use serde_json::json;

use crate::double::Double;

const RULES: &str = r#"[
  { "path": "/", "allow": "anyone" },
  { "path": "/*" },
  { "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": "/unauthorized" },
  { "path": "/unauthorized", "allow": "anyone" },
  { "path": "/teams/:team/*", "allow": { "org": ":team" } },
  { "path": "/welcome", "send": { "admin": "/admin", "*": "/" } },
  { "path": "/orders", "methods": ["POST"], "allow": { "permission": "org:orders:write" } },
  { "path": "/orders" }
]"#;

fn outcome(arguments: &str, expected: &str) {
    let host = Double::with_rules(RULES);
    let ran = host.run(&format!("explain {arguments} --expect {expected}"));
    assert_eq!(ran.exit, 0, "{arguments}: {}{}", ran.out, ran.err);
}

#[test]
fn outcomes_are_those_of_the_gate() {
    outcome("/", "forward");
    outcome("/x", "sign-in");
    outcome("/x --api", "401");
    outcome("/x --as signed-in", "forward");
    outcome("/x --as pending", "sign-in");
    outcome("/admin/users --as role:admin", "forward");
    outcome("/admin/users --as role:member", "/unauthorized");
    outcome("/admin/users --as role:member --api", "403");
    outcome("/admin/users --role member --role admin", "forward");
    outcome("/admin/users --as signed-in --api", "403");
    outcome("/teams/acme/x --as org:acme", "forward");
    outcome("/teams/acme/x --as org:other --api", "403");
    outcome("/welcome --as role:admin", "/admin");
    outcome("/welcome --as role:member", "/");
    outcome("/orders --method POST --permission org:orders:write", "forward");
    outcome("/orders --method POST --as signed-in", "403");
    outcome("/orders --as signed-in", "forward");
    outcome("/public%2F..%2Fadmin --as role:admin", "400");
    outcome("https://shop.example/admin/x --as role:admin", "forward");
}

#[test]
fn what_the_token_lacks_is_looked_up_as_the_gate_does() {
    outcome("/admin/x --api --user user_1 --looked_up {\"role\":\"admin\"}", "forward");
    outcome("/admin/x --api --user user_1 --looked_up unavailable", "503");
}

#[test]
fn the_text_says_rule_place_role_condition_and_outcome() {
    let ran = Double::with_rules(RULES).run("explain /admin/users --as role:member");
    assert_eq!(ran.exit, 0);
    let expected = "GET /admin/users   a page   role:member\n  \
        path      /admin/users     one reading\n  \
        rule      /admin/*         wrangler.jsonc:5      beats /*\n  \
        role      \"member\"    metadata.role of the token\n  \
        miss      role = \"admin\"\n  \
        outcome   307 to /unauthorized    (anything but a page: 403 not-allowed)\n";
    assert_eq!(ran.out, expected);
}

#[test]
fn every_reading_of_an_ambiguous_path_is_shown_with_its_rule() {
    let ran = Double::with_rules(RULES).run("explain /public%2F..%2Fadmin --json");
    let result = &ran.json()["result"];
    assert_eq!(result["outcome"]["code"], "path-ambiguous");
    let readings: Vec<&serde_json::Value> =
        result["readings"].as_array().into_iter().flatten().map(|it| &it["rule"]).collect();
    assert!(readings.contains(&&json!("/admin/*")), "{result}");
    assert!(readings.contains(&&json!("/*")), "{result}");
}

#[test]
fn an_expectation_that_is_not_met_ends_with_one() {
    let ran = Double::with_rules(RULES).run("explain /admin/x --as role:member --expect forward");
    assert_eq!(ran.exit, 1);
    assert!(ran.err.contains("the outcome is /unauthorized, not forward"), "{}", ran.err);
    assert_eq!(Double::with_rules(RULES).run("explain / --expect sometimes").exit, 2);
}

#[test]
fn headers_are_shown_without_the_claims() {
    let ran = Double::with_rules(RULES).run("explain /x --as role:member");
    assert!(ran.out.contains("x-clerk-role: member"), "{}", ran.out);
    assert!(ran.out.contains("x-clerk-claims: …"), "{}", ran.out);
}

#[test]
fn a_token_is_judged_without_its_signature_and_never_shown() {
    let host = Double::with_rules(RULES);
    let ran = host.run("explain /x --token missing.txt");
    assert_eq!(ran.exit, 3);
    let host = Double::with_rules(RULES).file("token.txt", "no token at all");
    assert_eq!(host.run("explain /x --token token.txt --expect 401 --api").exit, 0);
    assert_eq!(host.run("explain /x --as signed-in --role admin").exit, 2);
}
