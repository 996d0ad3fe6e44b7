//! The parts of a request's address. The runtime gives it in the standard's serialised form, so
//! splitting is enough; nothing is decoded here.

use memchr::{memchr, memchr2};

/// The parts as they stand in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlParts<'a> {
    /// `http` or `https`.
    pub scheme: &'a str,
    /// `example.com:8443`; what stood before an `@` is gone.
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
        let rest = rest.get(authority.len()..)?;
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let path = before(rest, memchr(b'?', rest.as_bytes()))?;
        let query = rest.get(path.len()..)?.strip_prefix('?');
        Some(Self { scheme, authority, path: if path.is_empty() { "/" } else { path }, query })
    }

    /// The host as rules know it: without port and final dots, in the case it came in. `None` for
    /// what is no plain host name or address, of which an upstream may make anything.
    #[must_use]
    pub fn host(&self) -> Option<&'a str> {
        let host = match self.authority.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => self.authority,
        };
        let host = host.trim_end_matches('.');
        (host.len() <= HOST_BYTES_MAX && (is_name(host) || is_ipv6(host))).then_some(host)
    }

    /// The first value of a query parameter, undecoded.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        let pairs = self.query?.split('&');
        pairs.filter_map(|pair| pair.split_once('=')).find(|(it, _)| *it == name).map(|(_, v)| v)
    }
}

/// Labels of letters, digits, `-` and `_`, which is wider than what a rule may name; so are IPv4
/// addresses.
fn is_name(host: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    host.split('.').all(|label| !label.is_empty() && label.bytes().all(plain))
}

fn is_ipv6(host: &str) -> bool {
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok())
}

/// As long as a name in the DNS may be (RFC 1035, 2.3.4).
const HOST_BYTES_MAX: usize = 253;

#[cfg(test)]
mod tests {
    use super::UrlParts;

    #[test]
    fn an_address_comes_apart_where_it_was_joined() {
        let address = UrlParts::of("https://a.example:8443/x/y?q=1&path=%2Fa?b#f").unwrap();
        assert_eq!(address.authority, "a.example:8443");
        assert_eq!(address.scheme, "https");
        assert_eq!(address.path, "/x/y");
        assert_eq!(address.query, Some("q=1&path=%2Fa?b"));
        assert_eq!(address.parameter("path"), Some("%2Fa?b"));
        assert_eq!(address.parameter("pat"), None);
        assert_eq!(UrlParts::of("https://a.example").map(|it| it.path), Some("/"));
        assert_eq!(UrlParts::of("/a"), None);
    }

    #[test]
    fn a_host_is_plain_or_none() {
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
