//! Incidents of other gates in which something other than the path chose the rule, by name. Those of
//! the path itself are in `paths.rs`, those of headers for the upstream in `stripped.rs`.

use serde_json::json;

use super::*;

/// `/public/*` is open, `/admin/*` needs a role; what is not named needs a session.
fn site() -> Site {
    let rules = json!([
        { "path": "/public/*", "allow": "anyone" },
        { "path": "/admin/*", "allow": { "role": "admin" } },
    ]);
    Bound::live(&rules).open()
}

#[track_caller]
fn stays_shut(path: &str, headers: &[(&str, &str)]) {
    assert_eq!(site().ask(&get(path, headers)).status, 401, "{path} {headers:?}");
}

#[test]
fn p9_oauth2_proxy_no_header_chooses_the_path() {
    for name in ["x-forwarded-uri", "x-original-url", "x-rewrite-url", "x-original-uri"] {
        stays_shut("/admin", &[(name, "/public/ok")]);
    }
    site().ask(&get("/public/ok", &[("x-original-url", "/admin")])).is_forwarded();
}

#[test]
fn p10_oauth2_proxy_no_user_agent_is_trusted() {
    for agent in ["GoogleHC/1.0", "kube-probe/1.29", "ELB-HealthChecker/2.0"] {
        stays_shut("/admin", &[("user-agent", agent)]);
    }
}

#[test]
fn p16_envoy_case_of_the_scheme_does_not_count() {
    let mut asked = get("/admin", &[]);
    asked.url = asked.url.replace("https://", "HtTpS://");
    assert_eq!(site().ask(&asked).status, 401);
}

#[test]
fn p27_next_no_header_skips_the_gate() {
    let chain = ["middleware"; 5].join(":");
    stays_shut("/admin", &[("x-middleware-subrequest", &chain)]);
    stays_shut("/admin", &[("x-middleware-subrequest", "src/middleware:src/middleware")]);
    stays_shut("/admin", &[("x-matched-path", "/public/ok")]);
}

#[test]
fn p28_next_other_forms_of_a_page_need_a_session() {
    // The gate does not know frameworks: a twin is a path of its own, and without a rule of its
    // own it needs a session.
    for twin in ["/admin.rsc", "/_next/data/build/admin.json", "/admin.segments/a/b.segment.rsc"] {
        stays_shut(twin, &[]);
        stays_shut(twin, &[("rsc", "1"), ("next-router-prefetch", "1")]);
    }
    stays_shut("/admin/index.rsc", &[]);
}
