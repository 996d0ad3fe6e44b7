//! Which rule lets which machine in, and what becomes of the others.

use serde_json::{Value, json};

use super::stand::{
    Bound, KEYS, M2M, OAUTH, api_key, bearer, count_from_zero, m2m_jwt, oauth_jwt, page, session,
};
use clerk_edge_gate::settings::Settings;
use clerk_edge_testing::mint::changed;

fn rules() -> Value {
    json!([
        { "path": "/keys/*", "allow": { "api_key": true } },
        { "path": "/scoped/*", "allow": { "api_key": true, "scope": ["read:x", "write:x"] } },
        { "path": "/tenant/*", "allow": { "api_key": true, "claim": { "tenant": "t1" } } },
        { "path": "/orgs/:org/*", "allow": { "api_key": true, "org": ":org" } },
        { "path": "/hook/*", "allow": { "machine": "mch_1" } },
        { "path": "/other-hook/*", "allow": { "machine": ["mch_2", "mch_3"] } },
        { "path": "/app/*", "allow": { "oauth": ["client_1"], "scope": "read:x" } },
        { "path": "/both/*",
          "allow": { "any": ["signed-in", { "api_key": true, "scope": "read:x" }] },
          "otherwise": "/no", "send": { "*": "/home" } },
        { "path": "/no-key/*",
          "allow": { "any": [{ "not": { "role": "admin" } }, { "oauth": true }] } },
        { "path": "/gone/*", "allow": { "api_key": true, "scope": "none" },
          "signed_out": 404, "otherwise": 404 },
        { "path": "/people/*", "allow": "signed-in" },
        { "path": "/maybe/*", "allow": "optional" },
        { "path": "/open/*", "allow": "anyone" },
    ])
}

#[test]
fn each_kind_enters_where_it_is_named_and_nowhere_else() {
    let stand = Bound::new(&rules()).open();
    let tokens = [
        ("ak_abc", "api_key"),
        ("mt_abc", "m2m_token"),
        (&m2m_jwt(&json!({})), "m2m_token"),
        ("oat_abc", "oauth_token"),
        (&oauth_jwt(&json!({})), "oauth_token"),
    ];
    let open = [
        ("api_key", vec!["/keys/a", "/scoped/a", "/tenant/a", "/both/a"]),
        ("m2m_token", vec!["/hook/a"]),
        ("oauth_token", vec!["/app/a", "/no-key/a"]),
    ];
    let all = open.iter().flat_map(|(_, paths)| paths.clone()).chain([
        "/orgs/org_1/a",
        "/other-hook/a",
        "/people/a",
    ]);
    let all: Vec<&str> = all.collect();
    for (token, kind) in tokens {
        let (_, entered) = open.iter().find(|(it, _)| *it == kind).unwrap();
        for path in &all {
            let seen = stand.with(path, token);
            assert_eq!(seen.status == 0, entered.contains(path), "{kind} {path} {}", seen.code());
            if seen.status == 0 {
                assert_eq!(seen.told("x-clerk-auth-type"), kind);
                assert_eq!(seen.removed, ["authorization"]);
            }
        }
    }
    // A session has no place where only machines are named.
    assert_eq!(stand.with("/keys/a", &session(&json!({}))).status, 401);
    assert_eq!(stand.with("/people/a", &session(&json!({}))).status, 0);
    // Nobody is known on these, so a machine's token is nobody's.
    assert_eq!(stand.with("/maybe/a", "ak_abc").told("x-clerk-auth-status"), "signed-out");
    assert_eq!(stand.with("/open/a", "ak_abc").told("x-clerk-auth-status"), "");
}

#[test]
fn a_kind_that_the_rule_does_not_name_costs_no_call() {
    count_from_zero();
    let stand = Bound::new(&rules()).open();
    for path in ["/people/a", "/maybe/a", "/open/a", "/hook/a", "/app/a", "/nowhere"] {
        stand.with(path, "ak_abc");
    }
    assert_eq!(stand.calls(), 0);
    assert_eq!(stand.with("/keys/a", "ak_abc").status, 0);
    assert_eq!(stand.calls(), 1);
}

