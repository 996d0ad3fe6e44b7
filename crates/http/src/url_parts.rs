//! The parts of a request's URL, borrowed from its text. The runtime gives it in the form that the
//! URL standard serialises, so splitting is enough. Other URLs are parsed by [`crate::url`].

use memchr::{memchr, memchr2};

use crate::host;

/// The parts of a URL, exactly as in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlParts<'a> {
    /// `http` or `https`.
    pub scheme: &'a str,
    /// Host and port, without user name and password: `example.com:8443`.
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
        let rest = rest.get(authority.len()..)?;
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let path = before(rest, memchr(b'?', rest.as_bytes()))?;
        let query = rest.get(path.len()..)?.strip_prefix('?');
        Some(Self { scheme, authority, path: if path.is_empty() { "/" } else { path }, query })
    }

    /// The host as rules compare it: without port and final dots, in the case that was sent. `None`
    /// if it is not a plain name or address ([`host::is_plain`]).
    #[must_use]
    pub fn host(&self) -> Option<&'a str> {
        let host = host::without_port(self.authority).trim_end_matches('.');
        host::is_plain(host).then_some(host)
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
        assert_eq!(parts.authority, "a.example:8443");
        assert_eq!(parts.scheme, "https");
        assert_eq!(parts.path, "/x/y");
        assert_eq!(parts.query, Some("q=1&path=%2Fa?b"));
        assert_eq!(parts.parameter("path"), Some("%2Fa?b"));
        assert_eq!(parts.parameter("pat"), None);
        assert_eq!(UrlParts::of("https://a.example").map(|it| it.path), Some("/"));
        assert_eq!(UrlParts::of("/a"), None);
    }

    #[test]
    fn a_host_that_is_not_plain_is_refused() {
        let host = |authority: &str| {
            let url = format!("https://{authority}/");
            UrlParts::of(&url).and_then(|it| it.host().map(str::to_owned))
        };
        for (authority, expected) in [
            ("a.example:8443", "a.example"),
            ("A.example", "A.example"),
            ("a.example:", "a.example"),
            ("a.example.", "a.example"),
            ("a.example..:80", "a.example"),
            ("x@a.example", "a.example"),
            ("x:y@z@a.example:80", "a.example"),
            ("my_app-1.example", "my_app-1.example"),
            ("192.0.2.1:80", "192.0.2.1"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
        ] {
            assert_eq!(host(authority).as_deref(), Some(expected), "{authority}");
        }
        let longest = format!("{}a", "a.".repeat(126));
        let long = format!("a.{longest}");
        for authority in [
            ["", ".", "..", ":80", "x@", "host:80a", "[host]", "[::1", "::1", "[::1]x", "[]"]
                .as_slice(),
            &[
                "a..example",
                ".a.example",
                "a b",
                "a%2eb",
                "a,b",
                "a;b",
                "é.example",
                "a:80:90",
                &long,
            ],
        ]
        .concat()
        {
            assert_eq!(host(authority), None, "{authority}");
        }
        assert!(host(&longest).is_some());
    }
}
