//! Import of keys and verification of signatures with WebCrypto, for Workers and for Node. It
//! knows nothing of Workers, so that tests run the same code in Node. Which key is used for which
//! token belongs in `clerk-edge-gate`.
#![cfg(target_arch = "wasm32")]

use js_sys::{Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{CryptoKey, SubtleCrypto};

use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::{KeyError, VerifierFailed};
use clerk_edge_token::key::PublicKey;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = crypto, js_name = subtle)]
    static SUBTLE: SubtleCrypto;
}

/// What a promise comes to.
pub trait Wait: Future<Output = Result<JsValue, JsValue>> {}

impl<F: Future<Output = Result<JsValue, JsValue>>> Wait for F {}

/// Imports a key for one algorithm, not extractable and for verification only. `settled` waits for
/// a promise, here and below.
///
/// # Errors
/// [`KeyError`] if WebCrypto refuses it: its set names another algorithm, or it is not an RSA key.
pub async fn import<W: Wait>(
    key: &PublicKey,
    algorithm: Algorithm,
    settled: impl FnOnce(Promise) -> W,
) -> Result<CryptoKey, KeyError> {
    let jwk = object(&[
        ("kty", "RSA"),
        ("n", key.modulus()),
        ("e", key.exponent()),
        ("alg", key.algorithm().unwrap_or(algorithm).name()),
    ])?;
    let parameters = object(&[("name", SCHEME), ("hash", algorithm.hash())])?;
    let usages = js_sys::Array::of1(&JsValue::from_str("verify"));
    let promise: Promise = SUBTLE
        .with(|subtle| subtle.import_key_with_object("jwk", &jwk, &parameters, false, &usages))
        .map_err(|_| KeyError)?;
    let imported = settled(promise).await.map_err(|_| KeyError)?;
    imported.dyn_into().map_err(|_| KeyError)
}

/// Whether `signature` is a valid signature of `message` by `key`.
///
/// # Errors
/// [`VerifierFailed`] if WebCrypto fails.
pub async fn verify<W: Wait>(
    key: &CryptoKey,
    message: &[u8],
    signature: &[u8],
    settled: impl FnOnce(Promise) -> W,
) -> Result<bool, VerifierFailed> {
    let (signature, message) = (Uint8Array::from(signature), Uint8Array::from(message));
    let promise: Promise = SUBTLE
        .with(|subtle| {
            subtle
                .verify_with_str_and_js_u8_array_and_js_u8_array(SCHEME, key, &signature, &message)
        })
        .map_err(|_| VerifierFailed)?;
    let answer = settled(promise).await.map_err(|_| VerifierFailed)?;
    answer.as_bool().ok_or(VerifierFailed)
}

/// A JavaScript object with these members.
fn object(fields: &[(&str, &str)]) -> Result<Object, KeyError> {
    let out = Object::new();
    for (name, value) in fields {
        Reflect::set(&out, &JsValue::from_str(name), &JsValue::from_str(value))
            .map_err(|_| KeyError)?;
    }
    Ok(out)
}

const SCHEME: &str = "RSASSA-PKCS1-v1_5";