#[test]
fn no_question_about_a_session_holds_for_a_machine() {
    let asked = ["role", "permission", "feature", "plan"].map(|key| json!({ key: "x" }));
    let asked = asked.into_iter().chain([json!({ "reverified": "strict" }), json!("signed-in")]);
    for question in asked {
        for question in [question.clone(), json!({ "not": question })] {
            let rules = json!([
                { "path": "/x", "allow": { "any": [question, { "api_key": true, "scope": "no" }] } },
            ]);
            let stand = Bound::new(&rules).open();
            let seen = stand.with("/x", "ak_abc");
            assert_eq!((seen.status, seen.code().as_str()), (403, "not-allowed"), "{rules}");
        }
    }
}

#[test]
fn an_organization_is_that_of_the_key() {
    let stand = Bound::new(&rules()).open();
    stand.says(KEYS, 200, &changed(api_key(), &json!({ "subject": "org_1" })));
    let seen = stand.with("/orgs/org_1/a", "ak_abc");
    assert_eq!((seen.status, seen.told("x-clerk-org-id")), (0, "org_1"));
    assert_eq!(seen.told("x-clerk-user-id"), "");
    assert_eq!(stand.with("/orgs/org_2/a", "ak_abc").status, 403);
}

#[test]
fn what_the_upstream_is_told() {
    let stand = Bound::new(&rules()).text("CLAIM_HEADERS", r#"{"x-tenant":"tenant"}"#).open();
    let key = stand.with("/keys/a", "ak_abc");
    let told: Vec<(&str, &str)> = key.set.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        told,
        [
            ("x-clerk-auth-status", "signed-in"),
            ("x-clerk-auth-type", "api_key"),
            ("x-clerk-token-id", "ak_1"),
            ("x-clerk-subject", "user_1"),
            ("x-clerk-user-id", "user_1"),
            ("x-tenant", "t1"),
            ("x-clerk-scopes", "read:x write:x"),
            ("x-clerk-claims", "eyJ0ZW5hbnQiOiJ0MSJ9"),
        ]
    );
    let machine = stand.with("/hook/a", &m2m_jwt(&json!({ "scopes": ["a b", "c"] })));
    assert_eq!(machine.told("x-clerk-machine-id"), "mch_1");
    assert_eq!(machine.told("x-clerk-scopes"), "a%20b c");
    let app = stand.with("/app/a", "oat_abc");
    assert_eq!(app.told("x-clerk-client-id"), "client_1");
    assert_eq!(app.told("x-clerk-session-id"), "");
}

#[test]
fn the_token_goes_on_only_where_the_rule_says_so() {
    let rules = json!([
        { "path": "/on", "allow": { "api_key": true }, "forward_token": true },
        { "path": "/off", "allow": { "api_key": true }, "forward_token": false },
    ]);
    let stand = Bound::new(&rules).open();
    assert!(stand.with("/on", "ak_abc").removed.is_empty());
    assert_eq!(stand.with("/off", "ak_abc").removed, ["authorization"]);
}

#[test]
fn machines_are_never_redirected() {
    let stand = Bound::new(&rules()).open();
    stand.says(KEYS, 200, &changed(api_key(), &json!({ "scopes": ["other"] })));
    let with_key = [("authorization", "Bearer ak_abc")];
    // A page by its headers: people are redirected, keys are not.
    assert_eq!(stand.ask(&page("/both/a", &with_key)).status, 403);
    assert_eq!(stand.ask(&page("/both/a", &[])).status, 307);
    assert_eq!(stand.ask(&page("/keys/a", &[])).status, 401);
    // One that may enter goes on, and `send` is for people.
    stand.says(KEYS, 200, &api_key());
    assert_eq!(stand.ask(&page("/both/a", &with_key)).status, 0);
}

