//! Checks what is about to be deployed, before anything is uploaded: the nearest wrangler file with
//! all its environments. `CLOUDFLARE_ENV` narrows it to one.
//!
//! A custom build is told neither `--env` nor `--config`, so every environment is looked at. What
//! the file cannot know counts as unknown: secrets, and values that are placeholders. How settings
//! are read belongs to the gate.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clerk_edge_gate::settings::Settings;
use clerk_edge_gate::settings::bindings::{Binding, Bindings};
use serde_json::{Map, Value};

/// Fails with one sentence for each mistake.
pub(crate) fn check() -> Result<()> {
    let Some(file) = nearest(&env::current_dir()?) else { return Ok(()) };
    let config = parse(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let only = env::var("CLOUDFLARE_ENV").ok().filter(|only| !only.is_empty());
    let mistakes = mistakes(&config, only.as_deref());
    if mistakes.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = mistakes.iter().map(|it| format!("{name}{it}")).collect();
    bail!("this must not be deployed:\n  {}", lines.join("\n  "))
}

/// Wrangler's own order.
fn nearest(from: &Path) -> Option<PathBuf> {
    let names = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];
    let files = from.ancestors().flat_map(|folder| names.map(|name| folder.join(name)));
    files.into_iter().find(|file| file.is_file())
}

fn parse(file: &Path) -> Result<Value> {
    let text = fs::read_to_string(file)?;
    match file.extension().and_then(|end| end.to_str()) {
        Some("toml") => Ok(toml::from_str(&text)?),
        _ => Ok(serde_json::from_str(&without_comments(&text))?),
    }
}

/// JSON without the comments and trailing commas of JSONC.
fn without_comments(text: &str) -> String {
    let (mut json, mut rest, mut is_text) = (String::new(), text, false);
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if is_text && c == '\\' {
            let two = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
            json.push_str(&rest[..two]);
            rest = &rest[two..];
        } else if !is_text && rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if !is_text && rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else {
            is_text ^= c == '"';
            if !is_text && matches!(c, ']' | '}') && json.trim_end().ends_with(',') {
                json.truncate(json.trim_end().len() - 1);
            }
            json.push(c);
            rest = after;
        }
    }
    json
}

/// Each with its place behind the file's name.
fn mistakes(config: &Value, only: Option<&str>) -> Vec<String> {
    let none = Map::new();
    let environments = config["env"].as_object().unwrap_or(&none);
    let named = environments.iter().filter(|(name, _)| only.is_none_or(|only| only == *name));
    let named = named.map(|(name, own)| (format!(" [env.{name}]"), own));
    let top = only.is_none().then(|| (String::new(), config));
    top.into_iter()
        .chain(named)
        .flat_map(|(place, own)| {
            let found = of_environment(config, own);
            found.into_iter().map(move |mistake| format!("{place}: {mistake}"))
        })
        .collect()
}

fn of_environment(config: &Value, own: &Value) -> Vec<String> {
    // Wrangler's environments inherit `assets`, but neither variables nor bindings.
    let assets = own.get("assets").or_else(|| config.get("assets")).filter(|it| it.is_object());
    let mut mistakes = Vec::new();
    if let Some(assets) = assets {
        if matches!(assets.get("run_worker_first"), None | Some(Value::Bool(false))) {
            mistakes.push(NOT_FIRST.to_owned());
        }
        if assets.get("binding").is_none_or(|binding| binding != "ASSETS") {
            mistakes.push(UNBOUND.to_owned());
        }
    }
    if own["vars"].get("CLERK_SECRET_KEY").is_some() {
        mistakes.push(SECRET_IN_VARS.to_owned());
    }
    let bindings = FileBindings { own, has_assets: assets.is_some() };
    if let Err(faulty) = Settings::read(&bindings) {
        mistakes.extend(faulty.problems().map(ToString::to_string));
    }
    mistakes
}

/// The bindings of one environment, as far as the file knows them.
struct FileBindings<'a> {
    own: &'a Value,
    has_assets: bool,
}

