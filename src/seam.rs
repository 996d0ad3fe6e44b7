//! What a program adds to the gate that it contains: settings, a handler, the rule of a wrapped
//! function. The JavaScript side is `npm/clerk-edge/seam.js`. Takes no decision.

use js_sys::{JsString, Object};
use wasm_bindgen::prelude::*;

use crate::env::Env;
use clerk_edge_gate::settings::bindings::Bindings;
use clerk_edge_gate::settings::in_code::InCode;

#[wasm_bindgen]
extern "C" {
    /// The seam of one request.
    #[derive(Clone)]
    pub type Seam;

    /// A number for each gate of a program, from 1.
    #[wasm_bindgen(method, getter)]
    fn id(this: &Seam) -> u32;
    /// Settings in code.
    #[wasm_bindgen(method, getter)]
    fn settings(this: &Seam) -> JsValue;
    /// The one rule of a wrapped function.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn rule(this: &Seam) -> Option<String>;
    /// Whether a handler is the upstream.
    #[wasm_bindgen(method, getter, js_name = hasHandler)]
    fn has_handler(this: &Seam) -> bool;
    /// What JavaScript runs once the WASM has returned: the handler, with this request.
    #[wasm_bindgen(method)]
    pub(crate) fn hand(
        this: &Seam,
        request: &web_sys::Request,
        original: &web_sys::Request,
        note: &str,
        auth: Option<&str>,
    ) -> JsValue;
}

/// The number of the gate; 0 for the Worker's own.
pub(crate) fn id(seam: Option<&Seam>) -> u32 {
    seam.map_or(0, Seam::id)
}

/// The settings in code, in their order.
pub(crate) fn in_code(seam: Option<&Seam>) -> InCode {
    let Some(seam) = seam else { return InCode::default() };
    let settings = seam.settings();
    let values = Env(&settings);
    let names = settings.dyn_ref::<Object>().map(Object::keys).unwrap_or_default();
    let names = names.iter().filter_map(|name| Some(String::from(name.dyn_ref::<JsString>()?)));
    let pairs = names.filter_map(|name| Some((name.clone(), values.get(&name)?)));
    let in_code = InCode::new(pairs.collect());
    if seam.has_handler() { in_code.with_handler() } else { in_code }
}
