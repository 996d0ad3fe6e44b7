//! Paths: the incidents that others had, each by name, and the ordinary ones that must pass.
//!
//! Unless a test says otherwise, `/public/*` is open and `/admin/*` asks for a role. A hostile
//! path is refused or falls under a rule that is not the open one; never is it simply forwarded.
#![allow(clippy::panic, reason = "a test may stop")]

use clerk_edge_http::path::{PathRefused, RequestPath};
use clerk_edge_rules::rule::Requirement;
use clerk_edge_rules::rule_set::{Context, Rules};

const POLICY: &str = r#"[
    { "path": "/public/*", "allow": "anyone" },
    { "path": "/user/*", "allow": "anyone" },
    { "path": "/api/public/*", "allow": "anyone" },
    { "path": "/admin/*", "allow": { "role": "admin" } },
    { "path": "/api/admin/*", "allow": { "role": "admin" } },
    { "path": "/*", "allow": "anyone" }
]"#;

pub(crate) fn read(text: &str, assets: bool) -> Rules {
    let context = Context { assets, ..Context::default() };
    match Rules::read(text, &context) {
        Ok(rules) => rules,
        Err(problems) => panic!("{problems:?}"),
    }
}

/// The rule's path that a request falls under, or `400`.
pub(crate) fn rule_of(rules: &Rules, raw: &str) -> String {
    let found = RequestPath::parse(raw).ok();
    let found = found.as_ref().and_then(|path| rules.find("example.com", "GET", path).ok());
    found.map_or_else(|| "400".to_owned(), |found| found.rule.path_text().to_owned())
}

#[track_caller]
fn falls(rules: &Rules, cases: &[(&str, &str)]) {
    for (raw, expected) in cases {
        assert_eq!(rule_of(rules, raw), *expected, "{raw}");
    }
}

/// Refused, or under a rule that is not open, with and without assets.
#[track_caller]
fn never_open(raws: &[&str]) {
    for assets in [false, true] {
        let rules = read(POLICY, assets);
        for raw in raws {
            let Ok(path) = RequestPath::parse(raw) else { continue };
            let Ok(found) = rules.find("example.com", "GET", &path) else { continue };
            let open = matches!(found.rule.requirement(), Requirement::Anyone);
            assert!(!open, "{raw} is open by {} (assets: {assets})", found.rule.path_text());
        }
    }
}

#[test]
fn the_policy_itself_opens_what_it_says() {
    falls(
        &read(POLICY, false),
        &[
            ("/public/a", "/public/*"),
            ("/admin", "/admin/*"),
            ("/admin/a", "/admin/*"),
            ("/adminx", "/*"),
            ("/Admin", "/*"),
        ],
    );
}

#[test]
fn p1_p14_dot_segments_are_resolved_before_anything_else() {
    never_open(&["/public/../admin/secrets", "/info/../admin", "/public/x/../../admin/."]);
    falls(&read(POLICY, false), &[("/public/../admin/secrets", "/admin/*")]);
}

#[test]
fn p2_dot_segments_in_escapes() {
    never_open(&[
        "/user/../admin",
        "/user/%2e%2e/admin",
        "/user/%2E%2e%2fadmin",
        "/user/.%2e/admin",
    ]);
    falls(
        &read(POLICY, false),
        &[
            ("/user/%2e%2e/admin", "/admin/*"),
            ("/user/%2e%2e%2fadmin", "400"),
            ("/user/%2e%2e%2fuser", "/user/*"),
            ("/user/a%2fb", "/user/*"),
        ],
    );
}

