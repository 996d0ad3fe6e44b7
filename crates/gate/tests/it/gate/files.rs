//! A page's rule covers the files that the page consists of: by the site map, and by their names.

use clerk_edge_gate::platform::AssetResponse;
use serde_json::json;

use super::*;

/// The rules that the README suggests, before assets.
fn rules() -> Value {
    json!([
        { "path": "/", "allow": "anyone" },
        { "path": "/about/*", "allow": "anyone" },
        { "path": "/unauthorized", "allow": "anyone" },
        { "path": "/assets/*", "allow": "anyone" },
        { "path": "/dashboard/*", "allow": "signed-in" },
        { "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": "/unauthorized" },
        { "path": "/teams/:team/*", "allow": { "org": ":team" } },
    ])
}

fn before_assets(rules: &Value) -> Bound {
    Bound::development(rules).without("ORIGIN").with("ASSETS", Binding::Service)
}

fn mapped(rules: &Value, lines: &[&str]) -> Site {
    let site = before_assets(rules).open();
    site.has_map(lines);
    site
}

impl Site {
    fn has_map(&self, lines: &[&str]) {
        let body = format!("clerk-edge-site 1 {}\n{}end\n", lines.len(), lines.concat());
        self.serves(200, Some("text/plain; charset=utf-8"), &body);
    }

    fn serves(&self, status: u16, content_type: Option<&str>, body: &str) {
        let content_type = content_type.map(str::to_owned);
        let response = AssetResponse { status, content_type, body: Some(body.into()) };
        self.double.assets.borrow_mut().insert("/_clerk-edge.txt".to_owned(), response);
    }

    /// What a stranger, a member and an admin get for a file: a status, 0 for the file.
    fn people(&self, path: &str) -> [u16; 3] {
        let member = with_role("member");
        let status = |seen: Seen| match seen.code() {
            "" => seen.status,
            "signed-out" => 401,
            "not-allowed" => 403,
            code => panic!("{path}: {} {code}", seen.status),
        };
        [
            status(self.ask(&get(path, &[]))),
            status(self.api_with(path, &member)),
            status(self.api_with(path, &with_role("admin"))),
        ]
    }
}

const OPEN: [u16; 3] = [0, 0, 0];
const MEMBERS: [u16; 3] = [401, 0, 0];
const ADMINS: [u16; 3] = [401, 403, 0];

#[test]
fn a_data_file_has_the_rule_of_its_page() {
    let site = mapped(&rules(), &[]);
    for path in [
        "/admin.txt",
        "/admin/users.txt",
        "/_next/data/BUILD/admin/users.json",
        "/page-data/admin/page-data.json",
        "/admin.data",
        "/admin/__data.json",
        "/admin.md",
        "/admin.html.br",
    ] {
        assert_eq!(site.people(path), ADMINS, "{path}");
    }
    for path in ["/dashboard.txt", "/page-data/dashboard/page-data.json"] {
        assert_eq!(site.people(path), MEMBERS, "{path}");
    }
    let team = |id: &str| token(&json!({ "org_id": "org_1", "org_slug": id, "org_role": "x" }));
    let path = "/_next/data/BUILD/teams/acme/plan.json";
    site.api_with(path, &team("acme")).is_forwarded();
    site.api_with(path, &team("other")).is_refused(403, "not-allowed");
}

#[test]
fn a_name_closes_a_file_and_never_opens_one() {
    let mut rules = rules();
    rules.as_array_mut().unwrap().push(json!({ "path": "/*", "allow": "anyone" }));
    let open = mapped(&rules, &[]);
    assert_eq!(open.people("/admin.txt"), ADMINS);
    assert_eq!(open.people("/about.txt"), OPEN);
    // Without `/*` the file's own path has the default rule, which a name does not lift.
    let closed = mapped(&self::rules(), &[]);
    assert_eq!(closed.people("/about.txt"), MEMBERS);
    assert_eq!(mapped(&self::rules(), &["/about.txt\tt\t/about\n"]).people("/about.txt"), OPEN);
}

