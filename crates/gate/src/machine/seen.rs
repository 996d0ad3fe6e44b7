//! What one isolate has seen of opaque tokens: who is being asked about now, what was accepted, and
//! what was refused lately. Tokens are known by their SHA-256 alone, and everything is bounded.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use clerk_edge_rules::caller_kind::CallerKind;
use sha2::{Digest, Sha256};

use crate::clerk_api::failure_limits::FailureLimits;
use crate::limits::{MACHINE_TIMEOUT_MS, MACHINES_SEEN_MAX};
use crate::machine::{MachineError, MachineIdentity};

type Hash = [u8; 32];
type Outcome = Result<Rc<MachineIdentity>, MachineError>;

/// The memory of one isolate.
#[derive(Debug, Default)]
pub struct Seen {
    accepted: RefCell<HashMap<Hash, Accepted>>,
    refused: RefCell<HashMap<Hash, (MachineError, i64)>>,
    calls: RefCell<HashMap<Hash, CallUnderWay>>,
    /// How often unknown tokens were refused.
    pub(super) limits: FailureLimits,
}

/// A token that Clerk accepted then.
#[derive(Debug)]
struct Accepted {
    at_ms: i64,
    /// What it says, and until when that counts without asking again.
    identity: Option<(Rc<MachineIdentity>, i64)>,
}

/// A call that a request has begun, and what came of it while others wait.
#[derive(Debug)]
struct CallUnderWay {
    began_ms: i64,
    waiting: u32,
    outcome: Option<Outcome>,
}

/// Who asks Clerk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// This request.
    Ask,
    /// Another one that came before.
    Wait,
}

impl Seen {
    /// The answer, where it is known without a call.
    pub(super) fn remembered(&self, hash: &Hash, now_ms: i64) -> Option<Outcome> {
        if let Some((why, at_ms)) = self.refused.borrow().get(hash)
            && is_recent(*at_ms, REFUSED_MS, now_ms)
        {
            return Some(Err(why.clone()));
        }
        let accepted = self.accepted.borrow();
        let seen = accepted.get(hash)?;
        let (identity, until_ms) = seen.identity.as_ref()?;
        let counts = seen.at_ms <= now_ms && now_ms < *until_ms;
        counts.then(|| Ok(Rc::clone(identity)))
    }

    /// Whether this isolate has seen the token accepted lately.
    pub(super) fn was_accepted(&self, hash: &Hash, now_ms: i64) -> bool {
        let accepted = self.accepted.borrow();
        accepted.get(hash).is_some_and(|seen| is_recent(seen.at_ms, ACCEPTED_MS, now_ms))
    }

    /// Whose turn it is to ask.
    pub(super) fn turn(&self, hash: &Hash, now_ms: i64) -> Turn {
        let mut calls = self.calls.borrow_mut();
        if let Some(call) = calls.get_mut(hash)
            && call.outcome.is_none()
            && is_recent(call.began_ms, CALL_MS, now_ms)
        {
            call.waiting = call.waiting.saturating_add(1);
            return Turn::Wait;
        }
        if calls.len() >= MACHINES_SEEN_MAX {
            calls.retain(|_, call| is_recent(call.began_ms, CALL_MS, now_ms));
        }
        if calls.len() < MACHINES_SEEN_MAX {
            calls.insert(*hash, CallUnderWay { began_ms: now_ms, waiting: 0, outcome: None });
        }
        Turn::Ask
    }

    /// The request that asked did not come back: this one asks.
    pub(super) fn take_over(&self, hash: &Hash, now_ms: i64) {
        let call = CallUnderWay { began_ms: now_ms, waiting: 0, outcome: None };
        self.calls.borrow_mut().insert(*hash, call);
    }

    /// What the request that asked has found out, for one that waits.
    pub(super) fn landed(&self, hash: &Hash) -> Option<Outcome> {
        let mut calls = self.calls.borrow_mut();
        let call = calls.get_mut(hash)?;
        let outcome = call.outcome.clone()?;
        call.waiting = call.waiting.saturating_sub(1);
        if call.waiting == 0 {
            calls.remove(hash);
        }
        Some(outcome)
    }

    /// Keeps what a call came to: for those that wait, and for as long as it counts.
    pub(super) fn land(&self, hash: Hash, outcome: &Outcome, ttl_seconds: u32, now_ms: i64) {
        let mut calls = self.calls.borrow_mut();
        match calls.get_mut(&hash) {
            Some(call) if call.waiting > 0 => call.outcome = Some(outcome.clone()),
            _ => drop(calls.remove(&hash)),
        }
        drop(calls);
        match outcome {
            Ok(identity) => self.accept(hash, identity, ttl_seconds, now_ms),
            Err(why @ MachineError::Refused(_)) => {
                self.accepted.borrow_mut().remove(&hash);
                let mut refused = self.refused.borrow_mut();
                make_room(&mut refused, |(_, at_ms)| is_recent(*at_ms, REFUSED_MS, now_ms));
                refused.insert(hash, (why.clone(), now_ms));
            }
            Err(MachineError::Unavailable { .. }) => {}
        }
    }

    fn accept(&self, hash: Hash, identity: &Rc<MachineIdentity>, ttl_seconds: u32, now_ms: i64) {
        let until_ms = now_ms.saturating_add(i64::from(ttl_seconds).saturating_mul(1_000));
        let until_ms = identity.expires_ms.map_or(until_ms, |end_ms| end_ms.min(until_ms));
        let keeps = ttl_seconds > 0 && size(identity) <= IDENTITY_BYTES_MAX;
        let identity = keeps.then(|| (Rc::clone(identity), until_ms));
        self.refused.borrow_mut().remove(&hash);
        let mut accepted = self.accepted.borrow_mut();
        make_room(&mut accepted, |seen| is_recent(seen.at_ms, ACCEPTED_MS, now_ms));
        accepted.insert(hash, Accepted { at_ms: now_ms, identity });
    }
}

/// Drops what is over, and everything where that is not enough.
fn make_room<V>(map: &mut HashMap<Hash, V>, counts: impl Fn(&V) -> bool) {
    if map.len() >= MACHINES_SEEN_MAX {
        map.retain(|_, value| counts(value));
    }
    if map.len() >= MACHINES_SEEN_MAX {
        map.clear();
    }
}

/// A token's name: it says neither the token nor whose it is.
pub(super) fn token_hash(instance: &str, kind: CallerKind, token: &str) -> Hash {
    let mut hash = Sha256::new();
    for part in [instance, kind.as_str(), token] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().into()
}

/// A moment ahead counts as far away: the clock was set back.
fn is_recent(at_ms: i64, within_ms: i64, now_ms: i64) -> bool {
    now_ms.saturating_sub(at_ms).saturating_abs() < within_ms
}

fn size(identity: &MachineIdentity) -> usize {
    let claims = identity.claims.as_ref().map_or(0, |claims| claims.to_string().len());
    identity.scopes.iter().map(String::len).fold(claims, usize::saturating_add)
}

/// How long a refusal is remembered, whatever the TTL.
const REFUSED_MS: i64 = 10_000;
/// How long a token that was accepted is asked about even while others are limited.
const ACCEPTED_MS: i64 = 600_000;
/// A call that began this long ago was cancelled.
const CALL_MS: i64 = MACHINE_TIMEOUT_MS as i64 + 1_000;
/// What a larger token says is not kept; Clerk allows a few kB of claims.
const IDENTITY_BYTES_MAX: usize = 8 * 1024;