#[test]
fn p3_hex_digits_have_no_case() {
    let rules = read(r#"[{ "path": "/a/*", "allow": "anyone" }, { "path": "/é" }]"#, false);
    for (one, other) in [("/a%2fb", "/a%2Fb"), ("/%c3%a9", "/%C3%A9")] {
        assert_eq!(RequestPath::parse(one), RequestPath::parse(other));
        assert_eq!(rule_of(&rules, one), rule_of(&rules, other));
    }
    falls(&rules, &[("/%c3%a9", "/%C3%A9"), ("/%c3%a8", "default"), ("/a%2fb", "400")]);
}

#[test]
fn p4_p17_p19_hosts_have_no_case_no_port_and_no_final_dot() {
    let rules = read(
        r#"[{ "path": "/*", "allow": "anyone" },
            { "path": "/*", "host": "Admin.example.com", "allow": { "role": "admin" } }]"#,
        false,
    );
    let Ok(path) = RequestPath::parse("/x") else { panic!() };
    let index = |host| rules.find(host, "GET", &path).map(|found| found.rule.index());
    for host in [
        "admin.example.com",
        "ADMIN.example.com",
        "admin.example.com:8443",
        "admin.example.com.",
        "Admin.Example.Com.:443",
    ] {
        assert_eq!(index(host), Ok(Some(1)), "{host}");
    }
    for host in ["example.com", "xadmin.example.com", "admin.example.com.evil.test", "", "[::1]:80"]
    {
        assert_eq!(index(host), Ok(Some(0)), "{host}");
    }
}

#[test]
fn p5_p7_p8_p11_query_and_fragment_are_no_part_of_a_path() {
    for raw in ["/admin#x", "/#/../admin", "/public?x=/admin", "/public#/../admin"] {
        assert_eq!(RequestPath::parse(raw), Err(PathRefused), "{raw}");
    }
    never_open(&["/admin%3Ffoo=bar", "/admin%23/x", "/admin%3f", "/public/..%2fadmin%23"]);
    let rules = read(
        r#"[{ "path": "/public/*", "allow": "anyone" }, { "path": "/public/secret/*" }]"#,
        false,
    );
    falls(
        &rules,
        &[
            ("/public/secret%23/endpoint", "400"),
            ("/public/secret%3Fa", "400"),
            ("/public/open%23/endpoint", "/public/*"),
        ],
    );
}

#[test]
fn p6_clerk_unreserved_escapes_doubled_slashes_stray_percent() {
    falls(
        &read(POLICY, false),
        &[
            ("/api/%61dmin/users", "/api/admin/*"),
            ("//api/admin", "400"),
            ("/%zz", "400"),
            ("/%", "400"),
            ("/api//admin", "400"),
            ("/api/public//a", "/api/public/*"),
        ],
    );
}

#[test]
fn p12_reserved_characters_in_escapes() {
    never_open(&[
        "/public%2F..%2Fadmin",
        "/public/..%2fadmin",
        "/public%5C..%5Cadmin",
        "/public/..%5Cadmin",
        "/admin%3Bx",
        "/admin%3F",
        "/admin%23",
        "/admin%00",
        "/admin%00.png",
        "/%2561dmin",
        "/admin%252F",
        "/public/%252e%252e/admin",
    ]);
}

#[test]
fn p13_p30_what_is_left_after_a_cut_prefix_was_judged_too() {
    never_open(&["/x/..%2fadmin", "/a/..;/admin", "/a/..%3B/admin", "/a/..;x=1/admin"]);
}

#[test]
fn p15_slashes_in_escapes() {
    never_open(&[
        "/%2fadmin",
        "/%5cadmin",
        "//admin",
        "/admin%2F",
        "/admin%2Fx",
        "/\\admin",
        "\\admin",
    ]);
    falls(&read(POLICY, false), &[("/admin%2F", "400"), ("/%2fpublic", "400")]);
}

#[test]
fn p18_p24_rules_with_escapes_and_paths_with_escapes_meet() {
    let rules = read(
        r#"[{ "path": "/%41dmin/a%20b/*" }, { "path": "/caf%C3%A9" }, { "path": "/%2A" }]"#,
        false,
    );
    falls(
        &rules,
        &[
            ("/Admin/a%20b", "/Admin/a%20b/*"),
            ("/%41dmin/a b/c", "/Admin/a%20b/*"),
            ("/admin/a%20b", "default"),
            ("/café", "/caf%C3%A9"),
            ("/*", "/%2A"),
            ("/%2a", "/%2A"),
        ],
    );
}

