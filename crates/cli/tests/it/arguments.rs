//! Arguments: wrong words with the nearest right one, secrets refused, one document with `--json`.

use crate::double::{Double, SECRET_BODY};

#[test]
fn a_wrong_word_names_the_nearest() {
    let host = Double::default();
    let ran = host.run("chekc");
    assert_eq!(ran.exit, 2);
    assert!(ran.err.contains("Did you mean `clerk-edge check`?"), "{}", ran.err);
    let ran = host.run("explain / --exepct forward");
    assert_eq!(ran.exit, 2);
    assert!(ran.err.contains("Did you mean `--expect`?"), "{}", ran.err);
    let ran = host.run("claims --variant simpel");
    assert!(ran.err.contains("did you mean `simple`?"), "{}", ran.err);
    assert_eq!(ran.exit, 2);
}

#[test]
fn a_secret_is_refused_and_not_repeated() {
    let host = Double::default();
    for secret in [
        format!("sk_test_{SECRET_BODY}"),
        format!("--token=sk_test_{SECRET_BODY}"),
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl".to_owned(),
    ] {
        let ran = host.run_words(&["token".to_owned(), secret]);
        assert_eq!(ran.exit, 2);
        assert!(ran.err.contains("argument 2 looks like a secret"), "{}", ran.err);
    }
}

#[test]
fn json_is_one_document_on_failure_too() {
    let host = Double::default();
    for arguments in
        ["claims --json", "claims --json --variant x", "nothing --json", "--json claims"]
    {
        let ran = host.run(arguments);
        let document = ran.json();
        assert_ne!(ran.exit, 0, "{arguments}");
        assert_eq!(document["ok"], false, "{arguments}");
        assert!(document["problems"][0]["message"].is_string(), "{arguments}");
        assert!(ran.err.is_empty(), "{arguments}");
    }
}

#[test]
fn every_command_has_help_with_an_example() {
    let host = Double::default();
    for command in clerk_edge_cli::commands::COMMANDS {
        let ran = host.run(&format!("{} --help", command.name));
        assert_eq!(ran.exit, 0);
        assert!(ran.out.contains(command.example), "{}", ran.out);
    }
    assert_eq!(host.run("--help").exit, 0);
    assert!(host.run("--version").out.starts_with("clerk-edge 0."));
}

#[test]
fn a_problem_of_the_configuration_is_shown_in_its_file() {
    let host = Double::with(
        "{\n  \"vars\": {\n    \"CLERK_PUBLISHABLE_KEY\": \"pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk\",\n    \"ROUTES\": [\n      { \"path\": \"/a\", \"alow\": \"anyone\" }\n    ]\n  }\n}\n",
    );
    let ran = host.run("claims");
    assert_eq!(ran.exit, 3);
    let expected = " --> wrangler.jsonc:5:23\n  |\n5 |       { \"path\": \"/a\", \"alow\": \"anyone\" }\n  |                       ^^^^^^\n";
    assert!(ran.err.contains(expected), "{}", ran.err);
    let problem = &host.run("claims --json").json()["problems"][0];
    assert_eq!(problem["file"], "wrangler.jsonc");
    assert_eq!(problem["line"], 5);
}

#[test]
fn a_file_that_cannot_be_read_is_shown_at_its_fault() {
    let host = Double::default().file("wrangler.toml", "name = \"x\"\n[vars\n");
    let ran = host.run("claims");
    assert_eq!(ran.exit, 3);
    assert!(ran.err.contains("this is no TOML"), "{}", ran.err);
    assert!(ran.err.contains("--> wrangler.toml:2"), "{}", ran.err);
}

#[test]
fn an_environment_inherits_no_vars() {
    let text = format!(
        "[vars]\nCLERK_PUBLISHABLE_KEY = \"{}\"\n[env.stage.vars]\nLOG = \"all\"\n",
        crate::double::KEY
    );
    let host = Double::default().file("wrangler.toml", &text);
    assert_eq!(host.run("claims").exit, 0);
    let ran = host.run("claims --env stage");
    assert_eq!(ran.exit, 3);
    assert!(ran.err.contains("CLERK_PUBLISHABLE_KEY"), "{}", ran.err);
    let ran = host.run("claims --env stgae");
    assert_eq!(ran.exit, 2);
    assert!(ran.err.contains("Did you mean `--env stage`?"), "{}", ran.err);
}
