//! The port on Workers: KV, calls to Clerk, WebCrypto. Takes no decision; says what happened.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::CryptoKey;
use worker::kv::KvStore;

use super::{io, webcrypto};
use crate::keys::PublicKey;
use crate::platform::{
    Call, CallFailed, KeyUnfit, Platform, Reply, StoreFailed, VerifierFailed,
};
use crate::token::Algorithm;

/// Workers, as the core sees them.
pub(super) struct Workers {
    env: JsValue,
}

impl Workers {
    /// With the bindings of a request.
    pub(super) fn new(env: JsValue) -> Self {
        Self { env }
    }

    /// The store, if one is bound; whether it must be is the settings' business.
    fn kv(&self) -> Option<KvStore> {
        KvStore::from_this(&self.env, "CLERK_CACHE").ok()
    }
}

impl Platform for Workers {
    type Key = CryptoKey;

    async fn import(&self, key: &PublicKey, algorithm: Algorithm) -> Result<CryptoKey, KeyUnfit> {
        webcrypto::import(key, algorithm).await
    }

    async fn covers(
        &self,
        key: &CryptoKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, VerifierFailed> {
        webcrypto::covers(key, message, signature).await
    }

    async fn call(&self, call: &Call) -> Result<Reply, CallFailed> {
        let headers = io::text(&headers(call));
        let bytes_max = u32::try_from(call.bytes_max).unwrap_or(u32::MAX);
        let body = call.body.as_deref();
        let answer = io::call(&call.url, &headers, body, call.timeout_ms, bytes_max).await;
        reply(&answer.map_err(|_| CallFailed::Unreachable)?)
    }

    async fn stored(&self, name: &str) -> Result<Option<String>, StoreFailed> {
        let Some(store) = self.kv() else { return Ok(None) };
        store.get(name).text().await.map_err(|_| StoreFailed)
    }

    async fn store(&self, name: &str, text: &str, keep_seconds: u32) -> Result<(), StoreFailed> {
        let Some(store) = self.kv() else { return Ok(()) };
        // As bytes: the typed variant would draw a second serialiser into the bundle.
        let put = store.put_bytes(name, text.as_bytes()).map_err(|_| StoreFailed)?;
        put.expiration_ttl(keep_seconds.max(STORE_SECONDS_MIN).into())
            .execute()
            .await
            .map_err(|_| StoreFailed)
    }
}

fn headers(call: &Call) -> Vec<(&'static str, String)> {
    let mut headers = vec![("user-agent", USER_AGENT.to_owned())];
    if let Some(secret) = &call.secret {
        headers.push(("authorization", secret.bearer()));
        headers.push(("clerk-api-version", API_VERSION.to_owned()));
        headers.push(("content-type", "application/json".to_owned()));
    }
    headers
}

/// `io.js` answers with a list, or with a word that says why there is none.
fn reply(answer: &JsValue) -> Result<Reply, CallFailed> {
    match answer.as_string().as_deref() {
        Some("timed-out") => return Err(CallFailed::TimedOut),
        Some("too-large") => return Err(CallFailed::TooLarge),
        Some(_) => return Err(CallFailed::Unreachable),
        None => {}
    }
    let parts: &Array = answer.dyn_ref().ok_or(CallFailed::Unreachable)?;
    let body: Uint8Array = parts.get(3).dyn_into().map_err(|_| CallFailed::Unreachable)?;
    Ok(Reply {
        status: status(&parts.get(0)).ok_or(CallFailed::Unreachable)?,
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

/// KV refuses shorter lives.
const STORE_SECONDS_MIN: u32 = 60;
/// The version of Clerk's Backend API that this gate speaks.
const API_VERSION: &str = "2026-05-12";
const USER_AGENT: &str = concat!("clerk-edge/", env!("CARGO_PKG_VERSION"));
