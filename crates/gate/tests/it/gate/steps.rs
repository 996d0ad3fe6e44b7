//! Each step of the line in order: what passes it and what does not.

use clerk_edge_gate::context::BackgroundTask;
use clerk_edge_gate::plan::Finish;
use clerk_edge_gate::settings::bindings::Binding;
use serde_json::json;

use super::*;
use clerk_edge_testing::task::{poll, ready};

fn rules() -> Value {
    json!([
        { "path": "/", "allow": "anyone" },
        { "path": "/open/*", "allow": "anyone" },
        { "path": "/public/*", "allow": "anyone" },
        { "path": "/admin/*", "allow": { "role": "admin" } },
    ])
}

#[test]
fn step_2_a_path_has_one_canonical_form() {
    let site = Bound::live(&rules()).open();
    site.ask(&get("/open/100%", &[])).is_refused(400, "path-ambiguous");
    let seen = site.ask(&get("/open/100%25?q=%", &[]));
    assert_eq!(seen.is_forwarded().url, None);
    let seen = site.ask(&get("/open/%7euser/%c3%a9?q=1", &[]));
    assert_eq!(seen.is_forwarded().url.as_deref(), Some(&*format!("{HERE}/open/~user/%C3%A9?q=1")));
}

#[test]
fn step_2_rules_see_the_plain_host_or_nothing_goes_on() {
    let site = Bound::live(&json!([
        { "path": "/*", "allow": "anyone" },
        { "path": "/*", "host": "admin.example", "allow": { "role": "admin" } },
    ]));
    let site = site.text("UPSTREAM", "https://origin.example").open();
    let ask = |host: &str| site.ask(&Request::get(&format!("https://{host}/x"), &[]));
    for host in ["admin.example", "x@admin.example", "admin.example..", "ADMIN.example.:8443"] {
        ask(host).is_refused(401, "signed-out");
    }
    for host in ["admin.example:80a", "[admin.example]", "admin.example,x", "admin..example", ""] {
        ask(host).is_refused(400, "host-invalid");
    }
    let seen = ask("x:secret@www.example:8443");
    assert_eq!(seen.is_forwarded().told("x-forwarded-host"), Some("www.example:8443"));
    assert_eq!(seen.log["host"], json!("www.example:8443"));
}

#[test]
fn step_2_no_reading_leaves_the_upstreams_base_path() {
    let rules = json!([{ "path": "/*", "allow": "anyone" }]);
    let bound = Bound::live(&rules).text("UPSTREAM", "https://origin.example/base");
    let root = bound.clone().text("UPSTREAM", "https://origin.example/").open();
    let base = bound.open();
    let preflight = [("origin", HERE), ("access-control-request-method", "PUT")];
    for path in ["/..;/admin/x", "/..%2Fadmin/x", "/..%5Cadmin/x", "/x/..;/..;/a", "/..%20/a"] {
        let seen = base.ask(&get(path, &[]));
        seen.is_refused(400, "path-ambiguous");
        base.ask(&method("OPTIONS", get(path, &preflight))).is_refused(400, "path-ambiguous");
        root.ask(&get(path, &[])).is_forwarded();
    }
    for path in ["/a/..;/x", "/a%2F..%2Fx", "/...;/x", "/../x", "/"] {
        base.ask(&get(path, &[])).is_forwarded();
    }
}

#[test]
fn step_3_the_gates_own_endpoints_need_no_rule() {
    let site = Bound::live(&json!([])).open();
    assert_eq!(site.ask(&get("/.clerk-edge/health", &[])).status, 200);
    assert_eq!(site.ask(&get("/.clerk-edge/access", &[])).status, 200);
    assert_eq!(site.ask(&get("/.clerk-edge/health/", &[])).status, 200);
    for name in ["GET", "POST", "OPTIONS"] {
        for path in [
            "/.clerk-edge",
            "/.clerk-edge/",
            "/.clerk-edge/healthy",
            "/.clerk-edge/health/x",
            "/a/../.clerk-edge/x",
            "/%2Eclerk-edge/x",
            "/a%2F..%2F.clerk-edge/health",
            "//.clerk-edge/health",
            "/.clerk-edge%2Fhealth",
            "/.clerk-edge;x/health",
        ] {
            site.ask(&method(name, get(path, &[]))).is_refused(404, "not-found");
        }
    }
    site.ask(&get("/.clerk-edges", &[])).is_refused(401, "signed-out");
    site.ask(&get("/a/.clerk-edge/health", &[])).is_refused(401, "signed-out");
    for name in ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"] {
        for path in ["/.clerk-edge/health", "/.clerk-edge/access"] {
            let seen = site.ask(&method(name, get(path, &[])));
            assert_eq!((seen.status, seen.header("allow")), (405, Some("GET, HEAD")), "{name}");
        }
    }
    let seen = site.ask(&method("HEAD", get("/.clerk-edge/health", &[])));
    assert_eq!((seen.status, seen.body().as_str()), (200, ""));
}

