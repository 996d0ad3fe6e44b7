//! Random interleavings: only keys that a source returned are found, no request makes more calls
//! than it may, "unknown" needs a source that answered, and in the end keys are found again.
//!
//! The numbers come from a seed, which is printed if a run fails, and not from a clock.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop loudly"
)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::task::Poll;

use clerk_edge_gate::context::{BackgroundTask, RequestContext};
use clerk_edge_gate::keys::{Keys, KeysUnavailable, NoKey};
use clerk_edge_gate::platform::{
    ClerkCallError, ClerkRequest, ClerkResponse, Platform, StoreFailed,
};
use clerk_edge_gate::settings::Settings;
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::algorithm::Algorithm::Rs256;
use clerk_edge_token::crypto::{Crypto, KeyError, VerifierFailed};
use clerk_edge_token::key::PublicKey;
use serde_json::{Value, json};

use super::{DAY, HOUR, MINUTE, NOW, SECOND, entry, set};
use clerk_edge_testing::dice::Dice;
use clerk_edge_testing::platform::{FakePlatform, Scene, html, json as reply};
use clerk_edge_testing::settings::{BACKEND_KEYS, FRONTEND_KEYS, development as settings};
use clerk_edge_testing::signature::Imported;
use clerk_edge_testing::task::{Task, poll};

/// The platform of one request: it counts calls and notes which keys were returned.
struct Seen<'a> {
    double: &'a FakePlatform,
    calls: Cell<usize>,
    reads: Cell<usize>,
    given: Rc<RefCell<BTreeSet<(String, String)>>>,
}

impl Seen<'_> {
    fn note(&self, text: &[u8]) {
        let set: Value = serde_json::from_slice(text).unwrap_or_default();
        for key in set.get("keys").and_then(Value::as_array).into_iter().flatten() {
            let text = |member| key.get(member).and_then(Value::as_str).unwrap().to_owned();
            self.given.borrow_mut().insert((text("kid"), text("n")));
        }
    }
}

impl Crypto for Seen<'_> {
    type Key = Imported;

    async fn import(&self, key: &PublicKey, algorithm: Algorithm) -> Result<Imported, KeyError> {
        self.double.import(key, algorithm).await
    }

    async fn verify(&self, key: &Imported, m: &[u8], s: &[u8]) -> Result<bool, VerifierFailed> {
        self.double.verify(key, m, s).await
    }
}

impl Platform for Seen<'_> {
    async fn call(&self, call: &ClerkRequest) -> Result<ClerkResponse, ClerkCallError> {
        self.calls.set(self.calls.get() + 1);
        let outcome = self.double.call(call).await;
        if let Ok(reply) = &outcome
            && reply.status == 200
        {
            self.note(&reply.body);
        }
        outcome
    }

    async fn pause(&self, _ms: u32) {}

    async fn load(&self, name: &str) -> Result<Option<String>, StoreFailed> {
        self.reads.set(self.reads.get() + 1);
        let outcome = self.double.load(name).await;
        if let Ok(Some(text)) = &outcome {
            self.note(text.as_bytes());
        }
        outcome
    }

    async fn store(&self, name: &str, text: &str, keep_seconds: u32) -> Result<(), StoreFailed> {
        self.double.store(name, text, keep_seconds).await
    }
}

/// What lives as long as one run, so that its requests may outlive each other.
struct Run {
    dice: RefCell<Dice>,
    double: FakePlatform,
    settings: Settings,
    keys: Keys<Imported>,
    given: Rc<RefCell<BTreeSet<(String, String)>>>,
}

impl Run {
    fn new(seed: u64) -> Self {
        Self {
            dice: RefCell::new(Dice::new(seed)),
            double: FakePlatform::default(),
            settings: settings(),
            keys: Keys::new(u32::try_from(seed).unwrap()),
            given: Rc::default(),
        }
    }

    fn below(&self, end: usize) -> usize {
        self.dice.borrow_mut().below(end)
    }

