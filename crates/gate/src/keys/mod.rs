//! Finds the key for a token: in memory, else in the store, else at Clerk.
//!
//! | what is there                  | what a request gets                              |
//! |--------------------------------|--------------------------------------------------|
//! | the key, fresh                 | the key, at the first poll                       |
//! | the key, stale                 | the key at once; a task renews the set           |
//! | a set without the key          | one fetch; the store is not read                 |
//! | nothing in memory              | one read of the store, then one fetch            |
//! | nothing, and no source answers | [`NoKey::Unavailable`], never [`NoKey::Unknown`] |
//!
//! Nothing is borrowed while something is awaited, and no work is shared between requests: each
//! request fetches for itself, at most once, and the newest set is kept. Only keys of this instance
//! are used: neither a key nor a URL is taken from a token. With `CLERK_JWT_KEY` no set is fetched
//! or stored.

pub(crate) mod cached_set;
pub(crate) mod fetch;
pub(crate) mod fetch_permit;
pub(crate) mod no_key;
pub(crate) mod renew;
pub(crate) mod stored_set;

use std::cell::RefCell;

use crate::context::{KeySource, RequestContext};
use crate::keys::cached_set::{CachedSet, KeyLookup};
use crate::keys::fetch_permit::{FetchLimits, FetchPermit, FetchResult};
use crate::keys::renew::CurrentSet;
use crate::limits::KEYS_COOL_DOWN_SECONDS;
use crate::platform::Platform;
use crate::rare::Rare;
use crate::settings::Settings;
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::KeyError;
use clerk_edge_token::key::PublicKey;
use clerk_edge_token::limits::KEY_ID_BYTES_MAX;

pub use crate::keys::no_key::{KeysUnavailable, NoKey};

/// The keys of one isolate, for one configuration.
#[derive(Debug)]
pub struct Keys<K> {
    current: CurrentSet<K>,
    limits: FetchLimits,
    binding: RefCell<Option<(PublicKey, Result<K, KeyError>)>>,
}

/// A key, and the set in which it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundKey<K> {
    /// Imported for the algorithm that was asked for.
    pub key: K,
    /// [`Keys::generation`] when it was found. Another set may arrive while the key is imported;
    /// what this key accepts must then not be kept.
    pub generation: u64,
}

/// What the health answer says about the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysStatus {
    /// Where the set came from; `None` if there is none yet.
    pub source: Option<KeySource>,
    /// How long ago Clerk returned it; `None` if it did not come from Clerk.
    pub age_seconds: Option<u32>,
    /// How many keys are usable.
    pub count: usize,
}

