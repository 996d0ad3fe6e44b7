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
            None if name == "CLERK_SECRET_KEY" => Some(Binding::Text("sk_test_x".to_owned())),
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
