//! README.md and docs/: the examples are configurations that the gate accepts, and every setting is
//! described.

use std::fs;
use std::path::Path;

use clerk_edge_gate::settings::Settings;
use clerk_edge_gate::settings::bindings::{Binding, Bindings, NAMES};
use toml::{Table, Value};

#[test]
fn every_example_of_rules_is_accepted() {
    let mut examples = 0;
    for (file, text) in documents() {
        for block in blocks(&text, "toml").filter(|block| block.contains("ROUTES = [")) {
            let example = Example(block.parse().unwrap_or_else(|e| panic!("{file}: {e}\n{block}")));
            if let Err(faulty) = Settings::read(&example) {
                panic!("{file}: {faulty}\n{block}");
            }
            examples += 1;
        }
    }
    assert!(examples >= 4, "only {examples} examples were found");
}

#[test]
fn every_setting_is_described_and_no_announced_one_is_read() {
    let documents = documents();
    let (_, text) = documents.iter().find(|(file, _)| file == "settings.md").unwrap();
    let (described, announced) = text.split_once("\n## Announced settings\n").unwrap();
    for name in NAMES {
        assert!(described.contains(&format!("`{name}`")), "settings.md does not describe {name}");
        assert!(!announced.contains(&format!("`{name}`")), "settings.md still announces {name}");
    }
}

#[test]
fn every_command_is_run_by_a_test_or_listed_with_a_reason() {
    let mut found = std::collections::BTreeSet::new();
    for (_, text) in documents() {
        let lines = blocks(&text, "sh").flat_map(str::lines).map(str::to_owned);
        let inline = text.split('`').skip(1).step_by(2).map(str::to_owned);
        for code in lines.chain(inline) {
            let command = code.split('#').next().unwrap().trim();
            let begins = ["npx ", "cargo ", "wrangler "].iter().any(|it| command.starts_with(it));
            if begins && !command.contains('\n') {
                found.insert(command.strip_prefix("npx ").unwrap_or(command).to_owned());
            }
        }
    }
    let listed: std::collections::BTreeSet<String> =
        COMMANDS.iter().map(|(command, _)| (*command).to_owned()).collect();
    assert_eq!(found, listed);
}

/// Every command of the documents, and the test that runs it or the reason why none does.
const COMMANDS: [(&str, &str); 21] = [
    ("cargo xtask bench", "takes minutes; its parts are run by tests/edge/bench.test.mjs"),
    ("cargo xtask build", "run by every suite that needs the bundle, and by [build] on a dry run"),
    ("cargo xtask pack", "makes the packages that the suite of the package installs"),
    ("cargo xtask start", "tests/stage/start.test.mjs starts the demo that it starts"),
    ("cargo xtask test", "is what runs the tests"),
    (
        "clerk@latest config patch --json \
         '{\"session\":{\"claims\":{\"metadata\":\"{{user.public_metadata}}\"}}}'",
        "needs an account",
    ),
    (
        "clerk-edge check basic --strict && npx clerk-edge test --github --coverage 100",
        "each half is run by npm/command/command.test.mjs",
    ),
    ("clerk-edge claims", "run by the tests of crates/cli"),
    ("clerk-edge explain /admin --as role:member", "run by the tests of crates/cli"),
    ("clerk-edge routes --matrix", "run by the tests of crates/cli"),
    ("clerk-edge test", "run by the tests of crates/cli"),
    ("wrangler delete", "needs an account"),
    ("wrangler deploy", "the suite `edge` runs it with --dry-run; without it needs an account"),
    ("wrangler dev", "the harness of tests/edge starts the same runtime"),
    ("wrangler kv namespace create CLERK_CACHE", "needs an account"),
    ("wrangler kv namespace delete --namespace-id ID", "needs an account"),
    ("wrangler secret put CLERK_SECRET_KEY", "needs an account"),
    ("wrangler secret put CLERK_WEBHOOK_SIGNING_SECRET", "needs an account"),
    ("wrangler secret put NAME", "needs an account"),
    ("wrangler secret put SYNC_SECRET", "needs an account"),
    ("wrangler tail", "needs an account"),
];

#[test]
fn links_between_documents_lead_somewhere() {
    let root = &Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (file, text) in documents() {
        let folder = if file == "README.md" { root.clone() } else { root.join("docs") };
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            if path.contains("://") {
                continue;
            }
            let page = if path.is_empty() { text.clone() } else { read(&folder.join(path)) };
            let found = anchor.is_empty() || headings(&page).any(|heading| heading == anchor);
            assert!(found, "{file}: {target} leads nowhere");
        }
    }
}

/// A block of TOML from a document, as bindings. What it leaves out is bound as usual.
struct Example(Table);

impl Example {
    fn has_usual_key(&self) -> bool {
        !self.vars().contains_key("CLERK_PUBLISHABLE_KEY")
    }

    fn vars(&self) -> &Table {
        self.0.get("vars").and_then(Value::as_table).unwrap_or(&self.0)
    }
}

impl Bindings for Example {
    fn get(&self, name: &str) -> Option<Binding> {
        let services = self.0.contains_key("services");
        match name {
            "ASSETS" if !services => return Some(Binding::Service),
            "ORIGIN" if services => return Some(Binding::Service),
            _ => {}
        }
        match self.vars().get(name) {
            Some(Value::String(text)) => Some(Binding::Text(text.clone())),
            Some(other) => Some(Binding::Json(serde_json::to_string(other).unwrap())),
            None if name == "CLERK_PUBLISHABLE_KEY" => Some(Binding::Text(KEY.to_owned())),
            None if name == "CLERK_SECRET_KEY" && self.has_usual_key() => {
                Some(Binding::Text("sk_test_secret".to_owned()))
            }
            None => None,
        }
    }
}

/// README.md and the pages of docs/, each with its name.
fn documents() -> Vec<(String, String)> {
    let root = &Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let pages = fs::read_dir(root.join("docs")).unwrap().flatten().map(|entry| entry.path());
    let files = pages.chain([root.join("README.md")]);
    files.map(|file| (file.file_name().unwrap().display().to_string(), read(&file))).collect()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The fenced blocks of a language.
fn blocks<'a>(text: &'a str, language: &str) -> impl Iterator<Item = &'a str> {
    let fence = format!("```{language}\n");
    let parts: Vec<&str> = text.split(fence.as_str()).skip(1).collect();
    parts.into_iter().filter_map(|rest| rest.split("```").next())
}

/// The anchors of a page's headings.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let titles = text.lines().filter(|line| line.starts_with('#'));
    titles.map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

const KEY: &str = "pk_test_Y2xlcmsuY2xlcmsuZGV2JA";
