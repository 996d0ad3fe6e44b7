//! The crossing to JavaScript: one typed function for each of `io.js`, and the text form in which
//! headers cross. Takes no decision.

use memchr::memchr3;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./io.js")]
extern "C" {
    /// See `io.js`.
    pub(crate) fn names(headers: &web_sys::Headers) -> String;
    /// See `io.js`.
    pub(crate) fn usual(headers: &web_sys::Headers) -> String;
    /// See `io.js`.
    pub(crate) fn answer(status: u16, headers: &str, body: Option<&str>) -> JsValue;
    /// See `io.js`. Throws where the platform refuses a header or an address.
    #[wasm_bindgen(catch, js_name = withChanges)]
    pub(crate) fn with_changes(
        request: &web_sys::Request,
        url: Option<&str>,
        remove: &str,
        set: &str,
    ) -> Result<web_sys::Request, JsValue>;
    /// See `io.js`. Throws where the platform refuses the request outright.
    #[wasm_bindgen(catch)]
    pub(crate) fn forward(
        fetcher: &JsValue,
        request: &web_sys::Request,
        original: &web_sys::Request,
        note: &str,
    ) -> Result<JsValue, JsValue>;
    /// See `io.js`.
    #[wasm_bindgen(catch, js_name = withHeaders)]
    pub(crate) fn with_headers(
        response: &web_sys::Response,
        remove: &str,
        set: &str,
        append: &str,
    ) -> Result<JsValue, JsValue>;
    /// See `io.js`.
    #[wasm_bindgen(catch)]
    pub(crate) async fn pause(ms: u32) -> Result<JsValue, JsValue>;
    /// See `io.js`.
    #[wasm_bindgen(catch)]
    pub(crate) async fn load(
        store: &JsValue,
        name: &str,
        timeout_ms: u32,
    ) -> Result<JsValue, JsValue>;
    /// See `io.js`.
    #[wasm_bindgen(catch)]
    pub(crate) async fn store(
        store: &JsValue,
        name: &str,
        text: &str,
        keep_seconds: u32,
    ) -> Result<JsValue, JsValue>;
    /// See `io.js`.
    #[wasm_bindgen(catch)]
    pub(crate) async fn body(
        request: &web_sys::Request,
        bytes_max: u32,
    ) -> Result<JsValue, JsValue>;
    /// See `io.js`.
    #[wasm_bindgen(js_name = waitUntil)]
    pub(crate) fn wait_until(ctx: &JsValue, work: &js_sys::Promise);
    /// See `io.js`.
    #[wasm_bindgen(catch)]
    pub(crate) async fn call(
        method: &str,
        url: &str,
        headers: &str,
        body: Option<&str>,
        timeout_ms: u32,
        bytes_max: u32,
    ) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(raw_module = "./pending.js")]
extern "C" {
    /// See `pending.js`.
    pub(crate) fn pending(answer: &js_sys::Promise) -> JsValue;
}

/// Names and values in turn, each on a line. A pair with a line break in it cannot be a header and
/// is left out.
pub(crate) fn text<N: AsRef<str>, V: AsRef<str>>(headers: &[(N, V)]) -> String {
    let mut out = String::new();
    for (name, value) in headers {
        let (name, value) = (name.as_ref(), value.as_ref());
        if [name, value].iter().any(|text| memchr3(b'\n', b'\r', 0, text.as_bytes()).is_some()) {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(name);
        out.push('\n');
        out.push_str(value);
    }
    out
}
