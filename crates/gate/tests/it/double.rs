//! A platform in memory whose every method can be told to answer, to be slow, to fail or to give
//! rubbish, and which counts what it was asked. Time is virtual: slow answers cost none of ours.
//!
//! It keeps the platform's promises (times and sizes are bounded) and decides nothing.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop loudly"
)]

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use clerk_edge_gate::limits::KEYS_TIMEOUT_MS;
use clerk_edge_gate::platform::{
    ClerkCallError, ClerkRequest, ClerkResponse, Platform, StoreFailed,
};
use clerk_edge_gate::secret::Secret;
use clerk_edge_gate::settings::clerk_hosts::portal;
use clerk_edge_gate::settings::{Instance, InstanceKind, LogLevel, Settings, Upstream};
use clerk_edge_rules::rule_set::Rules;
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::{Crypto, KeyError, VerifierFailed};
use clerk_edge_token::key::PublicKey;
use clerk_edge_token::policy::{Issuers, Policy};

/// What one call comes to, and after how long.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) after_ms: i64,
    pub(crate) outcome: Result<ClerkResponse, ClerkCallError>,
}

/// A key as this platform holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Imported {
    pub(crate) modulus: String,
    pub(crate) algorithm: Algorithm,
}

/// The platform. Whatever it was not told about cannot be reached; its store is empty.
#[derive(Default)]
pub(crate) struct Double {
    clock_ms: Cell<i64>,
    due: RefCell<BTreeSet<i64>>,
    scenes: RefCell<BTreeMap<String, VecDeque<Scene>>>,
    kept: RefCell<BTreeMap<String, String>>,
    pub(crate) store_fails: Cell<bool>,
    pub(crate) store_takes_ms: Cell<i64>,
    pub(crate) writes_fail: Cell<bool>,
    pub(crate) import_fails: Cell<bool>,
    pub(crate) import_takes_ms: Cell<i64>,
    pub(crate) verifier_fails: Cell<bool>,
    pub(crate) calls: RefCell<Vec<ClerkRequest>>,
    pub(crate) reads: Cell<usize>,
    pub(crate) writes: RefCell<Vec<(String, u32)>>,
    pub(crate) imports: Cell<usize>,
    pub(crate) checks: Cell<usize>,
}

impl Double {
    /// From now on calls to this address come to this, at once.
    pub(crate) fn says(&self, url: &str, outcome: Result<ClerkResponse, ClerkCallError>) {
        self.plays(url, [Scene { after_ms: 0, outcome }]);
    }

    /// Calls to this address come to these, one after the other; the last one stays.
    pub(crate) fn plays(&self, url: &str, scenes: impl IntoIterator<Item = Scene>) {
        self.scenes.borrow_mut().insert(url.to_owned(), scenes.into_iter().collect());
    }

    /// Puts a text into the store, as if somebody else had.
    pub(crate) fn keeps(&self, name: &str, text: &str) {
        self.kept.borrow_mut().insert(name.to_owned(), text.to_owned());
    }

    /// What the store holds under all names.
    pub(crate) fn kept(&self) -> BTreeMap<String, String> {
        self.kept.borrow().clone()
    }

    /// How many calls went out, to whichever address.
    pub(crate) fn call_count(&self) -> usize {
        self.calls.borrow().len()
    }

    /// The addresses that were called since the last time, in order.
    pub(crate) fn take_urls(&self) -> Vec<String> {
        self.calls.take().into_iter().map(|call| call.url).collect()
    }

    /// Runs one future to its end; time jumps to whatever it waits for.
    pub(crate) fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = poll(future.as_mut()) {
                return output;
            }
            assert!(self.advance(), "it waits for nothing that will ever come");
        }
    }

    /// Runs several side by side, each polled in turn.
    pub(crate) fn run_all<T>(&self, mut tasks: Vec<Task<'_, T>>) -> Vec<T> {
        let mut outputs: Vec<Option<T>> = tasks.iter().map(|_| None).collect();
        loop {
            for (task, output) in tasks.iter_mut().zip(&mut outputs) {
                if output.is_none()
                    && let Poll::Ready(done) = poll(task.as_mut())
                {
                    *output = Some(done);
                }
            }
            if outputs.iter().all(Option::is_some) {
                return outputs.into_iter().flatten().collect();
            }
            assert!(self.advance(), "they wait for nothing that will ever come");
        }
    }

    /// Moves time to the next moment at which something is due.
    pub(crate) fn advance(&self) -> bool {
        let now = self.clock_ms.get();
        let mut due = self.due.borrow_mut();
        due.retain(|at| *at > now);
        let Some(next) = due.pop_first() else { return false };
        self.clock_ms.set(next);
        true
    }

    async fn wait(&self, ms: i64) {
        let until = self.clock_ms.get() + ms;
        std::future::poll_fn(|_| {
            if self.clock_ms.get() >= until {
                return Poll::Ready(());
            }
            self.due.borrow_mut().insert(until);
            Poll::Pending
        })
        .await;
    }

    fn next_scene(&self, url: &str) -> Scene {
        let mut scenes = self.scenes.borrow_mut();
        match scenes.get_mut(url) {
            Some(list) if list.len() > 1 => list.pop_front().expect("there is one"),
            Some(list) => list.front().expect("told with at least one scene").clone(),
            None => Scene { after_ms: 0, outcome: Err(ClerkCallError::Unreachable) },
        }
    }
}

