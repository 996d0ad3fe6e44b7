//! The request as the core sees it. Headers are read when they are asked for.

use std::cell::OnceCell;

use super::io;
use crate::request::Incoming;

/// A request of the runtime's.
pub(super) struct EdgeRequest {
    method: String,
    url: String,
    inner: web_sys::Request,
    headers: OnceCell<web_sys::Headers>,
    /// The values of [`USUAL`], as `io.js` writes them.
    usual: OnceCell<String>,
    /// Asked for more than once on most ways down the line, and each crossing costs.
    accept: OnceCell<Option<String>>,
}

impl EdgeRequest {
    /// With the method and the address that the door has read.
    pub(super) fn new(inner: web_sys::Request, method: String, url: String) -> Self {
        let (headers, usual, accept) = <_>::default();
        Self { method, url, inner, headers, usual, accept }
    }

    /// Reads method and address by itself.
    pub(super) fn of(inner: web_sys::Request) -> Self {
        let (method, url) = (inner.method(), inner.url());
        Self::new(inner, method, url)
    }

    /// The runtime's own object, to be handed on.
    pub(super) fn inner(&self) -> &web_sys::Request {
        &self.inner
    }

    /// All header names, each on a line.
    pub(super) fn header_names(&self) -> String {
        io::names(self.headers())
    }

    fn headers(&self) -> &web_sys::Headers {
        self.headers.get_or_init(|| self.inner.headers())
    }

    /// Whoever asks for one of these asks for the others too.
    fn usual(&self, place: usize) -> Option<String> {
        let text = self.usual.get_or_init(|| io::usual(self.headers()));
        Some(text.splitn(USUAL.len(), '\n').nth(place)?.strip_prefix('+')?.to_owned())
    }
}

impl Incoming for EdgeRequest {
    fn method(&self) -> &str {
        &self.method
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn header(&self, name: &str) -> Option<String> {
        // `get` throws for an illegal name alone, and ours are constants.
        let read = || self.headers().get(name).ok().flatten();
        match USUAL.iter().position(|usual| *usual == name) {
            Some(place) => self.usual(place),
            None if name == "accept" => self.accept.get_or_init(read).clone(),
            None => read(),
        }
    }
}

/// In the order of `io.js`; the long ones last, since the others are found in front of them.
const USUAL: [&str; 4] = ["sec-fetch-dest", "cf-ray", "authorization", "cookie"];
