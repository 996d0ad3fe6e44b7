//! Makes tokens for tests, with the keys of the recordings, which are used nowhere else.

use std::sync::LazyLock;

use base64ct::{Base64UrlUnpadded, Encoding};
use rsa::pkcs8::DecodePrivateKey;
use rsa::sha2::{Digest, Sha256, Sha384, Sha512};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Value, json};

/// The time of the recordings, in milliseconds.
pub const NOW_MS: i64 = 1_750_000_000_000;
/// The same in seconds.
pub const NOW: i64 = 1_750_000_000;
/// The publishable key of a production instance.
pub const LIVE_KEY: &str = "pk_live_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA";
/// The cookie suffix of [`LIVE_KEY`].
pub const LIVE_SUFFIX: &str = "MqCvchyS";
/// The publishable key of a development instance with the same host.
pub const TEST_KEY: &str = "pk_test_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA";
/// The issuer of the instance.
pub const ISSUER: &str = "https://clerk.inspired.puma-74.lcl.dev";

const RECORDED: &str = include_str!("../../../tests/vectors/clerk-cases.json");

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
pub fn jwks() -> Value {
    MATERIAL.jwks.clone()
}

/// The header of an ordinary token.
pub fn header() -> Value {
    json!({ "alg": "RS256", "kid": MATERIAL.kid, "typ": "JWT" })
}

/// The claims of an ordinary session that begins at [`NOW`].
pub fn claims() -> Value {
    json!({
        "azp": "https://www.myapp.com", "exp": NOW + 60, "iat": NOW, "iss": ISSUER, "nbf": NOW - 10,
        "sid": "sess_1", "sub": "user_1",
    })
}

/// An ordinary token with changed claims; `null` removes a claim.
pub fn session(changes: &Value) -> String {
    token(&header(), &changed(claims(), changes))
}

/// The object with changed members; `null` removes a member.
pub fn changed(mut object: Value, changes: &Value) -> Value {
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
pub fn token(header: &Value, claims: &Value) -> String {
    of_bytes(header.to_string().as_bytes(), claims.to_string().as_bytes())
}

/// A token of any bytes.
pub fn of_bytes(header: &[u8], claims: &[u8]) -> String {
    let message = format!(
        "{}.{}",
        Base64UrlUnpadded::encode_string(header),
        Base64UrlUnpadded::encode_string(claims)
    );
    signed(&message, header)
}

/// A message with the signature of the instance's key.
pub fn signed(message: &str, header: &[u8]) -> String {
    sign(&MATERIAL.own, message, header)
}

/// A token of any header and claims that another key signed.
pub fn forged_with(header: &Value, claims: &Value) -> String {
    let token = token(header, claims);
    let (message, _) = token.rsplit_once('.').unwrap();
    sign(&MATERIAL.other, message, b"")
}

/// A token that another key signed.
pub fn forged(changes: &Value) -> String {
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
