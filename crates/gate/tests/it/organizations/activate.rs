//! A rule's `activate`: which requests are sent to Clerk, and what becomes of the others.

use serde_json::{Value, json};

use clerk_edge_gate::settings::Settings;
use clerk_edge_testing::mint::NOW;
use clerk_edge_testing::request::Request;

use crate::machines::stand::{Bound, SITE, Seen, Stand, bearer, page, session};

fn rules() -> Value {
    json!([
        { "path": "/teams/:team/*", "allow": { "org": ":team" }, "activate": ":team",
          "otherwise": "/not-a-member" },
        { "path": "/own/*", "allow": "signed-in", "activate": "personal" },
        { "path": "/watched/:team", "allow": "signed-in", "activate": ":team",
          "report_only": true },
        { "path": "/not-a-member", "allow": "anyone" },
    ])
}

fn stand() -> Stand {
    Bound::new(&rules()).open()
}

fn org(id: &str, slug: &str) -> String {
    session(&json!({ "org_id": id, "org_slug": slug, "org_role": "org:member" }))
}

fn cookies(token: &str, count: u32) -> String {
    let counted =
        if count > 0 { format!("; __clerk_redirect_count={count}") } else { String::new() };
    format!("__session={token}; __client_uat={}{counted}", NOW - 100)
}

fn visit(stand: &Stand, path: &str, token: &str, more: &[(&str, &str)]) -> Seen {
    let cookie = cookies(token, 0);
    stand.ask(&page(path, &[&[("cookie", cookie.as_str())], more].concat()))
}

#[track_caller]
fn is_handshake(seen: &Seen, organization: &str) {
    assert_eq!(seen.status, 307);
    let location = seen.header("location");
    assert!(location.contains("/v1/client/handshake?"), "{location}");
    assert!(location.ends_with(&format!("&organization_id={organization}")), "{location}");
    assert_eq!(seen.header("x-clerk-auth-reason"), "active-organization-mismatch");
    assert!(seen.header("set-cookie").starts_with("__clerk_redirect_count=1;"));
    assert_eq!(seen.header("cache-control"), "no-store");
}

#[test]
fn a_page_of_another_organization_goes_through_the_handshake_that_activates_it() {
    let stand = stand();
    let token = org("org_1", "acme");
    assert_eq!(visit(&stand, "/teams/acme/a", &token, &[]).status, 0);
    assert_eq!(visit(&stand, "/teams/org_1/a", &token, &[]).status, 0);
    is_handshake(&visit(&stand, "/teams/other/a", &token, &[]), "other");
    is_handshake(&visit(&stand, "/teams/org_2/a", &token, &[]), "org_2");
    // Decoded where it is compared, encoded once where it is sent.
    assert_eq!(visit(&stand, "/teams/ac%6De/a", &token, &[]).status, 0);
    is_handshake(&visit(&stand, "/teams/a%20b/a", &token, &[]), "a+b");
    is_handshake(&visit(&stand, "/own/a", &token, &[]), "");
    assert_eq!(visit(&stand, "/own/a", &session(&json!({})), &[]).status, 0);
    // An id is never compared with a slug.
    is_handshake(&visit(&stand, "/teams/org_9/a", &org("org_1", "org_9"), &[]), "org_9");
}

#[test]
fn every_handshake_of_the_path_names_the_organization() {
    let stand = stand();
    let expired = session(&json!({ "exp": NOW - 60 }));
    let seen = visit(&stand, "/teams/other/a", &expired, &[]);
    assert!(seen.header("location").ends_with("&organization_id=other"));
    assert!(seen.header("x-clerk-auth-reason").starts_with("session-token-expired"));
}

#[test]
fn a_prefetch_and_what_is_no_page_switch_nothing() {
    let stand = stand();
    let token = org("org_1", "acme");
    for purpose in ["sec-purpose", "purpose"] {
        let seen = visit(&stand, "/teams/other/a", &token, &[(purpose, "prefetch;prerender")]);
        assert_eq!((seen.status, seen.header("location")), (403, ""), "{purpose}");
    }
    let cookie = cookies(&token, 0);
    let call = Request::get(&format!("{SITE}/teams/other/a"), &[("cookie", &cookie)]);
    assert_eq!(stand.ask(&call).code(), "organization-mismatch");
    assert_eq!(stand.ask(&bearer("/teams/other/a", &token)).code(), "organization-mismatch");
    assert_eq!(stand.ask(&bearer("/teams/acme/a", &token)).status, 0);
    let head = Request { method: "HEAD".into(), ..page("/teams/other/a", &[("cookie", &cookie)]) };
    assert_eq!(stand.ask(&head).status, 403);
}

#[test]
fn an_organization_that_is_not_the_visitors_ends_in_otherwise() {
    let stand = stand();
    let cookie = cookies(&org("org_1", "acme"), 3);
    let seen = stand.ask(&page("/teams/other/a", &[("cookie", &cookie)]));
    assert_eq!((seen.status, seen.header("location")), (307, "/not-a-member"));
    let personal = stand.ask(&page("/own/a", &[("cookie", &cookie)]));
    assert_eq!((personal.status, personal.code().as_str()), (403, ""));
}

#[test]
fn a_rule_that_reports_holds_it_back() {
    let seen = visit(&stand(), "/watched/other", &org("org_1", "acme"), &[]);
    assert_eq!((seen.status, seen.told("x-clerk-org-id")), (0, "org_1"));
}

#[test]
fn signed_out_visitors_sign_in_first() {
    let seen = stand().ask(&page("/teams/other/a", &[]));
    assert_eq!(seen.status, 307);
    assert!(seen.header("location").contains("/sign-in?"), "{}", seen.header("location"));
}

#[test]
fn what_cannot_be_meant_closes_the_gate() {
    let wrong = [
        json!({ "path": "/:a", "allow": "anyone", "activate": ":a" }),
        json!({ "path": "/:a", "allow": "optional", "activate": ":a" }),
        json!({ "path": "/:a", "allow": { "api_key": true }, "activate": ":a" }),
        json!({ "path": "/:a", "activate": ":b" }),
        json!({ "path": "/:a", "activate": "acme" }),
    ];
    for rule in wrong {
        let faulty = Settings::read(&Bound::new(&json!([rule]))).unwrap_err();
        assert_eq!(faulty.problems().next().unwrap().place, "ROUTES[0].activate", "{rule}");
    }
    for (value, place) in [
        (json!({ "organizationPatterns": ["/a/:slug+"] }), ".organizationPatterns"),
        (json!({ "personalAccountPatterns": "/me" }), ".personalAccountPatterns"),
        (json!({ "patterns": [] }), ".patterns"),
    ] {
        let bound = Bound::new(&json!([])).text("CLERK_ORGANIZATION_SYNC", &value.to_string());
        let faulty = Settings::read(&bound).unwrap_err();
        let first = faulty.problems().next().unwrap().place.clone();
        assert_eq!(first, format!("CLERK_ORGANIZATION_SYNC{place}"));
    }
    let empty = json!({ "organizationPatterns": [], "personalAccountPatterns": [] });
    let bound = Bound::new(&json!([])).text("CLERK_ORGANIZATION_SYNC", &empty.to_string());
    assert_eq!(Settings::read(&bound).unwrap().organization_sync, None);
}
