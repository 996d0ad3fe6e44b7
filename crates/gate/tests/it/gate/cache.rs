//! What caches may store: incidents of other gates, by name.

use clerk_edge_gate::forward::cache_guard::{CachePlan, is_for_shared_caches};
use clerk_edge_gate::settings::bindings::Binding;
use serde_json::json;

use super::*;

fn rules() -> Value {
    json!([
        { "path": "/", "allow": "anyone" },
        { "path": "/open/*", "allow": "anyone" },
        { "path": "/maybe", "allow": "optional" },
    ])
}

#[test]
fn c1_nextjs_auth0_an_answer_with_a_session_is_private() {
    let site = Bound::live(&rules()).open();
    assert!(site.page_with("/account", &token(&json!({}))).is_forwarded().guarded);
    assert!(site.page("/maybe").is_forwarded().guarded);
    assert!(!site.page_with("/open/x", &token(&json!({}))).is_forwarded().guarded);
    assert_eq!(CachePlan::new(None, None).cache_control, "private, no-store");
}

#[test]
fn c2_authkit_an_answer_varies_by_the_headers_it_depends_on() {
    let plan = CachePlan::new(Some("public, max-age=60"), Some("Accept-Encoding"));
    assert_eq!(plan.cache_control, "private, max-age=60");
    assert_eq!(plan.vary, "Accept-Encoding, Cookie, Authorization");
}

#[test]
fn c3_vinext_headers_for_shared_caches_are_removed() {
    let plan = CachePlan::new(Some("public, s-maxage=600, max-age=5"), None);
    assert_eq!(plan.cache_control, "private, max-age=5");
    for name in ["cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control"] {
        assert!(is_for_shared_caches(name));
    }
}

#[test]
fn a_guarded_request_goes_past_cloudflares_cache() {
    let rules = json!([
        { "path": "/open", "allow": "anyone" },
        { "path": "/maybe", "allow": "optional" },
        { "path": "/try", "report_only": true },
        { "path": "/same", "cache": "shared" },
    ]);
    let live = Bound::live(&rules);
    let assets = live.clone().with("ASSETS", Binding::Service).text("UPSTREAM", "assets");
    let asked =
        |site: &Site, path| site.page_with(path, &token(&json!({}))).is_forwarded().no_store;
    for upstream in ["passthrough", "https://origin.example"] {
        let site = live.clone().text("UPSTREAM", upstream).open();
        let all = ["/open", "/maybe", "/try", "/same", "/other"].map(|path| asked(&site, path));
        assert_eq!(all, [false, true, true, false, true], "{upstream}");
        assert!(site.page_with("/same", &token(&json!({}))).guarded, "the browser's stays private");
    }
    // Neither another Worker nor the assets are asked through a cache.
    for site in [live.open(), assets.open()] {
        assert!(!asked(&site, "/other"));
    }
}

#[test]
fn c4_pages_auth_refusals_and_redirects_are_never_stored() {
    let site = Bound::live(&rules()).open();
    for seen in [
        site.page("/account"),
        site.ask(&get("/account", &[])),
        site.ask(&page("/account", &[("cookie", "__client_uat=1")])),
        site.ask(&get("/%", &[])),
        site.ask(&get("/.clerk-edge/access", &[])),
        site.ask(&get("/.clerk-edge/health", &[])),
    ] {
        let answer = seen.answer.unwrap();
        let told: Vec<&str> = answer
            .headers
            .iter()
            .filter(|(name, _)| *name == "cache-control")
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(told, ["no-store"]);
    }
}

#[test]
fn c5_no_file_extension_makes_a_guarded_path_public() {
    let site = Bound::live(&rules()).open();
    for path in ["/account/x.css", "/account;.js", "/account/..;/x.png", "/account%2f..%2fx.css"] {
        let seen = site.ask(&page(path, &[("cookie", &cookies(&token(&json!({}))))]));
        assert!(seen.status == 400 || seen.guarded, "{path}: {}", seen.status);
        assert_ne!(site.ask(&get(path, &[])).status, 0, "{path}");
    }
}

#[test]
fn c6_a_conditional_request_is_decided_first() {
    let site = Bound::live(&rules()).open();
    let condition =
        [("if-none-match", "\"a\""), ("if-modified-since", "Thu, 01 Jan 2026 00:00:00 GMT")];
    site.ask(&get("/account", &condition)).is_refused(401, "signed-out");
    assert_eq!(site.ask(&page("/account", &condition)).status, 307);
}
