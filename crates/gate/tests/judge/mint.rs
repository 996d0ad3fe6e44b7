//! Tokens made for a test, with the throw-away keys of the recordings.

use std::sync::LazyLock;

use base64ct::{Base64UrlUnpadded, Encoding};
use rsa::pkcs8::DecodePrivateKey;
use rsa::sha2::{Digest, Sha256, Sha384, Sha512};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Value, json};

/// The recorded frozen clock, in milliseconds.
pub(crate) const NOW_MS: i64 = 1_750_000_000_000;
/// The same in seconds.
pub(crate) const NOW: i64 = 1_750_000_000;
/// A production key, and the instance that it names.
pub(crate) const LIVE_KEY: &str = "pk_live_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA";
pub(crate) const LIVE_SUFFIX: &str = "MqCvchyS";
/// The same instance's host as a development instance.
pub(crate) const TEST_KEY: &str = "pk_test_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA";
pub(crate) const ISSUER: &str = "https://clerk.inspired.puma-74.lcl.dev";

const RECORDED: &str = include_str!("../../../../tests/vectors/clerk-cases.json");

struct Material {
    own: RsaPrivateKey,
    other: RsaPrivateKey,
    kid: String,
    jwks: Value,
}

static MATERIAL: LazyLock<Material> = LazyLock::new(|| {
    let all: Value = serde_json::from_str(RECORDED).unwrap();
    let key = |name: &str| {
        let pem = all["keys"][name]["private_pkcs8_pem"].as_str().unwrap();
        RsaPrivateKey::from_pkcs8_pem(pem).unwrap()
    };
    Material {
        own: key("a"),
        other: key("b"),
        kid: all["meta"]["kid"].as_str().unwrap().to_owned(),
        jwks: all["jwks"]["a"].clone(),
    }
});

/// The key set of the instance.
pub(crate) fn jwks() -> Value {
    MATERIAL.jwks.clone()
}

/// The header of an ordinary token.
pub(crate) fn header() -> Value {
    json!({ "alg": "RS256", "kid": MATERIAL.kid, "typ": "JWT" })
}

/// The claims of an ordinary session, from the recorded now on.
pub(crate) fn claims() -> Value {
    json!({
        "azp": "https://www.myapp.com", "exp": NOW + 60, "iat": NOW, "iss": ISSUER, "nbf": NOW - 10,
        "sid": "sess_1", "sub": "user_1",
    })
}

/// An ordinary token, its claims changed; `null` takes a claim out.
pub(crate) fn session(changes: &Value) -> String {
    token(&header(), &changed(claims(), changes))
}

/// The object with these members set, and those that are `null` taken out.
pub(crate) fn changed(mut object: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        let members = object.as_object_mut().unwrap();
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    object
}

/// A token of any header and claims, signed as the header's algorithm says, else with RS256.
pub(crate) fn token(header: &Value, claims: &Value) -> String {
    of_bytes(header.to_string().as_bytes(), claims.to_string().as_bytes())
}

/// A token of any bytes.
pub(crate) fn of_bytes(header: &[u8], claims: &[u8]) -> String {
    let message = format!(
        "{}.{}",
        Base64UrlUnpadded::encode_string(header),
        Base64UrlUnpadded::encode_string(claims)
    );
    signed(&message, header)
}

/// A message with the signature of the instance's key.
pub(crate) fn signed(message: &str, header: &[u8]) -> String {
    sign(&MATERIAL.own, message, header)
}

/// A token of any header and claims that another key signed.
pub(crate) fn forged_with(header: &Value, claims: &Value) -> String {
    let token = token(header, claims);
    let (message, _) = token.rsplit_once('.').unwrap();
    sign(&MATERIAL.other, message, b"")
}

/// A token that another key signed.
pub(crate) fn forged(changes: &Value) -> String {
    let token = session(changes);
    let (message, _) = token.rsplit_once('.').unwrap();
    sign(&MATERIAL.other, message, b"")
}

fn sign(key: &RsaPrivateKey, message: &str, header: &[u8]) -> String {
    let header = String::from_utf8_lossy(header);
    let signature = if header.contains("RS384") {
        key.sign(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(message))
    } else if header.contains("RS512") {
        key.sign(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(message))
    } else {
        key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message))
    };
    format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature.unwrap()))
}
