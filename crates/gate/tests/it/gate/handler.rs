//! A gate inside a program: settings in code, the handler as the upstream, and the auth object that
//! the handler gets.

use clerk_edge_gate::auth_object::AuthObject;
use clerk_edge_gate::auth_object::ask::{AskError, TokenWanted};
use clerk_edge_gate::guard;
use clerk_edge_gate::line::decide_by;
use clerk_edge_gate::settings::in_code::InCode;
use clerk_edge_rules::rule_set::Rules;
use serde_json::json;

use super::*;

fn bound() -> Bound {
    Bound::live(&json!([])).without("ROUTES").without("ORIGIN")
}

fn in_code(values: &[(&str, Value)]) -> InCode {
    let values = values.iter().map(|(name, value)| {
        let binding = match value {
            Value::String(text) => Binding::Text(text.clone()),
            other => Binding::Json(other.to_string()),
        };
        ((*name).to_owned(), binding)
    });
    InCode::new(values.collect())
}

fn open(bound: &Bound, code: &InCode) -> Site {
    let gate = Gate::open_beside(bound, code);
    let site = Site { gate, double: FakePlatform::default(), now_ms: NOW_MS };
    site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["a"]))));
    site
}

fn with_handler(routes: Value) -> Site {
    open(&bound(), &in_code(&[("ROUTES", routes)]).with_handler())
}

/// What a handler is given for a request; none where nobody was asked for.
fn handed(site: &Site, request: &Request) -> Option<AuthObject> {
    let ctx = RequestContext::new(&site.double, NOW_MS);
    let plan = site.double.run(clerk_edge_gate::line::decide(&site.gate, request, &ctx));
    match plan.action {
        Action::Forward(forward) => {
            let text = forward.auth?.to_text();
            Some(AuthObject::from_text(&text).unwrap())
        }
        Action::Answer(answer) => panic!("it was answered: {answer:?}"),
    }
}

fn places(site: &Site) -> Vec<String> {
    site.gate.problems().into_iter().map(|problem| problem.place).collect()
}

#[test]
fn settings_in_code_stand_beside_those_of_the_environment() {
    let code = in_code(&[("ROUTES", json!([{ "path": "/open", "allow": "anyone" }]))]);
    let site = open(&bound().text("UPSTREAM", "passthrough"), &code);
    assert_eq!(site.page("/open").is_forwarded().set, []);
    assert_eq!(site.page("/other").status, 307);
}

#[test]
fn a_name_in_both_places_or_in_the_wrong_one_closes_the_gate() {
    let routes = bound().text("ROUTES", "[]");
    let key = json!(LIVE_KEY);
    for (bound, name, value) in [
        (routes, "ROUTES", json!([])),
        (bound(), "CLERK_PUBLISHABLE_KEY", key),
        (bound(), "CLERK_SECRET_KEY", json!("sk_live_deadbeef")),
        (bound(), "ASSETS", json!({})),
        (bound(), "ROUTE", json!([])),
    ] {
        assert_eq!(places(&open(&bound, &in_code(&[(name, value)]))), [name]);
    }
    let emptied = bound().text("ROUTES", "");
    assert_eq!(places(&open(&emptied, &in_code(&[("ROUTES", json!([]))]))), [""; 0]);
}

#[test]
fn a_handler_is_the_only_upstream() {
    let none = InCode::default().with_handler();
    for (upstream, problems) in
        [("handler", vec![]), ("assets", vec!["UPSTREAM"]), ("https://a.example", vec!["UPSTREAM"])]
    {
        assert_eq!(places(&open(&bound().text("UPSTREAM", upstream), &none)), problems);
    }
    // Without a handler there is no such upstream.
    let worker = open(&bound().text("UPSTREAM", "handler"), &InCode::default());
    assert_eq!(places(&worker), ["UPSTREAM"]);
}

#[test]
fn a_handler_that_has_assets_is_judged_by_their_names_too() {
    let rules = json!([{ "path": "/admin", "allow": { "role": "admin" } }]);
    let code = in_code(&[("ROUTES", rules)]).with_handler();
    let member = with_role("member");
    let assets = open(&bound().with("ASSETS", Binding::Service), &code);
    for path in ["/admin.html", "/admin/index.html", "/admin/index"] {
        assets.api_with(path, &member).is_refused(400, "path-ambiguous");
    }
    assets.api_with("/admin", &member).is_refused(403, "not-allowed");
    open(&bound(), &code).api_with("/admin.html", &member).is_forwarded();
}

