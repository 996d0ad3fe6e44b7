//! Gate, `/debug-role` and `/.clerk-edge/access` show one decision: they cannot differ.

use serde_json::json;

use super::*;
use clerk_edge_testing::dice::Dice;

/// The explanation of a path for whoever sends this token.
fn explained(site: &Site, path: &str, headers: &[(&str, &str)]) -> Value {
    let seen = site.ask(&get(&format!("/debug-role?path={path}"), headers));
    assert_eq!(seen.status, 200, "{}", seen.body());
    seen.json()["path"].clone()
}

fn header_names(explained: &Value) -> Vec<String> {
    let headers = explained["headers"].as_array().unwrap().iter();
    headers.map(|pair| pair[0].as_str().unwrap().to_owned()).collect()
}

fn debugged(rules: &Value) -> Bound {
    Bound::development(rules).text("DEBUG_ROLE", "true")
}

#[test]
fn a_role_that_was_looked_up_for_display_is_no_header() {
    let site = debugged(&json!([{ "path": "/a" }, { "path": "/b", "lookup": true }])).open();
    site.user(user(&json!({ "role": "admin" })));
    let bearer = format!("Bearer {}", token(&json!({})));
    let headers = [("authorization", bearer.as_str())];
    let shown = explained(&site, "/a", &headers);
    assert!(!header_names(&shown).contains(&"x-clerk-role".to_owned()), "{shown}");
    assert_eq!(site.ask(&get("/a", &headers)).told("x-clerk-role"), None);
    let shown = explained(&site, "/b", &headers);
    assert!(header_names(&shown).contains(&"x-clerk-role".to_owned()), "{shown}");
    assert_eq!(site.ask(&get("/b", &headers)).told("x-clerk-role"), Some("admin"));
}

