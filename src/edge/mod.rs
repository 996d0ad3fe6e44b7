//! The entry on Workers: one synchronous export, which the door calls with each request.
//!
//! Refuses to decide anything: it translates between the platform and the core.

#[cfg(feature = "panic-route")]
mod panic_route;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Request, Response};

/// Answers one request: with a response at once, or with a promise of one.
#[wasm_bindgen]
pub fn handle(request: &Request, _env: &JsValue, _context: &JsValue) -> Result<JsValue, JsValue> {
    #[cfg(feature = "panic-route")]
    if let Some(answer) = panic_route::answer(request) {
        return answer;
    }
    let body = if request.url().ends_with("/.clerk-edge/health") { "ok" } else { "not yet" };
    Response::new_with_opt_str(Some(body)).map(Into::into)
}
