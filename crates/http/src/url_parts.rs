//! The parts of a request's address. The runtime gives it in the standard's serialised form, so
//! splitting is enough; nothing is decoded here.

use memchr::{memchr, memchr2};

/// The parts as they stand in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlParts<'a> {
    /// `https://example.com:8443`.
    pub origin: &'a str,
    /// `example.com:8443`.
    pub authority: &'a str,
    /// From the first slash to the query.
    pub path: &'a str,
    /// Behind the `?`, without it; `Some("")` for a bare one.
    pub query: Option<&'a str>,
}

impl<'a> UrlParts<'a> {
    /// Splits an absolute address; `None` for anything else.
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
        let host = self.authority.rsplit_once('@').map_or(self.authority, |(_, host)| host);
        match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        }
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.origin.split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// The first value of a query parameter, undecoded.
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
    fn an_address_comes_apart_where_it_was_joined() {
        let address = UrlParts::of("https://a.example:8443/x/y?q=1&path=%2Fa?b#f").unwrap();
        assert_eq!(address.origin, "https://a.example:8443");
        assert_eq!(address.host(), "a.example");
        assert_eq!(address.scheme(), "https");
        assert_eq!(address.path, "/x/y");
        assert_eq!(address.query, Some("q=1&path=%2Fa?b"));
        assert_eq!(address.parameter("path"), Some("%2Fa?b"));
        assert_eq!(address.parameter("pat"), None);
        assert_eq!(UrlParts::of("https://a.example").map(|it| it.path), Some("/"));
        assert_eq!(UrlParts::of("https://[::1]:80/").map(|it| it.host()), Some("[::1]"));
        assert_eq!(UrlParts::of("https://[::1]/").map(|it| it.host()), Some("[::1]"));
        assert_eq!(UrlParts::of("/a"), None);
    }
}
