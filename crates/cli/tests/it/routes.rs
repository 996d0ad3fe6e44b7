//! `routes`: the list, the matrix, and what a change lets in.

use serde_json::json;

use crate::double::Double;

const RULES: &str = r#"[
  { "path": "/*" },
  { "path": "/admin/*", "allow": { "role": "admin" } },
  { "path": "/", "allow": "anyone" },
  { "path": "/team", "allow": { "permission": "org:team:read" } }
]"#;

#[test]
fn the_most_specific_rule_comes_first_and_the_default_last() {
    let host = Double::with_rules(RULES);
    let rules = host.run("routes --json").json()["result"]["rules"].clone();
    let paths: Vec<&str> =
        rules.as_array().into_iter().flatten().filter_map(|it| it["path"].as_str()).collect();
    assert_eq!(paths, ["/", "/admin/*", "/team", "/*", "default"]);
    assert_eq!(rules[1]["allow"], json!({ "role": "admin" }));
    assert_eq!(rules[1]["line"], 4);
    let text = host.run("routes").out;
    assert!(
        text.contains(
            "/admin/*  role = \"admin\"                sign-in     403        wrangler.jsonc:4"
        ),
        "{text}"
    );
    assert!(host.run("routes --format markdown").out.starts_with("| path "));
}

#[test]
fn the_matrix_has_outcomes_and_question_marks() {
    let host = Double::with_rules(RULES);
    let result = host.run("routes --matrix --as org:acme --json").json()["result"].clone();
    assert_eq!(result["people"], json!(["signed-out", "signed-in", "role:admin", "org:acme"]));
    let row = |at: usize| result["matrix"][at]["outcomes"].clone();
    assert_eq!(row(1), json!(["sign-in", "403", "forward", "403"]));
    assert_eq!(row(2), json!(["sign-in", "?", "?", "403"]));
}

#[test]
fn a_widening_is_found_with_an_example() {
    let wider = r#"[
      { "path": "/*" },
      { "path": "/admin/*", "allow": { "role": ["admin", "editor"] } },
      { "path": "/", "allow": "anyone" },
      { "path": "/team", "allow": { "permission": "org:team:read" } }
    ]"#;
    let host = Double::with_rules(wider).file("main.json", RULES);
    let ran = host.run("routes --against main.json --json");
    assert_eq!(ran.exit, 1);
    let gained = &ran.json()["result"]["changes"]["gained"];
    assert_eq!(gained.as_array().map(Vec::len), Some(1));
    assert_eq!(gained[0]["person"], json!({ "role": "editor" }));
    assert_eq!(gained[0]["path"], "/admin");
    // The other way round nobody gains.
    let ran = Double::with_rules(RULES).file("main.json", wider).run("routes --against main.json");
    assert_eq!(ran.exit, 0, "{}", ran.out);
    assert!(ran.out.contains("Nobody newly gets in: proven"), "{}", ran.out);
    assert!(ran.out.contains("got in before, and does not now"), "{}", ran.out);
}

#[test]
fn equal_rules_in_another_spelling_change_nothing() {
    let same = r#"[
      { "path": "/team/", "allow": { "all": [{ "permission": "team:read" }] } },
      { "path": "/", "allow": "anyone" },
      { "path": "/admin/*", "allow": { "not": { "not": { "role": "admin" } } } },
      { "path": "/admin/x", "allow": { "role": "admin" } },
      { "path": "/*", "allow": "signed-in" }
    ]"#;
    let host = Double::with_rules(same).file("main.json", RULES);
    let ran = host.run("routes --against main.json --json");
    assert_eq!(ran.json()["result"]["changes"], json!({ "gained": [], "lost": [] }));
}

#[test]
fn a_wrangler_file_can_be_the_other_side() {
    let other = format!(
        "[vars]\nCLERK_PUBLISHABLE_KEY = \"{}\"\nROUTES = [{{ path = \"/\", allow = \"anyone\" }}]\n",
        crate::double::KEY
    );
    let host = Double::with_rules(RULES).file("old/wrangler.toml", &other);
    let ran = host.run("routes --against old/wrangler.toml");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn files_stand_under_their_rules_and_leaks_are_found() {
    let secret = "The invoices of March are kept in the blue cabinet upstairs.";
    let rules = r#"[{ "path": "/*", "allow": "anyone" }, { "path": "/admin/*", "allow": { "role": "admin" } }]"#;
    let host = Double::with_rules(rules)
        .file("dist/index.html", "<p>Anybody may read this sentence here.")
        .file("dist/admin/index.html", &format!("<p>{secret}"))
        .file("dist/admin.txt", secret);
    let ran = host.run("routes --files dist --json");
    assert_eq!(ran.exit, 1, "{}", ran.out);
    let files = ran.json()["result"]["files"].clone();
    let file = |path: &str| {
        let all = files.as_array().into_iter().flatten();
        all.filter(|it| it["path"] == path).next().cloned().unwrap_or_default()
    };
    let leaking = file("/admin.txt");
    assert_eq!((&leaking["rule"], &leaking["open"]), (&json!("/*"), &json!(true)));
    assert_eq!(leaking["leaks"][0]["page"], "/admin");
    assert_eq!(leaking["leaks"][0]["person"], "signed-out");
    assert_eq!(file("/admin/index.html")["open"], false);
    assert!(host.run("routes --files dist").out.contains("LEAK"), "text");
    assert_eq!(host.run("routes --files missing").exit, 3);
}
