//! Settings that are URLs or hosts: values that are refused, beside the values that are accepted.

use clerk_edge_gate::settings::bindings::Binding;

use super::{Bound, check, check_in, json, text};

#[test]
fn urls_for_secrets_and_keys_are_absolute_and_encrypted() {
    for (name, right) in [
        ("CLERK_API_URL", "https://api.example.com/"),
        ("CLERK_JWKS_URL", "https://a.example/jwks.json"),
    ] {
        let absolute = format!("{name}: must be an absolute URL, such as `https://example.com`");
        for wrong in [
            "api.clerk.com",
            "/v1",
            "ftp://api.clerk.com",
            "https://",
            "https://a b.example",
            "https://user@a.example",
            "https:\\\\a.example",
            "https://a..example",
            "https://a.example:0x50",
            "https://127.1",
            "https://[::1",
        ] {
            check(name, text(wrong), &absolute, text(right));
        }
        let bare = format!("{name}: must have neither a query, a fragment nor dot segments");
        check(name, text("https://a.example?x=1"), &bare, text(right));
        check(name, text("https://a.example/%2E%2e/x"), &bare, text(right));
        let clear = format!(
            "{name}: must begin with `https://`, because secrets and keys are sent over it"
        );
        let base = Bound::production();
        check_in(&base, name, text("http://a.example"), &clear, text(right));
        check_in(&base, name, text("http://127.0.0.2.example"), &clear, text("http://127.0.0.2"));
        check_in(&base, name, text("http://[::2]:8080"), &clear, text("http://[::1]:8080"));
        check_in(&base, name, text("http://localhost.example"), &clear, text("http://a.localhost"));
        check(name, text("/"), &absolute, text("http://clerk:4000"));
    }
}

#[test]
fn pages_are_absolute_urls_or_paths_of_this_site() {
    let base = Bound::development().with("ROUTES", json(OPEN));
    let check = |name, wrong, message: &str, right| check_in(&base, name, wrong, message, right);
    for name in ["CLERK_SIGN_IN_URL", "CLERK_SIGN_UP_URL"] {
        let either = format!(
            "{name}: must be an absolute URL that begins with `https://`, or a path that begins \
             with `/`"
        );
        check(name, text("sign-in"), &either, text("/sign-in"));
        check(name, text("javascript:alert(1)"), &either, text("https://a.example/sign-in?x=1"));
        let path = format!(
            "{name}: must be a plain path on this site, such as `/sign-in`: no `//`, `..` or `\\`"
        );
        check(name, text("//evil.example"), &path, text("/evil.example"));
        check(name, text("/\\evil.example"), &path, text("/#/sign-in"));
        check(name, text("/a/../b"), &path, text("/a/..b"));
        check(name, text("/a b"), &path, text("/a%20b"));
    }
}

