//! `check`: planted faults, each found with a remedy, and nothing found where there is none.

use serde_json::{Value, json};

use crate::double::{Double, KEY, SECRET_BODY};

fn site(file: &str) -> Double {
    Double::with(file)
        .file("dist/index.html", "<p>Anybody may read this sentence here.")
        .file(
            "dist/admin/index.html",
            "<p>The invoices of March are kept in the blue cabinet upstairs.",
        )
        .file("dist/robots.txt", "User-agent: *")
        .file("dist/admin.txt", "The invoices of March are kept in the blue cabinet upstairs.")
}

/// A configuration without a fault, with one value of `vars` or of the file changed.
fn configuration(vars: &Value, file: &Value) -> String {
    let mut all = json!({
        "name": "site",
        "assets": { "directory": "dist", "binding": "ASSETS", "run_worker_first": true },
        "vars": { "CLERK_PUBLISHABLE_KEY": KEY, "ROUTES": [
            { "path": "/", "allow": "anyone" },
            { "path": "/robots.txt", "allow": "anyone" },
            { "path": "/admin.txt", "allow": { "role": "admin" } },
            { "path": "/admin/*", "allow": { "role": "admin" } },
        ] },
    });
    clerk_edge_cli::people::merge(&mut all["vars"], vars);
    clerk_edge_cli::people::merge(&mut all, file);
    all.to_string()
}

fn statuses(ran: &crate::double::Ran) -> Vec<(String, String)> {
    let checks = ran.json()["result"]["checks"].clone();
    let text = |check: &Value, name: &str| check[name].as_str().unwrap_or_default().to_owned();
    checks.as_array().into_iter().flatten().map(|it| (text(it, "id"), text(it, "status"))).collect()
}

fn with_map(double: Double) -> Double {
    let mut memory = clerk_edge_site::Memory::new();
    for (name, bytes) in double.files.borrow().iter() {
        if let Some((_, inner)) = name.split_once("/dist/") {
            memory.insert(inner, bytes.clone());
        }
    }
    let site = clerk_edge_site::Site::read(&mut memory, clerk_edge_site::Purpose::Map, &mut |_| {});
    let map = site.and_then(|it| it.map()).unwrap_or_default();
    double.file("dist/_clerk-edge.txt", &map)
}

#[test]
fn a_good_configuration_has_nothing_to_mend() {
    let double = with_map(site(&configuration(&json!({}), &json!({}))));
    let ran = double.run("check --strict --json");
    assert_eq!(ran.exit, 0, "{}", ran.out);
    let bad: Vec<_> =
        statuses(&ran).into_iter().filter(|(_, it)| it != "pass" && it != "skip").collect();
    assert_eq!(bad, []);
}

#[test]
fn every_planted_fault_is_found() {
    let leaking = json!({ "ROUTES": [
        { "path": "/*", "allow": "anyone" }, { "path": "/admin/*", "allow": { "role": "admin" } },
    ] });
    let live = "pk_live_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk";
    for (vars, file, id, status) in [
        (json!({ "LOG": "everything" }), json!({}), "basic.settings", "fail"),
        (json!({ "ROLE_CLAIM": ["role"] }), json!({}), "basic.misspelt", "fail"),
        (json!({ "NOTES": "x".repeat(6_000) }), json!({}), "basic.var-size", "fail"),
        (json!({ "MY_KEY": "<your key>" }), json!({}), "basic.placeholder", "fail"),
        (
            json!({ "MY_KEY": format!("sk_test_{SECRET_BODY}") }),
            json!({}),
            "basic.secret-in-vars",
            "fail",
        ),
        (
            json!({}),
            json!({ "assets": { "run_worker_first": false } }),
            "basic.worker-first",
            "fail",
        ),
        (
            json!({}),
            json!({ "assets": { "run_worker_first": ["/*", "!/admin.txt"] } }),
            "basic.worker-first",
            "fail",
        ),
        (json!({}), json!({ "assets": { "directory": "missing" } }), "basic.site", "fail"),
        (json!({ "CLERK_PUBLISHABLE_KEY": live }), json!({}), "basic.previews", "warn"),
        (json!({ "CLERK_PUBLISHABLE_KEY": live }), json!({}), "basic.parties", "warn"),
        (json!({ "CLERK_PUBLISHABLE_KEY": live }), json!({}), "basic.cache", "warn"),
        (
            json!({ "ROUTES": [{ "path": "/", "allow": "anyone" }] }),
            json!({}),
            "basic.open-files",
            "warn",
        ),
        (leaking, json!({}), "basic.leaks", "fail"),
    ] {
        let double = with_map(site(&configuration(&vars, &file)));
        let ran = double.run("check basic --json");
        assert!(statuses(&ran).contains(&(id.to_owned(), status.to_owned())), "{id}: {}", ran.out);
        assert_eq!(
            ran.exit,
            u8::from(status == "fail" || statuses(&ran).iter().any(|it| it.1 == "fail")),
            "{id}"
        );
    }
}

