//! Settings: what is read from bindings, and the problems of bindings that are wrong.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::similar_names,
    reason = "a test may fail"
)]

mod addresses;
mod instance;
mod operators;
mod paths;
mod right;
mod webhooks;
mod wrong;

use std::collections::BTreeMap;

use clerk_edge_gate::settings::Settings;
use clerk_edge_gate::settings::bindings::{Binding, Bindings, NAMES};

#[derive(Clone, Default)]
struct Bound(BTreeMap<String, Binding>);

impl Bindings for Bound {
    fn get(&self, name: &str) -> Option<Binding> {
        let is_known = NAMES.contains(&name) || self.0.contains_key(name);
        assert!(is_known, "{name} is read, but a change of it would not be noticed");
        self.0.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().map(|name| (*name).to_owned()).collect()
    }
}

impl Bound {
    /// A development instance and nothing else.
    fn development() -> Self {
        Self::default().with("CLERK_PUBLISHABLE_KEY", text(DEVELOPMENT))
    }

    fn production() -> Self {
        Self::default().with("CLERK_PUBLISHABLE_KEY", text(PRODUCTION))
    }

    fn with(mut self, name: &str, binding: Binding) -> Self {
        self.0.insert(name.to_owned(), binding);
        self
    }

    #[track_caller]
    fn settings(&self) -> Settings {
        match Settings::read(self) {
            Ok(settings) => settings,
            Err(faulty) => panic!("these bindings are right, but: {faulty}"),
        }
    }

    /// The problems as in the log; empty if the bindings are right.
    fn problems(&self) -> Vec<String> {
        match Settings::read(self) {
            Ok(_) => Vec::new(),
            Err(faulty) => faulty.problems().map(ToString::to_string).collect(),
        }
    }
}

fn text(value: &str) -> Binding {
    Binding::Text(value.to_owned())
}

fn json(value: &str) -> Binding {
    Binding::Json(value.to_owned())
}

/// Checks one binding beside a development key: the wrong value with its message, then the right
/// value.
#[track_caller]
fn check(name: &str, wrong: Binding, message: &str, right: Binding) {
    check_in(&Bound::development(), name, wrong, message, right);
}

#[track_caller]
fn check_in(base: &Bound, name: &str, wrong: Binding, message: &str, right: Binding) {
    assert_eq!(base.clone().with(name, wrong).problems(), [message], "the wrong one");
    assert_eq!(base.clone().with(name, right).problems(), [""; 0], "the right one");
}

const DEVELOPMENT: &str = "pk_test_Y2xlcmsubXlhcHAuY29tJA";
const PRODUCTION: &str = "pk_live_Y2xlcmsubXlhcHAuY29tJA";
