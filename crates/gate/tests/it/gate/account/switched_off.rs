//! Addresses that are not there, methods that they do not answer, settings that are refused.

use super::*;

const ALL: [&str; 7] =
    [SIGN_OUT, REFRESH, SESSION, SESSIONS, REVOKE, METADATA, "/.clerk-edge/session.js"];

#[test]
fn account_false_takes_all_of_them_away() {
    let site = bound().text("ACCOUNT", "false").open();
    for path in ALL {
        for name in ["GET", "HEAD", "POST", "OPTIONS"] {
            let request = method(name, get(path, &[("cookie", &own_cookies())]));
            let seen = site.ask(&request);
            seen.refuses(404, "not-found").asks_nobody();
        }
    }
    assert_eq!(site.ask(&get("/.clerk-edge/access", &[])).status, 200);
    let without = bound().without("SELF_METADATA").open();
    without.json(METADATA, &json!({ "onboardingComplete": true })).refuses(404, "not-found");
    assert_eq!(without.ask(&get(SESSION, &[])).status, 200);
}

#[test]
fn each_answers_its_own_methods() {
    for (path, allow) in [
        (SIGN_OUT, "GET, HEAD, POST"),
        (REFRESH, "GET, HEAD"),
        (SESSION, "GET, HEAD"),
        (SESSIONS, "GET, HEAD"),
        (REVOKE, "POST"),
        (METADATA, "POST"),
        ("/.clerk-edge/session.js", "GET, HEAD"),
    ] {
        for name in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
            let seen = site().ask(&method(name, get(path, &[])));
            let answers = allow.split(", ").any(|each| each == name);
            assert_eq!(seen.status != 405, answers, "{name} {path}");
            if !answers {
                assert_eq!(seen.header("allow"), Some(allow));
                seen.refuses(405, "method-not-allowed").asks_nobody();
            }
        }
        let seen = site().ask(&get(&format!("{path}/"), &[]));
        assert_ne!(seen.status, 404, "a slash at the end means nothing");
    }
}

#[test]
fn what_needs_the_secret_key_says_so() {
    let site = bound().without("CLERK_SECRET_KEY").open();
    for seen in [
        site.form(SIGN_OUT, ""),
        site.page(REFRESH),
        site.ask(&get(SESSIONS, &[])),
        site.json(REVOKE, &json!({ "id": "sess_2" })),
        site.json(METADATA, &json!({ "onboardingComplete": true })),
    ] {
        seen.refuses(503, "not-configured").asks_nobody();
    }
    assert!(site.gate.announcements().concat().contains("account addresses"));
}

#[test]
fn a_role_that_visitors_give_themselves_cannot_be_asked_for() {
    let problems = |rules: Value, fields: Value| {
        let bound = Bound::development(&rules).text("SELF_METADATA", &fields.to_string());
        let line: Value = serde_json::from_str(&bound.open().gate.announcements()[0]).unwrap();
        line["problems"].as_array().cloned().unwrap_or_default()
    };
    let admin = json!([
        { "path": "/", "allow": "anyone" },
        { "path": "/admin", "allow": { "any": [{ "not": { "role": "admin" } }, { "plan": "x" }] } },
    ]);
    let named = |fields: Value| problems(admin.clone(), fields);
    for fields in [
        json!({ "role": ["user", "admin"] }),
        json!({ "role": { "type": "text" } }),
        json!({ "role": { "one_of": ["admin"], "once": true } }),
    ] {
        let problems = named(fields);
        assert_eq!(problems.len(), 1);
        let text = problems[0].as_str().unwrap();
        assert!(text.starts_with("SELF_METADATA.role: ") && text.contains("ROUTES[1] (/admin)"));
    }
    assert_eq!(named(json!({ "role": ["user"] })), [Value::Null; 0]);
    assert_eq!(named(json!({ "rule": ["admin"] })), [Value::Null; 0]);
    let claim = json!([{ "path": "/m", "allow": { "claim": { "metadata.done": true } } }]);
    assert_eq!(problems(claim, json!({ "done": [true] })), [Value::Null; 0]);
    let broken = problems(json!([]), json!({ "a": 5, "to": [1] }));
    assert_eq!(broken.len(), 2, "{broken:?}");
}
