//! How an OAuth client finds its way: the challenge, the documents, and pages of other sites.

use clerk_edge_gate::settings::bindings::Binding;
use serde_json::{Value, json};

use super::stand::{Bound, SITE, Seen, Stand, bearer, oauth_jwt};
use clerk_edge_testing::request::Request;

fn rules() -> Value {
    json!([
        { "path": "/mcp/*", "allow": { "oauth": true, "scope": ["read:x", "admin"] },
          "audience": "self" },
        { "path": "/teams/:team/mcp", "methods": ["POST"], "allow": { "oauth": true } },
        { "path": "/teams/:team/mcp", "allow": "anyone" },
        { "path": "/keys", "allow": { "api_key": true } },
    ])
}

fn stand() -> Stand {
    Bound::new(&rules()).open()
}

fn get(stand: &Stand, path: &str) -> Seen {
    stand.ask(&Request::get(&format!("{SITE}{path}"), &[]))
}

#[test]
fn the_challenge_names_the_document_of_the_rule() {
    let stand = stand();
    let document = "https://www.example.com/.well-known/oauth-protected-resource/mcp";
    let plain = get(&stand, "/mcp/tools/list");
    assert_eq!(plain.status, 401);
    assert_eq!(
        plain.header("www-authenticate"),
        format!("Bearer resource_metadata=\"{document}\"")
    );
    assert_eq!(plain.header("access-control-allow-origin"), "*");
    assert_eq!(plain.header("access-control-expose-headers"), "WWW-Authenticate");
    assert_eq!(plain.header("access-control-allow-credentials"), "");
    let wrong = stand.with("/mcp", &oauth_jwt(&json!({ "aud": "https://other.example" })));
    assert_eq!(
        wrong.header("www-authenticate"),
        format!("Bearer error=\"invalid_token\", resource_metadata=\"{document}\"")
    );
    let aud = json!({ "aud": "https://www.example.com/mcp" });
    let scopes = stand.with("/mcp", &oauth_jwt(&aud));
    assert_eq!((scopes.status, scopes.header("access-control-allow-origin")), (403, "*"));
    assert_eq!(
        scopes.header("www-authenticate"),
        format!(
            "Bearer error=\"insufficient_scope\", scope=\"read:x admin\", \
             resource_metadata=\"{document}\""
        )
    );
    let all = json!({ "aud": "https://www.example.com/mcp", "scope": "read:x admin" });
    assert_eq!(stand.with("/mcp", &oauth_jwt(&all)).status, 0);
    // A rule for keys has a plain challenge, and says nothing to other sites.
    let key = get(&stand, "/keys");
    assert_eq!(key.header("www-authenticate"), "Bearer");
    assert_eq!(key.header("access-control-allow-origin"), "");
}

#[test]
fn the_document_says_what_the_resource_is_called_and_who_gives_out_tokens() {
    let stand = stand();
    let seen = get(&stand, "/.well-known/oauth-protected-resource/mcp");
    assert_eq!(seen.status, 200);
    assert_eq!(seen.header("access-control-allow-origin"), "*");
    assert_eq!(
        seen.json(),
        json!({
            "resource": "https://www.example.com/mcp",
            "authorization_servers": ["https://clerk.inspired.puma-74.lcl.dev"],
            "bearer_methods_supported": ["header"],
            "jwks_uri": "https://clerk.inspired.puma-74.lcl.dev/.well-known/jwks.json",
            "scopes_supported": ["read:x", "admin"],
        })
    );
    let below = get(&stand, "/.well-known/oauth-protected-resource/mcp/tools");
    assert_eq!(below.json()["resource"], "https://www.example.com/mcp/tools");
    let team = get(&stand, "/.well-known/oauth-protected-resource/teams/a%20b/mcp");
    assert_eq!(team.json()["resource"], "https://www.example.com/teams/a%20b/mcp");
    for other in ["/keys", "/nowhere", "/teams/a/b"] {
        let path = format!("/.well-known/oauth-protected-resource{other}");
        assert_eq!(get(&stand, &path).status, 404, "{other}");
    }
    let challenge = stand.ask(&Request {
        method: "POST".into(),
        ..Request::get(&format!("{SITE}/teams/red/mcp"), &[])
    });
    let value = challenge.header("www-authenticate");
    assert!(value.contains("/.well-known/oauth-protected-resource/teams/red/mcp\""), "{value}");
}

#[test]
fn without_a_path_it_is_the_only_resource() {
    assert_eq!(get(&stand(), "/.well-known/oauth-protected-resource").status, 404);
    let one = json!([{ "path": "/mcp/*", "allow": { "oauth": true } }]);
    let seen = get(&Bound::new(&one).open(), "/.well-known/oauth-protected-resource");
    assert_eq!(seen.json()["resource"], "https://www.example.com/mcp");
    let all = json!([{ "path": "/*", "allow": { "oauth": true } }]);
    let seen = get(&Bound::new(&all).open(), "/.well-known/oauth-protected-resource");
    assert_eq!(seen.json()["resource"], "https://www.example.com/");
}

#[test]
fn older_clients_are_led_to_the_instance() {
    let seen = get(&stand(), "/.well-known/oauth-authorization-server/mcp");
    assert_eq!(seen.status, 307);
    assert_eq!(
        seen.header("location"),
        "https://clerk.inspired.puma-74.lcl.dev/.well-known/oauth-authorization-server"
    );
    assert_eq!(seen.header("access-control-allow-origin"), "*");
}

#[test]
fn only_where_a_rule_names_oauth_and_none_of_the_operators_is_in_the_way() {
    let none = json!([{ "path": "/*", "allow": "anyone" }]);
    let paths =
        ["/.well-known/oauth-protected-resource", "/.well-known/oauth-authorization-server"];
    for path in paths {
        assert_eq!(get(&Bound::new(&none).open(), path).status, 0, "{path}");
        let own = json!([
            { "path": "/.well-known/*", "allow": "anyone" },
            { "path": "/mcp", "allow": { "oauth": true } },
        ]);
        assert_eq!(get(&Bound::new(&own).open(), path).status, 0, "{path}");
        let wide = json!([
            { "path": "/*", "allow": "anyone" },
            { "path": "/mcp", "allow": { "oauth": true } },
        ]);
        assert_ne!(get(&Bound::new(&wide).open(), path).status, 0, "{path}");
    }
    let other = get(&stand(), "/.well-known/oauth-other");
    assert_eq!(other.status, 401);
}

#[test]
fn preflights_before_assets_are_answered_for_oauth_alone() {
    let rules = json!([
        { "path": "/mcp", "allow": { "oauth": true } },
        { "path": "/keys", "allow": { "api_key": true } },
    ]);
    let bound = Bound::new(&rules).with("ASSETS", Binding::Service).without("ORIGIN");
    let stand = bound.open();
    let preflight = |path: &str| {
        let headers =
            [("origin", "https://app.example"), ("access-control-request-method", "POST")];
        let get = Request::get(&format!("{SITE}{path}"), &headers);
        stand.ask(&Request { method: "OPTIONS".into(), ..get })
    };
    for path in ["/mcp", "/.well-known/oauth-protected-resource/mcp"] {
        let seen = preflight(path);
        assert_eq!((seen.status, seen.header("access-control-allow-origin")), (204, "*"), "{path}");
        assert!(seen.header("access-control-allow-headers").contains("Authorization"), "{path}");
    }
    assert_eq!(preflight("/keys").header("access-control-allow-origin"), "");
    // A request that only looks like one is judged.
    assert_eq!(stand.ask(&bearer("/mcp", "oat_abc")).status, 0);
}
