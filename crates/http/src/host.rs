//! Hosts: as browsers read them, the stricter check for hosts that an operator writes, and the port
//! that follows one. Which hosts are Clerk's belongs in the gate.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::limits::{HOST_BYTES_MAX, LABEL_BYTES_MAX};

/// Host and port of `host:port`; the port is a text of digits, perhaps an empty one. An IPv6
/// address keeps its brackets.
#[must_use]
pub fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
        _ => (authority, None),
    }
}

/// The host of `host:port`.
#[must_use]
pub fn without_port(authority: &str) -> &str {
    split_port(authority).0
}

/// The host as browsers write it: in lower case, an IPv6 address in its shortest form. `None` for a
/// text that is not a host, and for one that browsers rewrite with tables that are not here (names
/// outside ASCII, unusual spellings of IPv4 addresses).
#[must_use]
pub fn read(host: &str) -> Option<String> {
    if let Some(inner) = host.strip_prefix('[') {
        let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        // Browsers write these differently from Rust.
        return address.to_ipv4_mapped().is_none().then(|| format!("[{address}]"));
    }
    let is_legal = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'!' | b'$' | b'&'..=b'.' | b';' | b'=' | b'_' | b'`' | b'{' | b'}' | b'~'
            )
    };
    if host.is_empty() || !host.bytes().all(is_legal) {
        return None;
    }
    let host = host.to_ascii_lowercase();
    // Punycode is not decoded, so names that mix it with unusual characters are refused.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if host.split('.').any(|label| label.starts_with("xn--")) && !host.bytes().all(is_plain) {
        return None;
    }
    (!ends_in_number(&host) || host.parse::<Ipv4Addr>().is_ok()).then_some(host)
}

/// Whether a request's host is a name or an address that upstreams read alike: at most 253 bytes,
/// labels of letters, digits, `-` and `_`, or an IPv6 address in brackets. An upstream may read any
/// other text as another host. An operator's host must be exact ([`is_exact`]).
#[must_use]
pub fn is_plain(host: &str) -> bool {
    host.len() <= HOST_BYTES_MAX && (host.split('.').all(is_plain_label) || is_ipv6(host))
}

/// Whether the text is a host that everybody reads as it is written, in any case: a name of at most
/// 253 bytes, an IPv4 address of four numbers, or an IPv6 address in its shortest form. Labels have
/// letters, digits, `-` and `_`, and no `-` at their ends (RFC 1123, 2.1, with `_`).
#[must_use]
pub fn is_exact(host: &str) -> bool {
    let has_exact_labels = || host.split('.').all(is_exact_label);
    is_plain(host)
        && (host.starts_with('[') || has_exact_labels())
        && read(host).is_some_and(|written| written.eq_ignore_ascii_case(host))
}

/// Whether the text is such a host, with or without a port.
#[must_use]
pub fn is_exact_with_port(authority: &str) -> bool {
    let (host, port) = split_port(authority);
    is_exact(host) && port.is_none_or(is_port)
}

/// Whether the host, in lower case, is this machine.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// Whether browsers read the host as an IPv4 address: its last label is a number.
fn ends_in_number(host: &str) -> bool {
    let last = host.strip_suffix('.').unwrap_or(host).rsplit('.').next().unwrap_or_default();
    let is_digits = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    is_digits || last.starts_with("0x")
}

fn is_plain_label(label: &str) -> bool {
    let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !label.is_empty() && label.bytes().all(is_kept)
}

fn is_exact_label(label: &str) -> bool {
    label.len() <= LABEL_BYTES_MAX && !label.starts_with('-') && !label.ends_with('-')
}

fn is_ipv6(host: &str) -> bool {
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok())
}

/// Whether digits are a port as everybody writes it: 1 to 65535, without leading zeros.
fn is_port(digits: &str) -> bool {
    !digits.starts_with('0') && digits.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_cut_off_and_nothing_else() {
        for (authority, host, port) in [
            ("a.example:8443", "a.example", Some("8443")),
            ("a.example:", "a.example", Some("")),
            ("a.example", "a.example", None),
            ("a.example:x", "a.example:x", None),
            ("[::1]:80", "[::1]", Some("80")),
            ("[::1]", "[::1]", None),
        ] {
            assert_eq!(split_port(authority), (host, port), "{authority}");
        }
    }

    #[test]
    fn an_exact_host_is_read_by_everybody_alike() {
        let label = "a".repeat(LABEL_BYTES_MAX);
        let name = format!("{label}.{label}.{label}.{}", "a".repeat(61));
        for (right, wrong) in [
            ("a.example", "a..example"),
            ("A.Example", "a.example."),
            ("a_b.example", "a~b.example"),
            ("a-b.example", "-a.example"),
            ("a.b-c", "a.b-"),
            ("xn--bcher-kva.de", "bücher.de"),
            ("xn--a-b.example", "xn--a.a_b"),
            ("1.2.3.4", "1.2.3"),
            ("1.2.3.a", "a.1"),
            ("0x7f.com", "a.0X7f"),
            ("[::1]", "[::0:1]"),
            ("[2001:DB8::1]", "[::ffff:1.2.3.4]"),
            ("localhost", "::1"),
            (&label, &format!("{label}a")),
            (&name, &format!("{name}a")),
        ] {
            assert!(is_exact(right), "{right}");
            assert!(!is_exact(wrong), "{wrong}");
        }
        assert!(!is_exact("") && !is_exact("[") && !is_exact("a:80") && !is_exact("a b"));
    }

    #[test]
    fn an_exact_port_has_one_spelling() {
        for right in ["a", "a:1", "a:65535", "[::1]:80"] {
            assert!(is_exact_with_port(right), "{right}");
        }
        for wrong in ["a:", "a:0", "a:080", "a:65536", "a:0x50", "a:1:2", ":80", "[::1]80"] {
            assert!(!is_exact_with_port(wrong), "{wrong}");
        }
    }

    #[test]
    fn loopback_is_this_machine() {
        for own in ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert!(is_loopback(own), "{own}");
        }
        for other in ["localhost.example", "128.0.0.1", "127.0.0.1.example", "[::2]", "alocalhost"]
        {
            assert!(!is_loopback(other), "{other}");
        }
    }
}