#[test]
fn a_rule_that_names_the_file_or_leaves_the_map_out_decides_alone() {
    let mut rules = rules();
    let more = [
        json!({ "path": "/admin.txt", "allow": "anyone" }),
        json!({ "path": "/pagefind/*", "allow": "anyone", "site_map": false }),
        json!({ "path": "/lunr/*", "allow": "anyone", "site_map": true }),
    ];
    rules.as_array_mut().unwrap().extend(more);
    let lines =
        ["/admin.txt\tt\t/admin\n", "/lunr/i.json\tt\t/admin\n", "/pagefind/i.json\tt\t/admin\n"];
    let site = mapped(&rules, &lines);
    assert_eq!(site.people("/admin.txt"), OPEN);
    assert_eq!(site.people("/pagefind/i.json"), OPEN);
    assert_eq!(site.people("/lunr/i.json"), ADMINS);
    assert_eq!(site.people("/admin.data"), ADMINS);
}

#[test]
fn of_pages_with_text_each_must_allow_and_of_pages_that_load_one() {
    let site = mapped(
        &rules(),
        &[
            "/assets/a.js\tt\t/,/admin,/dashboard\n",
            "/assets/b.js\tl\t/admin,/dashboard\n",
            "/assets/c.js\tl\t/,/admin\n",
            "/assets/d.js\tl\t/admin\n",
            "/assets/e.js\tt\t/\n",
        ],
    );
    assert_eq!(site.people("/assets/a.js"), ADMINS);
    assert_eq!(site.people("/assets/b.js"), MEMBERS);
    assert_eq!(site.people("/assets/c.js"), OPEN);
    assert_eq!(site.people("/assets/d.js"), ADMINS);
    assert_eq!(site.people("/assets/e.js"), OPEN);
    assert_eq!(site.people("/assets/f.js"), OPEN);
}

#[test]
fn the_rule_of_the_path_must_allow_as_well() {
    let site = mapped(
        &rules(),
        &["/_root/x.js\tt\t/about\n", "/admin/x.js\tt\t/about\n", "/dashboard/x.js\tl\t/admin\n"],
    );
    assert_eq!(site.people("/admin/x.js"), ADMINS);
    assert_eq!(site.people("/dashboard/x.js"), ADMINS);
    assert_eq!(site.people("/_root/x.js"), OPEN, "no rule covers it");
    assert_eq!(site.people("/_root/y.js"), MEMBERS, "no rule covers it, and no page");
}

#[test]
fn what_the_map_says_comes_before_the_name() {
    let site = mapped(&rules(), &["/admin.txt\tl\t/about\n"]);
    assert_eq!(site.people("/admin.txt"), OPEN);
    assert_eq!(site.people("/admin/x.txt"), ADMINS);
}

#[test]
fn every_spelling_of_a_file_has_its_pages() {
    let lines = ["/api/search\tt\t/admin\n", "/assets/@a%2Cb.js\tt\t/admin\n"];
    let site = mapped(&rules(), &lines);
    for path in
        ["/assets/@a,b.js", "/assets/%40a,b.js", "/assets/%40a%2Cb.js", "/assets/%40%61,b%2Ejs"]
    {
        assert_eq!(site.people(path), ADMINS, "{path}");
    }
    assert_eq!(site.people("/assets/%2540a,b.js"), ADMINS, "it may be read as that file");
    assert_eq!(site.people("/assets/%25a,b.js"), OPEN, "another file");
    for path in
        ["/assets/@a,b.js/", "/assets/@a,b.js.html", "/assets//@a,b.js", "/assets/x/..%2F@a,b.js"]
    {
        let status = site.ask(&get(path, &[])).status;
        assert!([400, 401].contains(&status), "{path}: {status}");
    }
    assert_eq!(site.people("/api/search"), ADMINS);
    assert_eq!(site.people("/api/search/"), ADMINS);
    assert_eq!(site.people("/api/other"), MEMBERS);
}

#[test]
fn the_first_rule_that_does_not_allow_answers() {
    let rules = json!([
        { "path": "/assets/*", "allow": "anyone" },
        { "path": "/a", "allow": { "role": "admin" }, "otherwise": 404 },
        { "path": "/b/*", "allow": { "role": "admin" } },
        { "path": "/c/*", "allow": { "role": "admin" }, "report_only": true },
        { "path": "/d", "send": { "*": "https://b.example/" } },
    ]);
    let site = mapped(
        &rules,
        &[
            "/assets/ab.js\tt\t/b,/a\n",
            "/assets/bc.js\tl\t/b,/c\n",
            "/assets/c.js\tt\t/c\n",
            "/assets/cb.js\tt\t/b,/c\n",
            "/d.pdf\tt\t/d\n",
        ],
    );
    let member = with_role("member");
    site.api_with("/assets/ab.js", &member).is_refused(404, "not-found");
    let reported = site.api_with("/assets/c.js", &member);
    assert_eq!(reported.is_forwarded().log["would"], "refuse");
    assert_eq!(site.api_with("/assets/bc.js", &member).is_forwarded().log["would"], "refuse");
    site.api_with("/assets/cb.js", &member).is_refused(403, "not-allowed");
    site.page_with("/d", &member).leads_to("https://b.example/");
    site.page_with("/d.pdf", &member).is_forwarded();
}

