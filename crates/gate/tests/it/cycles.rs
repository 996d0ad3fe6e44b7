//! Redirects that lead nowhere are found when the rules are read; sensible ones are let through.
use clerk_edge_rules::problem::Problem;
use clerk_edge_rules::rule_set::{Context, Rules};

#[track_caller]
fn check(text: &str, sign_in: Option<&str>, expected: &[&str]) {
    let context = Context { sign_in: sign_in.map(str::to_owned), ..Context::default() };
    let problems = Rules::read(text, &context).err().unwrap_or_default();
    let told: Vec<String> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(told, expected, "{text}");
}

#[track_caller]
fn wrong(text: &str, expected: &[&str]) {
    check(text, None, expected);
}

#[track_caller]
fn right(text: &str) {
    check(text, None, &[]);
}

#[test]
fn a_rule_that_redirects_to_itself() {
    wrong(
        r#"[{ "path": "/a/*", "allow": { "role": "x" }, "otherwise": "/a/denied" }]"#,
        &[
            "ROUTES[0].otherwise: a signed-in visitor without a role is redirected in a loop: /a/* → \
         /a/denied → /a/denied",
        ],
    );
    wrong(
        r#"[{ "path": "/a", "signed_out": "/a" }]"#,
        &["ROUTES[0].signed_out: a visitor who is not signed in is redirected in a loop: /a → /a"],
    );
    wrong(
        r#"[{ "path": "/a", "allow": { "permission": "p" }, "otherwise": "/a" }]"#,
        &[
            "ROUTES[0].otherwise: a signed-in visitor without a role is redirected in a loop: /a → /a",
        ],
    );
    wrong(
        r#"[{ "path": "/a/*", "send": { "*": "/a/b" } }]"#,
        &[
            "ROUTES[0].send.*: a signed-in visitor without a role is redirected in a loop: /a/* → /a/b → \
         /a/b",
        ],
    );
    wrong(
        r#"[{ "path": "/a/*", "send": { "x": "/a/b" } }]"#,
        &[
            "ROUTES[0].send.x: a signed-in visitor with the role \"x\" is redirected in a loop: /a/* → \
         /a/b → /a/b",
        ],
    );
    right(
        r#"[{ "path": "/a/*", "allow": { "role": "x" }, "otherwise": "/a/denied" },
            { "path": "/a/denied", "allow": "anyone" }]"#,
    );
}

#[test]
fn r4_r5_a_missing_role_is_not_sent_to_and_fro() {
    wrong(
        r#"[{ "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": "/" },
            { "path": "/", "send": { "admin": "/admin", "*": "/admin" } }]"#,
        &[
            "ROUTES[0].otherwise: a signed-in visitor without a role is redirected in a loop: /admin/* \
             → / → /admin → /",
            "ROUTES[1].send.*: a signed-in visitor without a role is redirected in a loop: / → /admin → \
             /",
        ],
    );
    right(
        r#"[{ "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": "/" },
            { "path": "/", "send": { "admin": "/admin" } }]"#,
    );
}

#[test]
fn two_roles_that_send_each_other() {
    wrong(
        r#"[{ "path": "/a", "allow": { "role": "x" }, "otherwise": "/b" },
            { "path": "/b", "allow": { "role": "y" }, "otherwise": "/a" }]"#,
        &[
            "ROUTES[0].otherwise: a signed-in visitor without a role is redirected in a loop: /a → /b → \
             /a",
            "ROUTES[1].otherwise: a signed-in visitor without a role is redirected in a loop: /b → /a → \
             /b",
        ],
    );
    // Whoever has no role is at home in /b; whoever has x is at home in /a.
    right(
        r#"[{ "path": "/a", "allow": { "role": "x" }, "otherwise": "/b" },
            { "path": "/b", "allow": { "not": { "role": "x" } }, "otherwise": "/a" }]"#,
    );
    wrong(
        r#"[{ "path": "/a", "allow": { "role": "x" }, "otherwise": "/b" },
            { "path": "/b", "allow": { "not": { "role": ["x", "y"] } }, "otherwise": "/a" }]"#,
        &[
            "ROUTES[0].otherwise: a signed-in visitor with the role \"y\" is redirected in a loop: /a → \
             /b → /a",
            "ROUTES[1].otherwise: a signed-in visitor with the role \"y\" is redirected in a loop: /b → \
             /a → /b",
        ],
    );
}

#[test]
fn a_target_that_the_visitor_cannot_enter() {
    wrong(
        r#"[{ "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": "/queue" },
            { "path": "/queue", "allow": { "role": "moderator" } }]"#,
        &["ROUTES[0].otherwise: a signed-in visitor without a role may not open the page that it \
             is redirected to: /admin/* → /queue (403)"],
    );
    wrong(
        r#"[{ "path": "/a", "signed_out": "/login" }]"#,
        &["ROUTES[0].signed_out: a visitor who is not signed in may not open the page that it \
             is redirected to: /a → /login (sign-in)"],
    );
    right(
        r#"[{ "path": "/a", "signed_out": "/login" }, { "path": "/login", "allow": "optional" }]"#,
    );
    wrong(
        r#"[{ "path": "/w", "send": { "admin": "/admin" } },
            { "path": "/admin", "allow": { "role": "root" } }]"#,
        &[
            "ROUTES[0].send.admin: a signed-in visitor with the role \"admin\" may not open the page that it \
             is redirected to: /w → /admin (403)",
        ],
    );
    // Not covered by a rule: a session is all it takes, and this visitor has one.
    right(
        r#"[{ "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": "/unauthorized" }]"#,
    );
}

