//! The shipped `wrangler.toml` and `.dev.vars.example`, read by the gate.

use clerk_edge_gate::settings::bindings::{Binding, Bindings};
use clerk_edge_gate::settings::{Settings, Upstream};
use toml::{Table, Value};

/// The bindings that a deploy of this file would make.
struct Shipped(Table);

impl Shipped {
    fn read() -> Self {
        Self(include_str!("../../../../wrangler.toml").parse().unwrap())
    }

    fn with_key(mut self, key: &str) -> Self {
        let vars = self.0["vars"].as_table_mut().unwrap();
        vars.insert("CLERK_PUBLISHABLE_KEY".to_owned(), Value::String(key.to_owned()));
        self
    }

    fn has(&self, list: &str, name: &str) -> bool {
        let bound = self.0.get(list).and_then(Value::as_array).into_iter().flatten();
        bound.into_iter().any(|it| it["binding"].as_str() == Some(name))
    }
}

impl Bindings for Shipped {
    fn get(&self, name: &str) -> Option<Binding> {
        if self.has("kv_namespaces", name) {
            return Some(Binding::Store);
        }
        if self.0["assets"]["binding"].as_str() == Some(name) || self.has("services", name) {
            return Some(Binding::Service);
        }
        match self.0["vars"].get(name)? {
            Value::String(text) => Some(Binding::Text(text.clone())),
            other => Some(Binding::Json(serde_json::to_string(other).unwrap())),
        }
    }
}

#[test]
fn the_shipped_configuration_lacks_only_the_key() {
    let faulty = Settings::read(&Shipped::read()).unwrap_err();
    let places: Vec<&str> = faulty.problems().map(|it| it.place.as_str()).collect();
    assert_eq!(places, ["CLERK_PUBLISHABLE_KEY"], "{faulty}");
    let settings = Settings::read(&Shipped::read().with_key("pk_test_Y2xlcmsuY2xlcmsuZGV2JA"));
    let settings = settings.unwrap();
    assert_eq!(settings.upstream, Upstream::Assets);
    assert!(settings.has_store);
    assert!(settings.rules.len() >= 10);
}

#[test]
fn in_the_shipped_configuration_every_request_passes_the_gate() {
    let shipped = Shipped::read().0;
    assert_eq!(shipped["assets"]["run_worker_first"].as_bool(), Some(true));
    assert_eq!(shipped["workers_dev"].as_bool(), Some(false));
    assert_eq!(shipped["preview_urls"].as_bool(), Some(false));
}

#[test]
fn the_example_of_secrets_contains_no_secret() {
    let example = include_str!("../../../../.dev.vars.example");
    let lines = example.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let pairs: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once('=')).collect();
    assert!(pairs.iter().any(|(name, _)| *name == "CLERK_SECRET_KEY"));
    for (name, value) in pairs {
        assert!(value.ends_with("REPLACE_ME"), "{name}");
    }
}
