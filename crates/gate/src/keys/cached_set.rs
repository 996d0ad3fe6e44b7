//! The key set that this isolate holds: its age, whether it is usable, when it is renewed.
//!
//! Two times count: when Clerk returned the set (after 24 hours it is not usable any more), and
//! when this isolate last checked that it is current (after 5 minutes it is usable, but renewed).
//! A set is never replaced by an older one. A timestamp in the future is not trusted.

use crate::context::KeySource;
use crate::keys::stored_set::StoredSet;
use crate::limits::{KEYS_AHEAD_MS_MAX, KEYS_FRESH_MEMORY_SECONDS, KEYS_FRESH_STORE_SECONDS};
use crate::until::{age_ms, millis};
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::KeyError;
use clerk_edge_token::key::PublicKey;
use clerk_edge_token::key::jwks::SetEntry;

/// A key set, and those of its keys that the platform has imported.
#[derive(Debug)]
pub(super) struct CachedSet<K> {
    stored: StoredSet,
    /// The URL it was fetched from; it is used for that URL only.
    jwks_url: String,
    source: KeySource,
    checked_at_ms: i64,
    /// The number of the fetch that returned this set, or the one it was compared with.
    fetch: u64,
    imported: Vec<ImportedKey<K>>,
}

/// A set that has just arrived.
#[derive(Debug)]
pub(super) struct NewSet {
    pub(super) stored: StoredSet,
    pub(super) source: KeySource,
    /// When it was known to be current.
    pub(super) checked_at_ms: i64,
    /// The number of this isolate's fetch that returned it; `None` if it is from the store.
    pub(super) fetch: Option<u64>,
}

/// The result of importing a key. A failure is kept, too.
#[derive(Debug)]
struct ImportedKey<K> {
    key_id: String,
    algorithm: Algorithm,
    key: Result<K, KeyError>,
}

/// What a set holds under a key id.
#[derive(Debug)]
pub(super) enum KeyLookup<K> {
    /// A key that is imported.
    Ready(K),
    /// A usable key that is not imported yet.
    Raw(PublicKey),
    /// A key that is not usable for this algorithm.
    Unfit,
    /// No key.
    Missing,
}

/// What became of a new set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replaced {
    /// The usable keys are not the same as before.
    Changed,
    /// The keys are the same, and known to be current.
    Same,
    /// The set that is held is newer and stays.
    Older,
}

impl<K: Clone> CachedSet<K> {
    pub(super) fn new(new: NewSet, jwks_url: &str) -> Self {
        Self {
            stored: new.stored,
            jwks_url: jwks_url.to_owned(),
            source: new.source,
            checked_at_ms: new.checked_at_ms,
            fetch: new.fetch.unwrap_or_default(),
            imported: Vec::new(),
        }
    }

    /// Replaces this set by another one, unless that is older. Fetches of this isolate are ordered
    /// by their beginning, whatever the clock did meanwhile; sets of the store, which other
    /// isolates fetched, by their timestamps.
    pub(super) fn replace(&mut self, new: NewSet, now_ms: i64) -> Replaced {
        let is_older = match new.fetch {
            Some(fetch) => fetch < self.fetch,
            None => is_newer(self.stored.fetched_at_ms, new.stored.fetched_at_ms, now_ms),
        };
        if is_older {
            return Replaced::Older;
        }
        let same = self.stored.set.accepts_the_same(&new.stored.set);
        self.stored = new.stored;
        self.source = new.source;
        self.checked_at_ms = new.checked_at_ms;
        self.fetch = new.fetch.unwrap_or(self.fetch);
        if same {
            return Replaced::Same;
        }
        self.imported.clear();
        Replaced::Changed
    }

    /// Whether it may be used: it was fetched from this URL and is not too old.
    pub(super) fn is_usable(&self, jwks_url: &str, now_ms: i64) -> bool {
        self.jwks_url == jwks_url && self.stored.is_usable(now_ms)
    }

    /// Whether it should be renewed.
    pub(super) fn is_due(&self, jitter_seed: u32, now_ms: i64) -> bool {
        is_due(self.checked_at_ms, KEYS_FRESH_MEMORY_SECONDS, jitter_seed, now_ms)
    }

