//! `test`: expectations, promises, coverage.

use serde_json::json;

use crate::double::Double;

const RULES: &str = r#"[
  { "path": "/", "allow": "anyone" },
  { "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": "/unauthorized" },
  { "path": "/unauthorized", "allow": "anyone" },
  { "path": "/api/*" }
]"#;

fn with(tests: &str) -> Double {
    Double::with_rules(RULES).file("clerk-edge.test.json", tests)
}

const GOOD: &str = r#"{
  // people of this site
  "people": { "ann": { "role": "member", "org": "acme" } },
  "tests": {
    "/": { "signed-out": "forward" },
    "/unauthorized": { "signed-out": "forward" },
    "/admin/users": { "signed-out": "sign-in", "role:admin": "forward", "ann": "/unauthorized" },
    "POST /api/orders": { "signed-out": 401,
      "ann": { "outcome": "forward", "rule": "/api/*", "headers": { "x-clerk-role": "member" } } },
    "api /admin/users": { "ann": { "outcome": 403, "code": "not-allowed" } },
    "/public%2F..%2Fadmin": { "signed-out": 400 }
  },
  "never": [
    { "who": "signed-out", "reaches": "/admin/*" },
    { "who": "role:member", "reaches": "/admin/*" },
    { "who": { "not": { "role": "admin" } }, "reaches": "/admin/*" }
  ]
}"#;

#[test]
fn tests_that_hold_pass() {
    let ran = with(GOOD).run("test --json --coverage 100");
    assert_eq!(ran.exit, 0, "{}", ran.out);
    let result = &ran.json()["result"];
    assert_eq!(result["passed"], 12);
    assert_eq!(result["failed"], json!([]));
    assert_eq!(result["uncovered"], json!([]));
}

#[test]
fn a_failed_test_says_what_was_expected_what_came_and_why() {
    let ran = with(r#"{ "tests": { "/admin/users": { "role:admin": "/unauthorized" } } }"#)
        .run("test --github");
    assert_eq!(ran.exit, 1);
    for part in [
        "FAILED  /admin/users   role:admin   clerk-edge.test.json:1",
        "expected  /unauthorized",
        "got       forward",
        "hit       role = \"admin\"",
        "::error file=clerk-edge.test.json,line=1::/admin/users as role:admin",
        "0 passed, 1 failed",
        "not covered: /api/*               nothing reaches it",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
}

#[test]
fn a_broken_promise_comes_with_a_path_and_a_person() {
    let tests = r#"{ "never": [{ "who": "signed-in", "reaches": "/api/*" }] }"#;
    let ran = with(tests).run("test --json");
    assert_eq!(ran.exit, 1);
    let got = &ran.json()["result"]["failed"][0]["got"];
    assert_eq!((&got["path"], &got["person"]), (&json!("/api"), &json!("signed-in")));
    let tests = r#"{ "never": [{ "who": { "org": "acme" }, "reaches": "/admin/:x" }] }"#;
    let got = with(tests).run("test --json").json()["result"]["failed"][0]["got"].clone();
    assert_eq!(got["person"], json!({ "org": "acme", "role": "admin" }));
}

#[test]
fn what_cannot_be_understood_is_shown_in_the_file() {
    for (tests, message) in [
        ("{ \"tests\": { \"/x\": { \"signedout\": 401 } } }", "did you mean `signed-out`?"),
        ("{ \"tests\": { \"/x\": { \"signed-out\": \"maybe\" } } }", "is no outcome"),
        ("{ \"tests\": { \"get /x\": { \"signed-out\": 401 } } }", "[page|api] [METHOD]"),
        ("{ \"people\": { \"ann\": { \"rol\": \"x\" } }, \"tests\": {} }", "did you mean `role`?"),
        ("{ \"never\": [{ \"who\": \"signed-out\", \"reach\": \"/x\" }] }", "no such field"),
        ("{ \"never\": [{ \"who\": { \"rol\": \"x\" }, \"reaches\": \"/x\" }] }", "`who`"),
        ("{ \"test\": {} }", "did you mean `tests`?"),
        ("{}", "there are no tests"),
    ] {
        let ran = with(tests).run("test");
        assert_eq!(ran.exit, 3, "{tests}");
        assert!(ran.err.contains(message), "{tests}: {}", ran.err);
    }
    assert_eq!(Double::with_rules(RULES).run("test").exit, 3);
}

#[test]
fn a_lack_of_coverage_fails_only_where_it_is_asked_for() {
    let tests = r#"{ "tests": { "/": { "signed-out": "forward" } } }"#;
    assert_eq!(with(tests).run("test").exit, 0);
    assert_eq!(with(tests).run("test --coverage 25").exit, 0);
    assert_eq!(with(tests).run("test --coverage 26").exit, 1);
}

#[test]
fn too_many_facts_are_no_answer() {
    let roles: Vec<String> = (0..13).map(|at| format!("{{ \"role\": \"r{at}\" }}")).collect();
    let rules =
        format!("[{{ \"path\": \"/a\", \"allow\": {{ \"any\": [{}] }} }}]", roles.join(","));
    let host = Double::with_rules(&rules)
        .file("clerk-edge.test.json", r#"{ "never": [{ "who": "role:r1", "reaches": "/a" }] }"#);
    let ran = host.run("test");
    assert_eq!(ran.exit, 1, "{}", ran.err);
    assert!(ran.err.contains("13 facts"), "{}", ran.err);
}
