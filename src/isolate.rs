//! What lives longer than one request: the gate with all it remembers. Values only, never a
//! promise, and no borrow is held while anything waits.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::JsValue;
use web_sys::CryptoKey;

use crate::env::Env;
use crate::seam;
use crate::seam::Seam;
use clerk_edge_gate::gate::Gate;
use clerk_edge_gate::settings::bindings::Bindings;
use clerk_edge_gate::settings::bindings::{Binding, NAMES};
use clerk_edge_gate::settings::in_code::InCode;
use clerk_edge_rules::rule_set::Rules;

/// The gate for these bindings and this seam. They are read when the isolate first sees them, and
/// again when the bindings have changed.
pub(crate) fn gate(env: &JsValue, seam: Option<&Seam>) -> Rc<Gate<CryptoKey>> {
    let id = seam::id(seam);
    ISOLATE.with_borrow_mut(|isolate| {
        let place = isolate.iter().position(|it| it.id == id);
        if let Some(known) = place.and_then(|at| isolate.get(at))
            && Object::is(&known.env, env)
        {
            return known.gate.clone();
        }
        let bindings = Env(env);
        let read = NAMES.map(|name| bindings.get(name));
        let gate = match place.map(|at| isolate.swap_remove(at)) {
            // Another object with the same content: what is remembered stays.
            Some(known) if known.read == read => known.gate,
            _ => open(&bindings, &seam::in_code(seam)),
        };
        isolate.push(Isolate { id, env: env.clone(), read: read.to_vec(), gate: gate.clone() });
        gate
    })
}

/// The rule of a wrapped function, read once. None where it cannot be read: then JavaScript
/// answers 500. It asks for the problems when it wraps the function, so this does not happen.
pub(crate) fn rules(text: &str) -> Option<Rc<Rules>> {
    RULES.with_borrow_mut(|known| {
        if let Some((_, rules)) = known.iter().find(|(other, _)| other == text) {
            return Some(rules.clone());
        }
        let rules = Rc::new(Rules::for_every_path(text).ok()?);
        // A program may make rules from what clients send.
        if known.len() >= RULES_KEPT_MAX {
            known.clear();
        }
        known.push((text.to_owned(), rules.clone()));
        Some(rules)
    })
}

fn open(bindings: &Env<'_>, code: &InCode) -> Rc<Gate<CryptoKey>> {
    let gate = Gate::open_beside(bindings, code);
    gate.announcements().iter().for_each(|line| crate::say(line));
    Rc::new(gate)
}

struct Isolate {
    id: u32,
    env: JsValue,
    read: Vec<Option<Binding>>,
    gate: Rc<Gate<CryptoKey>>,
}

thread_local! {
    static ISOLATE: RefCell<Vec<Isolate>> = const { RefCell::new(Vec::new()) };
    static RULES: RefCell<Vec<(String, Rc<Rules>)>> = const { RefCell::new(Vec::new()) };
}

/// Rules of wrapped functions that are kept; a program has a handful.
const RULES_KEPT_MAX: usize = 64;