#[test]
fn a_refused_machine_is_not_sent_to_sign_in() {
    let stand = Bound::new(&rules()).open();
    stand.says(KEYS, 404, &json!({ "errors": [] }));
    let seen = stand.ask(&page("/both/a", &[("authorization", "Bearer ak_abc")]));
    assert_eq!(
        (seen.status, seen.header("www-authenticate")),
        (401, "Bearer error=\"invalid_token\"")
    );
    assert_eq!(stand.with("/gone/a", "ak_abc").status, 404);
}

#[test]
fn what_a_rule_hides_stays_hidden() {
    let stand = Bound::new(&rules()).open();
    assert_eq!(stand.with("/gone/a", "mt_abc").status, 404);
    assert_eq!(stand.with("/gone/a", "ak_abc").status, 404);
}

#[test]
fn an_m2m_token_must_be_meant_for_this_machine() {
    for (id, status) in [("mch_a", 0), ("mch_c", 401)] {
        let stand = Bound::new(&rules()).text("CLERK_MACHINE_ID", id).open();
        assert_eq!(stand.with("/hook/a", "mt_abc").status, status, "{id}");
        assert_eq!(stand.with("/hook/a", &m2m_jwt(&json!({}))).status, status, "{id}");
        assert_eq!(stand.with("/keys/a", "ak_abc").status, 0, "{id}");
    }
}

#[test]
fn without_its_secret_a_kind_is_not_configured() {
    let bound = Bound::new(&rules()).without("CLERK_SECRET_KEY");
    let stand = bound.open();
    for (path, token) in [("/keys/a", "ak_abc"), ("/hook/a", "mt_abc"), ("/app/a", "oat_abc")] {
        let seen = stand.with(path, token);
        assert_eq!((seen.status, seen.code().as_str()), (503, "not-configured"), "{path}");
        assert!(!seen.header("retry-after").is_empty());
    }
    // The instance's keys are public.
    assert_eq!(stand.with("/hook/a", &m2m_jwt(&json!({}))).status, 0);
    let notes = Settings::read(&bound).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("are answered 503")), "{notes:?}");
    let stand = bound.text("CLERK_MACHINE_SECRET_KEY", "ak_machine").open();
    assert_eq!(stand.with("/hook/a", "mt_abc").status, 0);
    assert_eq!(stand.with("/keys/a", "ak_abc").status, 503);
}

#[test]
fn jwts_are_of_this_instance_and_of_now() {
    let stand = Bound::new(&rules()).open();
    let wrong = [
        json!({ "exp": 1 }),
        json!({ "iss": "https://clerk.other.example" }),
        json!({ "iss": null }),
        json!({ "nbf": 9_999_999_999_i64 }),
        json!({ "sub": "" }),
    ];
    for changes in wrong {
        assert_eq!(stand.with("/hook/a", &m2m_jwt(&changes)).status, 401, "{changes}");
        assert_eq!(stand.with("/no-key/a", &oauth_jwt(&changes)).status == 0, changes["sub"] == "");
    }
    // One letter of the signature.
    let token = m2m_jwt(&json!({}));
    let (start, end) = token.split_at(token.len() - 4);
    let forged = [start, if end == "AAAA" { "BBBB" } else { "AAAA" }].concat();
    assert_eq!(stand.with("/hook/a", &forged).status, 401);
}

