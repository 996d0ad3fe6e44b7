//! The request as the core sees it. Headers are read one by one, when asked for.

use std::cell::OnceCell;

use crate::request::Incoming;

/// A request of the runtime's.
pub(super) struct EdgeRequest {
    method: String,
    url: String,
    headers: web_sys::Headers,
    inner: web_sys::Request,
    /// Asked for more than once on most ways down the line, and each crossing costs.
    destination: OnceCell<Option<String>>,
    accept: OnceCell<Option<String>>,
}

impl EdgeRequest {
    /// Reads method and address, nothing else.
    pub(super) fn new(inner: web_sys::Request) -> Self {
        Self {
            method: inner.method(),
            url: inner.url(),
            headers: inner.headers(),
            inner,
            destination: OnceCell::new(),
            accept: OnceCell::new(),
        }
    }

    /// The runtime's own object, to be handed on.
    pub(super) fn inner(&self) -> &web_sys::Request {
        &self.inner
    }

    /// All header names, each on a line.
    pub(super) fn header_names(&self) -> String {
        super::io::names(&self.headers)
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
        let read = || self.headers.get(name).ok().flatten();
        match name {
            "sec-fetch-dest" => self.destination.get_or_init(read).clone(),
            "accept" => self.accept.get_or_init(read).clone(),
            _ => read(),
        }
    }
}
