//! The request as the core sees it. Headers are read when they are asked for.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use js_sys::Uint8Array;
use memchr::memchr;
use wasm_bindgen::JsCast;

use crate::io;
use clerk_edge_http::incoming::{BodyError, Incoming};

/// A request of the runtime's.
pub(crate) struct EdgeRequest {
    method: String,
    url: String,
    inner: web_sys::Request,
    headers: OnceCell<web_sys::Headers>,
    /// The values of [`USUAL`], as `io.js` writes them.
    usual: OnceCell<Usual>,
    /// Asked for more than once on most ways down the line, and each crossing costs.
    accept: OnceCell<Option<String>>,
}

impl EdgeRequest {
    /// With the method and the address that the door has read.
    pub(crate) fn new(inner: web_sys::Request, method: String, url: String) -> Self {
        let (headers, usual, accept) = <_>::default();
        Self { method, url, inner, headers, usual, accept }
    }

    /// Reads method and address by itself.
    pub(crate) fn of(inner: web_sys::Request) -> Self {
        let (method, url) = (inner.method(), inner.url());
        Self::new(inner, method, url)
    }

    /// The runtime's own object, to be handed on.
    pub(crate) fn inner(&self) -> &web_sys::Request {
        &self.inner
    }

    fn headers(&self) -> &web_sys::Headers {
        self.headers.get_or_init(|| self.inner.headers())
    }

    /// Whoever asks for one of these asks for the others too.
    fn usual(&self) -> &Usual {
        self.usual.get_or_init(|| Usual::of(io::usual(self.headers())))
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
        let read = || self.headers().get(name).ok().flatten();
        match USUAL.iter().position(|usual| *usual == name) {
            Some(place) => self.usual().get(place).map(Cow::Borrowed),
            None if name == "accept" => self.accept.get_or_init(read).as_deref().map(Cow::Borrowed),
            None => read().map(Cow::Owned),
        }
    }

    fn header_names(&self) -> Cow<'_, str> {
        Cow::Owned(io::names(self.headers()))
    }

    async fn body(&self, max: usize) -> Result<Vec<u8>, BodyError> {
        let bytes_max = u32::try_from(max).unwrap_or(u32::MAX);
        // A stream that was read before, or breaks off, throws.
        let body = io::body(&self.inner, bytes_max).await.map_err(|_| BodyError::Unreadable)?;
        match body.dyn_into::<Uint8Array>() {
            Ok(bytes) => Ok(bytes.to_vec()),
            Err(_) => Err(BodyError::TooLarge),
        }
    }
}

/// Several headers as they crossed: one line for each, `+` and its value, or nothing.
struct Usual {
    text: String,
    lines: [Range<usize>; USUAL.len()],
}

impl Usual {
    fn of(text: String) -> Self {
        let mut from = 0;
        let lines = USUAL.map(|_| {
            let rest = text.as_bytes().get(from..).unwrap_or_default();
            let end = from.saturating_add(memchr(b'\n', rest).unwrap_or(rest.len()));
            let line = from..end;
            from = end.saturating_add(1);
            line
        });
        Self { text, lines }
    }

    fn get(&self, place: usize) -> Option<&str> {
        self.text.get(self.lines.get(place)?.clone())?.strip_prefix('+')
    }
}

/// In the order of `io.js`.
const USUAL: [&str; 4] = ["sec-fetch-dest", "cf-ray", "authorization", "cookie"];