    /// What it holds under a key id.
    pub(super) fn find(&self, key_id: &str, algorithm: Algorithm) -> KeyLookup<K> {
        let is_it = |one: &&ImportedKey<K>| one.algorithm == algorithm && one.key_id == key_id;
        match self.imported.iter().find(is_it).map(|one| &one.key) {
            Some(Ok(key)) => return KeyLookup::Ready(key.clone()),
            Some(Err(KeyError)) => return KeyLookup::Unfit,
            None => {}
        }
        match self.stored.set.get(key_id) {
            Some(SetEntry::Usable(key)) if key.algorithm().is_none_or(|own| own == algorithm) => {
                KeyLookup::Raw(key.clone())
            }
            Some(SetEntry::Usable(_) | SetEntry::Unfit) => KeyLookup::Unfit,
            None => KeyLookup::Missing,
        }
    }

    /// Keeps the result of importing a key of this set.
    pub(super) fn keep(&mut self, key_id: &str, algorithm: Algorithm, key: Result<K, KeyError>) {
        if matches!(self.find(key_id, algorithm), KeyLookup::Raw(_)) {
            self.imported.push(ImportedKey { key_id: key_id.to_owned(), algorithm, key });
        }
    }

    /// How many keys of it are usable.
    pub(super) fn count(&self) -> usize {
        self.stored.set.count()
    }

    pub(super) fn source(&self) -> KeySource {
        self.source
    }

    /// How long ago Clerk returned it; 0 for a timestamp in the future.
    pub(super) fn age_seconds(&self, now_ms: i64) -> u32 {
        let age = now_ms.saturating_sub(self.stored.fetched_at_ms).max(0).div_euclid(1_000);
        u32::try_from(age).unwrap_or(u32::MAX)
    }
}

/// Whether a set in the store should be replaced.
pub(super) fn is_due_in_store(stored: &StoredSet, jitter_seed: u32, now_ms: i64) -> bool {
    is_due(stored.fetched_at_ms, KEYS_FRESH_STORE_SECONDS, jitter_seed, now_ms)
}

/// Whether a set that was current then is not fresh any more. One whose timestamp lies ahead is not
/// fresh.
fn is_due(checked_at_ms: i64, fresh_seconds: i64, jitter_seed: u32, now_ms: i64) -> bool {
    let fresh_ms = fresh_ms(jitter_seed, checked_at_ms, fresh_seconds);
    age_ms(checked_at_ms, KEYS_AHEAD_MS_MAX, now_ms).is_none_or(|age| age >= fresh_ms)
}

/// Whether one set is newer than another. One whose timestamp lies ahead never is: otherwise it
/// could not be replaced.
fn is_newer(one_ms: i64, other_ms: i64, now_ms: i64) -> bool {
    one_ms > other_ms && age_ms(one_ms, KEYS_AHEAD_MS_MAX, now_ms).is_some()
}

/// For how long a set is fresh: up to a fifth less than `fresh_seconds`, by another amount for each
/// isolate and each set, so that isolates do not renew all at the same time.
fn fresh_ms(jitter_seed: u32, checked_at_ms: i64, fresh_seconds: i64) -> i64 {
    let fresh_ms = millis(fresh_seconds);
    let mixed = i64::from(jitter_seed).wrapping_add(checked_at_ms).wrapping_mul(MIX);
    let early = (mixed.wrapping_shr(33) & 0x3ff).saturating_mul(fresh_ms) / (5 * 1_024);
    fresh_ms.saturating_sub(early)
}

/// 2^64 divided by the golden ratio; any odd number whose bits look random would do.
const MIX: i64 = -7_046_029_254_386_353_131;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_with_a_timestamp_far_ahead_is_never_the_newer_one() {
        assert!(is_newer(2, 1, 2));
        assert!(!is_newer(1, 1, 2));
        assert!(is_newer(KEYS_AHEAD_MS_MAX, 1, 0));
        assert!(!is_newer(KEYS_AHEAD_MS_MAX + 1, 1, 0));
    }

    #[test]
    fn isolates_renew_in_the_last_fifth_and_not_all_at_once() {
        let moments: Vec<i64> = (0..1_000).map(|seed| fresh_ms(seed * 4_294_967, 5, 300)).collect();
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
