//! The text of rules: what is one, what is none, and what is said about it.
#![allow(clippy::panic, reason = "a test may stop")]

use clerk_edge_rules::problem::Problem;
use clerk_edge_rules::rule::Requirement;
use clerk_edge_rules::rule::{Otherwise, SignedOut};
use clerk_edge_rules::rule_set::{Context, Rules};

use crate::paths::read;

fn problems(text: &str, context: &Context) -> Vec<String> {
    let problems = Rules::read(text, context).err().unwrap_or_default();
    problems.iter().map(Problem::to_string).collect()
}

/// Exactly these problems, in order.
#[track_caller]
fn wrong(text: &str, expected: &[&str]) {
    assert_eq!(problems(text, &Context::default()), expected, "{text}");
}

/// No problem at all.
#[track_caller]
fn right(text: &str) {
    wrong(text, &[]);
}

/// One field of one rule.
#[track_caller]
fn field(json: &str, expected: &[&str]) {
    wrong(&format!(r#"[{{ "path": "/a", {json} }}]"#), expected);
}

#[track_caller]
fn path(text: &str, expected: &[&str]) {
    wrong(&format!(r#"[{{ "path": "{text}" }}]"#), expected);
}

#[test]
fn the_example_of_the_promise_reads() {
    let rules = read(
        r#"[
            { "path": "/", "allow": "anyone" },
            { "path": "/dashboard/*", "allow": "signed-in" },
            { "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": "/unauthorized" },
            { "path": "/billing/*", "allow": { "any": [ { "role": "admin" },
                { "permission": "org:billing:manage" } ] } },
            { "path": "/welcome", "allow": "signed-in",
              "send": { "admin": "/admin", "moderator": "/queue", "*": "/dashboard" } }
        ]"#,
        false,
    );
    assert_eq!(rules.len(), 5);
    let Some(admin) = rules.iter().nth(2) else { panic!() };
    assert_eq!((admin.index(), admin.path_text()), (Some(2), "/admin/*"));
    assert!(matches!(admin.requirement(), Requirement::Condition(_)));
    assert_eq!(admin.signed_out(), &SignedOut::SignIn);
    assert!(matches!(admin.otherwise(), Otherwise::Redirect(_)));
    let send = rules.iter().nth(4).and_then(|rule| rule.send());
    let target = |roles: &[&str]| {
        let owned: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        send.and_then(|send| send.entry(&owned)).map(|(_, target)| target.to_string())
    };
    assert_eq!(target(&["moderator", "admin"]).as_deref(), Some("/queue"));
    assert_eq!(target(&["editor", "admin"]).as_deref(), Some("/admin"));
    assert_eq!(target(&["editor"]).as_deref(), Some("/dashboard"));
    assert_eq!(target(&[]).as_deref(), Some("/dashboard"));
}

#[test]
fn a_text_that_is_no_list_of_tables() {
    right("[]");
    wrong("", &["ROUTES: the JSON ends too early (line 1, column 0)"]);
    wrong("[\n  { \"path\" }]", &["ROUTES: is not valid JSON (line 2, column 12)"]);
    wrong("[] x", &["ROUTES: is not valid JSON (line 1, column 4)"]);
    wrong("{}", &["ROUTES: a list of rules is wanted here, not a table"]);
    wrong(
        "[1, \"/a\"]",
        &[
            "ROUTES[0]: a table is wanted here, not a number",
            "ROUTES[1]: a table is wanted here, not a text",
        ],
    );
    wrong(&"[".repeat(10_000), &["ROUTES: is not valid JSON (line 1, column 128)"]);
}

#[test]
fn every_problem_is_told_at_once() {
    wrong(
        r#"[{ "path": "/a", "alow": "anyone" },
            { "path": "b", "allow": { "rol": "x", "any": [] }, "otherwise": 500 },
            { "allow": "everyone", "methods": ["get"] }]"#,
        &[
            "ROUTES[0].alow: no such field: did you mean `allow`?",
            "ROUTES[1].path: a path begins with `/`",
            "ROUTES[1].allow.rol: no such field: did you mean `role`?",
            "ROUTES[1].allow.any: an empty list of conditions asks nothing",
            "ROUTES[1].otherwise: the status here is 403 or 404",
            "ROUTES[2].path: is required",
            "ROUTES[2].methods[0]: a method is written in capitals: did you mean `GET`?",
            "ROUTES[2].allow: `anyone`, `optional`, `signed-in` or a condition is wanted here",
        ],
    );
}

#[test]
fn a_field_that_stands_there_twice() {
    field(r#""allow": "signed-in", "allow": "anyone""#, &["ROUTES[0].allow: is given twice"]);
    field(r#""allow": { "role": "a", "role": "b" }"#, &["ROUTES[0].allow.role: is given twice"]);
}

#[test]
fn paths_that_are_none() {
    for good in
        ["/", "/*", "/a", "/a/", "/a/b/*", "/:id", "/a/:id/*", "/a:b", "/é", "/a%20b", "/a+b"]
    {
        path(good, &[]);
    }
    path("", &["ROUTES[0].path: must not be empty"]);
    path("admin", &["ROUTES[0].path: a path begins with `/`"]);
    path(
        "/admin*",
        &[
            "ROUTES[0].path: `*` stands alone, as the last segment: write `/admin/*` for `/admin` and \
         all below it",
        ],
    );
    path(
        "/admin(.*)",
        &[
            "ROUTES[0].path: `*` stands alone, as the last segment: write `/admin/*` for `/admin` and \
         all below it",
        ],
    );
    path(
        "/a/*/b",
        &["ROUTES[0].path: `*` stands alone, as the last segment: write `/a/*` for `/a` and all \
         below it"],
    );
    path("/a//b", &["ROUTES[0].path: an empty segment (`//`) matches nothing"]);
    path("/a/../b", &["ROUTES[0].path: `.` and `..` are resolved before rules are asked"]);
    path("/a/%2e", &["ROUTES[0].path: `.` and `..` are resolved before rules are asked"]);
    path("/a?b=1", &["ROUTES[0].path: '?' is no part of a path"]);
    path("/a%2", &["ROUTES[0].path: a `%` is followed by two hex digits; write `%25` for itself"]);
    path(
        "/:",
        &[
            "ROUTES[0].path: `:` is not a valid parameter name: use a letter or `_`, then letters, digits or `_`",
        ],
    );
    path(
        "/:a-b",
        &[
            "ROUTES[0].path: `:a-b` is not a valid parameter name: use a letter or `_`, then letters, digits or `_`",
        ],
    );
    path("/:a/:a", &["ROUTES[0].path: `:a` stands in it twice"]);
}

#[test]
fn rules_that_nothing_can_reach() {
    let why = "ROUTES[0].path: no request can fall under it: all its paths fall under narrower \
               rules, or can be read in several ways and are refused";
    for lost in ["/a;b", "/a%2Fb", "/a%5Cb", "/a%00", "/a%3Fb", "/a%2561"] {
        path(lost, &[why]);
    }
    right(r#"[{ "path": "/a/*" }, { "path": "/a%25" }]"#);
    wrong(r#"[{ "path": "/b/*" }, { "path": "/b" }, { "path": "/b/:x/*" }]"#, &[why]);
    right(r#"[{ "path": "/b/*" }, { "path": "/b/:x/*" }]"#);
    right(r#"[{ "path": "/b/*" }, { "path": "/b" }, { "path": "/b/:x" }]"#);
    right(r#"[{ "path": "/b/*" }, { "path": "/b" }, { "path": "/b/:x/*", "host": "a.test" }]"#);
}

#[test]
fn rules_that_tie() {
    wrong(
        r#"[{ "path": "/a" }, { "path": "/b" }, { "path": "/%61/" }]"#,
        &["ROUTES[2].path: it matches exactly what ROUTES[0] matches"],
    );
    wrong(
        r#"[{ "path": "/a/:x" }, { "path": "/a/:y" }]"#,
        &["ROUTES[1].path: it matches exactly what ROUTES[0] matches"],
    );
    wrong(
        r#"[{ "path": "/a", "host": "A.test" }, { "path": "/a", "host": "a.test." }]"#,
        &["ROUTES[1].path: it matches exactly what ROUTES[0] matches"],
    );
    right(
        r#"[{ "path": "/a", "host": "a.test" }, { "path": "/a", "host": "b.test" }, { "path": "/a" }]"#,
    );
    right(r#"[{ "path": "/a" }, { "path": "/a/*" }, { "path": "/a/:x" }, { "path": "/:x" }]"#);
}

#[test]
fn with_assets_the_names_of_a_page_tie() {
    let assets = Context { assets: true, ..Context::default() };
    let text = r#"[{ "path": "/a" }, { "path": "/a.html" }]"#;
    let tie = "ROUTES[1].path: it matches exactly what ROUTES[0] matches";
    assert_eq!(problems(text, &assets), [tie]);
    right(text);
    let below = r#"[{ "path": "/a.html/*" }]"#;
    assert_eq!(
        problems(below, &assets),
        ["ROUTES[0].path: with static assets name the page: write `/a/*`"]
    );
    right(below);
}

#[test]
fn methods_need_a_brother_and_must_not_overlap() {
    wrong(
        r#"[{ "path": "/a", "methods": ["POST"] }]"#,
        &[
            "ROUTES[0].methods: all other methods fall through to a looser rule: add a rule with the \
         same path and without `methods`",
        ],
    );
    wrong(
        r#"[{ "path": "/a", "host": "a.test", "methods": ["POST"] }, { "path": "/a" }]"#,
        &[
            "ROUTES[0].methods: all other methods fall through to a looser rule: add a rule with the \
         same path and host and without `methods`",
        ],
    );
    right(r#"[{ "path": "/a", "methods": ["POST"] }, { "path": "/a" }]"#);
    wrong(
        r#"[{ "path": "/a", "methods": ["POST", "PUT"] }, { "path": "/a", "methods": ["PUT"] },
            { "path": "/a" }]"#,
        &["ROUTES[1].methods: ROUTES[0] has the same path for `PUT`"],
    );
    let brother = |methods: &str| {
        format!(r#"[{{ "path": "/a" }}, {{ "path": "/a", "methods": {methods} }}]"#)
    };
    right(&brother(r#"["GET", "HEAD"]"#));
    wrong(&brother(r#"["HEAD"]"#), &["ROUTES[1].methods: `HEAD` follows `GET`: write `GET`"]);
    wrong(
        &brother("[]"),
        &["ROUTES[1].methods: is an empty list, which never holds: add a value or leave it out"],
    );
    wrong(&brother("\"GET\""), &["ROUTES[1].methods: a list is wanted here, not a text"]);
    wrong(
        &brother(r#"["GET", "GET", 1]"#),
        &[
            "ROUTES[1].methods[1]: is given twice",
            "ROUTES[1].methods[2]: a text is wanted here, not a number",
        ],
    );
}

#[test]
fn hosts_are_exact_names() {
    field(r#""host": "Shop.example.com""#, &[]);
    field(r#""host": "a_b.test""#, &[]);
    field(r#""host": "1.2.3.4""#, &[]);
    let why = "ROUTES[0].host: must be one host name without scheme and port; an international \
               name in its `xn--` form";
    for host in
        ["https://a.test", "a.test:80", "*.a.test", "a..test", "-a.test", "bücher.test", "1.2.3"]
    {
        field(&format!(r#""host": "{host}""#), &[why]);
    }
}

#[test]
fn conditions_that_ask_nothing_or_the_impossible() {
    let allow = |json: &str, expected: &[&str]| field(&format!(r#""allow": {json}"#), expected);
    allow(
        "{}",
        &[
            "ROUTES[0].allow: is an empty condition: write `\"signed-in\"`, or name a role, permission, …",
        ],
    );
    allow("true", &["ROUTES[0].allow: a text is wanted here, not a truth value"]);
    allow(
        r#""signed_in""#,
        &[
            "ROUTES[0].allow: `anyone`, `optional`, `signed-in` or a condition is wanted here: did you \
         mean `signed-in`?",
        ],
    );
    allow(
        r#"{ "role": [] }"#,
        &["ROUTES[0].allow.role: is an empty list, which never holds: add a value or leave it out"],
    );
    allow(r#"{ "role": "" }"#, &["ROUTES[0].allow.role: must not be empty"]);
    allow(
        r#"{ "role": ["a", 5] }"#,
        &["ROUTES[0].allow.role[1]: a text is wanted here, not a number"],
    );
    allow(r#"{ "org": false }"#, &["ROUTES[0].allow.org: write `not = { org = true }` for none"]);
    allow(r#"{ "org": ":slug" }"#, &["ROUTES[0].allow.org: the rule's path has no `:slug`"]);
    allow(r#"{ "claim": {} }"#, &["ROUTES[0].allow.claim: an empty table of claims asks nothing"]);
    allow(
        r#"{ "claim": { "a..b": 1, "c": null, "d.e": { "exists": false } } }"#,
        &[
            "ROUTES[0].allow.claim[\"a..b\"]: is not a claim path; write it like `metadata.plan`",
            "ROUTES[0].allow.claim.c: `null` counts as absent",
            "ROUTES[0].allow.claim[\"d.e\"].exists: it is `true`; write `not = { claim = … }` for an \
             absent claim",
        ],
    );
    allow(
        r#"{ "claim": { "metadata": { "plan": "pro" } } }"#,
        &["ROUTES[0].allow.claim.metadata: `{ exists = true }` is the only table here; a path is \
           one key, in quotes (`\"metadata.plan\"`)"],
    );
    allow(
        r#"{ "reverified": "srict" }"#,
        &[
            "ROUTES[0].allow.reverified: Clerk's presets are strict_mfa, strict, moderate, lax: did you \
         mean `strict`?",
        ],
    );
    allow(
        r#"{ "reverified": { "level": "first_factor", "afterMinutes": 5 } }"#,
        &[
            "ROUTES[0].allow.reverified.afterMinutes: no such field: did you mean `after_minutes`?",
            "ROUTES[0].allow.reverified.after_minutes: a number above 0 is needed",
        ],
    );
    allow(
        r#"{ "all": [{ "not": {} }] }"#,
        &[
            "ROUTES[0].allow.all[0].not: is an empty condition: write `\"signed-in\"`, or name a role, permission, …",
        ],
    );
    allow(r#"{ "reverified": { "level": "first_factor", "after_minutes": 0.5 } }"#, &[]);
    allow(r#"{ "org": true, "claim": { "a.b": [1, "x", true], "c": { "exists": true } } }"#, &[]);
}

#[test]
fn outcomes_that_are_none() {
    field(r#""signed_out": 401"#, &[]);
    field(r#""signed_out": 404, "otherwise": 404"#, &[]);
    field(r#""signed_out": 403"#, &["ROUTES[0].signed_out: the status here is 401 or 404"]);
    field(r#""otherwise": 401"#, &["ROUTES[0].otherwise: the status here is 403 or 404"]);
    field(r#""otherwise": "404""#, &["ROUTES[0].otherwise: a status is a number, without quotes"]);
    field(
        r#""signed_out": "sign_in""#,
        &[
            "ROUTES[0].signed_out: a target is a path on this site (`/…`) or an address that begins \
         with `https://`: did you mean `sign-in`?",
        ],
    );
    field(
        r#""send": {}"#,
        &["ROUTES[0].send: is empty: name a role or `\"*\"`, or leave `send` out"],
    );
    field(
        r#""send": { "admin": "http://x.test" }"#,
        &[
            "ROUTES[0].send.admin: a target is a path on this site (`/…`) or an address that begins \
         with `https://`",
        ],
    );
    field(r#""lookup": "true""#, &["ROUTES[0].lookup: `true` or `false`, not a text"]);
    field(
        r#""allow": "anyone", "lookup": true, "send": { "*": "https://x.test/" }"#,
        &[
            "ROUTES[0].send: needs to know who asks: use `allow = \"optional\"`",
            "ROUTES[0].lookup: needs to know who asks: use `allow = \"optional\"`",
        ],
    );
}

#[test]
fn the_printed_form_is_canonical() {
    let text = r#"[ { "report_only": true, "path": "/%61/é/:id/", "lookup": false, "host": "A.test",
        "methods": ["GET","HEAD"], "allow": { "role": ["x"], "not": { "org": ":id" } },
        "otherwise": 403, "send": { "*": "/%62/:id?x=1", "r": "https://x.test/" } },
        { "path": "/a/é/:other", "host": "a.test" }]"#;
    let rules = read(text, false);
    assert_eq!(
        rules.to_string(),
        "[{\"path\":\"/a/%C3%A9/:id\",\"host\":\"a.test\",\"methods\":[\"GET\"],\
         \"allow\":{\"all\":[{\"role\":\"x\"},{\"not\":{\"org\":\":id\"}}]},\
         \"send\":{\"r\":\"https://x.test/\",\"*\":\"/b/:id?x=1\"},\"report_only\":true},\
         {\"path\":\"/a/%C3%A9/:other\",\"host\":\"a.test\",\"allow\":\"signed-in\"}]"
    );
    assert_eq!(read(&rules.to_string(), false), rules);
    assert_eq!(rules.hash().len(), 12);
    assert_eq!(rules.hash(), read(&rules.to_string(), false).hash());
    assert_ne!(rules.hash(), read("[]", false).hash());
}

/// Whatever the text, there is an answer: rules, or problems with a place in them.
#[test]
fn any_text_is_rules_or_problems() {
    const PIECES: &str = "{ } [ ] , : \" \"path\": \"/a\" \"/:x/*\" \"allow\": \"anyone\" \
        {\"role\":\"a\"} \"otherwise\": \"send\": {\"*\":\"/b\"} 404 -1e400 null true \"claim\": \
        {\"a\":{}} \"not\": \"any\": [{}] \"é\\u0000\" \"methods\": [\"GET\"] \"host\": \"a.test\" \
        {\"path\":\"/a\"} {\"path\":\"/:x\", \\ 1 \"reverified\": \"lax\" \"org\":";
    let pieces: Vec<&str> = PIECES.split(' ').filter(|piece| !piece.is_empty()).collect();
    let (mut dice, mut understood, mut refused) =
        (clerk_edge_testing::dice::Dice::new(41), 0_u32, 0_u32);
    for _ in 0..20_000 {
        let mut text = (*dice.pick(&["[", "[{", "[{\"path\":\"/a\",", ""])).to_owned();
        for _ in 0..dice.below(8) {
            text.push_str(dice.pick::<&str>(&pieces));
        }
        text.push_str(dice.pick::<&str>(&["]", "}]", "}}]", ""]));
        match Rules::read(&text, &Context { assets: dice.one_in(2), ..Context::default() }) {
            Ok(_) => understood = understood.saturating_add(1),
            Err(problems) => {
                refused = refused.saturating_add(1);
                assert!(!problems.is_empty(), "{text}");
                let placed = |problem: &Problem| problem.place.starts_with("ROUTES");
                assert!(problems.iter().all(placed), "{text}: {problems:?}");
            }
        }
    }
    assert!(understood > 50 && refused > 10_000, "{understood} understood, {refused} refused");
}