#[test]
fn a_handler_gets_the_headers_of_a_service_and_the_auth_object() {
    let site = with_handler(json!([{ "path": "/maybe", "allow": "optional" }]));
    let request = page("/x", &[("cookie", &cookies(&with_role("admin"))), ("x-clerk-role", "no")]);
    let seen = site.ask(&request);
    assert_eq!(seen.is_forwarded().told("x-clerk-role"), Some("admin"));
    let auth = handed(&site, &request).unwrap();
    assert_eq!((auth.status(), auth.roles()), ("signed-in", &["admin".to_owned()][..]));
    assert_eq!(auth.claims().unwrap().text("sub"), Some("user_1"));
    assert_eq!(auth.token(), Some(with_role("admin").as_str()));
    assert!(!format!("{auth:?}").contains(auth.token().unwrap()));

    let nobody = handed(&site, &page("/maybe", &[])).unwrap();
    assert_eq!((nobody.status(), nobody.token()), ("signed-out", None));
    assert_eq!(nobody.reason(), Some("session-token-and-uat-missing"));
    let text: Value = serde_json::from_str(&nobody.to_text()).unwrap();
    assert_eq!(
        (&text["auth"]["userId"], &text["auth"]["isAuthenticated"]),
        (&Value::Null, &json!(false))
    );
}

#[test]
fn where_nobody_is_asked_for_there_is_no_auth_object() {
    let site = with_handler(json!([{ "path": "/open", "allow": "anyone" }]));
    let request = page("/open", &[("cookie", &cookies(&with_role("admin")))]);
    assert!(handed(&site, &request).is_none());
}

