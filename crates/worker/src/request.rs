//! The request as the core sees it. Headers are read when they are asked for.

use std::borrow::Cow;

use js_sys::{Array, JsString};
use wasm_bindgen::JsCast;

use clerk_edge_http::incoming::{BodyError, Incoming};

use crate::platform::read_body;

/// A request of the runtime's.
pub(crate) struct EdgeRequest {
    method: String,
    url: String,
    headers: web_sys::Headers,
    inner: web_sys::Request,
}

impl EdgeRequest {
    /// Of the runtime's own object.
    pub(crate) fn new(inner: web_sys::Request) -> Self {
        Self { method: inner.method(), url: inner.url(), headers: inner.headers(), inner }
    }

    /// The runtime's own object, to be handed on.
    pub(crate) fn inner(&self) -> &web_sys::Request {
        &self.inner
    }
}

impl Incoming for EdgeRequest {
    fn method(&self) -> &str {
        &self.method
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        // `get` throws for an illegal name alone, and ours are constants.
        self.headers.get(name).ok().flatten().map(Cow::Owned)
    }

    fn header_names(&self) -> Cow<'_, str> {
        Cow::Owned(names(&self.headers))
    }

    async fn body(&self, max: usize) -> Result<Vec<u8>, BodyError> {
        // A stream that was read before, or breaks off, throws.
        let body = read_body(self.inner.body(), max).await.map_err(|_| BodyError::Unreadable)?;
        body.ok_or(BodyError::TooLarge)
    }
}

/// The names of all headers, each on a line.
pub(crate) fn names(headers: &web_sys::Headers) -> String {
    let names = Array::from(&headers.keys());
    let texts = names.iter().filter_map(|it| it.dyn_ref::<JsString>().map(String::from));
    texts.collect::<Vec<_>>().join("\n")
}
