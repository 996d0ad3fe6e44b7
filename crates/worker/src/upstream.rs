//! Carries out what the core says of a request that goes on: the request to the upstream or to a
//! closure, and the answer back.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestInit, Response, ResponseInit};
use worker::Env;

use crate::bindings::get;
use clerk_edge_gate::answer::Answer;
use clerk_edge_gate::forward::Forward;
use clerk_edge_gate::plan::Changes;
use clerk_edge_gate::settings::Upstream;
use clerk_edge_gate::settings::bindings::{ASSETS, ORIGIN};

#[wasm_bindgen]
extern "C" {
    /// A binding that answers requests.
    pub(crate) type Fetcher;
    /// Sends a request.
    #[wasm_bindgen(method, catch, js_name = fetch)]
    pub(crate) fn fetch_from(this: &Fetcher, request: &Request) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch_request(request: &Request) -> Result<Promise, JsValue>;
}

/// The request as it goes on.
pub(crate) fn changed(forward: &Forward<'_>, original: &Request) -> Result<Request, JsValue> {
    let is_same = forward.url.is_none() && forward.remove.is_empty() && forward.set.is_empty();
    if is_same && !forward.no_body && !forward.no_store {
        return Ok(Clone::clone(original));
    }
    let url = forward.url.clone().unwrap_or_else(|| original.url());
    let next = if forward.no_body {
        let init = RequestInit::new();
        init.set_method(&original.method());
        init.set_headers(&original.headers());
        Request::new_with_str_and_init(&url, &init)?
    } else {
        // A request serves as the init of another one: method, body and the rest are its own.
        Request::new_with_str_and_init(&url, original.unchecked_ref())?
    };
    let next = if forward.no_store {
        let init = js_sys::Object::new();
        js_sys::Reflect::set(&init, &"cache".into(), &"no-store".into())?;
        Request::new_with_request_and_init(&next, init.unchecked_ref())?
    } else {
        next
    };
    let headers = next.headers();
    for name in &forward.remove {
        headers.delete(name)?;
    }
    for (name, value) in &forward.set {
        headers.set(name, value)?;
    }
    Ok(next)
}

/// Asks the upstream of the settings. The error says that it did not answer.
pub(crate) async fn ask(
    forward: &Forward<'_>,
    request: &Request,
    env: &Env,
) -> Result<Response, JsValue> {
    let fetcher = match forward.upstream {
        Upstream::Assets => get(env, ASSETS),
        Upstream::Service => get(env, ORIGIN),
        _ => None,
    };
    let promise = match fetcher {
        Some(fetcher) => fetcher.unchecked_ref::<Fetcher>().fetch_from(request)?,
        None => fetch_request(request)?,
    };
    JsFuture::from(promise).await?.dyn_into()
}

/// The answer of an upstream as it goes to the browser.
pub(crate) fn change(response: Response, changes: &Changes<'_>) -> Result<Response, JsValue> {
    let is_same = changes.set.is_empty() && changes.append.is_empty() && changes.remove.is_empty();
    if is_same && !changes.no_body {
        return Ok(response);
    }
    // A response serves as the init of another one: status text and WebSocket stay.
    let init: &ResponseInit = response.unchecked_ref();
    let body = response.body().filter(|_| !changes.no_body);
    let next = Response::new_with_opt_readable_stream_and_init(body.as_ref(), init)?;
    let headers = next.headers();
    for name in &changes.remove {
        headers.delete(name)?;
    }
    for (name, value) in &changes.set {
        headers.set(name, value)?;
    }
    let mut lines = changes.append.lines();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.append(name, value)?;
    }
    Ok(next)
}

/// An answer of the gate's own.
pub(crate) fn answer(answer: &Answer) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &answer.headers {
        headers.append(name, value)?;
    }
    let init = ResponseInit::new();
    init.set_status(answer.status);
    init.set_headers(&headers);
    Response::new_with_opt_str_and_init(answer.body.as_deref(), &init)
}
