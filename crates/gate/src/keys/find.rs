//! The right key for a token: memory, then the store, then Clerk, as far down as it takes.
//!
//! | what is at hand                        | what a request gets                              |
//! |----------------------------------------|--------------------------------------------------|
//! | the key, fresh                         | the key, at the first poll                       |
//! | the key, stale                         | the key at once; renewal is left as a chore      |
//! | a set without the key                  | one fetch, past memory and store |
//! | nothing in memory                      | one read of the store, then one fetch            |
//! | nothing, and nobody could be asked     | [`NoKey::Unavailable`], never "unknown"          |
//!
//! No borrow of memory is held while something is awaited, and no work is shared between requests:
//! whoever has to ask asks, and the newer answer stays. It refuses to look beyond the instance's
//! own keys, and to ask more than one round per request.

use std::cell::{Cell, RefCell};

use crate::context::{KeySource, RequestContext};
use crate::keys::cached_set::{CachedSet, KeyLookup};
use crate::keys::fetch_permit::{FetchLimits, FetchPermit, FetchResult};
use crate::limits::KEYS_COOL_DOWN_SECONDS;
use crate::platform::Platform;
use crate::settings::Settings;
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::KeyError;
use clerk_edge_token::key::PublicKey;
use clerk_edge_token::limits::KEY_ID_BYTES_MAX;

/// One isolate's keys, for one configuration.
#[derive(Debug)]
pub struct Keys<K> {
    pub(super) held: RefCell<Option<CachedSet<K>>>,
    binding: RefCell<Option<(PublicKey, Result<K, KeyError>)>>,
    pub(super) asking: FetchLimits,
    pub(super) fetches: Cell<u64>,
    pub(super) generation: Cell<u64>,
    pub(super) renewal_left_ms: Cell<Option<i64>>,
    pub(super) spread: u32,
}

/// A key, and the set that it was looked up in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundKey<K> {
    /// Imported for the algorithm that was asked for.
    pub key: K,
    /// [`Keys::generation`] when it was looked up. By the time that it is imported another set may
    /// be in force, and what this key accepts is then not to be remembered.
    pub generation: u64,
}

/// Why there is no key for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// The instance has no key of this id, as far as anybody who could be asked knows.
    Unknown,
    /// There is a key of this id, but not for this algorithm, or not for signatures at all.
    Unfit,
    /// Nobody could be asked, so nothing is known.
    Unavailable {
        /// When it is worth asking again; at least 1.
        retry_after_seconds: u32,
    },
}

/// No key at all, and nobody could be asked for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysUnavailable {
    /// When it is worth asking again; at least 1.
    pub retry_after_seconds: u32,
}

impl From<KeysUnavailable> for NoKey {
    fn from(none: KeysUnavailable) -> Self {
        Self::Unavailable { retry_after_seconds: none.retry_after_seconds }
    }
}

/// What the health answer says about the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysStatus {
    /// Where the set came from; `None` where there is none yet.
    pub source: Option<KeySource>,
    /// How long ago Clerk gave it; `None` where it did not come from Clerk.
    pub age_seconds: Option<u32>,
    /// How many keys may be used.
    pub count: usize,
}

