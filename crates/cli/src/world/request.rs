//! The request of an invented person: what a browser or a program would send.

use std::borrow::Cow;

use clerk_edge_http::incoming::{BodyError, Incoming};
use clerk_edge_http::url_parts::UrlParts;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The host.
    pub host: String,
    /// The path, with its query.
    pub path: String,
    /// Whether a person looks at the answer.
    pub is_page: bool,
}

impl Asked {
    /// From a path or a whole URL. A page is asked for with `GET` and `HEAD`.
    #[must_use]
    pub fn read(typed: &str, method: &str, host: Option<&str>, api: bool) -> Option<Self> {
        let parts = UrlParts::of(typed);
        let (own_host, path) = match &parts {
            Some(parts) => {
                let query = parts.query.map(|query| format!("?{query}")).unwrap_or_default();
                (Some(parts.authority.to_owned()), format!("{}{query}", parts.path))
            }
            None if typed.starts_with('/') => (None, typed.to_owned()),
            None => return None,
        };
        let path = path.split('#').next().unwrap_or_default().to_owned();
        let host = host.map(str::to_owned).or(own_host).unwrap_or_else(|| HOST.to_owned());
        let is_page = !api && matches!(method, "GET" | "HEAD");
        Some(Self { method: method.to_owned(), host, path, is_page })
    }
}

/// A request.
pub struct Invented {
    method: String,
    url: String,
    is_page: bool,
    authorization: Option<String>,
}

impl Invented {
    /// With a token, or of somebody who is signed out.
    #[must_use]
    pub fn new(asked: &Asked, token: Option<&str>) -> Self {
        Self {
            method: asked.method.clone(),
            url: format!("https://{}{}", asked.host, asked.path),
            is_page: asked.is_page,
            authorization: token.map(|token| format!("Bearer {token}")),
        }
    }
}

impl Incoming for Invented {
    fn method(&self) -> &str {
        &self.method
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        match name {
            "accept" => Some(Cow::Borrowed(if self.is_page { "text/html" } else { "*/*" })),
            "sec-fetch-dest" => {
                Some(Cow::Borrowed(if self.is_page { "document" } else { "empty" }))
            }
            "authorization" => self.authorization.as_deref().map(Cow::Borrowed),
            // Somebody who was here before and is signed out: without this a development instance
            // would ask Clerk first.
            "cookie" if self.authorization.is_none() => Some(Cow::Borrowed(SIGNED_OUT)),
            _ => None,
        }
    }

    fn header_names(&self) -> Cow<'_, str> {
        Cow::Borrowed("accept\nauthorization\ncookie\nsec-fetch-dest")
    }

    /// Invented requests bring no body.
    async fn body(&self, _: usize) -> Result<Vec<u8>, BodyError> {
        Ok(Vec::new())
    }
}

/// The host where none is named.
pub const HOST: &str = "example.com";
const SIGNED_OUT: &str = "__clerk_db_jwt=dvb_2; __client_uat=0";