#[test]
fn a_sign_in_page_on_this_site_must_be_open() {
    let base =
        Bound::development().with("ROUTES", json(r#"[{ "path": "/a", "allow": "anyone" }]"#));
    let page = |path: &str| base.clone().with("CLERK_SIGN_IN_URL", text(path)).problems();
    assert_eq!(page("/a?b#c"), [""; 0]);
    let closed = page("/b");
    assert_eq!(closed.len(), 1);
    assert!(closed.iter().all(|problem| problem.starts_with("ROUTES: ")), "{closed:?}");
    let without_rules = Bound::development().with("CLERK_SIGN_IN_URL", text("/b")).problems();
    assert_eq!(without_rules, closed, "without rules every path is closed");
}

#[test]
fn a_proxy_is_an_absolute_url_or_a_path() {
    let name = "CLERK_PROXY_URL";
    let either = "CLERK_PROXY_URL: must be an absolute URL that begins with `https://`, or a \
                  path that begins with `/`";
    check(name, text("__clerk"), either, text("/__clerk"));
    check(name, text("example.com/__clerk"), either, text("https://example.com/__clerk"));
    let bare = "CLERK_PROXY_URL: must have neither a query, a fragment nor dot segments";
    check(name, text("https://example.com/?a"), bare, text("https://example.com/"));
    let path = "CLERK_PROXY_URL: must be a plain path on this site, such as `/sign-in`: no \
                `//`, `..` or `\\`";
    check(name, text("//example.com"), path, text("/"));
    check(name, text("/__clerk?a"), path, text("/__clerk"));
}

#[test]
fn a_satellite_needs_a_domain_or_a_proxy() {
    let name = "CLERK_IS_SATELLITE";
    let base = Bound::production();
    let alone = "CLERK_IS_SATELLITE: is `true`, which needs CLERK_DOMAIN or CLERK_PROXY_URL";
    check_in(&base, name, text("true"), alone, text("false"));
    let base = base.with("CLERK_DOMAIN", text("sat.example"));
    let boolean = "CLERK_IS_SATELLITE: must be `true` or `false`";
    check_in(&base, name, text("yes"), boolean, json("true"));
    check_in(&base, name, json("1"), boolean, text("TRUE"));
    check_in(&base, name, json("[true]"), boolean, json("false"));
    let shape = "CLERK_IS_SATELLITE: must be `true` or `false`, but a KV namespace is bound";
    check_in(&base, name, Binding::Store, shape, text(""));
    let host = "CLERK_DOMAIN: must be only a host, such as `example.com`, without `https://` or \
                a path";
    check("CLERK_DOMAIN", text("https://sat.example"), host, text("sat.example"));
    check("CLERK_DOMAIN", text("sat.example/"), host, text("localhost:3000"));
}

#[test]
fn a_satellite_in_development_signs_in_on_another_site() {
    let name = "CLERK_SIGN_IN_URL";
    let base = Bound::development()
        .with("ROUTES", json(OPEN))
        .with("CLERK_IS_SATELLITE", json("true"))
        .with("CLERK_DOMAIN", text("sat.example"));
    let right = || text("https://primary.example/sign-in");
    let missing = "CLERK_SIGN_IN_URL: is missing: a satellite of a development instance needs \
                   the primary site's sign-in URL";
    check_in(&base, name, text(""), missing, right());
    let relative = "CLERK_SIGN_IN_URL: must be absolute: a satellite of a development instance \
                    signs in on the primary site";
    check_in(&base, name, text("/sign-in"), relative, right());
    let here = "CLERK_SIGN_IN_URL: must be on another site than CLERK_DOMAIN: a satellite of a \
                development instance signs in on the primary site";
    check_in(&base, name, text("https://SAT.example:443/sign-in"), here, right());
    let live = Bound::production()
        .with("CLERK_IS_SATELLITE", json("true"))
        .with("CLERK_DOMAIN", text("sat.example"));
    assert_eq!(live.problems(), [""; 0], "in production the page may be missing");
}

#[test]
fn the_upstream_that_is_named_is_bound() {
    let name = "UPSTREAM";
    let accepted = "UPSTREAM: must be `assets`, `service`, `passthrough` or an absolute URL \
                    such as `https://example.com`";
    check(name, text("ASSETS"), accepted, text("passthrough"));
    check(name, text("origin.example"), accepted, text("https://origin.example/base/"));
    check(name, text("https://u:p@origin.example"), accepted, text("http://localhost:8080"));
    let list = format!("{accepted}, but a number, a boolean, a list or a table is bound");
    check(name, json("[\"assets\", \"service\"]"), &list, text(""));
    let bare = "UPSTREAM: must have neither a query, a fragment nor dot segments";
    check(name, text("https://origin.example/?a"), bare, text("https://origin.example/a"));
    let assets = "UPSTREAM: is `assets`, but no assets are bound as ASSETS";
    check(name, text("assets"), assets, text("passthrough"));
    let service = "UPSTREAM: is `service`, but no service is bound as ORIGIN";
    let base = Bound::development().with("ASSETS", Binding::Service);
    check_in(&base, name, text("service"), service, text("assets"));
    let shape = "ASSETS: must be an assets binding, but a text is bound";
    check("ASSETS", text("./public"), shape, Binding::Service);
    let shape = "ORIGIN: must be a service binding (the URL of an origin belongs in UPSTREAM), \
                 but a text is bound";
    check("ORIGIN", text("https://origin.example"), shape, Binding::Service);
}

/// Rules that let signed-out visitors open every sign-in page on this site.
const OPEN: &str = r#"[{ "path": "/*", "allow": "anyone" }]"#;