#[test]
fn one_look_up_serves_all_rules() {
    let rules = json!([
        { "path": "/assets/*", "allow": "anyone" },
        { "path": "/a", "allow": { "role": "a" } },
        { "path": "/b", "allow": { "role": ["a", "b"] } },
    ]);
    let site = mapped(&rules, &["/assets/x.js\tt\t/a,/b\n", "/assets/y.js\tl\t/a,/b\n"]);
    site.user(user(&json!({ "role": "b" })));
    let seen = site.api_with("/assets/y.js", &token(&json!({})));
    assert_eq!(seen.is_forwarded().calls.len(), 1);
    let seen = site.api_with("/assets/x.js", &token(&json!({ "sub": "user_1" })));
    seen.is_refused(403, "not-allowed");
}

#[test]
fn a_file_is_guarded_as_its_page_and_told_with_its_pages() {
    let site = mapped(&rules(), &["/assets/x.js\tt\t/admin\n", "/assets/y.js\tl\t/about\n"]);
    let seen = site.api_with("/assets/x.js", &with_role("admin"));
    assert!(seen.is_forwarded().guarded);
    assert_eq!((&seen.log["rule"], &seen.log["pages"]), (&json!("/admin/*"), &json!(["/admin"])));
    let seen = site.ask(&get("/assets/y.js", &[]));
    assert!(!seen.is_forwarded().guarded);
    let bearer = format!("Bearer {}", with_role("member"));
    let shown = site.ask(&get("/debug-role?path=/assets/x.js", &[("authorization", &bearer)]));
    let shown = &shown.json()["path"];
    assert_eq!((&shown["pages"], &shown["rule"]), (&json!(["/admin"]), &json!("/admin/*")));
    assert_eq!(shown["outcome_unless_page"]["code"], "not-allowed");
    let page =
        site.ask(&page("/debug-role?path=/assets/x.js", &[("cookie", &cookies(&with_role("x")))]));
    assert!(page.body().contains("<dt>File of</dt><dd><code>/admin</code>"));
    assert_eq!(site.page_with("/dashboard", &with_role("x")).log["pages"], Value::Null);
}

#[test]
fn a_script_asked_for_as_a_page_is_answered_as_one() {
    let site = mapped(&rules(), &["/assets/x.js\tt\t/admin\n"]);
    let seen = site.ask(&get("/assets/x.js", &[("accept", "text/html")]));
    assert_eq!((seen.status, seen.log["outcome"].as_str()), (307, Some("handshake")));
    site.page_with("/assets/x.js", &with_role("member")).leads_to("/unauthorized");
}

#[test]
fn the_map_is_read_once_and_not_for_the_root() {
    let site = mapped(&rules(), &[]);
    site.page("/").is_forwarded();
    assert_eq!(site.double.asset_calls.get(), 0);
    for path in ["/assets/x.js", "/assets/y.js", "/about/x"] {
        site.ask(&get(path, &[])).is_forwarded();
    }
    assert_eq!(site.double.asset_calls.get(), 1);
}

#[test]
fn nobody_is_served_the_map() {
    let mut rules = rules();
    rules.as_array_mut().unwrap().push(json!({ "path": "/*", "allow": "anyone" }));
    let site = mapped(&rules, &[]);
    for path in [
        "/_clerk-edge.txt",
        "/_clerk-edge.txt/",
        "/%5Fclerk-edge.txt",
        "/_clerk%2Dedge%2Etxt",
        "//_clerk-edge.txt",
        "/x/../_clerk-edge.txt",
        "/x/..%2F_clerk-edge.txt",
        "/_clerk-edge.txt%20",
        "/_clerk-edge.txt;x",
        "/%255Fclerk-edge.txt",
        "/_Clerk-Edge.TXT",
        "/_clerk-edge.txt.html",
        "/_clerk-edge.txt?x",
    ] {
        site.ask(&get(path, &[])).is_refused(404, "not-found");
        site.ask(&method("OPTIONS", get(path, &[]))).is_refused(404, "not-found");
    }
    site.ask(&get("/a/_clerk-edge.txt", &[])).is_forwarded();
    site.ask(&get("/_clerk-edge.text", &[])).is_forwarded();
    let service = Bound::live(&rules).open();
    service.ask(&get("/_clerk-edge.txt", &[])).is_forwarded();
}

