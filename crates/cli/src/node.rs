//! The command in Node: one exported function, and the port over an object that JavaScript gives.
//! Takes no decision.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::CryptoKey;

use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::{Crypto, KeyError, VerifierFailed};
use clerk_edge_token::key::PublicKey;
use clerk_edge_webcrypto as webcrypto;

use crate::host::{
    Call, Entry, Files, Host, Interrupted, NoReply, ReadError, Reply, Terminal, WriteError,
};

#[wasm_bindgen]
extern "C" {
    /// What `bin.js` gives.
    pub type NodeHost;

    #[wasm_bindgen(method)]
    fn read(this: &NodeHost, path: &str) -> JsValue;
    #[wasm_bindgen(method)]
    fn create(this: &NodeHost, path: &str, bytes: Uint8Array) -> Option<String>;
    #[wasm_bindgen(method)]
    fn list(this: &NodeHost, folder: &str) -> JsValue;
    #[wasm_bindgen(method)]
    fn input(this: &NodeHost) -> JsValue;
    #[wasm_bindgen(method)]
    fn absolute(this: &NodeHost, path: &str) -> String;
    #[wasm_bindgen(method)]
    fn env(this: &NodeHost, name: &str) -> Option<String>;
    #[wasm_bindgen(method)]
    fn now(this: &NodeHost) -> f64;
    #[wasm_bindgen(method)]
    fn terminals(this: &NodeHost) -> u32;
    #[wasm_bindgen(method)]
    fn columns(this: &NodeHost) -> u32;
    #[wasm_bindgen(method)]
    fn out(this: &NodeHost, text: &str);
    #[wasm_bindgen(method)]
    fn err(this: &NodeHost, text: &str);
    #[wasm_bindgen(method)]
    fn ask(this: &NodeHost, question: &str) -> Promise;
    #[wasm_bindgen(method)]
    fn wait(this: &NodeHost, milliseconds: u32) -> Promise;
    #[wasm_bindgen(method)]
    fn call(
        this: &NodeHost,
        method: &str,
        url: &str,
        headers: Array,
        body: Option<&str>,
        timeout_ms: u32,
        bytes_max: u32,
    ) -> Promise;
}

/// Runs the command and gives its exit code.
#[wasm_bindgen]
pub async fn run(host: NodeHost, arguments: Vec<String>) -> u8 {
    crate::run::run(&Node { host }, &arguments).await
}

struct Node {
    host: NodeHost,
}

/// Bytes; `null` where there is nothing; a text says why it cannot be read.
fn bytes(value: &JsValue) -> Result<Vec<u8>, ReadError> {
    match (value.dyn_ref::<Uint8Array>(), value.as_string()) {
        (Some(bytes), _) => Ok(bytes.to_vec()),
        (None, Some(why)) => Err(ReadError::Unreadable(why)),
        (None, None) => Err(ReadError::NotFound),
    }
}

impl Crypto for Node {
    type Key = CryptoKey;

    async fn import(&self, key: &PublicKey, algorithm: Algorithm) -> Result<CryptoKey, KeyError> {
        webcrypto::import(key, algorithm, JsFuture::from).await
    }

    async fn verify(
        &self,
        key: &CryptoKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, VerifierFailed> {
        webcrypto::verify(key, message, signature, JsFuture::from).await
    }
}

impl Files for Node {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        bytes(&self.host.read(path))
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, ReadError> {
        let value = self.host.list(folder);
        let Some(names) = value.dyn_ref::<Array>() else {
            return bytes(&value).map(|_| Vec::new());
        };
        let entry = |name: String| match name.strip_suffix('/') {
            Some(folder) => Entry { name: folder.to_owned(), is_folder: true },
            None => Entry { name, is_folder: false },
        };
        Ok(names.iter().filter_map(|name| name.as_string()).map(entry).collect())
    }

    fn absolute(&self, path: &str) -> String {
        self.host.absolute(path)
    }

    fn env(&self, name: &str) -> Option<String> {
        self.host.env(name)
    }
}

impl Host for Node {
    fn create(&self, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
        match self.host.create(path, Uint8Array::from(bytes)).as_deref() {
            None => Ok(()),
            Some("exists") => Err(WriteError::Exists),
            Some(why) => Err(WriteError::Failed(why.to_owned())),
        }
    }

    fn read_input(&self) -> Result<Vec<u8>, ReadError> {
        bytes(&self.host.input())
    }

    fn now_ms(&self) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "a date fits, and the cast saturates")]
        let now = self.host.now() as i64;
        now
    }

    fn terminal(&self) -> Terminal {
        let bits = self.host.terminals();
        let columns = usize::try_from(self.host.columns()).ok().filter(|columns| *columns > 0);
        Terminal { input: bits & 1 != 0, output: bits & 2 != 0, errors: bits & 4 != 0, columns }
    }

    fn out(&self, text: &str) {
        self.host.out(text);
    }

    fn err(&self, text: &str) {
        self.host.err(text);
    }

    async fn ask(&self, question: &str) -> Result<String, Interrupted> {
        let answer = JsFuture::from(self.host.ask(question)).await.map_err(|_| Interrupted)?;
        answer.as_string().ok_or(Interrupted)
    }

    async fn wait(&self, milliseconds: u32) {
        // A wait that fails is over.
        let _ = JsFuture::from(self.host.wait(milliseconds)).await;
    }

    async fn fetch(&self, call: &Call) -> Result<Reply, NoReply> {
        let headers = Array::new();
        for (name, value) in &call.headers {
            headers.push(&Array::of2(&JsValue::from_str(name), &JsValue::from_str(value)));
        }
        let bytes_max = u32::try_from(call.bytes_max).unwrap_or(u32::MAX);
        let body = call.body.as_deref();
        let answer =
            self.host.call(call.method, &call.url, headers, body, call.timeout_ms, bytes_max);
        reply(&JsFuture::from(answer).await.map_err(|_| NoReply::Unreachable)?)
    }
}

/// A list of status, headers and body, or a word that says why there is none.
fn reply(answer: &JsValue) -> Result<Reply, NoReply> {
    match answer.as_string().as_deref() {
        Some("timed-out") => return Err(NoReply::TimedOut),
        Some("too-large") => return Err(NoReply::TooLarge),
        Some(_) => return Err(NoReply::Unreachable),
        None => {}
    }
    let parts: &Array = answer.dyn_ref().ok_or(NoReply::Unreachable)?;
    let status = parts.get(0).as_f64().filter(|status| (100.0..1_000.0).contains(status));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "100 to 999")]
    let status = status.ok_or(NoReply::Unreachable)? as u16;
    let headers: Array = parts.get(1).dyn_into().map_err(|_| NoReply::Unreachable)?;
    let header = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    let body: Uint8Array = parts.get(2).dyn_into().map_err(|_| NoReply::Unreachable)?;
    Ok(Reply { status, headers: headers.iter().filter_map(header).collect(), body: body.to_vec() })
}