#[test]
fn p20_case_counts() {
    let rules = read(
        r#"[{ "path": "/Admin/*", "allow": "anyone" }, { "path": "/admin/*", "allow": { "role": "admin" } }]"#,
        false,
    );
    falls(&rules, &[("/Admin/x", "/Admin/*"), ("/admin/x", "/admin/*"), ("/ADMIN/x", "default")]);
}

#[test]
fn p21_p22_layers_of_escapes() {
    let nested = format!("/%{}61dmin", "25".repeat(11));
    let flat = format!("/{}61dmin", "%25".repeat(11));
    never_open(&["/%61dmin", "/%2561dmin", "/%252561dmin", "/%25252561dmin", &nested]);
    falls(
        &read(POLICY, false),
        &[
            ("/%61dmin", "/admin/*"),
            ("/%2561dmin", "400"),
            ("/%252561dmin", "400"),
            ("/%25252561x", "400"),
            ("/%252561x", "/*"),
            (&nested, "400"),
            (&flat, "/*"),
        ],
    );
}

#[test]
fn p23_ordinary_escapes_pass() {
    let rules = read(
        r#"[{ "path": "/files/*" }, { "path": "/uploads/*" }, { "path": "/wiki/:page" },
            { "path": "/pkg/*" }, { "path": "/admin/*", "allow": { "role": "admin" } }]"#,
        false,
    );
    falls(
        &rules,
        &[
            ("/uploads/100%25%3F.pdf", "/uploads/*"),
            ("/uploads/100%25.pdf", "/uploads/*"),
            ("/files/a%20b.txt", "/files/*"),
            ("/files/a%2Fb", "/files/*"),
            ("/wiki/C%2B%2B", "/wiki/:page"),
            ("/wiki/C%23", "400"),
            ("/pkg/@scope%2Fname", "/pkg/*"),
        ],
    );
}

#[test]
fn p25_p32_every_name_of_a_page_of_the_asset_server() {
    let text = r#"[{ "path": "/*", "allow": "anyone" }, { "path": "/admin/*" }, { "path": "/report.html" },
        { "path": "/posts/:slug" }]"#;
    let rules = read(text, true);
    for raw in [
        "/admin",
        "/admin/",
        "/admin.html",
        "/admin/index.html",
        "/admin/index",
        "/%61dmin.html",
        "/admin.html/",
        "/admin/index.html/",
    ] {
        assert_eq!(rule_of(&rules, raw), "/admin/*", "{raw}");
    }
    falls(
        &rules,
        &[
            ("//admin", "400"),
            ("//admin.html", "400"),
            ("/admin%2Findex.html", "400"),
            ("/admin%2Fsecret.html", "400"),
            ("/Admin", "/*"),
            ("/index.html", "/*"),
            ("/report", "/report.html"),
            ("/report/", "/report.html"),
            ("/report/index.html", "/report.html"),
            ("/posts/hello.html", "/posts/:slug"),
            ("/posts/index.html", "/*"),
        ],
    );
    let origin = read(text, false);
    falls(&origin, &[("/admin.html", "/*"), ("/report", "/*"), ("/admin/index.html", "/admin/*")]);
}