#[test]
fn step_3_the_gates_folder_is_its_own_in_every_reading() {
    let open = json!([{ "path": "/*", "allow": "anyone" }]);
    let preflight = [("origin", HERE), ("access-control-request-method", "PUT")];
    for site in
        [Bound::live(&open).open(), Bound::live(&open).text("PATH_CASE", "insensitive").open()]
    {
        for path in [
            "/.clerk-edge",
            "/.clerk-edge/",
            "/.clerk-edge/healthy",
            "/.clerk-edge/health/x",
            "/.clerk-edge/health;a=b",
            "/.clerk-edge;v=1/health",
            "/.clerk-edge//health",
            "//.clerk-edge/health",
            "/.clerk-edge%2Fhealth",
            "/.clerk-edge%5Chealth",
            "/%2Eclerk%2dedge%252Fhealth",
            "/x/..%2F.clerk-edge/health",
            "/(S(a))/.clerk-edge/health",
            "/.clerk-edge%20/health",
            "/.Clerk-Edge/health",
        ] {
            site.ask(&get(path, &[])).is_refused(404, "not-found");
            site.ask(&method("OPTIONS", get(path, &preflight))).is_refused(404, "not-found");
        }
        for path in [
            "/.clerk-edges/health",
            "/clerk-edge/health",
            "/x/.clerk-edge/health",
            "/.well-known/x",
        ] {
            site.ask(&get(path, &[])).is_forwarded();
        }
        let health = method("OPTIONS", get("/.clerk-edge/health", &preflight));
        assert_eq!(site.ask(&health).status, 405);
    }
}

#[test]
fn step_4_a_preflight_is_not_decided() {
    let asks = [("origin", "https://a.example"), ("access-control-request-method", "PUT")];
    let preflight = method("OPTIONS", get("/admin/x", &asks));
    let bound = Bound::live(&rules());
    let seen = bound.open().ask(&preflight);
    assert_eq!((seen.is_forwarded().set.len(), seen.guarded), (0, false));
    let url = bound.clone().text("UPSTREAM", "https://origin.example/base");
    let seen = url.open().ask(&preflight);
    assert_eq!(seen.is_forwarded().url.as_deref(), Some("https://origin.example/base/admin/x"));
    assert_eq!(seen.told("x-clerk-auth-status"), None);
    let passed = bound.clone().text("UPSTREAM", "passthrough").open().ask(&preflight);
    passed.is_forwarded();
    let seen =
        bound.with("ASSETS", Binding::Service).text("UPSTREAM", "assets").open().ask(&preflight);
    assert_eq!((seen.status, seen.body().as_str()), (204, ""));
    let answer = seen.answer.unwrap();
    assert!(!answer.headers.iter().any(|(name, _)| name.starts_with("access-control-")));
}

#[test]
fn step_4_a_preflight_carries_nothing_and_brings_back_a_permission_alone() {
    let asks = [
        ("origin", "https://a.example"),
        ("access-control-request-method", "PUT"),
        ("cookie", "__session=x"),
        ("x-clerk-role", "admin"),
    ];
    let site = Bound::live(&rules()).open();
    let preflight = method("OPTIONS", get("/admin/x", &asks));
    let seen = site.ask(&preflight);
    assert!(seen.is_forwarded().no_body);
    for name in ["cookie", "authorization", "content-length", "x-clerk-role"] {
        assert!(seen.remove.iter().any(|it| it == name), "{name}");
    }
    let plain = site.api_with("/admin/x", &with_role("admin"));
    assert!(!plain.is_forwarded().no_body && !plain.remove.iter().any(|it| it == "cookie"));

    let ctx = RequestContext::new(&site.double, NOW_MS);
    let plan = ready(clerk_edge_gate::line::decide(&site.gate, &preflight, &ctx));
    let finish = Finish::from_text(&plan.finish.to_text());
    let names = "access-control-allow-origin\nAccess-Control-Max-Age\nallow\nvary\nset-cookie\n\
                 content-type\nlocation\ncache-control\nserver-timing\nlink\nallowed";
    let (changes, _) = finish.forwarded(200, names, Some("max-age=5"), None, 0);
    let lost = "set-cookie content-type location cache-control server-timing link allowed";
    assert_eq!(changes.remove, lost.split(' ').collect::<Vec<_>>());
    assert!(changes.no_body && changes.append.is_empty());
    assert_eq!(changes.set, [("content-length", "0".to_owned())]);
    assert!(finish.forwarded(204, names, None, None, 0).0.set.is_empty());
}