#[test]
fn a_token_says_for_whom_it_was_made() {
    let rule = |audience: Value| json!([{ "path": "/mcp/*", "allow": { "oauth": true }, "audience": audience }]);
    let own = "https://www.example.com/mcp";
    let cases = [
        (json!("self"), json!(own), true),
        (json!("self"), json!([own, "x"]), true),
        (json!("self"), json!("https://www.example.com/mcp/tools"), true),
        (json!("self"), json!("https://www.example.com/mcp/other"), false),
        (json!("self"), json!("https://evil.example/mcp"), false),
        (json!("self"), json!(""), false),
        (json!("self"), Value::Null, false),
        (json!("optional"), Value::Null, true),
        (json!("optional"), json!(own), true),
        (json!("optional"), json!("https://evil.example/mcp"), false),
        (json!("optional"), json!([]), false),
        (json!("api"), json!("api"), true),
        (json!(["api", "b"]), json!(["b"]), true),
        (json!(["api", "b"]), json!("c"), false),
        (json!("api"), Value::Null, false),
    ];
    for (audience, aud, accepted) in cases {
        let stand = Bound::new(&rule(audience.clone())).open();
        let token = oauth_jwt(&json!({ "aud": aud }));
        assert_eq!(stand.with("/mcp/tools", &token).status == 0, accepted, "{audience} {aud}");
        stand.says(OAUTH, 200, &changed(super::stand::oauth(), &json!({ "aud": aud })));
        assert_eq!(stand.with("/mcp/tools", "oat_abc").status == 0, accepted, "{audience} {aud}");
    }
    // Forwarded headers do not make another address of it.
    let stand = Bound::new(&rule(json!("self"))).text("CLERK_TRUST_FORWARDED_HOST", "true").open();
    let mut request =
        bearer("/mcp/tools", &oauth_jwt(&json!({ "aud": "https://evil.example/mcp" })));
    request.headers.push(("x-forwarded-host".into(), "evil.example".into()));
    assert_eq!(stand.ask(&request).status, 401);
}

#[test]
fn rules_that_cannot_be_meant_close_the_gate() {
    let wrong = [
        (json!({ "api_key": true, "role": "admin" }), "ROUTES[0].allow"),
        (json!({ "api_key": true, "not": { "role": "admin" } }), "ROUTES[0].allow"),
        (json!({ "all": ["signed-in", { "oauth": true }] }), "ROUTES[0].allow.all"),
        (json!({ "all": [{ "machine": true }, { "api_key": true }] }), "ROUTES[0].allow.all"),
        (json!({ "scope": "read" }), "ROUTES[0].allow"),
        (json!({ "api_key": false }), "ROUTES[0].allow.api_key"),
        (json!({ "machine": [] }), "ROUTES[0].allow.machine"),
        (json!({ "api_key": true, "scope": [] }), "ROUTES[0].allow.scope"),
        (json!({ "api_key": true, "scope": "a\"b" }), "ROUTES[0].allow.scope"),
    ];
    for (allow, place) in wrong {
        let bound = Bound::new(&json!([{ "path": "/x", "allow": allow }]));
        let faulty = Settings::read(&bound).unwrap_err();
        assert_eq!(faulty.problems().next().unwrap().place, place, "{allow}");
    }
    for (field, value) in [("audience", json!("self")), ("forward_token", json!(true))] {
        let rules = json!([{ "path": "/x", "allow": "signed-in", field: value }]);
        let faulty = Settings::read(&Bound::new(&rules)).unwrap_err();
        assert_eq!(faulty.problems().next().unwrap().place, format!("ROUTES[0].{field}"));
    }
    assert!(Settings::read(&Bound::new(&rules())).is_ok());
}

#[test]
fn rules_for_machines_read_back_as_they_are_written() {
    let text = r#"[{"path":"/mcp/*","allow":{"all":[{"oauth":["a","b"]},{"scope":"read"}]},"audience":"self","forward_token":true},{"path":"/x","allow":{"any":["signed-in",{"api_key":true},{"machine":"mch_1"},{"oauth":true}]},"audience":["a"]}]"#;
    let settings = Settings::read(&Bound::new(&serde_json::from_str(text).unwrap())).unwrap();
    assert_eq!(settings.rules.to_string(), text);
}

#[test]
fn m2m_tokens_of_other_kinds_of_answers_are_nobody() {
    let stand = Bound::new(&rules()).open();
    stand.says(M2M, 200, &api_key());
    assert_eq!(stand.with("/hook/a", "mt_abc").status, 401);
}