#[test]
fn a_way_of_several_redirects_that_ends_is_fine() {
    right(
        r#"[{ "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": "/queue" },
            { "path": "/queue", "allow": { "role": "moderator" }, "otherwise": "/home" },
            { "path": "/w", "send": { "admin": "/admin", "moderator": "/queue", "*": "/home" } }]"#,
    );
    right(r#"[{ "path": "/a", "allow": { "role": "x" }, "otherwise": "https://example.com/a" }]"#);
}

#[test]
fn what_cannot_be_known_is_not_held_against_anybody() {
    // Some without p have q: the target is not closed to all of them.
    right(
        r#"[{ "path": "/a", "allow": { "permission": "p" }, "otherwise": "/b" },
            { "path": "/b", "allow": { "permission": "q" } }]"#,
    );
    // But the very same question has the very same answer.
    wrong(
        r#"[{ "path": "/a", "allow": { "permission": "p" }, "otherwise": "/b" },
            { "path": "/b", "allow": { "permission": "p", "role": "x" } }]"#,
        &["ROUTES[0].otherwise: a signed-in visitor without a role may not open the page that it \
             is redirected to: /a → /b (403)"],
    );
    right(
        r#"[{ "path": "/a", "allow": { "permission": "p" }, "otherwise": "/b" },
            { "path": "/b", "allow": { "not": { "permission": "p" } }, "otherwise": "/a" }]"#,
    );
    // Nobody has an organization by name and none at all, nor a claim's value without the claim.
    right(
        r#"[{ "path": "/a", "allow": { "not": { "org": "acme" } }, "otherwise": "/b" },
            { "path": "/b", "allow": { "org": true }, "otherwise": "/a" }]"#,
    );
    right(
        r#"[{ "path": "/a", "allow": { "not": { "claim": { "p": 1 } } }, "otherwise": "/b" },
            { "path": "/b", "allow": { "claim": { "p": { "exists": true } } }, "otherwise": "/a" }]"#,
    );
    // Whoever has neither goes round for ever, and there surely are such visitors.
    wrong(
        r#"[{ "path": "/a", "allow": { "permission": "p" }, "otherwise": "/b" },
            { "path": "/b", "allow": { "permission": "q" }, "otherwise": "/a" }]"#,
        &[
            "ROUTES[0].otherwise: a signed-in visitor without a role is redirected in a loop: /a → /b → \
             /a",
            "ROUTES[1].otherwise: a signed-in visitor without a role is redirected in a loop: /b → /a → \
             /b",
        ],
    );
}

#[test]
fn names_are_carried_along() {
    right(
        r#"[{ "path": "/o/:slug/*", "allow": { "org": ":slug" }, "otherwise": "/join/:slug" },
            { "path": "/join/:slug", "allow": { "not": { "org": ":slug" } },
              "otherwise": "/o/:slug/home" }]"#,
    );
    wrong(
        r#"[{ "path": "/o/:slug/*", "allow": { "org": ":slug" }, "otherwise": "/join/:slug" },
            { "path": "/join/:team", "allow": { "org": ":team" }, "otherwise": "/o/:team" }]"#,
        &[
            "ROUTES[0].otherwise: a signed-in visitor without a role is redirected in a loop: \
             /o/:slug/* → /join/~slug → /o/~slug → /join/~slug",
            "ROUTES[1].otherwise: a signed-in visitor without a role is redirected in a loop: \
             /join/:team → /o/~team → /join/~team",
        ],
    );
}

#[test]
fn hosts_and_methods_count_on_the_way() {
    wrong(
        r#"[{ "path": "/a", "signed_out": "/b" }, { "path": "/b", "allow": "anyone" },
            { "path": "/b", "host": "x.test" }]"#,
        &["ROUTES[0].signed_out: a visitor who is not signed in may not open the page that it \
             is redirected to: /a → /b (sign-in)"],
    );
    right(
        r#"[{ "path": "/a", "host": "y.test", "signed_out": "/b" }, { "path": "/b", "allow": "anyone" },
            { "path": "/b", "host": "x.test" }]"#,
    );
    // Only pages are redirected, so a rule for other methods never does.
    right(r#"[{ "path": "/a", "methods": ["POST"], "signed_out": "/a" }, { "path": "/a" }]"#);
}

#[test]
fn report_only_forwards_and_so_ends_every_way() {
    right(
        r#"[{ "path": "/a", "allow": { "role": "x" }, "otherwise": "/b" },
            { "path": "/b", "allow": { "role": "y" }, "otherwise": "/a", "report_only": true }]"#,
    );
}

#[test]
fn the_sign_in_page_must_be_open() {
    let open = r#"[{ "path": "/sign-in/*", "allow": "anyone" }, { "path": "/a" }]"#;
    check(open, Some("/sign-in"), &[]);
    check("[]", None, &[]);
    check(
        "[]",
        Some("/sign-in"),
        &[
            "ROUTES: the sign-in page is closed to those who are not signed in: /sign-in → /sign-in; \
         add { path = \"/sign-in/*\", allow = \"anyone\" }",
        ],
    );
    check(
        r#"[{ "path": "/sign-in", "signed_out": 404 }]"#,
        Some("/sign-in?x=1"),
        &[
            "ROUTES: the sign-in page is closed to those who are not signed in: /sign-in (404); add { \
         path = \"/sign-in/*\", allow = \"anyone\" }",
        ],
    );
    check(
        r#"[{ "path": "/sign-in", "allow": "anyone" }, { "path": "/sign-in", "host": "x.test" }]"#,
        Some("/sign-in"),
        &[
            "ROUTES: the sign-in page is closed to those who are not signed in: /sign-in → /sign-in; \
           add { path = \"/sign-in/*\", allow = \"anyone\" }",
        ],
    );
}
