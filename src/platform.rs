//! The port on Workers: KV, calls to Clerk, WebCrypto. Takes no decision; says what happened.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::CryptoKey;

use crate::env::get;
use crate::io;
use clerk_edge_gate::limits::{KEYS_TIMEOUT_MS, STORE_KEEP_SECONDS_MIN};
use clerk_edge_gate::platform::{
    API_VERSION, ClerkCallError, ClerkRequest, ClerkResponse, Platform, StoreFailed,
};
use clerk_edge_gate::settings::bindings::CLERK_CACHE;
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::{Crypto, KeyError, VerifierFailed};
use clerk_edge_token::key::PublicKey;
use clerk_edge_webcrypto as webcrypto;

/// Workers, as the core sees them.
pub(crate) struct Workers {
    env: JsValue,
}

impl Workers {
    /// With the bindings of a request.
    pub(crate) fn new(env: JsValue) -> Self {
        Self { env }
    }

    /// The store, if one is bound; whether it must be is the settings' business.
    fn kv(&self) -> Option<JsValue> {
        get(&self.env, CLERK_CACHE)
    }
}

impl Crypto for Workers {
    type Key = CryptoKey;

    async fn import(&self, key: &PublicKey, algorithm: Algorithm) -> Result<CryptoKey, KeyError> {
        webcrypto::import(key, algorithm).await
    }

    async fn verify(
        &self,
        key: &CryptoKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, VerifierFailed> {
        webcrypto::verify(key, message, signature).await
    }
}

impl Platform for Workers {
    async fn call(&self, call: &ClerkRequest) -> Result<ClerkResponse, ClerkCallError> {
        let headers = io::text(&headers(call));
        let bytes_max = u32::try_from(call.bytes_max).unwrap_or(u32::MAX);
        let (method, body) = (call.method.as_str(), call.body.as_deref());
        let answer = io::call(method, &call.url, &headers, body, call.timeout_ms, bytes_max).await;
        reply(&answer.map_err(|_| ClerkCallError::Unreachable)?)
    }

    async fn pause(&self, ms: u32) {
        // It can only fail with the request itself.
        let _ = io::pause(ms).await;
    }

    async fn load(&self, name: &str) -> Result<Option<String>, StoreFailed> {
        let Some(store) = self.kv() else { return Ok(None) };
        let text = io::load(&store, name, KEYS_TIMEOUT_MS).await.map_err(|_| StoreFailed)?;
        Ok(text.as_string())
    }

    async fn store(&self, name: &str, text: &str, keep_seconds: u32) -> Result<(), StoreFailed> {
        let Some(store) = self.kv() else { return Ok(()) };
        let keep_seconds = keep_seconds.max(STORE_KEEP_SECONDS_MIN);
        io::store(&store, name, text, keep_seconds).await.map_err(|_| StoreFailed)?;
        Ok(())
    }
}

fn headers(call: &ClerkRequest) -> Vec<(&'static str, String)> {
    let Some(secret) = &call.secret else { return Vec::new() };
    vec![
        ("authorization", secret.bearer()),
        ("clerk-api-version", API_VERSION.to_owned()),
        ("content-type", "application/json".to_owned()),
        ("user-agent", USER_AGENT.to_owned()),
    ]
}

/// `io.js` answers with a list, or with a word that says why there is none.
fn reply(answer: &JsValue) -> Result<ClerkResponse, ClerkCallError> {
    match answer.as_string().as_deref() {
        Some("timed-out") => return Err(ClerkCallError::TimedOut),
        Some("too-large") => return Err(ClerkCallError::TooLarge),
        Some(_) => return Err(ClerkCallError::Unreachable),
        None => {}
    }
    let parts: &Array = answer.dyn_ref().ok_or(ClerkCallError::Unreachable)?;
    let body: Uint8Array = parts.get(3).dyn_into().map_err(|_| ClerkCallError::Unreachable)?;
    Ok(ClerkResponse {
        status: status(&parts.get(0)).ok_or(ClerkCallError::Unreachable)?,
        content_type: parts.get(1).as_string(),
        retry_after: parts.get(2).as_string(),
        body: body.to_vec(),
    })
}

fn status(value: &JsValue) -> Option<u16> {
    let number = value.as_f64()?;
    (100.0..1_000.0).contains(&number).then_some(())?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "100 to 999")]
    Some(number as u16)
}

const USER_AGENT: &str = concat!("clerk-edge/", env!("CARGO_PKG_VERSION"));
