//! The verifier by hand, written with the `worker` crate as its documentation shows it: its event,
//! its request, its answer. A peer of the comparison, so it does no more than the one in JavaScript.

use std::cell::RefCell;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use js_sys::{Array, Object, Reflect, Uint8Array};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto, WorkerGlobalScope};
use worker::{Context, Date, Env, Request, Response, Result, event};

const SKEW_SECONDS: i64 = 5;

thread_local! {
    static KEY: RefCell<Option<CryptoKey>> = const { RefCell::new(None) };
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    if !is_signed_in(&request, &env).await? {
        return Response::error("signed out", 401);
    }
    match env.service("UPSTREAM") {
        Ok(upstream) => upstream.fetch_request(request).await,
        Err(_) => Response::ok("ok"),
    }
}

async fn is_signed_in(request: &Request, env: &Env) -> Result<bool> {
    let Some(token) = token(request, env)? else { return Ok(false) };
    let mut parts = token.split('.');
    let (Some(head), Some(body), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Ok(false);
    };
    if json(head).is_none_or(|head| head["alg"] != "RS256") {
        return Ok(false);
    }
    let signed = &token[..head.len() + 1 + body.len()];
    if !is_genuine(signed, signature, env).await? {
        return Ok(false);
    }
    Ok(json(body).is_some_and(|claims| is_ours(&claims, env)))
}

fn token(request: &Request, env: &Env) -> Result<Option<String>> {
    let headers = request.headers();
    if let Some(header) = headers.get("authorization")? {
        if let Some(token) = header.strip_prefix("Bearer ") {
            return Ok(Some(token.to_owned()));
        }
    }
    let Some(cookies) = headers.get("cookie")? else { return Ok(None) };
    let name = env.var("SESSION_COOKIE")?.to_string();
    let found = cookies.split("; ").filter_map(|pair| pair.split_once('='));
    Ok(found.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned()))
}

fn is_ours(claims: &Value, env: &Env) -> bool {
    let now = (Date::now().as_millis() / 1000) as i64;
    let is = |claim: &str, binding| env.var(binding).is_ok_and(|v| claims[claim] == v.to_string());
    claims["exp"].as_i64().is_some_and(|exp| exp > now - SKEW_SECONDS)
        && claims["nbf"].as_i64().is_some_and(|nbf| nbf <= now + SKEW_SECONDS)
        && is("iss", "ISSUER")
        && is("azp", "AUTHORIZED_PARTY")
}

async fn is_genuine(signed: &str, signature: &str, env: &Env) -> Result<bool> {
    let Ok(signature) = Base64UrlUnpadded::decode_vec(signature) else { return Ok(false) };
    let (subtle, algorithm) = (subtle()?, algorithm()?);
    let key = key(&subtle, &algorithm, env).await?;
    let verified = subtle.verify_with_object_and_js_u8_array_and_js_u8_array(
        &algorithm,
        &key,
        &Uint8Array::from(signature.as_slice()),
        &Uint8Array::from(signed.as_bytes()),
    )?;
    Ok(JsFuture::from(verified).await?.is_truthy())
}

async fn key(subtle: &SubtleCrypto, algorithm: &Object, env: &Env) -> Result<CryptoKey> {
    if let Some(key) = KEY.with_borrow(Clone::clone) {
        return Ok(key);
    }
    let pem = env.var("CLERK_JWT_KEY")?.to_string();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = Base64::decode_vec(&body).map_err(|_| worker::Error::from("the key is no PEM"))?;
    let usages = Array::of1(&JsValue::from_str("verify"));
    let der = Uint8Array::from(der.as_slice());
    let imported = subtle.import_key_with_object("spki", &der, algorithm, false, &usages)?;
    let key: CryptoKey = JsFuture::from(imported).await?.unchecked_into();
    KEY.set(Some(key.clone()));
    Ok(key)
}

fn subtle() -> Result<SubtleCrypto> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    Ok(scope.crypto()?.subtle())
}

fn algorithm() -> Result<Object> {
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &"RSASSA-PKCS1-v1_5".into())?;
    Reflect::set(&algorithm, &"hash".into(), &"SHA-256".into())?;
    Ok(algorithm)
}

fn json(part: &str) -> Option<Value> {
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(part).ok()?).ok()
}
