//! The set that this isolate holds: how old it is, whether it still serves, and when it is time
//! to look for a newer one.
//!
//! Two clocks run: since Clerk gave the set (beyond 24 hours it serves no more), and since this
//! isolate last made sure of it (beyond 5 minutes it serves, but is renewed). It refuses to
//! replace a set by an older one, and to believe a moment that lies ahead.

use crate::context::KeySource;
use crate::keys::stored_set::StoredSet;
use crate::limits::{KEYS_FRESH_MEMORY_SECONDS, KEYS_FRESH_STORE_SECONDS, KEYS_STALE_SECONDS};
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::KeyError;
use clerk_edge_token::key::PublicKey;
use clerk_edge_token::key::jwks::SetEntry;

/// A set, with the keys of it that the platform has imported.
#[derive(Debug)]
pub(super) struct CachedSet<K> {
    record: StoredSet,
    /// Where it was asked for; it is nobody's set elsewhere.
    asked_at: String,
    source: KeySource,
    made_sure_ms: i64,
    /// Which of this isolate's fetches it, or what it was compared with, came from.
    fetch: u64,
    imported: Vec<Imported<K>>,
}

/// A set that has just come.
#[derive(Debug)]
pub(super) struct NewSet {
    pub(super) record: StoredSet,
    pub(super) source: KeySource,
    /// Until when it is known to be Clerk's.
    pub(super) made_sure_ms: i64,
    /// Which of this isolate's fetches brought it; `None` where the store did.
    pub(super) fetch: Option<u64>,
}

/// What the platform made of a key. That it could not import one is kept too.
#[derive(Debug)]
struct Imported<K> {
    key_id: String,
    algorithm: Algorithm,
    key: Result<K, KeyError>,
}

/// What a set says about a key id.
#[derive(Debug)]
pub(super) enum KeyLookup<K> {
    /// Imported before.
    Ready(K),
    /// Usable, to be imported.
    Raw(PublicKey),
    /// In the set, but not to be used for this algorithm.
    Unfit,
    /// Not in the set.
    Missing,
}

/// What came of offering a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replaced {
    /// The accepted keys are others than before.
    Changed,
    /// The same keys, newly made sure of.
    Same,
    /// What is held is newer.
    Older,
}

impl<K: Clone> CachedSet<K> {
    pub(super) fn new(offer: NewSet, asked_at: &str) -> Self {
        Self {
            record: offer.record,
            asked_at: asked_at.to_owned(),
            source: offer.source,
            made_sure_ms: offer.made_sure_ms,
            fetch: offer.fetch.unwrap_or_default(),
            imported: Vec::new(),
        }
    }

    /// Takes another set over, unless it is older than this one. This isolate's own fetches are
    /// ordered by their beginning, whatever the clock did meanwhile; sets of the store, which
    /// others fetched, by their stamps.
    pub(super) fn take(&mut self, offer: NewSet, now_ms: i64) -> Replaced {
        let is_older = match offer.fetch {
            Some(fetch) => fetch < self.fetch,
            None => is_newer(self.record.fetched_at_ms, offer.record.fetched_at_ms, now_ms),
        };
        if is_older {
            return Replaced::Older;
        }
        let same = self.record.set.accepts_the_same(&offer.record.set);
        self.record = offer.record;
        self.source = offer.source;
        self.made_sure_ms = offer.made_sure_ms;
        self.fetch = offer.fetch.unwrap_or(self.fetch);
        if same {
            return Replaced::Same;
        }
        self.imported.clear();
        Replaced::Changed
    }

    /// Whether it may serve at all: it was asked for there, and is not too old.
    pub(super) fn serves(&self, asked_at: &str, now_ms: i64) -> bool {
        self.asked_at == asked_at && serves(self.record.fetched_at_ms, now_ms)
    }

    /// Whether it is time to make sure of it again.
    pub(super) fn is_due(&self, spread: u32, now_ms: i64) -> bool {
        let age = age_ms(self.made_sure_ms, now_ms);
        let spread = jitter(spread, self.made_sure_ms, KEYS_FRESH_MEMORY_SECONDS);
        age.is_none_or(|age| age >= spread)
    }

    /// What it says about a key id.
    pub(super) fn see(&self, key_id: &str, algorithm: Algorithm) -> KeyLookup<K> {
        let known = |one: &&Imported<K>| one.algorithm == algorithm && one.key_id == key_id;
        match self.imported.iter().find(known).map(|one| &one.key) {
            Some(Ok(key)) => return KeyLookup::Ready(key.clone()),
            Some(Err(KeyError)) => return KeyLookup::Unfit,
            None => {}
        }
        match self.record.set.get(key_id) {
            Some(SetEntry::Usable(key)) if key.algorithm().is_none_or(|own| own == algorithm) => {
                KeyLookup::Raw(key.clone())
            }
            Some(SetEntry::Usable(_) | SetEntry::Unfit) => KeyLookup::Unfit,
            None => KeyLookup::Missing,
        }
    }

