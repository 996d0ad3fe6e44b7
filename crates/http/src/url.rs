//! Absolute `http` and `https` URLs: read as browsers do, or only if they are in their exact form.
//!
//! The URL standard's parser in Rust is larger than the rest of the gate together, so this one
//! knows the two schemes that Clerk's URLs have. A URL that it cannot read in the standard's way
//! (names outside ASCII, unusual spellings of numbers as hosts) is refused and never guessed. The
//! tests compare it with the crate `url`. A request's own URL is split by [`crate::url_parts`].

use memchr::memchr3;

use crate::path::{is_plain, without_dot_segments};
use crate::percent::{FRAGMENT, PATH, QUERY, URI, USER_INFO, encode};
use crate::{host, query};

/// An absolute `http` or `https` URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    scheme: &'static str,
    /// User name and password with their `@`, or empty.
    credentials: String,
    host: String,
    port: Option<u16>,
    path: String,
    query: Option<String>,
    fragment: Option<String>,
}

impl Url {
    /// Reads an absolute URL as browsers do; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches(|next: char| next <= ' ');
        if memchr3(b'\t', b'\n', b'\r', text.as_bytes()).is_some() {
            return Self::parse(&text.replace(['\t', '\n', '\r'], ""));
        }
        let (scheme, rest) = scheme(text)?;
        let rest = rest.trim_start_matches(['/', '\\']);
        let ends = |byte: u8| matches!(byte, b'/' | b'\\' | b'?' | b'#');
        let end = rest.bytes().position(ends).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end)?;
        let (credentials, authority) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (host, port) = host_and_port_of(authority, scheme)?;
        let (rest, fragment) = cut(rest, '#');
        let (path, query) = cut(rest, '?');
        Some(Self {
            scheme,
            credentials: credentials_of(credentials),
            host,
            port,
            path: path_of(path),
            query: query.map(|query| encode(query, QUERY)),
            fragment: fragment.map(|fragment| encode(fragment, FRAGMENT)),
        })
    }

    /// Reads an absolute URL only if it is written as [`Self::href`] writes it, so that everybody
    /// reads it alike: no credentials, no dot segments, an exact host and port
    /// ([`host::is_exact`]), and only characters of a URI. The case of scheme and host, the
    /// scheme's own port and a missing path may differ.
    #[must_use]
    pub fn parse_exact(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end)?;
        let is_exact =
            host::is_exact_with_port(authority) && rest.bytes().all(|byte| URI.contains(byte));
        let url = Self::parse(text).filter(|_| is_exact)?;
        let slash = if rest.starts_with('/') { "" } else { "/" };
        let mut written = url.path.clone();
        url.push_query_and_fragment(&mut written);
        let is_same = scheme.eq_ignore_ascii_case(url.scheme) && written == [slash, rest].concat();
        is_same.then_some(url)
    }

    /// `https` or `http`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.scheme
    }

    /// The host, in lower case.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host, with the port if it is not the scheme's own.
    #[must_use]
    pub fn host_and_port(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Scheme, host and port, as in the header `Origin`.
    #[must_use]
    pub fn origin(&self) -> String {
        [self.scheme, "://", &self.host_and_port()].concat()
    }

    /// The path, with its leading slash.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query without its question mark; empty if there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        self.query.as_deref().unwrap_or_default()
    }

    /// Whether it has a query or a fragment, even an empty one.
    #[must_use]
    pub fn has_query_or_fragment(&self) -> bool {
        self.query.is_some() || self.fragment.is_some()
    }

    /// The whole URL.
    #[must_use]
    pub fn href(&self) -> String {
        let host = self.host_and_port();
        let mut href = [self.scheme, "://", &self.credentials, &host, &self.path].concat();
        self.push_query_and_fragment(&mut href);
        href
    }

    fn push_query_and_fragment(&self, out: &mut String) {
        for (mark, part) in [('?', &self.query), ('#', &self.fragment)] {
            if let Some(part) = part {
                out.push(mark);
                out.push_str(part);
            }
        }
    }

    /// This path and query at the origin of `other`, with its credentials and without a fragment.
    #[must_use]
    pub fn at(&self, other: &Self) -> Self {
        Self {
            scheme: other.scheme,
            credentials: other.credentials.clone(),
            host: other.host.clone(),
            port: other.port,
            path: self.path.clone(),
            query: self.query.clone().filter(|query| !query.is_empty()),
            fragment: None,
        }
    }

    /// The same URL without its query.
    #[must_use]
    pub fn without_query(self) -> Self {
        Self { query: None, ..self }
    }

    /// The same URL with another path, which must begin with a slash.
    #[must_use]
    pub fn with_path(self, path: &str) -> Self {
        Self { path: path_of(path), ..self }
    }

    /// The same URL without the query members with these names, the others encoded again.
    #[must_use]
    pub fn without(self, names: &[&str]) -> Self {
        let query = self.query.as_deref().map(|query| query::without(query, names));
        Self { query: query.filter(|query| !query.is_empty()), ..self }
    }

    /// The same URL with one more query member, the others encoded again.
    #[must_use]
    pub fn appended(self, name: &str, value: &str) -> Self {
        let mut query = query::without(self.query(), &[]);
        query::append(&mut query, name, value);
        Self { query: Some(query), ..self }
    }

    /// The same URL with this query member set, the others encoded again.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        let query = query::with(self.query(), name, value);
        Self { query: Some(query), ..self }
    }
}