#[test]
fn p26_empty_segments() {
    let rules = read(r#"[{ "path": "/path" }, { "path": "/open/*", "allow": "anyone" }]"#, false);
    falls(
        &rules,
        &[("//path", "400"), ("/path/", "/path"), ("/path//", "400"), ("/open//a", "/open/*")],
    );
}

#[test]
fn p31_servlet_parameters_and_ends() {
    never_open(&[
        "/public/..;/admin",
        "/admin;jsessionid=1",
        "/admin/.",
        "/admin/./",
        "/admin//",
        "/admin;x/y",
        "/;x/admin",
    ]);
    falls(
        &read(POLICY, false),
        &[("/admin//", "/admin/*"), ("/admin;x", "400"), ("/public/a;v=1", "/public/*")],
    );
    // Blanks are trimmed by some upstreams; dots at the end by none that runs where this does.
    falls(
        &read(r#"[{ "path": "/admin/*", "allow": "optional" }]"#, false),
        &[
            ("/admin%20", "400"),
            ("/%20admin", "default"),
            ("/admin..%00/", "default"),
            ("/admin%00", "400"),
        ],
    );
}

/// 200 addresses that people really use: on a site with a few rules, none is refused.
#[test]
fn two_hundred_ordinary_paths_are_never_refused() {
    let text = include_str!("../../../../tests/vectors/paths-ordinary.json");
    let Ok(paths) = serde_json::from_str::<Vec<String>>(text) else { panic!("{text}") };
    assert!(paths.len() >= 200, "only {}", paths.len());
    let rules = read(
        r#"[{ "path": "/", "allow": "anyone" }, { "path": "/admin/*", "allow": { "role": "admin" } },
            { "path": "/files/*" }, { "path": "/wiki/:page" }, { "path": "/assets/*", "allow": "anyone" },
            { "path": "/api/:version/*" }, { "path": "/account" }]"#,
        false,
    );
    let with_assets = read(&rules.to_string(), true);
    for raw in &paths {
        assert_ne!(rule_of(&rules, raw), "400", "{raw}");
        assert_ne!(rule_of(&with_assets, raw), "400", "{raw} (assets)");
    }
}

/// The standard's parser leaves a canonical path as it is, so nothing is judged that is not sent.
#[test]
fn the_canonical_form_is_what_the_url_standard_sends() {
    let mut dice = clerk_edge_testing::dice::Dice::new(7);
    for _ in 0..6_000 {
        let raw = crate::readings::hostile(&mut dice);
        let Ok(base) = url::Url::parse(&format!("https://example.com{raw}")) else { continue };
        let Ok(path) = RequestPath::parse(base.path()) else { continue };
        let again = url::Url::parse(&format!("https://example.com{}", path.as_str()));
        let again = again.map(|url| (url.path().to_owned(), url.query().is_some()));
        assert_eq!(again, Ok((path.as_str().to_owned(), false)), "{raw}");
        assert_eq!(RequestPath::parse(path.as_str()).as_ref(), Ok(&path), "{raw}");
        assert_eq!(RequestPath::parse(base.path()), RequestPath::parse(&raw_path(&raw)), "{raw}");
    }
}

/// What the standard does before it comes to a path: query and fragment go.
fn raw_path(raw: &str) -> String {
    raw.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// Whatever the text, there is an answer, and a canonical path is one that can be sent.
#[test]
fn any_text_is_a_path_or_refused() {
    let (mut dice, mut accepted) = (clerk_edge_testing::dice::Dice::new(8), 0_u32);
    let rules = read(POLICY, true);
    for _ in 0..20_000 {
        let mut raw = "/".to_owned();
        for _ in 0..dice.below(12) {
            let code = if dice.one_in(2) { dice.below(0x80) } else { dice.below(0x11_0000) };
            raw.extend(u32::try_from(code).ok().and_then(char::from_u32));
            raw.push_str(dice.pick::<&str>(&["", "", "%", "%2", "/", "%ff", "%E2%80"]));
        }
        let Ok(path) = RequestPath::parse(&raw) else { continue };
        accepted = accepted.saturating_add(1);
        assert!(path.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "{raw:?}");
        assert!(path.readings().count() > 0, "{raw:?}");
        let _ = rules.find(&raw, &raw, &path);
    }
    assert!(accepted > 3_000, "only {accepted}");
}