    fn pick<'a, T>(&self, choices: &'a [T]) -> &'a T {
        self.dice.borrow_mut().pick(choices)
    }

    /// A number from 0 to one of these, which may be negative.
    fn span(&self, of: &[i64]) -> i64 {
        let span = *self.pick(of);
        let end = usize::try_from(span.unsigned_abs() + 1).unwrap();
        i64::try_from(self.below(end)).unwrap() * span.signum()
    }

    fn scene(&self) -> Scene {
        let good = |ids: &[&str]| Ok(reply(200, &set(ids)));
        let replaced = json!({ "keys": [entry("a", 9)] }).to_string();
        let outcomes = [
            good(&["a"]),
            good(&["a"]),
            good(&["a", "b"]),
            good(&["b"]),
            good(&["c", "a"]),
            Ok(reply(200, &replaced)),
            Ok(reply(200, "{\"keys\":[]}")),
            Ok(html(200)),
            Ok(reply(500, "{}")),
            Err(ClerkCallError::Unreachable),
        ];
        let after_ms = self.span(&[0, 100, 2_000, 4_000]);
        Scene { after_ms, outcome: self.pick(&outcomes).clone() }
    }

    /// Changes what the sources do, and whether the store works.
    fn change(&self) {
        for url in [FRONTEND_KEYS, BACKEND_KEYS] {
            let scenes: Vec<Scene> = (0..=self.below(3)).map(|_| self.scene()).collect();
            self.double.plays(url, scenes);
        }
        self.double.store_fails.set(self.below(4) == 0);
        self.double.writes_fail.set(self.below(4) == 0);
        self.double.store_takes_ms.set(self.span(&[0, 50, 4_000]));
        self.double.import_takes_ms.set(self.span(&[0, 10]));
        if self.below(6) == 0 {
            for (name, text) in self.double.kept() {
                let marks: [&str; 3] = ["\"v\":0", "", "\"v\":1,"];
                let mark = self.pick(&marks);
                let other = text.replace("\"v\":1", mark);
                self.double.keeps(&name, &other);
            }
        }
    }

    /// One request from beginning to end, with its tasks.
    async fn request(&self, now_ms: i64, key_id: &'static str) {
        let seen = Seen {
            double: &self.double,
            calls: Cell::new(0),
            reads: Cell::new(0),
            given: Rc::clone(&self.given),
        };
        let ctx = RequestContext::new(&seen, now_ms);
        let found = self.keys.find(&self.settings, Some(key_id), Rs256, &ctx).await;
        assert!(seen.calls.get() <= 2, "{} calls", seen.calls.get());
        assert!(seen.reads.get() <= 1, "{} reads", seen.reads.get());
        self.judge(key_id, found.map(|found| found.key));
        for chore in ctx.take_tasks() {
            match chore {
                BackgroundTask::RenewKeys => self.keys.renew(&self.settings, &ctx).await,
                BackgroundTask::Store { name, text, keep_seconds } => {
                    let _ = seen.store(&name, &text, keep_seconds).await;
                }
            }
        }
        assert!(seen.calls.get() <= 4 && seen.reads.get() <= 2, "with its chores");
    }

    fn judge(&self, key_id: &str, found: Result<Imported, NoKey>) {
        let given = self.given.borrow();
        match found {
            Ok(key) => assert!(given.contains(&(key_id.to_owned(), key.modulus)), "never given"),
            Err(NoKey::Unknown) => {
                assert!(!given.is_empty(), "unknown, but no source has answered");
            }
            Err(NoKey::Unavailable(KeysUnavailable { retry_after_seconds })) => {
                assert!((1..=60).contains(&retry_after_seconds), "{retry_after_seconds} s");
            }
            Err(NoKey::Unfit) => assert_ne!(key_id, "random", "no source has it"),
        }
    }

    fn play(&self) {
        let mut now = NOW;
        let mut tasks: Vec<Task<'_, ()>> = Vec::new();
        for _ in 0..60 {
            match self.below(8) {
                0 => self.change(),
                1 => now += self.span(&[SECOND, 40 * SECOND, 6 * MINUTE, 2 * HOUR, 25 * HOUR]),
                2 if self.below(8) == 0 => now -= self.span(&[MINUTE, HOUR, DAY]),
                3 => drop(self.double.advance()),
                4 if !tasks.is_empty() && self.below(4) == 0 => {
                    // Cancelled: never polled again, never dropped.
                    let at = self.below(tasks.len());
                    std::mem::forget(tasks.swap_remove(at));
                }
                _ => {
                    let key_id = *self.pick(&["a", "a", "b", "c", "random"]);
                    tasks.push(Box::pin(self.request(now, key_id)));
                }
            }
            tasks.retain_mut(|task| self.below(2) == 0 || poll(task.as_mut()) == Poll::Pending);
        }
        self.double.run_all(tasks);
        self.recovers(now);
    }

    /// Without failures keys are found when a cool-down is over at the latest; a clock that was
    /// set back by seconds may prolong it by its tolerance.
    fn recovers(&self, now: i64) {
        self.double.says(FRONTEND_KEYS, Ok(reply(200, &set(&["d"]))));
        self.double.store_fails.set(false);
        let is_found = |after_ms| {
            let ctx = RequestContext::new(&self.double, now + after_ms);
            self.double.run(self.keys.find(&self.settings, Some("d"), Rs256, &ctx)).is_ok()
        };
        assert!(is_found(MINUTE) || is_found(MINUTE + 40 * SECOND), "something blocks");
    }
}

#[test]
fn in_any_order_only_keys_that_a_source_returned_are_found() {
    for seed in 0..SEEDS {
        let run = Run::new(seed);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.play()));
        assert!(outcome.is_ok(), "seed {seed}");
    }
}

/// As many as run in a few seconds.
const SEEDS: u64 = 100;