#[test]
fn step_4_what_only_looks_like_a_preflight_is_decided() {
    let site = Bound::live(&rules()).open();
    let origin = ("origin", "https://a.example");
    let asks = ("access-control-request-method", "PUT");
    site.ask(&method("OPTIONS", get("/admin/x", &[origin]))).is_refused(401, "signed-out");
    site.ask(&method("OPTIONS", get("/admin/x", &[asks]))).is_refused(401, "signed-out");
    site.ask(&get("/admin/x", &[origin, asks])).is_refused(401, "signed-out");
}

#[test]
fn step_5_every_reading_has_the_same_rule() {
    let site = Bound::live(&rules()).open();
    for path in ["/public%2F..%2Fadmin", "/open/..%5cadmin", "/%2561dmin", "/public/%2e%2e%2fadmin"]
    {
        site.ask(&get(path, &[])).is_refused(400, "path-ambiguous");
    }
    site.ask(&get("/open/a%2Fb", &[])).is_forwarded();
    let seen = site.ask(&get("/open/x/../../admin/y", &[]));
    seen.is_refused(401, "signed-out");
    assert_eq!((&seen.log["path"], &seen.log["rule"]), (&json!("/admin/y"), &json!("/admin/*")));
    let seen = site.ask(&get("/nowhere", &[]));
    seen.is_refused(401, "signed-out");
    assert_eq!(seen.log["rule"], "default");
}

#[test]
fn step_6_an_open_path_needs_no_authentication() {
    let site = Bound::live(&rules()).open();
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    for token in ["rubbish".to_owned(), token(&json!({})), "x.".repeat(9_000)] {
        let seen = site.api_with("/open/x", &token);
        assert_eq!((seen.is_forwarded().set.len(), seen.append.len()), (0, 0));
        assert!(!seen.guarded);
    }
    assert_eq!((site.double.call_count(), site.double.reads.get()), (0, 0));
    site.api_with("/admin/x", &token(&json!({}))).is_refused(503, "keys-unavailable");
}

#[test]
fn step_7_without_keys_the_answer_is_503_and_not_signed_out() {
    let site = Bound::live(&rules()).open();
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::TimedOut));
    let seen = site.page_with("/admin/x", &with_role("admin"));
    seen.is_refused(503, "keys-unavailable");
    assert!(seen.header("retry-after").is_some_and(|it| it.parse::<u32>().unwrap() > 0));
    let site = Bound::live(&rules()).open();
    site.page_with("/admin/x", &with_role("admin")).is_forwarded();
}

#[test]
fn step_7_a_signature_that_could_not_be_verified_is_503() {
    let site = Bound::live(&rules()).open();
    let token = token(&json!({}));
    for _ in 0..2 {
        site.double.verifier_fails.set(true);
        let seen = site.api_with("/member", &token);
        seen.is_refused(401, "signed-out");
        assert_eq!(seen.log["reason"], "token-verification-failed", "not: it is another's");
    }
    site.double.verifier_fails.set(false);
    site.api_with("/member", &token).is_forwarded();
    let seen = site.api_with("/member", &signed_by(2, &json!({})));
    assert_eq!((seen.status, &seen.log["reason"]), (401, &json!("token-invalid-signature")));
}

#[test]
fn step_7_a_verified_token_is_forgotten_when_its_key_is_revoked() {
    // One request waits for its key to be imported while the set is renewed; the next brings the
    // same token.
    let renewed = |key_ids: &[&str]| {
        let site = Bound::live(&rules()).open();
        site.double.import_takes_ms.set(100);
        let token = token(&json!({}));
        let asked = get("/member", &[("authorization", &format!("Bearer {token}"))]);
        let ctx = RequestContext::new(&site.double, site.now_ms);
        let mut line = Box::pin(clerk_edge_gate::line::decide(&site.gate, &asked, &ctx));
        assert!(poll(line.as_mut()).is_pending());
        site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(key_ids))));
        ready(
            site.gate
                .run(BackgroundTask::RenewKeys, &RequestContext::new(&site.double, site.now_ms)),
        );
        let first = Seen::of(site.double.run(line), Vec::new(), Vec::new());
        let next = site.api_with("/member", &token);
        (first.status, next.status, site.double.checks.get())
    };
    assert_eq!(renewed(&["a"]), (0, 0, 1), "the same keys: remembered");
    assert_eq!(renewed(&["a", "b"]), (0, 0, 2), "others: asked again");
    assert_eq!(renewed(&["b"]), (0, 401, 1), "revoked");
}