#[test]
fn without_a_map_files_have_their_names_alone_and_health_says_so() {
    let plain = Some("text/plain");
    for (status, kind, body) in [
        (404, None, ""),
        (404, plain, "not found"),
        (200, Some("text/html; charset=utf-8"), "<p>single page"),
        (200, Some(" Text/HTML"), "clerk-edge-site 1 0\nend\n"),
    ] {
        let site = before_assets(&rules()).open();
        site.serves(status, kind, body);
        assert_eq!(site.people("/admin.txt"), ADMINS, "{status} {kind:?}");
        assert_eq!(site.people("/assets/x.js"), OPEN);
        let health = site.ask(&get("/.clerk-edge/health", &[])).json();
        assert!(health["notes"].to_string().contains("SITE_MAP: the site has no site map"));
        let required = before_assets(&rules()).text("SITE_MAP", "required").open();
        required.serves(status, kind, body);
        required.ask(&get("/assets/x.js", &[])).is_refused(503, "site-map");
        required.page("/about").is_forwarded();
    }
    let right = mapped(&rules(), &["/x.js\tt\t/\n"]);
    let health = right.ask(&get("/.clerk-edge/health", &[])).json();
    assert!(!health["notes"].to_string().contains("SITE_MAP"), "{health}");
}

#[test]
fn a_map_that_cannot_be_used_closes_files_and_not_pages() {
    let whole = "clerk-edge-site 1 1\n/assets/x.js\tt\t/admin\nend\n";
    let huge = format!("clerk-edge-site 1 1\n/{}\tt\t/\nend\n", "x".repeat(2 * 1024 * 1024));
    for (status, body) in [
        (200, ""),
        (200, &whole[..whole.len() - 5]),
        (200, "<!doctype html>"),
        (200, huge.as_str()),
        (500, whole),
        (307, ""),
        (304, ""),
    ] {
        let site = before_assets(&rules()).open();
        site.serves(status, Some("text/plain"), body);
        let seen = site.ask(&get("/assets/y.js", &[]));
        seen.is_refused(503, "site-map");
        assert!(seen.header("retry-after").is_some());
        site.ask(&get("/admin.txt", &[])).is_refused(503, "site-map");
        site.page("/about").is_forwarded();
        let health = site.ask(&get("/.clerk-edge/health", &[])).json();
        assert!(health["notes"].to_string().contains("Files are answered 503"), "{health}");
        let shown = site.ask(&get("/debug-role?path=/assets/y.js", &[])).json();
        assert_eq!(shown["path"]["outcome"]["code"], "site-map");
    }
}

#[test]
fn a_map_that_could_not_be_read_is_asked_for_again_after_a_pause() {
    let mut site = mapped(&rules(), &[]);
    site.double.assets_fail.set(true);
    let seen = site.ask(&get("/assets/x.js", &[]));
    assert_eq!(seen.is_refused(503, "site-map").lines.len(), 1);
    site.double.assets_fail.set(false);
    site.ask(&get("/assets/x.js", &[])).is_refused(503, "site-map");
    assert_eq!(site.double.asset_calls.get(), 1);
    site.now_ms += 5_000;
    site.ask(&get("/assets/x.js", &[])).is_forwarded();
    assert_eq!(site.double.asset_calls.get(), 2);
}

#[test]
fn with_the_map_off_names_count_and_nothing_is_read() {
    let site = before_assets(&rules()).text("SITE_MAP", "off").open();
    site.serves(200, None, "no map");
    assert_eq!(site.people("/admin.txt"), ADMINS);
    assert_eq!(site.people("/assets/x.js"), OPEN);
    let health = site.ask(&get("/.clerk-edge/health", &[])).json();
    assert!(!health["notes"].to_string().contains("SITE_MAP"));
    assert_eq!(site.double.asset_calls.get(), 0);
}

