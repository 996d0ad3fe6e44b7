//! What lives longer than one request: gates with all that they remember, and rules. Values only,
//! never a future, and no borrow is held while anything waits.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Object;
use web_sys::CryptoKey;
use worker::{Env, console_log};

use crate::bindings::Environment;
use clerk_edge_gate::gate::Gate;
use clerk_edge_gate::settings::bindings::{Binding, Bindings, NAMES};
use clerk_edge_gate::settings::in_code::InCode;

/// Where requests that are allowed go, and the settings in code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The settings in code, and whether a closure is the upstream.
    pub(crate) code: InCode,
}

struct Known {
    kind: Kind,
    env: Env,
    read: Vec<Option<Binding>>,
    gate: Rc<Gate<CryptoKey>>,
}

/// The gate of this kind. Bindings are read when the isolate first sees them, and again when they
/// have changed.
pub(crate) fn gate(env: &Env, kind: &Kind) -> Rc<Gate<CryptoKey>> {
    GATES.with_borrow_mut(|gates| {
        let place = gates.iter().position(|it| it.kind == *kind);
        if let Some(known) = place.and_then(|at| gates.get(at))
            && Object::is(&known.env, env)
        {
            return known.gate.clone();
        }
        let bindings = Environment(env);
        let read = NAMES.map(|name| bindings.get(name));
        let gate = match place.map(|at| gates.swap_remove(at)) {
            // Another object with the same content: what is remembered stays.
            Some(known) if known.read == read => known.gate,
            _ => open(&bindings, &kind.code),
        };
        let (kind, env) = (kind.clone(), env.clone());
        gates.push(Known { kind, env, read: read.to_vec(), gate: gate.clone() });
        gate
    })
}

fn open(bindings: &Environment<'_>, code: &InCode) -> Rc<Gate<CryptoKey>> {
    let gate = Gate::open_beside(bindings, code);
    gate.announcements().iter().for_each(|line| console_log!("{line}"));
    Rc::new(gate)
}

thread_local! {
    static GATES: RefCell<Vec<Known>> = const { RefCell::new(Vec::new()) };
}