fn scheme(text: &str) -> Option<(&'static str, &str)> {
    let (name, rest) = text.split_once(':')?;
    let known = ["https", "http"].into_iter().find(|known| name.eq_ignore_ascii_case(known))?;
    Some((known, rest))
}

fn cut(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn credentials_of(text: &str) -> String {
    let (name, password) = text.split_once(':').unwrap_or((text, ""));
    let encode = |text| encode(text, USER_INFO);
    match (name, password) {
        ("", "") => String::new(),
        (name, "") => format!("{}@", encode(name)),
        (name, password) => format!("{}:{}@", encode(name), encode(password)),
    }
}

/// The host as browsers write it, and the port if it is not the scheme's own.
fn host_and_port_of(authority: &str, scheme: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = host::split_port(authority);
    let port: Option<u16> = match port {
        None | Some("") => None,
        Some(digits) => Some(digits.parse().ok()?),
    };
    let own = if scheme == "https" { 443 } else { 80 };
    Some((host::read(host)?, port.filter(|port| *port != own)))
}

fn path_of(path: &str) -> String {
    // Nearly every path. Only others are resolved and encoded.
    if path.starts_with('/') && is_plain(path) {
        return path.to_owned();
    }
    encode(&without_dot_segments(path), PATH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_url_is_written_as_it_is_read() {
        for (right, wrong) in [
            ("https://a.example", "a.example"),
            ("https://a.example/", " https://a.example/"),
            ("HTTPS://A.example:443/b", "https://a.example:/b"),
            ("http://a.example:80", "http://a.example:080"),
            ("https://a.example:1/b", "https://a.example:0/b"),
            ("https://a_b.example?c", "https://a~b.example?c"),
            ("https://a.example#", "https:/a.example#"),
            ("https://[::1]:8080/", "https://[0::1]:8080/"),
            ("https://127.0.0.1/", "https://127.1/"),
            ("https://a.example/b%2Ec/..d", "https://a.example/%2e/d"),
            ("https://a.example/b?c=/../", "https://a.example/b/../c"),
            ("https://a.example/it's", "https://a.example/?it's"),
            ("https://a.example/b%zz;c", "https://a.example/b\\c"),
            ("https://a.example/b", "https://a.example/b|"),
            ("https://a.example/@b", "https://user@a.example/b"),
            ("https://a.example/%C3%A9", "https://a.example/é"),
            ("https://a.example//b", "https:///a.example//b"),
            ("https://a.example/a%0Ab", "https://a.example/a\nb"),
        ] {
            assert_eq!(Url::parse_exact(right), Url::parse(right), "{right}");
            assert!(Url::parse_exact(right).is_some(), "{right}");
            assert_eq!(Url::parse_exact(wrong), None, "{wrong}");
        }
    }
}
