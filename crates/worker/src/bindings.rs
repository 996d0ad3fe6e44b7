//! The bindings as the settings want them: the kind of each, and its text.

use js_sys::{JSON, Reflect};
use wasm_bindgen::JsValue;

use clerk_edge_gate::settings::bindings::{Binding, Bindings};
use worker::Env;

/// The environment of a request.
pub(crate) struct Environment<'a>(pub(crate) &'a Env);

impl Bindings for Environment<'_> {
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
}

/// A property that is there.
pub(crate) fn get(target: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(target, &JsValue::from_str(name)).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

fn json(value: &JsValue) -> Binding {
    JSON::stringify(value).map_or(Binding::Other, |text| Binding::Json(String::from(text)))
}
