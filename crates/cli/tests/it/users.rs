//! `users`: shows people, sets public metadata, ends sessions, and asks before it writes.

use serde_json::json;

use crate::double::{Double, KEY, SECRET_BODY};
use clerk_edge_cli::host::Terminal;

const API: &str = "https://api.clerk.com/v1";

fn host() -> Double {
    let rules = r#"[{ "path": "/admin/*", "allow": { "role": "admin" } }, { "path": "/", "allow": "anyone" }]"#;
    let mut double = Double::with_rules(rules);
    double.env.insert("CLERK_SECRET_KEY".to_owned(), format!("sk_test_{SECRET_BODY}"));
    let user = json!({ "id": "user_a1", "public_metadata": { "role": "admin", "plan": "pro" } });
    double.says(&format!("GET {API}/users/user_a1"), 200, &user.to_string());
    double.says(
        &format!("GET {API}/sessions?user_id=user_a1&status=active&paginated=true&limit=500"),
        200,
        &json!({ "data": [
            { "id": "sess_1", "status": "active", "last_active_at": 1_795_608_000_000_i64 },
            { "id": "sess_2", "status": "active" },
        ], "total_count": 2 })
        .to_string(),
    );
    assert!(KEY.starts_with("pk_test_"));
    double
}

fn written(double: &Double) -> Vec<String> {
    let calls = double.calls.borrow();
    let writes = calls.iter().filter(|call| call.method != "GET");
    writes
        .map(|call| {
            format!("{} {} {}", call.method, call.url, call.body.clone().unwrap_or_default())
        })
        .collect()
}

#[test]
fn a_person_is_shown_as_the_gate_sees_them() {
    let ran = host().run("users show user_a1 --json");
    assert_eq!(ran.exit, 0, "{}", ran.out);
    let user = &ran.json()["result"]["user"];
    assert_eq!(user["role"], "admin");
    assert_eq!(user["claims"], json!({ "metadata": { "role": "admin" } }));
    assert_eq!(
        user["areas"],
        json!([
            { "path": "/", "outcome": "allowed" }, { "path": "/admin/*", "outcome": "allowed" },
        ])
    );
    assert_eq!(user["sessions"][0]["last_active_at"], "2026-11-25T12:00:00Z");
}

#[test]
fn metadata_are_merged_after_a_confirmation() {
    let double = host();
    double.says(&format!("PATCH {API}/users/user_a1/metadata"), 200, "{}");
    let ran = double.run("users set user_a1 role=admin plan= level:=3 --any-role --yes --json");
    assert_eq!(ran.exit, 0, "{}", ran.out);
    let result = &ran.json()["result"];
    assert_eq!(result["after"], json!({ "role": "admin", "level": 3 }));
    assert_eq!(
        written(&double),
        [format!(
            "PATCH {API}/users/user_a1/metadata {{\"public_metadata\":{{\"level\":3,\"plan\":null,\"role\":\"admin\"}}}}"
        )]
    );
}

#[test]
fn nothing_is_written_without_a_yes() {
    let double = host();
    assert_eq!(double.run("users set user_a1 plan=free").exit, 2);
    assert_eq!(double.run("users set user_a1 plan=free --dry-run").exit, 0);
    let double = Double {
        terminal: Terminal { input: true, errors: true, ..Terminal::default() },
        ..host()
    };
    double.answers.borrow_mut().extend(["n".to_owned()]);
    assert_eq!(double.run("users set user_a1 plan=free").exit, 1);
    assert_eq!(double.run("users set user_a1 plan=free").exit, 130);
    assert!(written(&double).is_empty());
}

#[test]
fn what_is_wrong_is_refused_before_any_call() {
    let double = host();
    for arguments in [
        "users set user_a1",
        "users set user_a1 role=amdin --yes",
        "users set user_a1 nonsense --yes",
        "users set user_a1 a:=[ --yes",
        "users show user_/../x",
        "users show someone",
        "users revoke user_a1",
        "users revoke user_a1 --session sess_1?x",
        "users sho user_a1",
    ] {
        assert_eq!(double.run(arguments).exit, 2, "{arguments}");
    }
    assert!(double.calls.borrow().is_empty());
    assert!(double.run("users set user_a1 role=amdin --yes").err.contains("did you mean `admin`?"));
    assert_eq!(Double::with_rules("[]").run("users show user_a1").exit, 3);
    let large = format!("users set user_a1 bio={} --yes", "x".repeat(9_000));
    assert_eq!(double.run(&large).exit, 2);
    assert!(written(&double).is_empty());
}

#[test]
fn sessions_are_ended_one_or_all() {
    let double = host();
    double.says(&format!("POST {API}/sessions/sess_1/revoke"), 200, "{}");
    double.says(&format!("POST {API}/sessions/sess_2/revoke"), 200, "{}");
    let ran = double.run("users revoke user_a1 --session sess_2 --yes --json");
    assert_eq!((ran.exit, &ran.json()["result"]["after"]), (0, &json!(["sess_1"])));
    assert_eq!(double.run("users revoke user_a1 --session sess_9 --yes").exit, 1);
    assert_eq!(double.run("users revoke user_a1 --all --yes").exit, 0);
    assert_eq!(written(&double).len(), 3);
}

#[test]
fn failures_have_a_category() {
    for (status, category, exit, retryable) in [
        (401, "unauthorized", 1, false),
        (404, "not-found", 1, false),
        (422, "invalid", 2, false),
        (500, "unavailable", 4, true),
    ] {
        let double = Double { replies: Default::default(), ..host() };
        double.says(
            &format!("GET {API}/users/user_a1"),
            status,
            r#"{"errors":[{"code":"resource_not_found"}]}"#,
        );
        let ran = double.run("users show user_a1 --json");
        let error = &ran.json()["result"]["error"];
        assert_eq!(
            (ran.exit, &error["category"], &error["retryable"]),
            (exit, &json!(category), &json!(retryable))
        );
    }
}

#[test]
fn a_wait_is_kept_and_told() {
    let double = Double { replies: Default::default(), ..host() };
    let asked = format!("GET {API}/users/user_a1");
    double.says(&asked, 429, "{}");
    if let Some(Ok(reply)) =
        double.replies.borrow_mut().get_mut(&asked).and_then(|it| it.front_mut())
    {
        reply.headers.push(("retry-after".to_owned(), "7".to_owned()));
    }
    double.says(&asked, 404, "{}");
    let ran = double.run("users show user_a1");
    assert_eq!(*double.waits.borrow(), [7_000]);
    assert!(ran.err.contains("Clerk asks to wait 7 s."), "{}", ran.err);
    assert_eq!(ran.exit, 1);
}
