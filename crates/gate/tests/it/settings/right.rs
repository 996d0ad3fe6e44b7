//! Right settings: defaults, the forms that a value may have, and what depends on what.

use clerk_edge_gate::settings::bindings::Binding;
use clerk_edge_gate::settings::{InstanceKind, LogLevel, Settings, Upstream};
use clerk_edge_token::policy::Issuers;

use super::{Bound, DEVELOPMENT, PRODUCTION, json, text};

#[test]
fn with_only_the_key_every_setting_has_its_default() {
    let s = Bound::development().settings();
    assert_eq!(s.instance.kind, InstanceKind::Development);
    assert_eq!(s.api_url, "https://api.clerk.com");
    assert_eq!(s.jwks_url, "https://clerk.myapp.com/.well-known/jwks.json");
    assert_eq!(s.session_policy.issuers, Issuers::Only(vec!["https://clerk.myapp.com".to_owned()]));
    assert_eq!((s.session_policy.clock_skew_ms, s.lookup_ttl_seconds), (5_000, 60));
    assert_eq!((s.log, s.upstream), (LogLevel::Decisions, Upstream::Passthrough));
    assert!(s.debug_role && !s.has_store && !s.is_satellite && !s.cross_origin_sync);
    let roles: Vec<String> = s.role_claims.iter().map(ToString::to_string).collect();
    assert_eq!(roles, ["metadata.role", "publicMetadata.role", "public_metadata.role", "role"]);
    assert!(!Bound::production().settings().debug_role);
}

#[test]
fn values_are_accepted_as_such_and_as_text() {
    let as_such = Bound::development()
        .with("CLERK_AUTHORIZED_PARTIES", json("[\"https://a.example\", \"https://b.example\"]"))
        .with("CLERK_CLOCK_SKEW_SECONDS", json("10"))
        .with("CLERK_CROSS_ORIGIN_SYNC", json("true"))
        .with("CLAIM_HEADERS", json("{\"X-User-Plan\": \"metadata.plan\"}"))
        .settings();
    let as_text = Bound::development()
        .with("CLERK_AUTHORIZED_PARTIES", text("https://a.example, https://b.example"))
        .with("CLERK_CLOCK_SKEW_SECONDS", text("10"))
        .with("CLERK_CROSS_ORIGIN_SYNC", text("true"))
        .with("CLAIM_HEADERS", text("{\"X-User-Plan\": \"metadata.plan\"}"))
        .settings();
    for s in [as_such, as_text] {
        assert_eq!(s.session_policy.authorized_parties, ["https://a.example", "https://b.example"]);
        assert_eq!((s.session_policy.clock_skew_ms, s.cross_origin_sync), (10_000, true));
        let headers: Vec<String> =
            s.claim_headers.iter().map(|(name, path)| format!("{name}={path}")).collect();
        assert_eq!(headers, ["x-user-plan=metadata.plan"]);
    }
}

const HOST: &str = "clerk.myapp.com";

#[test]
fn key_set_and_issuers_depend_on_the_frontend_api() {
    let about = |bound: Bound| {
        let s = bound.settings();
        let issuers = match &s.session_policy.issuers {
            Issuers::Any => "any".to_owned(),
            Issuers::Only(list) => list.join(" "),
        };
        (s.frontend_host().into_owned(), s.jwks_url, issuers)
    };
    let of = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    let direct = "https://clerk.myapp.com/.well-known/jwks.json";
    let live = Bound::production();
    assert_eq!(
        about(live.clone().with("CLERK_PROXY_URL", text("https://X.com/__clerk//"))),
        of(
            HOST,
            "https://x.com/__clerk/.well-known/jwks.json",
            "https://clerk.myapp.com https://x.com/__clerk"
        )
    );
    assert_eq!(
        about(live.clone().with("CLERK_PROXY_URL", text("/__clerk/"))),
        of(HOST, direct, "https://clerk.myapp.com /__clerk")
    );
    assert_eq!(
        about(live.clone().with("CLERK_PROXY_URL", text("http://x.com/__clerk"))),
        of(HOST, direct, "https://clerk.myapp.com http://x.com/__clerk"),
        "keys are not fetched over http:"
    );
    let domain = live.with("CLERK_DOMAIN", text("Sat.com"));
    assert_eq!(about(domain.clone()), of(HOST, direct, "https://clerk.myapp.com"));
    assert_eq!(
        about(domain.clone().with("CLERK_IS_SATELLITE", json("true"))),
        of(
            "clerk.sat.com",
            "https://clerk.sat.com/.well-known/jwks.json",
            "https://clerk.myapp.com https://clerk.sat.com"
        )
    );
    assert_eq!(
        about(
            domain
                .with("CLERK_JWKS_URL", text("https://k.example/"))
                .with("CLERK_ISSUER", text("any"))
        ),
        of(HOST, "https://k.example", "any")
    );
}

