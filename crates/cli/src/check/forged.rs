//! Tokens that no gate may accept, made for the purpose. None carries anything of a real one.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// `alg: none`, without a signature.
#[must_use]
pub fn unsigned(now_seconds: i64, issuer: &str) -> String {
    format!("{}.", message(&json!({ "alg": "none", "typ": "JWT" }), now_seconds, issuer))
}

/// RS256 with the instance's key id and bytes that no key made.
#[must_use]
pub fn altered(now_seconds: i64, issuer: &str, kid: &str) -> String {
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": kid });
    let signature = Base64UrlUnpadded::encode_string(&[0x5A; 256]);
    format!("{}.{signature}", message(&header, now_seconds, issuer))
}

/// RS256 with a key id that the instance does not have.
#[must_use]
pub fn foreign(now_seconds: i64, issuer: &str) -> String {
    altered(now_seconds, issuer, "ins_someoneelse")
}

/// HS256 keyed with the public key: accepted by whoever takes `alg` from the token.
#[must_use]
pub fn hs256(now_seconds: i64, issuer: &str, kid: &str, public_key: &str) -> Option<String> {
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": kid });
    let message = message(&header, now_seconds, issuer);
    let mut mac = Hmac::<Sha256>::new_from_slice(public_key.as_bytes()).ok()?;
    mac.update(message.as_bytes());
    let signature = Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes());
    Some(format!("{message}.{signature}"))
}

/// The first key of a set as PEM, and its id.
#[must_use]
pub fn first_key(jwks: &Value) -> Option<(String, String)> {
    let key = jwks.get("keys")?.as_array()?.first()?;
    let kid = key.get("kid")?.as_str()?.to_owned();
    let number = |name: &str| Base64UrlUnpadded::decode_vec(key.get(name)?.as_str()?).ok();
    let rsa = sequence(&[integer(&number("n")?), integer(&number("e")?)].concat());
    let bits = tagged(0x03, &[&[0], rsa.as_slice()].concat());
    let der = sequence(&[RSA_OID.to_vec(), bits].concat());
    let body = Base64::encode_string(&der);
    let lines: Vec<&str> =
        body.as_bytes().chunks(PEM_COLUMNS).filter_map(|line| str::from_utf8(line).ok()).collect();
    let pem =
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"));
    Some((pem, kid))
}

fn message(header: &Value, now_seconds: i64, issuer: &str) -> String {
    let claims = json!({
        "exp": now_seconds.saturating_add(60), "iat": now_seconds,
        "nbf": now_seconds.saturating_sub(10), "iss": issuer, "sid": "sess_forged",
        "sub": "user_forged", "metadata": { "role": "admin" }, "role": "admin",
    });
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(&claims))
}

fn sequence(content: &[u8]) -> Vec<u8> {
    tagged(0x30, content)
}

/// A number that is not negative: a zero goes before a byte with its highest bit set.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let pad: &[u8] = if bytes.first().is_some_and(|first| *first >= 0x80) { &[0] } else { &[] };
    tagged(0x02, &[pad, bytes].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let bytes = content.len().to_be_bytes();
    let length: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    match (content.len(), u8::try_from(content.len()), u8::try_from(length.len())) {
        (0..0x80, Ok(short), _) => out.push(short),
        (_, _, Ok(count)) => {
            out.push(0x80 | count);
            out.extend(length);
        }
        _ => {}
    }
    out.extend(content);
    out
}

/// `rsaEncryption` without parameters.
const RSA_OID: [u8; 15] =
    [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00];
const PEM_COLUMNS: usize = 64;
