//! An absolute web address in the configuration: scheme, host, port, path, and nothing odd.
//!
//! Read more strictly than browsers do, so that nobody reads it differently: no user name, no
//! white space, no backslash, no characters beyond ASCII, no host that a browser would rewrite.
//! Addresses out of requests never come here.

/// Holding one means: the standard's parser reads this text to exactly the same parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    secure: bool,
    authority: String,
    path: String,
    tail: String,
}

impl Address {
    /// Reads an absolute `http:` or `https:` address; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        if !rest.bytes().all(|b| b.is_ascii_graphic() && !ODD.contains(&b)) {
            return None;
        }
        let (authority, rest) = split_before(rest, &['/', '?', '#']);
        let (path, tail) = split_before(rest, &['?', '#']);
        let authority = without_default_port(&authority.to_ascii_lowercase(), secure);
        is_host_and_port(&authority).then(|| Self {
            secure,
            authority,
            path: path.to_owned(),
            tail: tail.to_owned(),
        })
    }

    /// Whether it is `https:`.
    pub(super) fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether it leads to this very machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(host_of(&self.authority))
    }

    /// Host and port.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether a query or a fragment follows the path.
    pub(super) fn has_tail(&self) -> bool {
        !self.tail.is_empty()
    }

    /// Whether the path has a segment that means "here" or "above".
    pub(super) fn has_dot_segments(&self) -> bool {
        self.path.split('/').any(is_dot_segment)
    }

    /// The address with lower-case scheme and host, without its trailing slashes.
    pub(super) fn trimmed(&self) -> String {
        let path = self.path.trim_end_matches('/');
        format!("{}://{}{path}{}", self.scheme(), self.authority, self.tail)
    }

    /// The address with lower-case scheme and host, else as it was written.
    pub(super) fn whole(&self) -> String {
        format!("{}://{}{}{}", self.scheme(), self.authority, self.path, self.tail)
    }

    fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }
}

/// Whether the text is a host name or address of ASCII letters, digits, `-` and `_`, with or
/// without a port, and nothing else.
pub(super) fn is_host_and_port(text: &str) -> bool {
    let host = host_of(text);
    let port = text.strip_prefix(host).unwrap_or_default();
    is_host(host) && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

fn host_of(authority: &str) -> &str {
    match authority.split_once(']') {
        Some((v6, _)) => authority.get(..v6.len().saturating_add(1)).unwrap_or(authority),
        None => authority.split_once(':').map_or(authority, |(host, _)| host),
    }
}

fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[') {
        let Some(inner) = inner.strip_suffix(']') else { return false };
        // Browsers rewrite an IPv6 address to its shortest form: only that form is taken.
        return inner
            .parse::<std::net::Ipv6Addr>()
            .is_ok_and(|address| !inner.contains('.') && address.to_string() == inner);
    }
    if host.len() > HOST_BYTES_MAX || !host.split('.').all(is_label) {
        return false;
    }
    // A host whose last label is a number is an IPv4 address to browsers, however it is written.
    let numeric = host
        .rsplit('.')
        .next()
        .is_some_and(|label| label.starts_with("0x") || label.bytes().all(|b| b.is_ascii_digit()));
    !numeric || host.parse::<std::net::Ipv4Addr>().is_ok()
}

fn is_label(label: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    !label.is_empty() && label.len() <= LABEL_BYTES_MAX && label.bytes().all(plain)
        // `xn--` labels are checked by browsers against tables that are not here.
        && (!label.starts_with("xn--") || label.len() > 4)
}

fn is_port(port: &str) -> bool {
    !port.is_empty()
        && port.bytes().all(|b| b.is_ascii_digit())
        && !port.starts_with('0')
        && port.parse::<u16>().is_ok()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a path segment means "here" or "above", escaped or not.
pub(super) fn is_dot_segment(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

fn without_default_port(authority: &str, secure: bool) -> String {
    let default = if secure { ":443" } else { ":80" };
    authority.strip_suffix(default).unwrap_or(authority).to_owned()
}

fn split_before<'a>(text: &'a str, marks: &[char]) -> (&'a str, &'a str) {
    text.find(marks).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

/// Characters that browsers rewrite or read in their own way.
const ODD: [u8; 10] = *b"\\\"<>`{}|^'";
const HOST_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;
