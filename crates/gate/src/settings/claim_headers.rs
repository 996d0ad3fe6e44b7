//! `CLAIM_HEADERS`: which further headers carry which claims to the upstream.
//!
//! The gate removes these headers from clients' requests. So a name that the gate, the platform or
//! HTTP itself uses is a problem.

use serde_json::Value;

use crate::settings::value_reader::ValueReader;
use clerk_edge_rules::claim_path::ClaimPath;

/// The pairs of header name (in lower case) and claim, in the order of the table.
pub(super) fn read(reader: &mut ValueReader<'_>, name: &str) -> Vec<(String, ClaimPath)> {
    let mut pairs: Vec<(String, ClaimPath)> = Vec::new();
    for (key, value) in reader.table(name).into_iter().flat_map(|table| table.0) {
        let header = key.to_ascii_lowercase();
        let is_repeated = pairs.iter().any(|(other, _)| same_header_name(other, &header));
        if let Err(message) = check(&header, is_repeated) {
            reader.add(place(name, &key), message);
        } else if let Some(claim) = claim(&value) {
            pairs.push((header, claim));
        } else {
            reader.add(place(name, &key), "must be a claim path, such as \"metadata.plan\"");
        }
    }
    pairs
}

fn check(header: &str, is_repeated: bool) -> Result<(), &'static str> {
    let has_prefix = |prefix: &&str| has_header_prefix(header, prefix);
    if header.is_empty() || !header.bytes().all(is_token_byte) {
        Err("is not a valid header name: use letters, digits and `-`, such as x-user-plan")
    } else if has_prefix(&"x-clerk-") {
        Err("begins with `x-clerk-`, which is reserved for the gate: choose another name")
    } else if RESERVED.iter().any(|name| same_header_name(header, name))
        || RESERVED_PREFIXES.iter().any(has_prefix)
    {
        Err("already has a meaning in HTTP: choose another name, such as x-user-plan")
    } else if is_repeated {
        Err("is given twice (case does not count, and `_` and `.` count as `-`)")
    } else {
        Ok(())
    }
}

fn claim(value: &Value) -> Option<ClaimPath> {
    ClaimPath::parse(value.as_str()?).ok()
}

/// The place of a key in the table. A key that is not a header name is quoted; a long one is cut.
fn place(name: &str, key: &str) -> String {
    let shown: String = key.chars().take(KEY_CHARS_SHOWN).collect();
    if !shown.is_empty() && shown.bytes().all(is_token_byte) {
        format!("{name}.{shown}")
    } else {
        format!("{name}[{shown:?}]")
    }
}

/// Whether two names are one header for servers that pass headers as CGI variables: case does not
/// count, and every byte that is neither letter nor digit counts as `-`. They make one variable of
/// `x-clerk-role`, `x_clerk_role` and `x.clerk~role`.
pub(crate) fn same_header_name(name: &str, other: &str) -> bool {
    let mut pairs = name.bytes().zip(other.bytes());
    name.len() == other.len() && pairs.all(|(byte, other)| folded(byte) == folded(other))
}

/// Whether a name begins with a prefix, which is given in lower case and with `-`.
pub(crate) fn has_header_prefix(name: &str, prefix: &str) -> bool {
    let mut pairs = name.bytes().zip(prefix.bytes());
    name.len() >= prefix.len() && pairs.all(|(byte, wanted)| folded(byte) == wanted)
}

const fn folded(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' }
}

/// Whether RFC 9110, 5.6.2 allows the byte in a header name.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

const KEY_CHARS_SHOWN: usize = 64;

/// Headers that HTTP, the platform or frameworks use for framing, credentials, routing or content
/// negotiation.
const RESERVED: [&str; 32] = [
    "age",
    "authorization",
    "cache-control",
    "connection",
    "cookie",
    "cookie2",
    "date",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "next-resume",
    "origin",
    "pragma",
    "priority",
    "range",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "user-agent",
    "via",
    "x-method-override",
    "x-nextjs-data",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
];
const RESERVED_PREFIXES: [&str; 13] = [
    "accept",
    "access-control-",
    "cdn-",
    "cf-",
    "content-",
    "if-",
    "proxy-",
    "sec-",
    "x-forwarded-",
    "x-http-method",
    "x-invoke-",
    "x-matched-path",
    "x-middleware-",
];
