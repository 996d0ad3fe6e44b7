//! What lives longer than one request: the gate with all it remembers. Values only, never a
//! promise, and no borrow is held while anything waits.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::JsValue;
use web_sys::CryptoKey;

use crate::env::Env;
use clerk_edge_gate::gate::Gate;
use clerk_edge_gate::settings::bindings::Bindings;
use clerk_edge_gate::settings::bindings::{Binding, NAMES};

/// The gate for these bindings. They are read when the isolate first sees them, and again when
/// they have changed.
pub(crate) fn gate(env: &JsValue) -> Rc<Gate<CryptoKey>> {
    ISOLATE.with_borrow_mut(|isolate| {
        if let Some(known) = isolate.as_ref().filter(|it| Object::is(&it.env, env)) {
            return known.gate.clone();
        }
        let bindings = Env(env);
        let read = NAMES.map(|name| bindings.get(name));
        let gate = match isolate.take() {
            // Another object with the same content: what is remembered stays.
            Some(known) if known.read == read => known.gate,
            _ => open(&bindings),
        };
        *isolate = Some(Isolate { env: env.clone(), read: read.to_vec(), gate: gate.clone() });
        gate
    })
}

#[inline(never)]
fn open(bindings: &Env<'_>) -> Rc<Gate<CryptoKey>> {
    let gate = Gate::open(bindings);
    gate.announcements().iter().for_each(|line| crate::say(line));
    Rc::new(gate)
}

struct Isolate {
    env: JsValue,
    read: Vec<Option<Binding>>,
    gate: Rc<Gate<CryptoKey>>,
}

thread_local! {
    static ISOLATE: RefCell<Option<Isolate>> = const { RefCell::new(None) };
}