    /// Keeps what the platform made of a key of this set.
    pub(super) fn keep(&mut self, key_id: &str, algorithm: Algorithm, key: Result<K, KeyError>) {
        if matches!(self.see(key_id, algorithm), KeyLookup::Raw(_)) {
            self.imported.push(Imported { key_id: key_id.to_owned(), algorithm, key });
        }
    }

    pub(super) fn record(&self) -> &StoredSet {
        &self.record
    }

    pub(super) fn source(&self) -> KeySource {
        self.source
    }

    /// Since Clerk gave it; a moment ahead counts as now.
    pub(super) fn age_seconds(&self, now_ms: i64) -> u32 {
        let age = now_ms.saturating_sub(self.record.fetched_at_ms).max(0).div_euclid(1_000);
        u32::try_from(age).unwrap_or(u32::MAX)
    }
}

impl StoredSet {
    /// Whether it may serve at all.
    pub(super) fn serves(&self, now_ms: i64) -> bool {
        serves(self.fetched_at_ms, now_ms)
    }

    /// Whether, as the store's, it is time to replace it.
    pub(super) fn is_due(&self, spread: u32, now_ms: i64) -> bool {
        let age = age_ms(self.fetched_at_ms, now_ms);
        let spread = jitter(spread, self.fetched_at_ms, KEYS_FRESH_STORE_SECONDS);
        age.is_none_or(|age| age >= spread)
    }
}

/// Up to a day old. A moment ahead is a wrong clock, ours or the writer's: within a day the set
/// serves as a stale one does, beyond it is nobody's.
fn serves(fetched_at_ms: i64, now_ms: i64) -> bool {
    let distance = now_ms.saturating_sub(fetched_at_ms).saturating_abs();
    distance <= KEYS_STALE_SECONDS.saturating_mul(1_000)
}

/// Whether one set is newer than another. One that lies ahead is newer than nothing: else it
/// could never be replaced.
fn is_newer(one_ms: i64, other_ms: i64, now_ms: i64) -> bool {
    one_ms > other_ms && age_ms(one_ms, now_ms).is_some()
}

/// How long ago; `None` where it lies ahead by more than clocks and requests side by side explain.
fn age_ms(at_ms: i64, now_ms: i64) -> Option<i64> {
    let age = now_ms.saturating_sub(at_ms);
    (age >= -TOLERANCE_MS).then_some(age.max(0))
}

/// Some moment in the last fifth of the fresh time: another one for each isolate, and for each
/// set that it holds, so that they do not all come at once.
fn jitter(spread: u32, salt_ms: i64, fresh_seconds: i64) -> i64 {
    let fresh_ms = fresh_seconds.saturating_mul(1_000);
    let salted = i64::from(spread).wrapping_add(salt_ms).wrapping_mul(MIX);
    let early = (salted.wrapping_shr(33) & 0x3ff).saturating_mul(fresh_ms) / (5 * 1_024);
    fresh_ms.saturating_sub(early)
}

const TOLERANCE_MS: i64 = 60_000;
/// Any odd number with bits all over will do (this is 2^64 divided by the golden ratio).
const MIX: i64 = -7_046_029_254_386_353_131;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_serves_for_a_day_and_not_longer() {
        let day = KEYS_STALE_SECONDS * 1_000;
        assert!(serves(0, day));
        assert!(!serves(0, day + 1));
        assert!(serves(day, 0));
        assert!(!serves(day + 1, 0));
    }

    #[test]
    fn a_moment_ahead_has_no_age() {
        assert_eq!(age_ms(0, 7), Some(7));
        assert_eq!(age_ms(TOLERANCE_MS, 0), Some(0));
        assert_eq!(age_ms(TOLERANCE_MS + 1, 0), None);
        assert!(is_newer(2, 1, 2));
        assert!(!is_newer(1, 1, 2));
        assert!(!is_newer(TOLERANCE_MS + 1, 1, 0));
    }

    #[test]
    fn renewal_comes_in_the_last_fifth_and_not_for_all_at_once() {
        let moments: Vec<i64> =
            (0..1_000).map(|spread| jitter(spread * 4_294_967, 5, 300)).collect();
        assert!(moments.iter().all(|at| (240_000..=300_000).contains(at)));
        let (first, last) = (moments.iter().min(), moments.iter().max());
        assert!(first.is_some_and(|at| *at < 245_000) && last.is_some_and(|at| *at > 295_000));
        for minute in 0..10 {
            let from = 240_000 + minute * 6_000;
            let share = moments.iter().filter(|at| (from..from + 6_000).contains(*at)).count();
            assert!((50..200).contains(&share), "{share} of 1000 in one tenth of the time");
        }
    }
}