impl<K: Clone + 'static> Keys<K> {
    /// Nothing is held yet. `spread` is any number that differs between isolates: it moves this
    /// one's renewals away from theirs.
    #[must_use]
    pub fn new(spread: u32) -> Self {
        Self {
            held: RefCell::new(None),
            binding: RefCell::new(None),
            asking: FetchLimits::default(),
            fetches: Cell::new(0),
            generation: Cell::new(0),
            renewal_left_ms: Cell::new(None),
            spread,
        }
    }

    /// The key that a token names, imported for its algorithm. With `CLERK_JWT_KEY` that key,
    /// whatever is named, and nothing is ever fetched.
    ///
    /// # Errors
    /// [`NoKey`]; only [`NoKey::Unavailable`] is a fault of ours.
    pub async fn find<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        key_id: Option<&str>,
        algorithm: Algorithm,
        ctx: &RequestContext<'_, P>,
    ) -> Result<FoundKey<K>, NoKey> {
        if let Some(key) = &settings.jwt_key {
            let key = self.bound(key, algorithm, ctx).await?;
            return Ok(FoundKey { key, generation: self.generation() });
        }
        // No set can hold a key without an id, so there is nobody to ask about it.
        let key_id = key_id
            .filter(|id| !id.is_empty() && id.len() <= KEY_ID_BYTES_MAX)
            .ok_or(NoKey::Unknown)?;
        let mut sight = self.see(settings, key_id, algorithm, ctx);
        if sight.is_none() && self.read_store(settings, ctx).await {
            sight = self.see(settings, key_id, algorithm, ctx);
        }
        let sight = match sight {
            None | Some(KeyLookup::Missing) => {
                self.ask_for(settings, key_id, algorithm, sight.is_some(), ctx).await?
            }
            Some(sight) => sight,
        };
        let generation = self.generation();
        let key = match sight {
            KeyLookup::Ready(key) => key,
            KeyLookup::Raw(key) => self.import(key_id, &key, algorithm, ctx).await?,
            KeyLookup::Unfit => return Err(NoKey::Unfit),
            KeyLookup::Missing => return Err(NoKey::Unknown),
        };
        Ok(FoundKey { key, generation })
    }

    /// Changes whenever other keys are accepted than before: what was concluded from the old ones
    /// is then to be forgotten. Renewal with the same keys leaves it as it is.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.get()
    }

    /// Whether what these keys accepted before may still be believed: they are no older than a key
    /// that would be asked now. Renewal is left as a chore where it is due, since somebody who
    /// always brings the same token never asks for a key.
    #[must_use]
    pub fn still_serve<P>(&self, settings: &Settings, ctx: &RequestContext<'_, P>) -> bool {
        if settings.jwt_key.is_some() {
            return true;
        }
        let held = self.held.borrow();
        let held = held.as_ref().filter(|held| held.serves(&settings.jwks_url, ctx.now_ms));
        if held.is_some_and(|held| held.is_due(self.spread, ctx.now_ms)) {
            self.leave_renewal(ctx);
        }
        held.is_some()
    }

    async fn bound<P: Platform<Key = K>>(
        &self,
        key: &PublicKey,
        algorithm: Algorithm,
        ctx: &RequestContext<'_, P>,
    ) -> Result<K, NoKey> {
        ctx.note_key_source(KeySource::Binding);
        if key.algorithm().is_some_and(|own| own != algorithm) {
            return Err(NoKey::Unfit);
        }
        let before = self.binding.borrow().as_ref().filter(|(of, _)| of == key).cloned();
        let imported = if let Some((_, imported)) = before {
            imported
        } else {
            let imported = ctx.platform.import(key, algorithm).await;
            self.binding.replace(Some((key.clone(), imported.clone())));
            imported
        };
        imported.map_err(|KeyError| NoKey::Unfit)
    }

    /// What memory says, and the chore of renewing it where that is due. `None`: it says nothing.
    fn see<P>(
        &self,
        settings: &Settings,
        key_id: &str,
        algorithm: Algorithm,
        ctx: &RequestContext<'_, P>,
    ) -> Option<KeyLookup<K>> {
        let held = self.held.borrow();
        let held = held.as_ref().filter(|held| held.serves(&settings.jwks_url, ctx.now_ms))?;
        if ctx.key_source().is_none() {
            ctx.note_key_source(KeySource::Memory);
        }
        if held.is_due(self.spread, ctx.now_ms) {
            self.leave_renewal(ctx);
        }
        Some(held.see(key_id, algorithm))
    }

    /// One round of asking Clerk, if it may be asked now, and what is held afterwards.
    async fn ask_for<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        key_id: &str,
        algorithm: Algorithm,
        has_set: bool,
        ctx: &RequestContext<'_, P>,
    ) -> Result<KeyLookup<K>, NoKey> {
        let leave = if has_set {
            self.asking.for_unknown(key_id, ctx.now_ms)?
        } else {
            self.asking.for_any(Some(key_id), ctx.now_ms)?
        };
        let fetched = self.fetch(settings, ctx).await;
        let answered = fetched.is_ok();
        if let Ok(Some(chore)) = fetched {
            ctx.defer(chore);
        }
        // Looked up in what is held, not in what came: another request may have got a newer set.
        let sight = self.see(settings, key_id, algorithm, ctx);
        self.conclude(leave, answered, sight, ctx.now_ms)
    }

    fn conclude(
        &self,
        leave: FetchPermit,
        answered: bool,
        sight: Option<KeyLookup<K>>,
        now_ms: i64,
    ) -> Result<KeyLookup<K>, NoKey> {
        match sight {
            Some(KeyLookup::Missing) if answered => {
                self.asking.ended(leave, FetchResult::Missing);
                Err(NoKey::Unknown)
            }
            None | Some(KeyLookup::Missing) => {
                let had_set = sight.is_some();
                self.asking.ended(leave, FetchResult::Failed);
                let retry_after_seconds = if had_set {
                    u32::try_from(KEYS_COOL_DOWN_SECONDS).unwrap_or(1)
                } else {
                    self.asking.retry_after_seconds(now_ms)
                };
                Err(NoKey::Unavailable { retry_after_seconds })
            }
            Some(sight) => {
                self.asking.ended(leave, FetchResult::Found);
                Ok(sight)
            }
        }
    }

    async fn import<P: Platform<Key = K>>(
        &self,
        key_id: &str,
        key: &PublicKey,
        algorithm: Algorithm,
        ctx: &RequestContext<'_, P>,
    ) -> Result<K, NoKey> {
        let generation = self.generation();
        let imported = ctx.platform.import(key, algorithm).await;
        if imported.is_err() {
            ctx.note(format!("keys: one could not be imported for {}", algorithm.name()));
        }
        // Memory may hold another set by now, with another key under the same id.
        if generation == self.generation()
            && let Some(held) = self.held.borrow_mut().as_mut()
        {
            held.keep(key_id, algorithm, imported.clone());
        }
        imported.map_err(|KeyError| NoKey::Unfit)
    }
}
