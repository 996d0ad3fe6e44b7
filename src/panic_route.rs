//! Routes that end the instance on purpose, for the test of recovery.
//!
//! Behind a feature that no deployed bundle has. `now` panics at once, `later` after an await,
//! `overflow` runs out of stack, `wait` holds a request until the address in its query answers.

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Request, Response, Url};

use crate::io;

/// The answer, where the path is one of these routes.
pub(crate) fn answer(request: &Request) -> Option<Result<JsValue, JsValue>> {
    let url = Url::new(&request.url()).ok()?;
    match url.pathname().strip_prefix("/.panic/")? {
        "now" => fall(),
        "later" => Some(Ok(io::pending(&future_to_promise(later())))),
        "overflow" => Some(Ok(JsValue::from(deeper(1)))),
        "throw" => {
            throws(&JsValue::NULL);
            None
        }
        "wait" => Some(Ok(io::pending(&future_to_promise(wait(url.search_params().get("for")?))))),
        _ => None,
    }
}

#[expect(clippy::panic, reason = "this is what the route is for")]
fn fall() -> ! {
    panic!("asked for")
}

async fn later() -> Result<JsValue, JsValue> {
    JsFuture::from(js_sys::Promise::resolve(&JsValue::NULL)).await?;
    fall()
}

#[expect(unconditional_recursion, reason = "this is what the route is for")]
#[inline(never)]
fn deeper(depth: u32) -> u32 {
    std::hint::black_box([depth; 256]);
    std::hint::black_box(deeper(std::hint::black_box(depth))).wrapping_add(depth)
}

async fn wait(address: String) -> Result<JsValue, JsValue> {
    let answer: Response = JsFuture::from(fetch(&address)).await?.unchecked_into();
    let text = JsFuture::from(answer.text()?).await?.as_string();
    Response::new_with_opt_str(text.as_deref()).map(Into::into)
}

#[wasm_bindgen]
extern "C" {
    fn fetch(address: &str) -> js_sys::Promise;

    /// Throws, and is declared as if it did not: the exception goes through the WASM.
    #[wasm_bindgen(js_namespace = Reflect, js_name = ownKeys)]
    fn throws(nothing: &JsValue) -> JsValue;
}
