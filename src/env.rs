//! The bindings as the settings want them: what kind each is, and its text. Takes no decision.

use js_sys::{JSON, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use clerk_edge_gate::settings::bindings::{Binding, Bindings};

/// The `env` of a request.
pub(crate) struct Env<'a>(pub(super) &'a JsValue);

impl Bindings for Env<'_> {
    fn get(&self, name: &str) -> Option<Binding> {
        let value = get(self.0, name)?;
        if let Some(text) = value.as_string() {
            return Some(Binding::Text(text));
        }
        if value.as_f64().is_some() || value.as_bool().is_some() {
            return Some(json(&value));
        }
        // By the constructor's name, since a service binding answers to every method's name.
        match get(&value, "constructor").and_then(|it| get(&it, "name")?.as_string()).as_deref() {
            Some("KvNamespace") => Some(Binding::Store),
            Some("Fetcher") => Some(Binding::Service),
            Some("Object" | "Array") => Some(json(&value)),
            _ => Some(Binding::Other),
        }
    }

    fn names(&self) -> Vec<String> {
        let Some(env) = self.0.dyn_ref::<js_sys::Object>() else { return Vec::new() };
        let names = js_sys::Object::keys(env);
        names.iter().filter_map(|name| JsValue::from(name).as_string()).collect()
    }
}

/// A property that is there.
pub(crate) fn get(target: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(target, &JsValue::from_str(name)).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

fn json(value: &JsValue) -> Binding {
    JSON::stringify(value).map_or(Binding::Other, |text| Binding::Json(String::from(text)))
}