#[test]
fn a_claim_header_has_the_value_that_a_condition_sees() {
    let rules = json!([{ "path": "/a", "allow": { "claim": { "metadata.plan": "pro" } } }]);
    let bound = Bound::live(&rules).text("CLAIM_HEADERS", r#"{"x-plan":"metadata.plan"}"#);
    let site = bound.open();
    site.user(user(&json!({ "plan": "pro" })));
    let seen = site.api_with("/a", &token(&json!({ "metadata": { "plan": "" } })));
    assert_eq!(seen.is_forwarded().told("x-plan"), Some("pro"));
    let seen = site.api_with("/a", &token(&json!({ "metadata": { "plan": "free" } })));
    seen.is_refused(403, "not-allowed");
}

#[test]
fn an_area_that_merely_reports_is_allowed_as_the_gate_forwards_it() {
    let rules = json!([
        { "path": "/a", "allow": { "role": "admin" }, "report_only": true },
        { "path": "/b", "allow": { "role": "admin" } },
        { "path": "/c", "allow": { "role": "admin" }, "otherwise": 404 },
    ]);
    let site = Bound::live(&rules).open();
    let token = with_role("user");
    let seen = site.api_with("/.clerk-edge/access", &token);
    let areas = json!([{ "path": "/a", "allowed": true }, { "path": "/b", "allowed": false }]);
    assert_eq!(seen.json()["areas"], areas);
    site.api_with("/a", &token).is_forwarded();
    site.api_with("/b", &token).is_refused(403, "not-allowed");
    site.api_with("/c", &token).is_refused(404, "not-found");
}

#[test]
fn without_a_secret_key_a_missing_claim_holds_for_nobody_and_neither_does_its_not() {
    let not_banned = json!({ "not": { "claim": { "metadata.banned": true } } });
    let rules = json!([{ "path": "/a", "allow": not_banned }]);
    let unable = Bound::live(&rules).without("CLERK_SECRET_KEY").open();
    unable.api_with("/a", &token(&json!({}))).is_refused(403, "not-allowed");
    let said = token(&json!({ "metadata": { "banned": false } }));
    unable.api_with("/a", &said).is_forwarded();
    let able = Bound::live(&rules).open();
    able.user(user(&json!({ "banned": true })));
    able.api_with("/a", &token(&json!({}))).is_refused(403, "not-allowed");
    able.user(user(&json!({})));
    able.api_with("/a", &token(&json!({ "sub": "user_2" }))).is_refused(503, "claims-unavailable");
}

#[test]
fn explanation_and_gate_agree_on_drawn_rules_and_callers() {
    let mut dice = Dice::new(20);
    let mut outcomes = std::collections::BTreeSet::new();
    for _ in 0..1_500 {
        let rules = drawn_rules(&mut dice);
        let bound = debugged(&rules);
        let bound = if dice.below(4) == 0 { bound.without("CLERK_SECRET_KEY") } else { bound };
        let site = bound.open();
        site.user(
            dice.pick(&[user(&json!({ "role": "b" })), user(&json!({})), reply_500()]).clone(),
        );
        let cookie = drawn_cookie(&mut dice);
        let headers = [("cookie", cookie.as_str())];
        let path = *dice.pick(&["/a", "/a/x", "/b", "/c/acme", "/c/other", "/d", "/d/e"]);
        let shown = explained(&site, path, &headers);
        let page = site.ask(&super::page(path, &headers));
        outcomes.insert(same(&page, &shown["outcome"], &rules, &cookie));
        let api = site.ask(&get(path, &headers));
        same(&api, &shown["outcome_unless_page"], &rules, &cookie);
        if page.status == 0 {
            let sent: Vec<String> = page.set.iter().map(|(name, _)| name.clone()).collect();
            assert_eq!(header_names(&shown), sent, "{rules} {cookie} {path}");
        }
    }
    assert!(outcomes.len() >= 5, "too little was drawn: {outcomes:?}");
}

/// Compares one answer of the gate with its explanation, and returns what both say.
#[track_caller]
fn same(seen: &Seen, shown: &Value, rules: &Value, cookie: &str) -> String {
    let action = shown["action"].as_str().unwrap();
    let held_back = shown["report_only"] == json!(true) && action != "forward";
    let outcome = match (seen.status, held_back) {
        (0, true) => seen.log["would"].as_str().unwrap(),
        _ => seen.log["outcome"].as_str().unwrap(),
    };
    assert_eq!(outcome, action, "{rules} {cookie} {}", seen.log);
    if seen.status != 0 {
        assert_eq!(json!(seen.status), shown["status"], "{rules} {cookie}");
        let location = seen.location().split('?').next().unwrap();
        assert_eq!(location, shown["location"].as_str().unwrap_or_default(), "{rules} {cookie}");
    }
    format!("{outcome} {}", seen.log["code"])
}

fn drawn_rules(dice: &mut Dice) -> Value {
    let paths = ["/a/*", "/b", "/c/:team", "/d/*"];
    let rules = paths.iter().map(|path| {
        let mut rule = json!({ "path": path, "allow": drawn_allow(dice, *path == "/c/:team") });
        let is_open = rule["allow"] == "anyone";
        let mut set = |odds: usize, name: &str, value: Value| {
            if dice.below(odds) == 0 {
                rule[name] = value;
            }
        };
        set(4, "otherwise", json!(404));
        set(6, "otherwise", json!("https://elsewhere.example/no"));
        set(5, "signed_out", json!(401));
        set(6, "signed_out", json!("https://elsewhere.example/in"));
        set(6, "report_only", json!(true));
        if !is_open {
            set(4, "lookup", json!(true));
            set(4, "send", json!({ "b": "https://elsewhere.example/b" }));
        }
        rule
    });
    Value::Array(rules.collect())
}

fn drawn_allow(dice: &mut Dice, has_team: bool) -> Value {
    let mut single = || match dice.below(8) {
        0 => json!({ "role": "a" }),
        1 => json!({ "role": ["b", "c"] }),
        2 => json!({ "permission": "org:billing:manage" }),
        3 if has_team => json!({ "org": ":team" }),
        4 => json!({ "org": true }),
        5 => json!({ "claim": { "metadata.role": { "exists": true } } }),
        6 => json!({ "not": { "role": "b" } }),
        _ => json!({ "claim": { "metadata.plan": "pro" } }),
    };
    let (first, second) = (single(), single());
    match dice.below(6) {
        0 => json!("anyone"),
        1 => json!("optional"),
        2 => json!("signed-in"),
        3 => json!({ "any": [first, second] }),
        4 => json!({ "all": [first, second] }),
        _ => first,
    }
}

fn drawn_cookie(dice: &mut Dice) -> String {
    let claims = match dice.below(5) {
        0 => return "__clerk_db_jwt=mark".to_owned(),
        1 => json!({ "metadata": { "role": "a", "plan": "pro" } }),
        2 => json!({ "metadata": { "role": "b" } }),
        3 => json!({ "org_id": "org_1", "org_slug": "acme", "org_role": "org:admin",
            "org_permissions": ["org:billing:manage"] }),
        _ => json!({}),
    };
    cookies(&token(&claims))
}

#[expect(clippy::unnecessary_wraps, reason = "an outcome among others")]
fn reply_500() -> Result<ClerkResponse, ClerkCallError> {
    Ok(reply(500, "{}"))
}