#[test]
fn a_list_that_is_harmless_is_proven() {
    let first = json!({ "assets": { "run_worker_first": ["/*", "!/robots.txt"] } });
    let double = with_map(site(&configuration(&json!({}), &first)));
    assert_eq!(double.run("check --strict").exit, 0);
    let open = json!({ "assets": { "run_worker_first": ["/*", "!/_clerk-edge.txt"] } });
    assert_eq!(with_map(site(&configuration(&json!({}), &open))).run("check").exit, 1);
}

#[test]
fn files_with_secrets_rewrites_and_old_maps_are_found() {
    let fine = configuration(&json!({}), &json!({}));
    let secret = format!("CLERK_SECRET_KEY=sk_test_{SECRET_BODY}\n");
    let double = with_map(site(&fine)).file(".dev.vars", &secret).file(".git/HEAD", "x");
    let ran = double.run("check");
    assert_eq!(ran.exit, 1);
    assert!(ran.out.contains("git does not ignore .dev.vars"), "{}", ran.out);
    let double = with_map(site(&fine))
        .file(".dev.vars", &secret)
        .file(".git/HEAD", "x")
        .file(".gitignore", ".dev.vars*\n");
    assert_eq!(double.run("check").exit, 0);
    let double = with_map(site(&fine).file("dist/_redirects", "/free /admin/index.html 200\n"));
    assert!(double.run("check").out.contains("/free serves the guarded /admin/index.html"));
    let double = with_map(site(&fine))
        .file("dist/new.txt", "The invoices of March are kept in the blue cabinet upstairs.");
    assert!(double.run("check").out.contains("the site map is older"));
    assert_eq!(
        site(&configuration(&json!({ "SITE_MAP": "required" }), &json!({}))).run("check").exit,
        1
    );
}

#[test]
fn nothing_is_called_without_a_url() {
    let double = with_map(site(&configuration(&json!({}), &json!({}))));
    double.run("check basic");
    assert!(double.calls.borrow().is_empty());
    double.run("check all --offline");
    assert!(double.calls.borrow().is_empty());
    assert_eq!(double.run("check bsaic").exit, 2);
}

#[test]
fn a_deployment_is_sent_forged_tokens_alone() {
    let double = with_map(site(&configuration(&json!({}), &json!({}))));
    double.says("GET https://example.clerk.accounts.dev/.well-known/jwks.json", 200,
        r#"{"keys":[{"kid":"ins_1","kty":"RSA","n":"kzfKtoRVizu2x_zb4200o3v95W35seExj_KuL900Kx23317ougG1YvY-AEkZuXN7cRXKHypogD1usU2Y3xODvGGi2I7LF1Qu3cdyAQZcslbdU9lP0QanzYTjITcFnSxD4R3bpIsqy4bb7aDqw8oft_skxJlpcYjoAjPju9EyxHD-osYF_dzm5wemc-xlmhjDfcer7zUejEXywrk6EI9KGtho4jIkCk7QFEUFjZFfjnsJJ6EM9Szm9JRplMWE7jwxBxWcjNhZy8_vh4d0JhZGdhBafto25ob9y5-yILVVuB98A5wI5ZvpcldsASbF4Suo1M13bbdKEyI0QErg6OiQsw","e":"AQAB"}]}"#);
    double.says("GET https://site.example/admin.txt", 401, "{}");
    let ran = double.run("check jwt-verify --url https://site.example/x --json");
    assert_eq!(ran.exit, 0, "{}", ran.out);
    let passed = statuses(&ran)
        .iter()
        .filter(|(id, it)| id.starts_with("jwt-verify.") && it == "pass")
        .count();
    assert_eq!(passed, 6, "{}", ran.out);
    let hosts: Vec<String> = double.calls.borrow().iter().map(|it| it.url.clone()).collect();
    assert_eq!(hosts.iter().filter(|it| it.starts_with("https://site.example/")).count(), 4);
    assert_eq!(double.run("check jwt-verify --url http://site.example/").exit, 2);
    // A path that lets a forged token in is a failure.
    double.replies.borrow_mut().remove("GET https://site.example/admin.txt");
    double.says("GET https://site.example/admin.txt", 200, "{}");
    assert_eq!(double.run("check jwt-verify --url https://site.example/x").exit, 1);
}

#[test]
fn health_of_a_deployment() {
    let double = with_map(site(&configuration(&json!({}), &json!({}))));
    let asked = "GET https://site.example/.clerk-edge/health";
    double.says(asked, 503, r#"{"status":"misconfigured","version":"0.1.0"}"#);
    assert_eq!(double.run("check --url https://site.example").exit, 1);
    let double = with_map(site(&configuration(&json!({}), &json!({}))));
    double.says(asked, 200, r#"{"status":"ok","version":"0.1.0"}"#);
    assert_eq!(double.run("check --url https://site.example").exit, 0);
    let double = with_map(site(&configuration(&json!({}), &json!({}))));
    assert_eq!(double.run("check --url https://site.example").exit, 4);
}
