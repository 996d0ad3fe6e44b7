//! `CLAIM_HEADERS`: which further headers carry which claims to the upstream.
//!
//! A name may not be one that the gate, the platform or HTTP itself gives a meaning: the gate
//! removes the name from what clients send, and that must harm nothing.

use serde_json::Value;

use crate::settings::bindings::Bindings;
use crate::settings::value_reader::ValueReader;
use clerk_edge_rules::claim_path::ClaimPath;

const NAME: &str = "CLAIM_HEADERS";

/// The pairs, lower-cased, in the order they were written.
pub(super) fn read<B: Bindings>(reader: &ValueReader<'_, B>) -> Vec<(String, ClaimPath)> {
    let mut pairs: Vec<(String, ClaimPath)> = Vec::new();
    for (name, value) in reader.table(NAME).into_iter().flat_map(|table| table.0) {
        let place = place(&name);
        let header = name.to_ascii_lowercase();
        let twin = pairs.iter().any(|(other, _)| folded(other) == folded(&header));
        if let Err(message) = judge(&header, twin) {
            reader.note(place, message);
        } else if let Some(claim) = claim(&value) {
            pairs.push((header, claim));
        } else {
            reader.note(place, "must be a claim path, such as \"metadata.plan\"");
        }
    }
    pairs
}

fn judge(header: &str, twin: bool) -> Result<(), &'static str> {
    let spelt = folded(header);
    if header.is_empty() || !header.bytes().all(is_token_byte) {
        Err("is no header name: letters, digits and `-` make one, such as x-user-plan")
    } else if spelt.starts_with("x-clerk-") {
        Err("begins with `x-clerk-`, which the gate keeps for itself: choose another name")
    } else if TAKEN.contains(&spelt.as_str()) || TAKEN_PREFIXES.iter().any(|p| spelt.starts_with(p))
    {
        Err("has a meaning of its own in HTTP: choose another name, such as x-user-plan")
    } else if twin {
        Err("is named twice (upper and lower case are the same here, and so are `-`, `_` and `.`)")
    } else {
        Ok(())
    }
}

fn claim(value: &Value) -> Option<ClaimPath> {
    ClaimPath::parse(value.as_str()?).ok()
}

/// The place in the table; what is no plain name is quoted, and cut where it is long.
fn place(name: &str) -> String {
    let shown: String = name.chars().take(NAME_CHARS_SHOWN).collect();
    if !shown.is_empty() && shown.bytes().all(is_token_byte) {
        format!("{NAME}.{shown}")
    } else {
        format!("{NAME}[{shown:?}]")
    }
}

/// As upstreams see it that make one variable of `x-a`, `x_a` and `x.a`.
fn folded(header: &str) -> String {
    header.bytes().map(|byte| char::from(folded_byte(byte))).collect()
}

/// One byte of a header's name as CGI programs see it: lower-cased, `-` for what is neither letter
/// nor digit.
pub(crate) const fn folded_byte(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' }
}

/// What RFC 9110, 5.6.2 allows in a name.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

const NAME_CHARS_SHOWN: usize = 64;

/// Names that frame a message, carry credentials, address it, or ask for a form of the answer.
const TAKEN: [&str; 32] = [
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
const TAKEN_PREFIXES: [&str; 13] = [
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
