//! A request as if a script had asked for it with `GET`, so that Clerk's rules renew its token and
//! send it nowhere.

use std::borrow::Cow;

use clerk_edge_http::incoming::{BodyError, Incoming};
use clerk_edge_http::url_parts::UrlParts;

/// The request, with another method and perhaps another address.
pub(super) struct AsGet<'a, R> {
    request: &'a R,
    url: Cow<'a, str>,
}

impl<'a, R: Incoming> AsGet<'a, R> {
    pub(super) fn new(request: &'a R) -> Self {
        Self { request, url: Cow::Borrowed(request.url()) }
    }

    /// With the address of another page of this site.
    pub(super) fn at(self, path: &str) -> Self {
        let url = UrlParts::of(&self.url);
        match url.map(|url| format!("{}://{}{path}", url.scheme, url.authority)) {
            Some(url) => Self { request: self.request, url: Cow::Owned(url) },
            None => self,
        }
    }
}

impl<R: Incoming> Incoming for AsGet<'_, R> {
    fn method(&self) -> &'static str {
        "GET"
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        match name {
            "sec-fetch-dest" => Some(Cow::Borrowed("empty")),
            _ => self.request.header(name),
        }
    }

    fn header_names(&self) -> Cow<'_, str> {
        self.request.header_names()
    }

    async fn body(&self, max: usize) -> Result<Vec<u8>, BodyError> {
        self.request.body(max).await
    }
}