impl Crypto for Double {
    type Key = Imported;

    async fn import(&self, key: &PublicKey, algorithm: Algorithm) -> Result<Imported, KeyError> {
        self.imports.set(self.imports.get() + 1);
        self.wait(self.import_takes_ms.get()).await;
        if self.import_fails.get() {
            return Err(KeyError);
        }
        Ok(Imported { modulus: key.modulus().to_owned(), algorithm })
    }

    async fn verify(
        &self,
        key: &Imported,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, VerifierFailed> {
        self.checks.set(self.checks.get() + 1);
        if self.verifier_fails.get() {
            return Err(VerifierFailed);
        }
        Ok(signature == sign(&key.modulus, key.algorithm, message))
    }
}

impl Platform for Double {
    async fn call(&self, call: &ClerkRequest) -> Result<ClerkResponse, ClerkCallError> {
        self.calls.borrow_mut().push(call.clone());
        let scene = self.next_scene(&call.url);
        let limit = i64::from(call.timeout_ms);
        self.wait(scene.after_ms.min(limit)).await;
        if scene.after_ms > limit {
            return Err(ClerkCallError::TimedOut);
        }
        match scene.outcome {
            Ok(reply) if reply.body.len() > call.bytes_max => Err(ClerkCallError::TooLarge),
            outcome => outcome,
        }
    }

    async fn load(&self, name: &str) -> Result<Option<String>, StoreFailed> {
        self.reads.set(self.reads.get() + 1);
        let limit = i64::from(KEYS_TIMEOUT_MS);
        self.wait(self.store_takes_ms.get().min(limit)).await;
        if self.store_fails.get() || self.store_takes_ms.get() > limit {
            return Err(StoreFailed);
        }
        Ok(self.kept.borrow().get(name).cloned())
    }

    async fn store(&self, name: &str, text: &str, keep_seconds: u32) -> Result<(), StoreFailed> {
        self.writes.borrow_mut().push((name.to_owned(), keep_seconds));
        if self.writes_fail.get() {
            return Err(StoreFailed);
        }
        self.kept.borrow_mut().insert(name.to_owned(), text.to_owned());
        Ok(())
    }
}

/// One of several futures that run side by side.
pub(crate) type Task<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What [`Double::covers`] accepts: no cryptography, but another text for every key and message.
pub(crate) fn sign(modulus: &str, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let mut hash = sha1_smol::Sha1::new();
    hash.update(modulus.as_bytes());
    hash.update(algorithm.name().as_bytes());
    hash.update(message);
    hash.digest().bytes().to_vec()
}

/// The output of a future that must not wait for anything: it is polled once.
#[track_caller]
pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    match poll(pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it had to wait"),
    }
}

/// Polls once.
pub(crate) fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A reply with JSON in it.
pub(crate) fn json(status: u16, body: &str) -> ClerkResponse {
    ClerkResponse {
        status,
        content_type: Some("application/json".to_owned()),
        retry_after: None,
        body: body.as_bytes().to_vec(),
    }
}

/// A reply with a page in it.
pub(crate) fn html(status: u16) -> ClerkResponse {
    ClerkResponse {
        content_type: Some("text/html; charset=utf-8".to_owned()),
        ..json(status, "<!doctype html><title>Sorry</title>")
    }
}

/// A development instance with a secret key and a store, and nothing else out of the ordinary.
pub(crate) fn settings() -> Settings {
    Settings {
        instance: Instance {
            publishable_key: "pk_test_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA".to_owned(),
            kind: InstanceKind::Development,
            frontend_host: "clerk.inspired.puma-74.lcl.dev".to_owned(),
            portal: portal("clerk.inspired.puma-74.lcl.dev"),
            cookie_suffix: "vWCgMp3A".to_owned(),
        },
        secret_key: Some(Secret::new("sk_test_deadbeef".to_owned())),
        jwt_key: None,
        api_url: "https://api.clerk.com".to_owned(),
        jwks_url: FRONTEND_KEYS.to_owned(),
        session_policy: Policy {
            authorized_parties: Vec::new(),
            audience: Vec::new(),
            issuers: Issuers::Any,
            clock_skew_ms: 5_000,
        },
        sign_in_url: None,
        sign_up_url: None,
        proxy_url: None,
        domain: None,
        is_satellite: false,
        satellite_auto_sync: false,
        cross_origin_sync: false,
        trust_forwarded_host: false,
        rules: Rules::default(),
        role_claims: Vec::new(),
        claim_headers: Vec::new(),
        log: LogLevel::Decisions,
        lookup_ttl_seconds: 60,
        upstream: Upstream::Assets,
        debug_role: false,
        has_store: true,
        notes: Vec::new(),
    }
}

/// Where [`settings`] has the Frontend API's keys.
pub(crate) const FRONTEND_KEYS: &str =
    "https://clerk.inspired.puma-74.lcl.dev/.well-known/jwks.json";
/// Where [`settings`] has the Backend API's keys.
pub(crate) const BACKEND_KEYS: &str = "https://api.clerk.com/v1/jwks";
