//! Operators' mistakes: names and values that were meant otherwise, each beside the right one.

use super::{Bound, check, json, text};
use clerk_edge_gate::settings::bindings::Binding;

#[track_caller]
fn named(name: &str, expected: &[&str]) {
    assert_eq!(Bound::development().with(name, text("x")).problems(), expected, "{name}");
}

#[test]
fn a_misspelt_name_is_a_problem_and_an_own_one_is_none() {
    named(
        "CLERK_SECERT_KEY",
        &["CLERK_SECERT_KEY: is no setting: did you mean `CLERK_SECRET_KEY`?"],
    );
    named(
        "CLERK_AUTHORISED_PARTIES",
        &["CLERK_AUTHORISED_PARTIES: is no setting: did you mean `CLERK_AUTHORIZED_PARTIES`?"],
    );
    named("ROUTER", &["ROUTER: is no setting: did you mean `ROUTES`?"]);
    named("clerk_jwt_key", &["clerk_jwt_key: is no setting: did you mean `CLERK_JWT_KEY`?"]);
    named("SELF_METADATAS", &["SELF_METADATAS: is no setting: did you mean `SELF_METADATA`?"]);
    let unknown = "CLERK_MAGIC: is a setting neither of the gate nor of Clerk's SDKs: take it out, \
                   or see the names in docs/settings.md";
    named("CLERK_MAGIC", &[unknown]);
    // Three letters away, too short, of Clerk's SDKs, announced, and the operator's own.
    for name in ["ROUTINGS", "LOGS", "CLERK_TELEMETRY_DISABLED", "ASSERTION_KEY", "STRIPE_KEY"] {
        named(name, &[]);
    }
    // Only variables and secrets are settings by their text.
    let service = Bound::development().with("ORIGINS", Binding::Service);
    assert_eq!(service.problems(), [""; 0]);
    let list = Bound::development().with("ROLE_CLAIM", json("[]"));
    assert_eq!(list.problems(), ["ROLE_CLAIM: is no setting: did you mean `ROLE_CLAIMS`?"]);
}

#[test]
fn an_authorized_party_is_an_origin() {
    let message = "CLERK_AUTHORIZED_PARTIES[0]: must be an origin, such as \
                   `https://app.example.com`: with its scheme, without a slash or a path at the end, \
                   and without `*`";
    for wrong in [
        "app.example.com",
        "https://app.example.com/",
        "https://app.example.com/x",
        "https://*.example.com",
        "https://",
        "://x",
        "https://a b",
        "https://user@app.example.com",
    ] {
        check("CLERK_AUTHORIZED_PARTIES", text(wrong), message, text("https://app.example.com"));
    }
    for right in ["chrome-extension://abcdef", "http://localhost:3000", "https://[::1]:8443"] {
        let bound = Bound::development().with("CLERK_AUTHORIZED_PARTIES", text(right));
        assert_eq!(bound.problems(), [""; 0], "{right}");
    }
}

#[test]
fn toml_where_json_is_wanted_is_answered_with_the_json() {
    check(
        "ROUTES",
        text(r#"[{ path = "/", allow = "anyone" }]"#),
        r#"ROUTES: a text must be JSON, and this is TOML. Write: [{"path":"/","allow":"anyone"}]"#,
        text(r#"[{"path":"/","allow":"anyone"}]"#),
    );
    check(
        "CLAIM_HEADERS",
        text(r#"{ "x-plan" = "metadata.plan" }"#),
        r#"CLAIM_HEADERS: a text must be JSON, and this is TOML. Write: {"x-plan":"metadata.plan"}"#,
        text(r#"{"x-plan":"metadata.plan"}"#),
    );
    check(
        "ROUTES",
        text("[{ path = }]"),
        "ROUTES: is not valid JSON (line 1, column 4)",
        text("[]"),
    );
}

#[test]
fn a_problem_of_a_rule_names_its_path() {
    check(
        "ROUTES",
        json(r#"[{ "path": "/" }, { "path": "/admin/*", "alow": "anyone" }]"#),
        "ROUTES[1].alow: no such field: did you mean `allow`? (rule for `/admin/*`)",
        json(r#"[{ "path": "/" }, { "path": "/admin/*", "allow": "anyone" }]"#),
    );
    check(
        "ROUTES",
        json(r#"[{ "path": "/admin/*", "role": "admin" }]"#),
        "ROUTES[0].role: a condition stands inside `allow`: write `allow = { role = … }` (rule for \
         `/admin/*`)",
        json(r#"[{ "path": "/admin/*", "allow": { "role": "admin" } }]"#),
    );
    check(
        "ROUTES",
        json(r#"[{ "path": "/docs/*.pdf" }]"#),
        "ROUTES[0].path: a path names no ending: `*` stands alone, as the last segment. Put the \
         files into a folder and write `/folder/*`, or write a rule for each file, such as \
         `/name.pdf` (rule for `/docs/*.pdf`)",
        json(r#"[{ "path": "/docs/*" }]"#),
    );
}

#[test]
fn a_rule_that_capitals_pass_by_is_noted() {
    let noted = |upstream: &str, routes: &str, case: &str| {
        let bound = Bound::development()
            .with("ORIGIN", Binding::Service)
            .with("ASSETS", Binding::Service)
            .with("UPSTREAM", text(upstream))
            .with("ROUTES", json(routes));
        let bound = if case.is_empty() { bound } else { bound.with("PATH_CASE", text(case)) };
        let notes = bound.settings().notes;
        notes.iter().any(|note| note.contains("in capitals") && note.contains("`/admin/*`"))
    };
    let open = r#"[{ "path": "/*", "allow": "anyone" }, { "path": "/admin/*" }]"#;
    for upstream in ["service", "passthrough", "https://origin.example"] {
        assert!(noted(upstream, open, ""), "{upstream}");
        assert!(!noted(upstream, open, "insensitive"), "{upstream}");
    }
    assert!(!noted("assets", open, ""));
    // What falls under a rule that asks for no less is none, and neither is a path of digits.
    for closed in [
        r#"[{ "path": "/admin/*" }]"#,
        r#"[{ "path": "/*", "allow": "anyone" }, { "path": "/2026/*" }]"#,
    ] {
        assert!(!noted("service", closed, ""), "{closed}");
    }
    assert!(noted("service", r#"[{ "path": "/admin/*", "allow": { "role": "admin" } }]"#, ""));
}