impl Bindings for FileBindings<'_> {
    fn get(&self, name: &str) -> Option<Binding> {
        let is_bound = |list: &str| {
            let list = self.own[list].as_array();
            list.is_some_and(|list| list.iter().any(|it| it["binding"] == name))
        };
        match &self.own["vars"][name] {
            Value::Null if name == "ASSETS" && self.has_assets => Some(Binding::Service),
            Value::Null if is_bound("kv_namespaces") => Some(Binding::Store),
            Value::Null if is_bound("services") => Some(Binding::Service),
            // It may be a secret: the rest is read as with any development key.
            Value::Null if name == "CLERK_PUBLISHABLE_KEY" => unknown_key(),
            Value::Null => None,
            Value::String(text) if is_placeholder(text) => {
                if name == "CLERK_PUBLISHABLE_KEY" {
                    unknown_key()
                } else {
                    None
                }
            }
            Value::String(text) => Some(Binding::Text(text.clone())),
            other => Some(Binding::Json(other.to_string())),
        }
    }

    fn names(&self) -> Vec<String> {
        let vars = self.own["vars"].as_object();
        vars.map(|vars| vars.keys().cloned().collect()).unwrap_or_default()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a binding among others")]
fn unknown_key() -> Option<Binding> {
    // `clerk.example.com$`, as every publishable key holds its host.
    Some(Binding::Text("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k".to_owned()))
}

fn is_placeholder(text: &str) -> bool {
    ["REPLACE", "…", "<", "YOUR_"].iter().any(|mark| text.contains(mark))
}

const NOT_FIRST: &str = "[assets] run_worker_first is not true, so every file is public: set \
                         run_worker_first = true";
const UNBOUND: &str = "[assets] has no binding = \"ASSETS\", so the gate cannot serve the files: add \
                       it";
const SECRET_IN_VARS: &str = "CLERK_SECRET_KEY stands in [vars], where everybody who reads this \
                              file can read it: take it out, set it with `npx wrangler secret put \
                              CLERK_SECRET_KEY`, and replace it in the Clerk dashboard";

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test that cannot read its own text has failed")]
mod tests {
    use super::*;

    fn found(toml: &str, only: Option<&str>) -> Vec<String> {
        mistakes(&toml::from_str::<Value>(toml).expect("TOML"), only)
    }

    const GOOD: &str = "main = 'x'\n[assets]\ndirectory = 'site'\nbinding = 'ASSETS'\n\
                        run_worker_first = true\n[vars]\nCLERK_PUBLISHABLE_KEY = 'pk_test_REPLACE_ME'\n";

    #[test]
    fn the_shipped_file_is_right() {
        let shipped =
            parse(&crate::place::root().join("wrangler.toml")).expect("the shipped wrangler.toml");
        assert_eq!(mistakes(&shipped, None), [""; 0]);
        assert_eq!(found(GOOD, None), [""; 0]);
    }

    #[test]
    fn files_that_would_be_public_stop_the_build() {
        let not_first = [format!(": {NOT_FIRST}")];
        assert_eq!(found(&GOOD.replace("run_worker_first = true\n", ""), None), not_first);
        assert_eq!(found(&GOOD.replace("first = true", "first = false"), None), not_first);
        assert_eq!(found(&GOOD.replace("first = true", "first = ['/*']"), None), [""; 0]);
        let unbound = found(&GOOD.replace("binding = 'ASSETS'\n", ""), None);
        assert_eq!(unbound, [format!(": {UNBOUND}")]);
        // Without assets nothing has to come first.
        assert_eq!(found("main = 'x'", None), [""; 0]);
    }

    #[test]
    fn each_environment_is_looked_at_unless_one_is_named() {
        let file = format!(
            "{GOOD}[env.a.vars]\nCLERK_SECERT_KEY = 'x'\n[env.b.assets]\nbinding = 'ASSETS'\n"
        );
        let misspelt =
            " [env.a]: CLERK_SECERT_KEY: is no setting: did you mean `CLERK_SECRET_KEY`?";
        assert_eq!(found(&file, None), [misspelt.to_owned(), format!(" [env.b]: {NOT_FIRST}")]);
        assert_eq!(found(&file, Some("a")), [misspelt]);
        assert_eq!(found(&file, Some("c")), [""; 0]);
    }

    #[test]
    fn settings_are_read_as_the_gate_reads_them() {
        let with = |line: &str| found(&format!("{GOOD}{line}\n"), None);
        assert_eq!(
            with("ROUTES = [{ path = '/admin/*', role = 'admin' }]"),
            [": ROUTES[0].role: a condition stands inside `allow`: write `allow = { role = … }` \
              (rule for `/admin/*`)"]
        );
        assert_eq!(with("CLERK_SECRET_KEY = 'sk_test_abc'"), [format!(": {SECRET_IN_VARS}")]);
        let party = with("CLERK_AUTHORIZED_PARTIES = ['app.example.com']");
        assert!(
            party[0].starts_with(": CLERK_AUTHORIZED_PARTIES[0]: must be an origin"),
            "{party:?}"
        );
        for right in [
            "ROUTES = [{ path = '/admin/*', allow = { role = 'admin' } }]",
            "CLERK_JWT_KEY = '<paste it here>'",
            "CLERK_AUTHORIZED_PARTIES = ['https://app.example.com']",
        ] {
            assert_eq!(with(right), [""; 0], "{right}");
        }
    }

    #[test]
    fn comments_and_trailing_commas_of_jsonc_are_left_out() {
        let text = "{ // a\n \"a\": \"//\\\"/*\", /* b */ \"c\": [1, 2,], }";
        let value: Value = serde_json::from_str(&without_comments(text)).expect("JSON");
        assert_eq!(value, serde_json::json!({ "a": "//\"/*", "c": [1, 2] }));
    }
}