#[test]
fn the_upstream_is_what_is_bound_unless_it_is_set() {
    let of = |bound: Bound| bound.settings().upstream;
    let bare = Bound::development();
    let assets = bare.clone().with("ASSETS", Binding::Service);
    let origin = bare.clone().with("ORIGIN", Binding::Service);
    let both = assets.clone().with("ORIGIN", Binding::Service);
    assert_eq!(of(bare.clone()), Upstream::Passthrough);
    assert_eq!(of(assets.clone()), Upstream::Assets);
    assert_eq!(of(origin), Upstream::Service);
    assert_eq!(of(both.clone()), Upstream::Assets);
    assert_eq!(of(both.clone().with("UPSTREAM", text("service"))), Upstream::Service);
    assert_eq!(of(assets.with("UPSTREAM", text("passthrough"))), Upstream::Passthrough);
    assert_eq!(
        of(bare.with("UPSTREAM", text("HTTPS://Origin.Example:443/base/"))),
        Upstream::Url("https://origin.example/base".to_owned())
    );
    let says = |bound: Bound| bound.settings().notes.iter().any(|n| n.starts_with("ASSETS and"));
    assert!(says(both.clone()));
    assert!(!says(both.with("UPSTREAM", text("assets"))));
}

#[test]
fn notes_name_what_is_not_configured() {
    let noted = |bound: &Bound, beginning: &str| {
        bound.settings().notes.iter().any(|note| note.starts_with(beginning))
    };
    let dev = Bound::development();
    for (beginning, name, mended) in [
        ("The publishable key is", "CLERK_PUBLISHABLE_KEY", text(PRODUCTION)),
        ("CLERK_SECRET_KEY is not", "CLERK_SECRET_KEY", text("sk_test_abc")),
        ("CLERK_CACHE is not", "CLERK_CACHE", Binding::Store),
        ("CLERK_AUTHORIZED_PARTIES is not", "CLERK_AUTHORIZED_PARTIES", text("https://a.example")),
    ] {
        assert!(noted(&dev, beginning), "{beginning}");
        assert!(!noted(&dev.clone().with(name, mended), beginning), "{beginning}");
    }
    for (beginning, name, odd, ordinary) in [
        ("CLERK_ISSUER is `any`", "CLERK_ISSUER", "any", "https://a.example"),
        ("LOG is `off`", "LOG", "off", "refusals"),
        ("CLERK_TRUST_FORWARDED_HOST is on", "CLERK_TRUST_FORWARDED_HOST", "true", "false"),
        ("CLERK_SECRET_KEY does not look", "CLERK_SECRET_KEY", "abc", "sk_test_abc"),
        ("UPSTREAM begins with", "UPSTREAM", "http://a.example", "http://localhost"),
        ("CLERK_PROXY_URL begins with", "CLERK_PROXY_URL", "http://a.example", "/__clerk"),
    ] {
        assert!(noted(&dev.clone().with(name, text(odd)), beginning), "{beginning}");
        assert!(!noted(&dev.clone().with(name, text(ordinary)), beginning), "{beginning}");
    }
    let spaced = Bound::default().with("CLERK_PUBLISHABLE_KEY", text(&format!("{DEVELOPMENT}\n")));
    assert!(noted(&spaced, "CLERK_PUBLISHABLE_KEY has white space"));
    assert!(!noted(&dev, "CLERK_PUBLISHABLE_KEY has white space"));
    let debug = Bound::production().with("DEBUG_ROLE", text("true"));
    assert!(noted(&debug, "DEBUG_ROLE is on"));
    assert!(!noted(&dev, "DEBUG_ROLE is on"));
}

#[test]
fn an_accepted_url_is_parsed_alike_by_the_url_crate() {
    let hosts = [
        "a.example",
        "A.Example",
        "a-b.c_d.example",
        "localhost",
        "localhost:3000",
        "127.0.0.1:80",
        "[::1]",
        "[::1]:8080",
        "[::0:1]",
        "0x7f.1",
        "1.2.3",
        "1.2.3.4.",
        "a.example:443",
        "a.example:99999",
        "a.example:",
        "xn--",
        "xn--bcher-kva.example",
        "a.example:08",
        "%61.example",
        "a.1",
        "a.0x1",
        "ü.example",
        "a\u{7f}.example",
        "-a.example",
        "[::ffff:1.2.3.4]",
    ];
    let paths = [
        "", "/", "/a", "/a/", "/a/../b", "/%2e/b", "/a\\b", "/a|b", "/a%zz", "/a;b=c,d", "/a?b",
        "/a#b",
    ];
    let mut accepted = 0;
    for host in hosts {
        for path in paths {
            let address = format!("https://{host}{path}");
            let Ok(settings) =
                Settings::read(&Bound::development().with("UPSTREAM", text(&address)))
            else {
                continue;
            };
            let Upstream::Url(ours) = settings.upstream else { panic!("{address}") };
            let Ok(theirs) = url::Url::parse(&address) else { panic!("{address} is none") };
            assert_eq!(ours, theirs.as_str().trim_end_matches('/'), "{address}");
            accepted += 1;
        }
    }
    assert!(accepted > 40, "{accepted}");
}
