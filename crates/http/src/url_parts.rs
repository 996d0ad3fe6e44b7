//! The parts of a request's URL, borrowed from its text. The runtime gives it in the form that the
//! URL standard serialises, so splitting is enough. Other URLs are parsed by [`crate::url`].

use memchr::{memchr, memchr2};

use crate::host;

/// The parts of a URL, exactly as in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlParts<'a> {
    /// Scheme and authority: `https://example.com:8443`.
    pub origin: &'a str,
    /// Host and port: `example.com:8443`.
    pub authority: &'a str,
    /// The path, with its leading slash.
    pub path: &'a str,
    /// The query without its `?`; empty if nothing follows the `?`.
    pub query: Option<&'a str>,
}

impl<'a> UrlParts<'a> {
    /// Splits an absolute URL; `None` for any other text.
    #[must_use]
    pub fn of(url: &'a str) -> Option<Self> {
        let before = |text: &'a str, end: Option<usize>| text.get(..end.unwrap_or(text.len()));
        let url = before(url, memchr(b'#', url.as_bytes()))?;
        let scheme = before(url, Some(memchr(b':', url.as_bytes())?))?;
        let rest = url.get(scheme.len()..)?.strip_prefix("://")?;
        let authority = before(rest, memchr2(b'/', b'?', rest.as_bytes()))?;
        let origin = url.get(..scheme.len().checked_add(3)?.checked_add(authority.len())?)?;
        let rest = rest.get(authority.len()..)?;
        let path = before(rest, memchr(b'?', rest.as_bytes()))?;
        let query = rest.get(path.len()..)?.strip_prefix('?');
        Some(Self { origin, authority, path: if path.is_empty() { "/" } else { path }, query })
    }

    /// The host without its port.
    #[must_use]
    pub fn host(&self) -> &'a str {
        host::without_port(self.authority.rsplit_once('@').map_or(self.authority, |it| it.1))
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.origin.split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// The first value of a query parameter, not decoded.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        let pairs = self.query?.split('&');
        pairs.filter_map(|pair| pair.split_once('=')).find(|(it, _)| *it == name).map(|(_, v)| v)
    }
}

#[cfg(test)]
mod tests {
    use super::UrlParts;

    #[test]
    fn a_url_is_split_into_its_parts() {
        let parts = UrlParts::of("https://a.example:8443/x/y?q=1&path=%2Fa?b#f").unwrap();
        assert_eq!(parts.origin, "https://a.example:8443");
        assert_eq!(parts.host(), "a.example");
        assert_eq!(parts.scheme(), "https");
        assert_eq!(parts.path, "/x/y");
        assert_eq!(parts.query, Some("q=1&path=%2Fa?b"));
        assert_eq!(parts.parameter("path"), Some("%2Fa?b"));
        assert_eq!(parts.parameter("pat"), None);
        assert_eq!(UrlParts::of("https://a.example").map(|it| it.path), Some("/"));
        assert_eq!(UrlParts::of("https://[::1]:80/").map(|it| it.host()), Some("[::1]"));
        assert_eq!(UrlParts::of("https://[::1]/").map(|it| it.host()), Some("[::1]"));
        assert_eq!(UrlParts::of("/a"), None);
    }
}
