//! The same refusal for pages and for other requests.

use serde_json::json;

use super::*;

fn rules() -> Value {
    json!([
        { "path": "/" , "allow": "anyone" },
        { "path": "/sorry", "allow": "anyone" },
        { "path": "/plain/*" },
        { "path": "/hidden/*", "signed_out": 404, "otherwise": 404, "allow": { "role": "admin" } },
        { "path": "/stop/*", "signed_out": 401, "allow": { "role": "admin" } },
        { "path": "/to/:who", "signed_out": "/sorry", "otherwise": "/sorry?for=x", "allow": { "role": "admin" } },
    ])
}

#[test]
fn a_page_is_redirected_to_sign_in_and_a_program_gets_401() {
    let site = Bound::live(&rules()).open();
    let back = "redirect_url=https%3A%2F%2Fwww.example.com%2Fplain%2Fx%3Fa%3D1";
    let to = format!("{PORTAL}/sign-in?{back}");
    let pages = [
        get("/plain/x?a=1", &[("sec-fetch-dest", "document")]),
        get("/plain/x?a=1", &[("sec-fetch-dest", "iframe")]),
        get("/plain/x?a=1", &[("accept", "text/html,*/*;q=0.8")]),
        get("/plain/x?a=1", &[("sec-fetch-dest", "document"), ("sec-purpose", "prefetch")]),
    ];
    for page in pages {
        let seen = site.ask(&page);
        assert_eq!(seen.leads_to(&to).log["outcome"], "redirect");
        assert_eq!(seen.header("x-clerk-auth-status"), Some("signed-out"));
        assert_eq!(seen.header("x-clerk-auth-reason"), Some("session-token-and-uat-missing"));
    }
    let others = [
        get("/plain/x", &[]),
        get("/plain/x", &[("sec-fetch-dest", "empty"), ("accept", "text/html")]),
        get("/plain/x", &[("sec-fetch-dest", "empty"), ("sec-purpose", "prefetch")]),
        get("/plain/x", &[("upgrade", "websocket"), ("connection", "Upgrade")]),
        method("POST", page("/plain/x", &[])),
    ];
    for other in others {
        let seen = site.ask(&other);
        seen.is_refused(401, "signed-out");
        assert_eq!(seen.header("content-type"), Some("application/problem+json"));
        assert_eq!(seen.header("www-authenticate"), Some("Bearer"));
        assert_eq!(seen.json()["code"], "signed-out");
        assert!(seen.json()["request_id"].as_str().is_some_and(|it| !it.is_empty()));
    }
}

#[test]
fn head_gets_the_same_without_a_body() {
    let site = Bound::live(&rules()).open();
    let seen = site.ask(&method("HEAD", page("/plain/x", &[])));
    assert_eq!((seen.status, seen.body().as_str()), (307, ""));
    let seen = site.ask(&method("HEAD", get("/plain/x", &[])));
    seen.is_refused(401, "signed-out");
    assert_eq!(seen.body(), "");
    assert!(!site.ask(&get("/plain/x", &[])).body().is_empty());
}

#[test]
fn signed_out_has_four_forms() {
    let site = Bound::live(&rules()).open();
    assert!(site.page("/plain/x").location().starts_with(PORTAL));
    site.page("/hidden/x").is_refused(404, "not-found");
    site.ask(&get("/hidden/x", &[])).is_refused(404, "not-found");
    let seen = site.page("/stop/x");
    seen.is_refused(401, "signed-out");
    assert!(seen.body().contains(&format!("href=\"{PORTAL}/sign-in?redirect_url=")));
    site.page("/to/x").leads_to("/sorry");
    site.ask(&get("/to/x", &[])).is_refused(401, "signed-out");
}

#[test]
fn otherwise_has_three_forms() {
    let site = Bound::live(&rules()).open();
    let user = with_role("user");
    site.page_with("/stop/x", &user).is_refused(403, "not-allowed");
    site.page_with("/hidden/x", &user).is_refused(404, "not-found");
    site.api_with("/hidden/x", &user).is_refused(404, "not-found");
    site.page_with("/to/x", &user).leads_to("/sorry?for=x");
    site.api_with("/to/x", &user).is_refused(403, "not-allowed");
    site.page_with("/to/x", &with_role("admin")).is_forwarded();
    assert!(site.page_with("/stop/x", &user).body().starts_with("<!doctype html>"));
    assert_eq!(site.api_with("/stop/x", &user).json()["status"], 403);
}

#[test]
fn the_sign_in_page_may_be_on_this_site() {
    let rules = json!([{ "path": "/sign-in/*", "allow": "anyone" }]);
    let site = Bound::live(&rules).text("CLERK_SIGN_IN_URL", "/sign-in").open();
    let back = "redirect_url=https%3A%2F%2Fwww.example.com%2Fplain";
    site.page("/plain").leads_to(&format!("{HERE}/sign-in?{back}"));
    site.page("/sign-in").is_forwarded();
    // A client's word for where it is counts for nothing.
    let told = [("x-forwarded-host", "evil.example"), ("host", "evil.example")];
    let seen = site.ask(&page("/plain", &told));
    assert!(!seen.location().contains("evil"), "{}", seen.location());
}
