//! A platform in memory. Each method can be told to answer, to be slow, to fail or to return
//! malformed data, and calls are counted.
//!
//! Time is virtual, so that slow answers take no time. Limits of time and size are kept as a real
//! platform keeps them. What Clerk answers in a recording belongs in `recorded_clerk`.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::pin;
use std::task::Poll;

use clerk_edge_gate::limits::KEYS_TIMEOUT_MS;
use clerk_edge_gate::platform::{
    ClerkCallError, ClerkRequest, ClerkResponse, Platform, StoreFailed,
};
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::{Crypto, KeyError, VerifierFailed};
use clerk_edge_token::key::PublicKey;

use crate::recorded_clerk::RecordedClerk;
use crate::signature::{Imported, Signatures};
use crate::task::{Task, poll};

/// The result of one call, and after how long it comes.
#[derive(Clone)]
pub struct Scene {
    /// How long the call takes.
    pub after_ms: i64,
    /// The result.
    pub outcome: Result<ClerkResponse, ClerkCallError>,
}

/// The platform. By default no URL can be reached and the store is empty.
#[derive(Default)]
pub struct FakePlatform {
    clock_ms: Cell<i64>,
    due: RefCell<BTreeSet<i64>>,
    scenes: RefCell<BTreeMap<String, VecDeque<Scene>>>,
    kept: RefCell<BTreeMap<String, String>>,
    recorded: Option<RecordedClerk>,
    signatures: Signatures,
    /// Whether reads of the store fail.
    pub store_fails: Cell<bool>,
    /// How long a read of the store takes.
    pub store_takes_ms: Cell<i64>,
    /// Whether writes to the store fail.
    pub writes_fail: Cell<bool>,
    /// Whether keys cannot be imported.
    pub import_fails: Cell<bool>,
    /// How long the import of a key takes.
    pub import_takes_ms: Cell<i64>,
    /// Whether signatures cannot be verified.
    pub verifier_fails: Cell<bool>,
    /// All calls so far, with those for key sets.
    pub calls: RefCell<Vec<ClerkRequest>>,
    /// How many reads of the store there were.
    pub reads: Cell<usize>,
    /// The names and times to keep of all writes to the store.
    pub writes: RefCell<Vec<(String, u32)>>,
    /// How many keys were imported.
    pub imports: Cell<usize>,
    /// How many signatures were verified.
    pub checks: Cell<usize>,
}

impl FakePlatform {
    /// A platform where Clerk answers as recorded, and signatures are RSA.
    pub fn of(clerk: RecordedClerk) -> Self {
        Self { recorded: Some(clerk), signatures: Signatures::Rsa, ..Self::default() }
    }

    /// From now on calls to this URL have this result at once.
    pub fn says(&self, url: &str, outcome: Result<ClerkResponse, ClerkCallError>) {
        self.plays(url, [Scene { after_ms: 0, outcome }]);
    }

    /// Calls to this URL have these results, one after another. The last is repeated.
    pub fn plays(&self, url: &str, scenes: impl IntoIterator<Item = Scene>) {
        self.scenes.borrow_mut().insert(url.to_owned(), scenes.into_iter().collect());
    }

    /// Puts a text into the store, as another isolate would.
    pub fn keeps(&self, name: &str, text: &str) {
        self.kept.borrow_mut().insert(name.to_owned(), text.to_owned());
    }

    /// The content of the store.
    pub fn kept(&self) -> BTreeMap<String, String> {
        self.kept.borrow().clone()
    }

    /// How many calls there were.
    pub fn call_count(&self) -> usize {
        self.calls.borrow().len()
    }

    /// The URLs of the calls since the last time, in order.
    pub fn take_urls(&self) -> Vec<String> {
        self.calls.take().into_iter().map(|call| call.url).collect()
    }

    /// The calls so far without those for key sets.
    pub fn api_calls(&self) -> Vec<ClerkRequest> {
        let calls = self.calls.borrow();
        calls.iter().filter(|call| !is_key_set(&call.url)).cloned().collect()
    }

    /// How many times a key set was fetched.
    pub fn key_set_calls(&self) -> usize {
        self.calls.borrow().iter().filter(|call| is_key_set(&call.url)).count()
    }

    /// Runs one future to its end. Time jumps to what it waits for.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = poll(future.as_mut()) {
                return output;
            }
            assert!(self.advance(), "the future waits for something that never happens");
        }
    }

    /// Runs several futures side by side; each is polled in turn.
    pub fn run_all<T>(&self, mut tasks: Vec<Task<'_, T>>) -> Vec<T> {
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
            assert!(self.advance(), "the futures wait for something that never happens");
        }
    }

    /// Moves time to the next moment at which something happens. `false` if nothing will.
    pub fn advance(&self) -> bool {
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

    fn next_scene(&self, call: &ClerkRequest) -> Scene {
        let mut scenes = self.scenes.borrow_mut();
        let at_once = |outcome| Scene { after_ms: 0, outcome };
        match scenes.get_mut(&call.url) {
            Some(list) if list.len() > 1 => list.pop_front().expect("more than one"),
            Some(list) => list.front().expect("at least one scene").clone(),
            None => at_once(match &self.recorded {
                Some(clerk) => clerk.answer(call),
                None => Err(ClerkCallError::Unreachable),
            }),
        }
    }
}

impl Crypto for FakePlatform {
    type Key = Imported;

    async fn import(&self, key: &PublicKey, algorithm: Algorithm) -> Result<Imported, KeyError> {
        self.imports.set(self.imports.get() + 1);
        self.wait(self.import_takes_ms.get()).await;
        if self.import_fails.get() {
            return Err(KeyError);
        }
        Imported::new(self.signatures, key, algorithm)
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
        Ok(key.accepts(self.signatures, message, signature))
    }
}

impl Platform for FakePlatform {
    async fn call(&self, call: &ClerkRequest) -> Result<ClerkResponse, ClerkCallError> {
        self.calls.borrow_mut().push(call.clone());
        let scene = self.next_scene(call);
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

    async fn pause(&self, ms: u32) {
        self.wait(i64::from(ms)).await;
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

/// Whether a URL is that of a key set.
fn is_key_set(url: &str) -> bool {
    url.ends_with("/jwks.json") || url.ends_with("/v1/jwks")
}

/// A response with JSON.
pub fn json(status: u16, body: &str) -> ClerkResponse {
    ClerkResponse {
        status,
        content_type: Some("application/json".to_owned()),
        retry_after: None,
        body: body.as_bytes().to_vec(),
    }
}

/// A response with an HTML page.
pub fn html(status: u16) -> ClerkResponse {
    ClerkResponse {
        content_type: Some("text/html; charset=utf-8".to_owned()),
        ..json(status, "<!doctype html><title>Sorry</title>")
    }
}