impl<K: Clone + 'static> Keys<K> {
    /// Without a key set. `jitter_seed` is a random number: it makes isolates renew their sets at
    /// different times.
    #[must_use]
    pub fn new(jitter_seed: u32) -> Self {
        Self {
            current: CurrentSet::new(jitter_seed),
            limits: FetchLimits::default(),
            binding: RefCell::new(None),
        }
    }

    /// The key with this id, imported for this algorithm. With `CLERK_JWT_KEY` it is that key,
    /// whatever the id.
    ///
    /// # Errors
    /// [`NoKey`]. [`NoKey::Unavailable`] alone says nothing about the token.
    pub async fn find<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        key_id: Option<&str>,
        algorithm: Algorithm,
        ctx: &RequestContext<'_, P>,
    ) -> Result<FoundKey<K>, NoKey> {
        if let Some(key) = &settings.jwt_key {
            let key = self.binding_key(key, algorithm, ctx).await?;
            return Ok(FoundKey { key, generation: self.generation() });
        }
        self.find_in_set(settings, key_id, algorithm, ctx).await
    }

    /// The key with this id, in the set that is held or fetched.
    #[inline(never)]
    fn find_in_set<'f, P: Platform<Key = K>>(
        &'f self,
        settings: &'f Settings,
        key_id: Option<&'f str>,
        algorithm: Algorithm,
        ctx: &'f RequestContext<'_, P>,
    ) -> Rare<'f, Result<FoundKey<K>, NoKey>> {
        Box::pin(self.search(settings, key_id, algorithm, ctx))
    }

    async fn search<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        key_id: Option<&str>,
        algorithm: Algorithm,
        ctx: &RequestContext<'_, P>,
    ) -> Result<FoundKey<K>, NoKey> {
        // No set can hold a key without an id.
        let key_id = key_id
            .filter(|id| !id.is_empty() && id.len() <= KEY_ID_BYTES_MAX)
            .ok_or(NoKey::Unknown)?;
        let mut found = self.current.find(settings, key_id, algorithm, ctx);
        if found.is_none() && self.current.read_store(settings, ctx).await {
            found = self.current.find(settings, key_id, algorithm, ctx);
        }
        let found = match found {
            None | Some(KeyLookup::Missing) => {
                let has_set = found.is_some();
                let fetched: Rare<'_, _> =
                    Box::pin(self.fetch_for(settings, key_id, algorithm, has_set, ctx));
                fetched.await?
            }
            Some(found) => found,
        };
        let generation = self.generation();
        let key = match found {
            KeyLookup::Ready(key) => key,
            KeyLookup::Raw(key) => self.import(key_id, &key, algorithm, ctx).await?,
            KeyLookup::Unfit => return Err(NoKey::Unfit),
            KeyLookup::Missing => return Err(NoKey::Unknown),
        };
        Ok(FoundKey { key, generation })
    }

    /// Changes whenever the usable keys change. What was verified with the keys of another
    /// generation must be verified again. Renewal with the same keys does not change it.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.current.generation()
    }

    /// Whether what these keys accepted before is still accepted: they are as current as a key that
    /// [`Keys::find`] would return. If the set should be renewed, a task is deferred, because a
    /// client that always sends the same token never asks for a key.
    #[must_use]
    pub fn are_still_valid<P>(&self, settings: &Settings, ctx: &RequestContext<'_, P>) -> bool {
        settings.jwt_key.is_some() || self.current.is_usable(settings, ctx)
    }

    /// The task [`crate::context::BackgroundTask::RenewKeys`]: renews the set from the store or
    /// from Clerk.
    pub async fn renew<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) {
        if settings.jwt_key.is_none() {
            self.current.renew(settings, ctx).await;
        }
    }

    /// Loads a key set if there is none; for the health answer.
    ///
    /// # Errors
    /// [`KeysUnavailable`] if there is none and no source answered.
    pub async fn ensure_loaded<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) -> Result<KeysStatus, KeysUnavailable> {
        let has_keys = || self.status(settings, ctx.now_ms).count > 0;
        if !has_keys() && !self.current.read_store(settings, ctx).await {
            let permit = self.limits.for_any(None, ctx.now_ms)?;
            let is_fetched = self.fetch(settings, ctx).await;
            let result = if is_fetched { FetchResult::Found } else { FetchResult::Failed };
            self.limits.end(permit, result);
        }
        if has_keys() {
            return Ok(self.status(settings, ctx.now_ms));
        }
        Err(self.limits.unavailable(ctx.now_ms))
    }

    /// Why the last fetch failed, a sentence for each source; empty after a success.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        self.current.failures()
    }

    /// What is in memory now. Nothing is fetched.
    #[must_use]
    pub fn status(&self, settings: &Settings, now_ms: i64) -> KeysStatus {
        if settings.jwt_key.is_some() {
            return KeysStatus { source: Some(KeySource::Binding), age_seconds: None, count: 1 };
        }
        let of = |set: &CachedSet<K>| KeysStatus {
            source: Some(set.source()),
            age_seconds: Some(set.age_seconds(now_ms)),
            count: set.count(),
        };
        let none = KeysStatus { source: None, age_seconds: None, count: 0 };
        self.current.read(settings, now_ms, of).unwrap_or(none)
    }

    async fn binding_key<P: Platform<Key = K>>(
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

    /// Fetches the set, if a fetch is permitted now, and finds the key in what is then held.
    async fn fetch_for<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        key_id: &str,
        algorithm: Algorithm,
        has_set: bool,
        ctx: &RequestContext<'_, P>,
    ) -> Result<KeyLookup<K>, NoKey> {
        let permit = if has_set {
            self.limits.for_unknown(key_id, ctx.now_ms)?
        } else {
            self.limits.for_any(Some(key_id), ctx.now_ms)?
        };
        let is_fetched = self.fetch(settings, ctx).await;
        // Not in what this request fetched: another one may have fetched a newer set meanwhile.
        let found = self.current.find(settings, key_id, algorithm, ctx);
        self.conclude(permit, is_fetched, found, ctx.now_ms)
    }

    /// Fetches the set and defers the task that stores it. Whether a source answered.
    async fn fetch<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) -> bool {
        let fetched = self.current.fetch(settings, ctx).await;
        let is_fetched = fetched.is_ok();
        if let Ok(Some(task)) = fetched {
            ctx.defer(task);
        }
        is_fetched
    }

    fn conclude(
        &self,
        permit: FetchPermit,
        is_fetched: bool,
        found: Option<KeyLookup<K>>,
        now_ms: i64,
    ) -> Result<KeyLookup<K>, NoKey> {
        match found {
            Some(KeyLookup::Missing) if is_fetched => {
                self.limits.end(permit, FetchResult::Missing);
                Err(NoKey::Unknown)
            }
            Some(KeyLookup::Missing) => {
                self.limits.end(permit, FetchResult::Failed);
                let retry_after_seconds = u32::try_from(KEYS_COOL_DOWN_SECONDS).unwrap_or(1);
                Err(KeysUnavailable { retry_after_seconds }.into())
            }
            None => {
                self.limits.end(permit, FetchResult::Failed);
                Err(self.limits.unavailable(now_ms).into())
            }
            Some(found) => {
                self.limits.end(permit, FetchResult::Found);
                Ok(found)
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
            ctx.note(format!("keys: a key could not be imported for {}", algorithm.name()));
        }
        self.current.keep(generation, key_id, algorithm, imported.clone());
        imported.map_err(|KeyError| NoKey::Unfit)
    }
}
