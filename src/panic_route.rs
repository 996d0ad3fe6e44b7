//! Routes that end the instance on purpose, for the test of recovery.
//!
//! Behind a feature that no deployed bundle has. `now` panics at once, `later` after an await,
//! `overflow` runs out of stack, `wait` holds a request until the address in its query answers.

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, Response, Url};

use crate::task;
use crate::task::settled;

/// The answer, where the path is one of these routes.
pub(crate) fn answer(request: &Request) -> Option<Result<JsValue, JsValue>> {
    let url = Url::new(&request.url()).ok()?;
    match url.pathname().strip_prefix("/.panic/")? {
        "now" => fall(),
        "later" => Some(Ok(task::begin(Box::pin(later())))),
        "overflow" => Some(Ok(JsValue::from(deeper(1)))),
        "throw" => {
            throws(&JsValue::NULL);
            None
        }
        "wait" => Some(Ok(task::begin(Box::pin(wait(url.search_params().get("for")?))))),
        _ => None,
    }
}

#[expect(clippy::panic, reason = "this is what the route is for")]
fn fall() -> ! {
    panic!("asked for")
}

async fn later() -> JsValue {
    settled(js_sys::Promise::resolve(&JsValue::NULL)).await.ok();
    fall()
}

#[expect(unconditional_recursion, reason = "this is what the route is for")]
#[inline(never)]
fn deeper(depth: u32) -> u32 {
    std::hint::black_box([depth; 256]);
    std::hint::black_box(deeper(std::hint::black_box(depth))).wrapping_add(depth)
}

async fn wait(address: String) -> JsValue {
    fetched(address).await.unwrap_or_else(|error| error)
}

async fn fetched(address: String) -> Result<JsValue, JsValue> {
    let answer: Response = settled(fetch(&address)).await?.unchecked_into();
    let text = settled(answer.text()?).await?.as_string();
    Response::new_with_opt_str(text.as_deref()).map(Into::into)
}

#[wasm_bindgen]
extern "C" {
    fn fetch(address: &str) -> js_sys::Promise;

    /// Throws, and is declared as if it did not: the exception goes through the WASM.
    #[wasm_bindgen(js_namespace = Reflect, js_name = ownKeys)]
    fn throws(nothing: &JsValue) -> JsValue;
}