#[test]
fn it_counts_wherever_assets_are_bound_and_names_before_every_upstream() {
    let mut rules = rules();
    rules.as_array_mut().unwrap().push(json!({ "path": "/*", "allow": "anyone" }));
    let both =
        Bound::development(&rules).with("ASSETS", Binding::Service).text("UPSTREAM", "service");
    let both = both.open();
    both.has_map(&["/assets/x.js\tt\t/admin\n"]);
    assert_eq!(both.people("/assets/x.js"), ADMINS);
    assert_eq!(both.people("/admin.txt"), ADMINS);
    let service = Bound::development(&rules).open();
    assert_eq!(service.people("/assets/x.js"), OPEN);
    assert_eq!(service.people("/admin.txt"), OPEN);
    assert_eq!(service.people("/admin/../admin.md"), ADMINS);
    assert_eq!(service.people("/page-data/admin/page-data.json"), ADMINS);
    let site_map = Bound::development(&rules).text("SITE_MAP", "required").open();
    site_map.page("/about").is_refused(500, "configuration");
}

#[test]
fn refused_data_requests_of_two_frameworks_lead_to_the_page() {
    let site = before_assets(&rules()).open();
    let to = "/.clerk-edge/page?to=%2Fadmin%3Fq%3D1";
    for (headers, path) in [(None, "/admin"), (Some(with_role("member")), "/admin")] {
        let ask = |ending: &str| {
            let path = format!("{path}{ending}");
            match &headers {
                Some(token) => site.api_with(&path, token),
                None => site.ask(&get(&path, &[])),
            }
        };
        let seen = ask("/__data.json?x-sveltekit-invalidated=01&q=1");
        assert_eq!(
            (seen.status, seen.json()),
            (200, json!({ "type": "redirect", "location": to }))
        );
        assert_eq!(seen.header("cache-control"), Some("no-store"));
        assert_eq!(seen.log["outcome"], "refuse");
        let seen = ask(".data?_routes=a&q=1");
        assert_eq!((seen.status, seen.header("x-remix-redirect")), (204, Some(to)));
        assert_eq!(seen.header("x-remix-reload-document"), Some("true"));
        assert_eq!(seen.body(), "");
        assert!([401, 403].contains(&ask(".txt").status));
        assert!([401, 403].contains(&ask("/_payload.json").status));
    }
    site.api_with("/admin/__data.json", &with_role("admin")).is_forwarded();
    let page = site.page_with("/admin/__data.json", &with_role("member"));
    assert_eq!(page.status, 200, "of redirects, too");
    let hidden = json!([{ "path": "/admin", "allow": { "role": "admin" }, "otherwise": 404 }]);
    let hidden = before_assets(&hidden).open();
    hidden.api_with("/admin/__data.json", &with_role("x")).is_refused(404, "not-found");
    let head = site.ask(&method("HEAD", get("/admin/__data.json", &[])));
    assert_eq!((head.status, head.body().as_str()), (200, ""));
}

#[test]
fn the_way_to_a_page_leads_to_this_site_alone() {
    let site = before_assets(&rules()).open();
    let seen = site.page("/.clerk-edge/page?to=%2Fadmin%3Fq%3D1");
    assert_eq!((seen.status, seen.location()), (303, "/admin?q=1"));
    assert_eq!(seen.header("cache-control"), Some("no-store"));
    assert_eq!(site.page("/.clerk-edge/page").location(), "/");
    for to in ["https://evil.test", "//evil.test", "%2F%2Fevil.test", "/\\evil.test", "x", ""] {
        let seen = site.page(&format!("/.clerk-edge/page?to={to}"));
        assert_eq!((seen.status, seen.location()), (400, ""), "{to}");
    }
    assert_eq!(site.ask(&method("POST", get("/.clerk-edge/page", &[]))).status, 405);
}

#[test]
fn names_that_look_like_companions_of_other_rules_open_nothing() {
    let site = mapped(&rules(), &[]);
    for path in [
        "/admin/about.txt",
        "/admin/about/__data.json",
        "/admin/about/index.txt",
        "/admin/page-data/about/page-data.json",
        "/admin/x.html__data.json",
        "/admin/_next/data/B/about.json",
    ] {
        assert_eq!(site.people(path), ADMINS, "{path}");
    }
    // Below an open folder, but of a guarded page.
    assert_eq!(site.people("/about/../admin.txt"), ADMINS);
    assert_eq!(site.people("/page-data/admin/x/page-data.json"), ADMINS);
    for path in ["/about%2F..%2Fadmin.txt", "/page-data%2Fadmin%2Fpage-data.json", "/admin;x.txt"] {
        let seen = site.ask(&get(path, &[]));
        assert!([400, 401].contains(&seen.status), "{path}: {}", seen.status);
    }
}
