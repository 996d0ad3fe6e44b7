//! Absolute `http` and `https` addresses, as the URL standard reads and writes them.
//!
//! The standard's own parser in Rust is larger than the rest of the gate together, so this one
//! knows the two schemes that Clerk's addresses have. What it cannot read in the standard's way
//! (names outside ASCII, odd spellings of numbers as hosts) is no address for it: it refuses and
//! never guesses. Its judge in the tests is the `url` crate.

use memchr::memchr3;

use crate::path::is_plain;
use crate::query;

/// Holding one means: an absolute `http` or `https` address with a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    scheme: &'static str,
    /// With its `@`, or empty.
    credentials: String,
    host: String,
    port: Option<u16>,
    path: String,
    query: Option<String>,
    fragment: Option<String>,
}

impl Url {
    /// Reads an absolute address.
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
        let (credentials, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (host, port) = address_of(address, scheme)?;
        let (rest, fragment) = cut(rest, '#');
        let (path, query) = cut(rest, '?');
        Some(Self {
            scheme,
            credentials: credentials_of(credentials),
            host,
            port,
            path: path_of(path),
            query: query.map(|query| {
                encoded(query, |byte| matches!(byte, b'"' | b'#' | b'<' | b'>' | b'\''))
            }),
            fragment: fragment
                .map(|text| encoded(text, |byte| matches!(byte, b'"' | b'<' | b'>' | b'`'))),
        })
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

    /// The host, and the port where it is not the scheme's own.
    #[must_use]
    pub fn host_and_port(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> String {
        [self.scheme, "://", &self.host_and_port()].concat()
    }

    /// The path, with its leading slash.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query without its question mark; empty where there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        self.query.as_deref().unwrap_or_default()
    }

    /// The whole address.
    #[must_use]
    pub fn href(&self) -> String {
        let host = self.host_and_port();
        let mut href = [self.scheme, "://", &self.credentials, &host, &self.path].concat();
        for (mark, part) in [('?', &self.query), ('#', &self.fragment)] {
            if let Some(part) = part {
                href.push(mark);
                href.push_str(part);
            }
        }
        href
    }

    /// The same path and query at another origin; credentials come with it, and no fragment.
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

    /// The same without a query.
    #[must_use]
    pub fn without_query(self) -> Self {
        Self { query: None, ..self }
    }

    /// The same with another path; it must begin with a slash.
    #[must_use]
    pub fn with_path(self, path: &str) -> Self {
        Self { path: path_of(path), ..self }
    }

    /// The same without these members of the query, the others written anew.
    #[must_use]
    pub fn without(self, names: &[&str]) -> Self {
        let query = self.query.as_deref().map(|query| query::without(query, names));
        Self { query: query.filter(|query| !query.is_empty()), ..self }
    }

    /// The same with one more member of the query, the others written anew.
    #[must_use]
    pub fn appended(self, name: &str, value: &str) -> Self {
        let mut query = query::without(self.query(), &[]);
        query::append(&mut query, name, value);
        Self { query: Some(query), ..self }
    }

    /// The same with this member of the query set, the others written anew.
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
    let encode = |text| encoded(text, |byte| b"\"#<>?`{}/:;=@[\\]^|".contains(&byte));
    match (name, password) {
        ("", "") => String::new(),
        (name, "") => format!("{}@", encode(name)),
        (name, password) => format!("{}:{}@", encode(name), encode(password)),
    }
}

fn address_of(address: &str, scheme: &str) -> Option<(String, Option<u16>)> {
    let bracketed = address.rfind(']').unwrap_or_default();
    let colon = address.get(bracketed..)?.find(':').map(|index| index.saturating_add(bracketed));
    let (host, port) = match colon.and_then(|colon| address.split_at_checked(colon)) {
        Some((host, port)) => (host, port.strip_prefix(':').unwrap_or(port)),
        None => (address, ""),
    };
    let port = match port {
        "" => None,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
        _ => return None,
    };
    let own = if scheme == "https" { 443 } else { 80 };
    Some((host_of(host)?, port.filter(|port| *port != own)))
}

fn host_of(host: &str) -> Option<String> {
    if let Some(inner) = host.strip_prefix('[') {
        let address: std::net::Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        // The standard writes these differently from Rust.
        return address.to_ipv4_mapped().is_none().then(|| format!("[{address}]"));
    }
    let legal = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'!' | b'$' | b'&'..=b'.' | b';' | b'=' | b'_' | b'`' | b'{' | b'}' | b'~'
            )
    };
    if host.is_empty() || !host.bytes().all(legal) {
        return None;
    }
    let host = host.to_ascii_lowercase();
    // Punycode is not decoded; with other odd letters in it a name is not taken.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if host.split('.').any(|label| label.starts_with("xn--")) && !host.bytes().all(plain) {
        return None;
    }
    // A host whose last part is a number is an address, and must be written as one.
    let last = host.strip_suffix('.').unwrap_or(&host).rsplit('.').next().unwrap_or_default();
    let is_digits = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = is_digits || last.starts_with("0x");
    (!is_number || host.parse::<std::net::Ipv4Addr>().is_ok()).then_some(host)
}

fn path_of(path: &str) -> String {
    // Nearly every path; what is left is taken to pieces.
    if path.starts_with('/') && is_plain(path) {
        return path.to_owned();
    }
    let path = path.strip_prefix(['/', '\\']).unwrap_or(path);
    let mut segments: Vec<&str> = Vec::new();
    let mut rest = path.split(['/', '\\']).peekable();
    while let Some(segment) = rest.next() {
        let is_last = rest.peek().is_none();
        match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
            "." if is_last => segments.push(""),
            "." => {}
            ".." => {
                segments.pop();
                if is_last {
                    segments.push("");
                }
            }
            _ => segments.push(segment),
        }
    }
    let encode = |text: &&str| encoded(text, |byte| b"\"#<>?`{}".contains(&byte));
    let segments: Vec<String> = segments.iter().map(encode).collect();
    format!("/{}", segments.join("/"))
}

/// The text with these bytes, controls and all beyond ASCII percent-encoded.
fn encoded(text: &str, also: impl Fn(u8) -> bool) -> String {
    let escaped = |byte: u8| byte <= b' ' || byte >= 0x7F || also(byte);
    // Nearly every text, since the runtime has written it.
    if !text.bytes().any(escaped) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if escaped(byte) {
            query::escape(&mut out, byte);
        } else {
            out.push(char::from(byte));
        }
    }
    out
}
