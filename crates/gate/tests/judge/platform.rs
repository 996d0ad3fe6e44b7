//! Clerk and the browser's cryptography in memory: the key set and the answers that a recording names, signatures
//! verified by the `rsa` crate, and every call written down.

use std::cell::{Cell, RefCell};

use base64ct::{Base64UrlUnpadded, Encoding};
use clerk_edge_gate::platform::{
    ClerkCallError, ClerkRequest, ClerkResponse, Platform, StoreFailed,
};
use clerk_edge_gate::secret::Secret;
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::{Crypto, KeyError, VerifierFailed};
use clerk_edge_token::key::PublicKey;
use rsa::sha2::{Digest, Sha256, Sha384, Sha512};
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use serde_json::{Value, json};

use super::text;

/// A key and the one algorithm it was imported for.
#[derive(Clone, Debug)]
pub(crate) struct Imported(RsaPublicKey, Algorithm);

#[derive(Default)]
pub(crate) struct Clerk {
    jwks: Value,
    routes: Vec<Value>,
    made: RefCell<Vec<ClerkRequest>>,
    pub(crate) asked_keys: Cell<usize>,
    pub(crate) verified: Cell<usize>,
}

impl Clerk {
    /// The world of one recorded question.
    pub(crate) fn of(question: &Value) -> Self {
        let routes = question["bapi"].as_array().cloned().unwrap_or_default();
        Self { jwks: question["jwks"].clone(), routes, ..Self::default() }
    }

    /// Clerk with a key set and these further routes.
    pub(crate) fn with(jwks: Value, routes: Vec<Value>) -> Self {
        Self { jwks, routes, ..Self::default() }
    }

    /// The calls made so far but for key sets.
    pub(crate) fn made(&self) -> Vec<ClerkRequest> {
        self.made.borrow().clone()
    }

    pub(crate) fn calls(&self) -> Value {
        let made = self.made.borrow();
        made.iter()
            .map(|call| {
                let method = if call.body.is_some() { "POST" } else { "GET" };
                let authorization = call.secret.as_ref().map(Secret::bearer);
                json!({
                    "method": method, "url": path(&call.url), "authorization": authorization,
                    "body": call.body.as_deref().map(body),
                })
            })
            .collect()
    }
}

/// A recorded call, without what depends on the recorder and without the headers that we keep
/// from Clerk on purpose.
pub(crate) fn comparable_call(call: &Value) -> Value {
    json!({
        "method": call["method"], "url": path(text(&call["url"])),
        "authorization": call["headers"]["authorization"],
        "body": call["body"].as_str().map(body),
    })
}

fn path(url: &str) -> String {
    url.splitn(4, '/').nth(3).unwrap_or_default().to_owned()
}

fn body(text: &str) -> Value {
    let mut body: Value = serde_json::from_str(text).unwrap();
    if let Some(headers) = body["request_headers"].as_object_mut() {
        headers.retain(|name, _| {
            [
                "user-agent",
                "accept-language",
                "origin",
                "referer",
                "host",
                "cf-connecting-ip",
                "x-forwarded-for",
            ]
            .contains(&name.as_str())
        });
    }
    body
}

impl Crypto for Clerk {
    type Key = Imported;

    async fn import(&self, key: &PublicKey, algorithm: Algorithm) -> Result<Imported, KeyError> {
        if key.algorithm().is_some_and(|only| only != algorithm) {
            return Err(KeyError);
        }
        let number = |text: &str| {
            Base64UrlUnpadded::decode_vec(text).map(|bytes| BigUint::from_bytes_be(&bytes))
        };
        let modulus = number(key.modulus()).map_err(|_| KeyError)?;
        let exponent = number(key.exponent()).map_err(|_| KeyError)?;
        RsaPublicKey::new(modulus, exponent)
            .map(|key| Imported(key, algorithm))
            .map_err(|_| KeyError)
    }

    async fn verify(
        &self,
        key: &Imported,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, VerifierFailed> {
        self.verified.set(self.verified.get() + 1);
        let Imported(key, algorithm) = key;
        let verdict = match algorithm {
            Algorithm::Rs256 => {
                key.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature)
            }
            Algorithm::Rs384 => {
                key.verify(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(message), signature)
            }
            Algorithm::Rs512 => {
                key.verify(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(message), signature)
            }
        };
        Ok(verdict.is_ok())
    }
}

impl Platform for Clerk {
    async fn call(&self, call: &ClerkRequest) -> Result<ClerkResponse, ClerkCallError> {
        let method = if call.body.is_some() { "POST" } else { "GET" };
        let path = format!("/{}", path(&call.url));
        let is_keys = path.ends_with("/jwks.json") || path == "/v1/jwks";
        if is_keys {
            self.asked_keys.set(self.asked_keys.get() + 1);
        } else {
            self.made.borrow_mut().push(call.clone());
        }
        let bare = path.split('?').next().unwrap_or_default();
        let route = self
            .routes
            .iter()
            .find(|route| text(&route["method"]) == method && text(&route["path"]) == bare);
        if let Some(route) = route {
            return answer(route);
        }
        if is_keys && !self.jwks.is_null() {
            return Ok(reply(200, "application/json", self.jwks.to_string()));
        }
        Ok(reply(
            404,
            "application/json",
            json!({ "errors": [{ "code": "resource_not_found" }] }).to_string(),
        ))
    }

    async fn load(&self, _name: &str) -> Result<Option<String>, StoreFailed> {
        Ok(None)
    }

    async fn store(&self, _name: &str, _text: &str, _keep_seconds: u32) -> Result<(), StoreFailed> {
        Ok(())
    }
}

fn answer(route: &Value) -> Result<ClerkResponse, ClerkCallError> {
    if !route["network_error"].is_null() {
        return Err(ClerkCallError::Unreachable);
    }
    let status =
        route["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
    let media_type = route["content_type"].as_str().unwrap_or("application/json");
    let body = match &route["body"] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        body => body.to_string(),
    };
    Ok(reply(status, media_type, body))
}

fn reply(status: u16, media_type: &str, body: String) -> ClerkResponse {
    let content_type = Some(media_type.to_owned());
    ClerkResponse { status, content_type, retry_after: None, body: body.into_bytes() }
}