#[test]
fn a_pending_session_and_missing_keys_are_told_apart() {
    let site = with_handler(json!([{ "path": "/maybe", "allow": "optional" }]));
    let pending = token(&json!({ "sts": "pending" }));
    let auth = handed(&site, &page("/maybe", &[("cookie", &cookies(&pending))])).unwrap();
    let text: Value = serde_json::from_str(&auth.to_text()).unwrap();
    assert_eq!((auth.status(), &text["auth"]["sessionStatus"]), ("signed-out", &json!("pending")));

    let site = with_handler(json!([{ "path": "/maybe", "allow": "optional" }]));
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    let member = get("/maybe", &[("authorization", &format!("Bearer {}", token(&json!({}))))]);
    let mut auth = handed(&site, &member).unwrap();
    assert_eq!(auth.status(), "unavailable");
    assert_eq!(ask_can(&site, &mut auth, r#""signed-in""#), Err("keys-unavailable"));
    assert_eq!(ask_can(&site, &mut auth, r#""anyone""#), Ok(true));
}

fn ask_can(site: &Site, auth: &mut AuthObject, allow: &str) -> Result<bool, &'static str> {
    let ctx = RequestContext::new(&site.double, NOW_MS);
    site.double.run(auth.can(allow, &site.gate, &ctx)).map_err(|error| error.as_str())
}

#[test]
fn a_condition_is_judged_as_a_rule_is_with_what_is_looked_up() {
    let site = with_handler(json!([]));
    let request = page(
        "/x",
        &[("cookie", &cookies(&token(&json!({ "org_id": "org_1", "org_role": "org:admin" }))))],
    );
    let admin = r#"{ "role": "admin" }"#;
    site.user(user(&json!({ "role": "admin" })));
    let mut auth = handed(&site, &request).unwrap();
    assert!(auth.has(&json!({ "role": "org:admin" })), "the role in the organization");
    assert_eq!(auth.roles(), [""; 0]);
    assert_eq!(ask_can(&site, &mut auth, admin), Ok(true));
    assert_eq!(ask_can(&site, &mut auth, r#"{ "role": "editor" }"#), Ok(false));
    assert_eq!(ask_can(&site, &mut auth, r#"{ "rol": "editor" }"#), Err("condition-invalid"));

    let site = with_handler(json!([]));
    site.user(Err(ClerkCallError::TimedOut));
    let mut auth = handed(&site, &request).unwrap();
    assert_eq!(ask_can(&site, &mut auth, admin), Err("claims-unavailable"));
    assert_eq!(ask_can(&site, &mut auth, r#"{ "org": "org_1" }"#), Ok(true));
}

#[test]
fn a_token_of_a_template_comes_from_clerk_and_the_own_one_from_the_request() {
    let site = with_handler(json!([]));
    let own = token(&json!({}));
    let auth = handed(&site, &page("/x", &[("cookie", &cookies(&own))])).unwrap();
    let find = |template: Option<&str>, seconds: Option<u32>| {
        let ctx = RequestContext::new(&site.double, NOW_MS);
        let wanted = TokenWanted { template, expires_in_seconds: seconds };
        site.double.run(auth.find_token(&wanted, &site.gate, &ctx))
    };
    assert_eq!(find(None, None), Ok(Some(own)));
    let url = "https://api.clerk.com/v1/sessions/sess_1/tokens/db";
    site.double.says(url, Ok(reply(200, r#"{ "object": "token", "jwt": "a.b.c" }"#)));
    assert_eq!(find(Some("db"), Some(60)), Ok(Some("a.b.c".to_owned())));
    let body = site.double.calls.borrow().last().unwrap().body.clone();
    assert_eq!(body.as_deref(), Some(r#"{"expires_in_seconds":60}"#));
    assert_eq!(find(Some("db/../../users"), None), Err(AskError::TemplateNotFound));
    for (answer, error) in [
        (Ok(reply(404, "{}")), AskError::TemplateNotFound),
        (Ok(reply(500, "{}")), AskError::ClerkUnavailable),
        (Ok(reply(200, "{}")), AskError::ClerkUnavailable),
        (Err(ClerkCallError::Unreachable), AskError::ClerkUnavailable),
    ] {
        site.double.says(url, answer);
        assert_eq!(find(Some("db"), None), Err(error));
    }
}

#[test]
fn without_a_secret_key_there_is_no_token_of_a_template() {
    let code = InCode::default().with_handler();
    let site = open(&bound().without("CLERK_SECRET_KEY"), &code);
    let auth = handed(&site, &page("/x", &[("cookie", &cookies(&token(&json!({}))))])).unwrap();
    let ctx = RequestContext::new(&site.double, NOW_MS);
    let wanted = TokenWanted { template: Some("db"), expires_in_seconds: None };
    let found = site.double.run(auth.find_token(&wanted, &site.gate, &ctx));
    assert_eq!(found, Err(AskError::SecretKeyMissing));
}

#[test]
fn a_wrapped_function_alone_takes_the_whole_line_with_its_one_rule() {
    let code = InCode::default().with_handler();
    let faulty = bound().text("ROUTES", "no rules");
    assert_eq!(places(&open(&faulty, &code)), ["ROUTES"]);
    let site = open(&faulty, &code.without_routes());
    let rules = Rules::for_every_path(r#"{ "allow": { "role": "admin" }, "otherwise": 404 }"#);
    let rules = rules.unwrap();
    let ask = |request: &Request| {
        let ctx = RequestContext::new(&site.double, NOW_MS);
        let plan = site.double.run(decide_by(&site.gate, Some(&rules), request, &ctx));
        match plan.action {
            Action::Forward(forward) => Ok(forward.auth.unwrap().roles().to_vec()),
            Action::Answer(answer) => Err(answer.status),
        }
    };
    let with = |role: &str| page("/x", &[("cookie", &cookies(&with_role(role)))]);
    assert_eq!(ask(&with("admin")), Ok(vec!["admin".to_owned()]));
    assert_eq!(ask(&with("member")), Err(404));
    assert_eq!(ask(&page("/x", &[])), Err(307));
    assert_eq!(ask(&get("/.clerk-edge/health", &[])), Err(401), "no address of its own");
    let preflight =
        get("/x", &[("origin", "https://a.example"), ("access-control-request-method", "PUT")]);
    assert_eq!(ask(&method("OPTIONS", preflight)), Err(204));
}

#[test]
fn behind_a_gate_a_wrapped_function_judges_the_identity_found_there() {
    let site = with_handler(json!([{ "path": "/maybe", "allow": "optional" }]));
    let rules = Rules::for_every_path(r#"{ "allow": { "role": "admin" } }"#).unwrap();
    let ask = |request: &Request| {
        let mut auth = handed(&site, request).unwrap();
        let ctx = RequestContext::new(&site.double, NOW_MS);
        let entered = guard::enter(&site.gate, &rules, &mut auth, request, &ctx);
        site.double.run(entered).map_err(|answer| answer.status)
    };
    let with = |role: &str| page("/maybe", &[("cookie", &cookies(&with_role(role)))]);
    assert_eq!(ask(&with("admin")), Ok(()));
    assert_eq!(ask(&with("member")), Err(403));
    assert_eq!(ask(&page("/maybe", &[])), Err(307));
    assert_eq!(ask(&get("/maybe", &[])), Err(401));
    let checks = site.double.checks.get();
    assert_eq!(ask(&with("admin")), Ok(()));
    assert_eq!(site.double.checks.get(), checks, "nothing is verified a second time");
}
