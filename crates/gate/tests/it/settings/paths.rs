//! `PATH_CASE` and `PATH_SUFFIXES`: accepted values, and the readings of paths.

use clerk_edge_gate::settings::bindings::Binding;
use clerk_edge_http::path::RequestPath;

use super::{Bound, check_in, json, text};

const RULES: &str = r#"[{ "path": "/*", "allow": "anyone" }, { "path": "/Admin/*" },
    { "path": "/users/:id" }]"#;

fn service() -> Bound {
    Bound::development().with("ORIGIN", Binding::Service).with("ROUTES", json(RULES))
}

/// The rule of a path, with the value it captures; or `400`.
#[track_caller]
fn falls(bound: &Bound, cases: &[(&str, &str)]) {
    let rules = bound.settings().rules;
    for (raw, expected) in cases {
        let path = RequestPath::parse(raw).unwrap();
        let found = rules.find("example.com", "GET", &path).map(|found| {
            let id = found.params.get("id").unwrap_or_default();
            format!("{} {}", found.rule.path_text(), String::from_utf8_lossy(id))
        });
        let found = found.unwrap_or_else(|_| "400".to_owned());
        assert_eq!(found.trim(), *expected, "{raw}");
    }
}

#[test]
fn both_readings_are_checked_if_the_upstream_ignores_case() {
    let same = [("/Admin/x", "/Admin/*"), ("/other", "/*"), ("/users/Ab", "/users/:id Ab")];
    let exact = [("/ADMIN/x", "/*"), ("/admin", "/*"), ("/Users/Ab", "/*")];
    for bound in [service(), service().with("PATH_CASE", text("exact"))] {
        falls(&bound, &same);
        falls(&bound, &exact);
    }
    let insensitive = service().with("PATH_CASE", text("insensitive"));
    falls(&insensitive, &same);
    falls(&insensitive, &exact.map(|(path, _)| (path, "400")));
    falls(&insensitive, &[("/%41dmin/x", "/Admin/*"), ("/x/..;/ADMIN", "400")]);
}

#[test]
fn a_path_is_checked_with_and_without_its_suffix() {
    let same = [("/Admin/x.json", "/Admin/*"), ("/x.json", "/*"), ("/Admin.jsonp", "/*")];
    let cut =
        [("/Admin.json", "/*"), ("/Admin%2Ejson/", "/*"), ("/users/5.xml", "/users/:id 5.xml")];
    falls(&service(), &same);
    falls(&service(), &cut);
    for list in [json(r#"[".json", ".xml"]"#), text(".json, .xml")] {
        let bound = service().with("PATH_SUFFIXES", list);
        falls(&bound, &same);
        falls(&bound, &cut.map(|(path, _)| (path, "400")));
        falls(&bound, &[("/users/5", "/users/:id 5"), ("/Admin.JSON", "/*")]);
        let both = bound.with("PATH_CASE", text("insensitive"));
        falls(&both, &[("/Admin.JSON", "400"), ("/ADMIN.json", "400"), ("/x.Json", "/*")]);
    }
}

#[test]
fn accepted_values() {
    let base = service();
    let case = "PATH_CASE: must be `exact` or `insensitive`";
    check_in(&base, "PATH_CASE", text("lower"), case, text(" insensitive "));
    let suffix = "PATH_SUFFIXES[1]: must be a suffix of plain letters, such as `.json`";
    check_in(&base, "PATH_SUFFIXES", text(".json,/x"), suffix, text(".json,.x"));
    let assets = Bound::development().with("ASSETS", Binding::Service);
    for (name, wrong, right) in
        [("PATH_CASE", "insensitive", "exact"), ("PATH_SUFFIXES", ".json", "")]
    {
        let message = format!(
            "{name}: is for a service, a URL or a zone: for assets the gate knows that case counts, \
             and which names a page has"
        );
        check_in(&assets, name, text(wrong), &message, text(right));
    }
}

#[test]
fn rules_are_compared_as_the_upstream_compares_paths() {
    let base = service().with("PATH_CASE", text("insensitive"));
    let rules = |one: &str, other: &str| {
        json(&format!(r#"[{{ "path": "{one}" }}, {{ "path": "{other}", "allow": "anyone" }}]"#))
    };
    let tie = "ROUTES[1].path: it matches exactly what ROUTES[0] matches (rule for `/ADMIN/*`)";
    check_in(&base, "ROUTES", rules("/admin/*", "/ADMIN/*"), tie, rules("/admin/*", "/admins/*"));
    let letters = "ROUTES[1].path: with PATH_CASE = \"insensitive\" a path is written in plain \
                   letters: what else an upstream takes for the same is not known (rule for `/café`)";
    check_in(&base, "ROUTES", rules("/a", "/café"), letters, rules("/a", "/cafe"));
    assert_eq!(service().with("ROUTES", rules("/admin", "/ADMIN")).problems(), [""; 0]);
    assert_eq!(service().with("ROUTES", rules("/a", "/café")).problems(), [""; 0]);
}