#[test]
fn step_8_the_condition_decides() {
    let site = Bound::live(&rules()).open();
    let seen = site.api_with("/admin/x", &with_role("admin"));
    assert_eq!(seen.is_forwarded().told("x-clerk-role"), Some("admin"));
    assert!(seen.guarded);
    site.api_with("/admin/x", &with_role("user")).is_refused(403, "not-allowed");
    site.api_with("/admin/x", &with_role("administrator")).is_refused(403, "not-allowed");
    site.api_with("/admin/x", &signed_by(2, &json!({ "metadata": { "role": "admin" } })))
        .is_refused(401, "signed-out");
}

#[test]
fn step_8_every_kind_of_condition_is_evaluated() {
    let session = json!({
        "v": 2, "fea": "o:reports,u:beta", "pla": "o:pro", "fva": [1, -1], "metadata": { "n": 5 },
        "o": { "id": "org_1", "slg": "acme", "rol": "admin", "per": "read,write", "fpm": "1" },
    });
    let check = |path: &str, right: Value, wrong: Value| {
        for (allow, status) in [(right, 0), (wrong, 403)] {
            let site = Bound::live(&json!([{ "path": "/x/:org", "allow": &allow }])).open();
            site.user(user(&json!({})));
            assert_eq!(site.api_with(path, &token(&session)).status, status, "{allow}");
        }
    };
    let one = |name: &str, value: Value| json!({ name: value });
    let names = |name: &str, right: &str, wrong: &str| {
        check("/x/y", one(name, json!(right)), one(name, json!(wrong)));
    };
    names("permission", "org:reports:read", "org:reports:write");
    names("feature", "beta", "alpha");
    names("plan", "pro", "basic");
    names("org", "acme", "acm");
    names("org", "org_1", "org_2");
    check("/x/acme", json!({ "org": ":org" }), json!({ "org": "other" }));
    check("/x/other", json!({ "org": true }), json!({ "org": ":org" }));
    check(
        "/x/y",
        json!({ "claim": { "metadata.n": 5 } }),
        json!({ "claim": { "metadata.n": "5" } }),
    );
    check("/x/y", json!({ "not": { "plan": "basic" } }), json!({ "not": { "plan": "pro" } }));
}

#[test]
fn step_8_minutes_of_a_reverification_may_be_fractions() {
    let asked = |minutes: f64| {
        let wanted = json!({ "reverified": { "level": "first_factor", "after_minutes": minutes } });
        let site = Bound::live(&json!([{ "path": "/x", "allow": wanted }])).open();
        site.api_with("/x", &token(&json!({ "fva": [1, -1] }))).status
    };
    assert_eq!((asked(1.0), asked(1.5), asked(2.0)), (403, 0, 0));
}

#[test]
fn step_9_pages_are_redirected_by_role() {
    let rules = json!([
        { "path": "/welcome", "send": { "admin": "/admin", "mod": "/queue", "*": "/home" } },
        { "path": "/start", "send": { "admin": "/admin" } },
        { "path": "/all", "send": { "*": "/home" } },
        { "path": "/admin", "allow": { "role": "admin" } },
    ]);
    let site = Bound::live(&rules).open();
    site.user(user(&json!({})));
    site.page_with("/welcome", &with_role("admin")).leads_to("/admin");
    site.page_with("/welcome", &with_role("mod")).leads_to("/queue");
    site.page_with("/welcome", &with_role("guest")).leads_to("/home");
    let several = token(&json!({ "metadata": { "role": ["x", "mod", "admin"] } }));
    site.page_with("/welcome", &several).leads_to("/queue");
    site.page_with("/start", &with_role("guest")).is_forwarded();
    site.api_with("/welcome", &with_role("admin")).is_forwarded();
    assert_eq!(site.page_with("/all", &token(&json!({}))).leads_to("/home").calls.len(), 0);
    assert_eq!(site.page_with("/welcome", &token(&json!({}))).leads_to("/home").calls.len(), 1);
}

#[test]
fn step_10_the_decided_path_is_the_forwarded_path() {
    let site = Bound::live(&rules()).text("UPSTREAM", "https://origin.example/base").open();
    let seen = site.ask(&get("/open/./a/../%62?x=%2F..", &[("cf-connecting-ip", "192.0.2.1")]));
    assert_eq!(
        seen.is_forwarded().url.as_deref(),
        Some("https://origin.example/base/open/b?x=%2F..")
    );
    assert_eq!(seen.told("x-forwarded-host"), Some("www.example.com"));
    assert_eq!(seen.told("x-forwarded-proto"), Some("https"));
    assert_eq!(seen.told("x-forwarded-for"), Some("192.0.2.1"));
    let service = Bound::live(&rules()).open();
    assert_eq!(service.ask(&get("/open/b", &[])).told("x-forwarded-host"), None);
}
