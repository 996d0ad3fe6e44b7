//! The port: KV, calls to Clerk, WebCrypto. Takes no decision; says what happened.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, CryptoKey, Headers, ReadableStream, ReadableStreamDefaultReader, RequestInit,
    RequestRedirect, Response,
};
use worker::{Delay, Env};

use clerk_edge_gate::limits::{KEYS_TIMEOUT_MS, STORE_KEEP_SECONDS_MIN};
use clerk_edge_gate::platform::{
    API_VERSION, ClerkCallError, ClerkRequest, ClerkResponse, Platform, StoreFailed,
};
use clerk_edge_gate::settings::bindings::CLERK_CACHE;
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::{Crypto, KeyError, VerifierFailed};
use clerk_edge_token::key::PublicKey;
use clerk_edge_webcrypto as webcrypto;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch_with(address: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// Workers, as the core sees them.
pub(crate) struct Workers {
    env: Env,
}

impl Workers {
    /// With the bindings of a request.
    pub(crate) fn new(env: &Env) -> Self {
        Self { env: env.clone() }
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
        let response = async {
            let promise = fetch_with(&call.url, &init(call)?)?;
            let response: Response = JsFuture::from(promise).await?.dyn_into()?;
            let body = read_body(response.body(), call.bytes_max).await?;
            Ok((response, body))
        };
        let (response, body) = response.await.map_err(|error| failure(&error))?;
        let header = |name: &str| response.headers().get(name).ok().flatten();
        Ok(ClerkResponse {
            status: response.status(),
            content_type: header("content-type"),
            retry_after: header("retry-after"),
            body: body.ok_or(ClerkCallError::TooLarge)?,
        })
    }

    async fn pause(&self, ms: u32) {
        Delay::from(Duration::from_millis(ms.into())).await;
    }

    async fn load(&self, name: &str) -> Result<Option<String>, StoreFailed> {
        // The store, if one is bound; whether it must be is the settings' business.
        let Ok(store) = self.env.kv(CLERK_CACHE) else { return Ok(None) };
        let late = pin!(Delay::from(Duration::from_millis(KEYS_TIMEOUT_MS.into())));
        match select(pin!(store.get(name).text()), late).await {
            Either::Left((text, _)) => text.map_err(|_| StoreFailed),
            Either::Right(_) => Err(StoreFailed),
        }
    }

    async fn store(&self, name: &str, text: &str, keep_seconds: u32) -> Result<(), StoreFailed> {
        let Ok(store) = self.env.kv(CLERK_CACHE) else { return Ok(()) };
        let keep_seconds = keep_seconds.max(STORE_KEEP_SECONDS_MIN);
        let put = store.put(name, text).map_err(|_| StoreFailed)?;
        put.expiration_ttl(keep_seconds.into()).execute().await.map_err(|_| StoreFailed)
    }
}

fn init(call: &ClerkRequest) -> Result<RequestInit, JsValue> {
    let init = RequestInit::new();
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(call.timeout_ms)));
    init.set_method(call.method.as_str());
    if let Some(body) = &call.body {
        init.set_body(&JsValue::from_str(body));
    }
    if let Some(secret) = &call.secret {
        let headers = Headers::new()?;
        headers.set("authorization", &secret.bearer())?;
        headers.set("clerk-api-version", API_VERSION)?;
        headers.set("content-type", "application/json")?;
        headers.set("user-agent", USER_AGENT)?;
        init.set_headers(&headers);
    }
    Ok(init)
}

/// A whole body, or none where it is longer than allowed.
pub(crate) async fn read_body(
    stream: Option<ReadableStream>,
    bytes_max: usize,
) -> Result<Option<Vec<u8>>, JsValue> {
    let mut whole = Vec::new();
    let Some(stream) = stream else { return Ok(Some(whole)) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let part = JsFuture::from(reader.read()).await?;
        if Reflect::get(&part, &"done".into())?.is_truthy() {
            return Ok(Some(whole));
        }
        let part: Uint8Array = Reflect::get(&part, &"value".into())?.dyn_into()?;
        whole.extend(part.to_vec());
        if whole.len() > bytes_max {
            JsFuture::from(reader.cancel()).await.ok();
            return Ok(None);
        }
    }
}

fn failure(error: &JsValue) -> ClerkCallError {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string());
    match name.as_deref() {
        Some("TimeoutError") => ClerkCallError::TimedOut,
        _ => ClerkCallError::Unreachable,
    }
}

const USER_AGENT: &str = concat!("clerk-edge-worker/", env!("CARGO_PKG_VERSION"));
