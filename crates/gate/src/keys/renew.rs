//! The key set of this isolate: read from the store, fetched from Clerk, renewed in the background.
//!
//! Of two sets the newer stays: within the isolate the one whose fetch began later, between the
//! isolate and the store the one with the later timestamp. The timestamp is the time at which the
//! fetching request arrived, which is never later than Clerk's response. The store cannot compare
//! before it writes, so a writer compares with what it has seen itself; two isolates that fetch
//! within the same seconds may overwrite each other with sets of the same age.
//!
//! An older set is never written over a newer one. "No source answered" is never taken for "there
//! are no keys".

use std::cell::{Cell, RefCell};

use crate::context::{BackgroundTask, KeySource, RequestContext};
use crate::keys::cached_set::{CachedSet, KeyLookup, NewSet, Replaced, is_due_in_store};
use crate::keys::fetch;
use crate::keys::fetch::AllSourcesFailed;
use crate::keys::stored_set;
use crate::keys::stored_set::StoredSet;
use crate::limits::{KEYS_COOL_DOWN_SECONDS, KEYS_STALE_SECONDS};
use crate::platform::Platform;
use crate::settings::Settings;
use crate::store::read_entry;
use crate::until::is_within;
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::KeyError;

/// The key set that this isolate uses, if it has one yet.
#[derive(Debug)]
pub(super) struct CurrentSet<K> {
    set: RefCell<Option<CachedSet<K>>>,
    fetches: Cell<u64>,
    generation: Cell<u64>,
    renewal_deferred_ms: Cell<Option<i64>>,
    jitter_seed: u32,
    failures: RefCell<Vec<String>>,
}

impl<K: Clone> CurrentSet<K> {
    pub(super) fn new(jitter_seed: u32) -> Self {
        Self {
            set: RefCell::new(None),
            fetches: Cell::new(0),
            generation: Cell::new(0),
            renewal_deferred_ms: Cell::new(None),
            jitter_seed,
            failures: RefCell::default(),
        }
    }

    /// Why the last fetch failed, a sentence for each source; empty after a success.
    pub(super) fn failures(&self) -> Vec<String> {
        self.failures.borrow().clone()
    }

    /// Changes whenever the usable keys change.
    pub(super) fn generation(&self) -> u64 {
        self.generation.get()
    }

    /// Reads something of the set, if it is usable.
    pub(super) fn read<T>(
        &self,
        settings: &Settings,
        now_ms: i64,
        read: impl FnOnce(&CachedSet<K>) -> T,
    ) -> Option<T> {
        let set = self.set.borrow();
        set.as_ref().filter(|set| set.is_usable(&settings.jwks_url, now_ms)).map(read)
    }

    /// Whether the set is usable. If it should be renewed, a task is deferred.
    pub(super) fn is_usable<P>(&self, settings: &Settings, ctx: &RequestContext<'_, P>) -> bool {
        let is_due = self.read(settings, ctx.now_ms, |set| self.is_due(set, ctx.now_ms));
        if is_due == Some(true) {
            self.defer_renewal(ctx);
        }
        is_due.is_some()
    }

    /// What the set holds under a key id; `None` if there is no usable set. If it should be
    /// renewed, a task is deferred.
    pub(super) fn find<P>(
        &self,
        settings: &Settings,
        key_id: &str,
        algorithm: Algorithm,
        ctx: &RequestContext<'_, P>,
    ) -> Option<KeyLookup<K>> {
        let (found, is_due) = self.read(settings, ctx.now_ms, |set| {
            (set.find(key_id, algorithm), self.is_due(set, ctx.now_ms))
        })?;
        if ctx.key_source().is_none() {
            ctx.note_key_source(KeySource::Memory);
        }
        if is_due {
            self.defer_renewal(ctx);
        }
        Some(found)
    }

    /// Keeps the result of importing a key that was found in this generation. Another set may have
    /// arrived meanwhile, with another key under the same id.
    pub(super) fn keep(
        &self,
        generation: u64,
        key_id: &str,
        algorithm: Algorithm,
        key: Result<K, KeyError>,
    ) {
        if generation == self.generation()
            && let Some(set) = self.set.borrow_mut().as_mut()
        {
            set.keep(key_id, algorithm, key);
        }
    }

    /// Reads the store. Whether it holds a usable set.
    pub(super) async fn read_store<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) -> bool {
        let Some(stored) = stored_set(settings, ctx).await else { return false };
        ctx.note_key_source(KeySource::Store);
        self.take_stored(settings, stored, ctx.now_ms);
        true
    }

    /// Fetches a set from Clerk. The task that writes it to the store, if there is a store and no
    /// newer set is held.
    pub(super) async fn fetch<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) -> Result<Option<BackgroundTask>, AllSourcesFailed> {
        let fetch = self.fetches.get().wrapping_add(1);
        self.fetches.set(fetch);
        let fetched = fetch::fetch(settings, ctx).await;
        self.failures.replace(fetched.as_ref().err().map_or_else(Vec::new, |it| it.0.clone()));
        let (set, source) = fetched?;
        let stored = StoredSet { set, fetched_at_ms: ctx.now_ms };
        let task = settings.has_store.then(|| BackgroundTask::Store {
            name: stored_set::name(settings),
            text: stored.to_text(),
            keep_seconds: u32::try_from(KEYS_STALE_SECONDS).unwrap_or(u32::MAX),
        });
        ctx.note_key_source(source);
        let new = NewSet { stored, source, checked_at_ms: ctx.now_ms, fetch: Some(fetch) };
        let replaced = self.take(settings, new, ctx.now_ms);
        Ok(task.filter(|_| replaced != Replaced::Older))
    }

    /// The task [`BackgroundTask::RenewKeys`]: renews the set from the store if the set there is
    /// fresh, else from Clerk. Writes to the store itself, because it runs after the response.
    pub(super) async fn renew<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) {
        if let Some(stored) = stored_set(settings, ctx).await
            && self.take_stored(settings, stored, ctx.now_ms)
        {
            return;
        }
        if let Ok(Some(BackgroundTask::Store { name, text, keep_seconds })) =
            self.fetch(settings, ctx).await
            && ctx.platform.store(&name, &text, keep_seconds).await.is_err()
        {
            ctx.note("keys: CLERK_CACHE could not be written");
        }
    }

    fn is_due(&self, set: &CachedSet<K>, now_ms: i64) -> bool {
        set.is_due(self.jitter_seed, now_ms)
    }

    /// One request defers the task, and for a pause no other does: the task may fail or be
    /// cancelled.
    fn defer_renewal<P>(&self, ctx: &RequestContext<'_, P>) {
        let last = self.renewal_deferred_ms.get();
        if !last.is_some_and(|at| is_within(at, KEYS_COOL_DOWN_SECONDS, ctx.now_ms)) {
            self.renewal_deferred_ms.set(Some(ctx.now_ms));
            ctx.defer(BackgroundTask::RenewKeys);
        }
    }

    /// Takes a set over, unless it is older than the one that is held.
    fn take(&self, settings: &Settings, new: NewSet, now_ms: i64) -> Replaced {
        let mut held = self.set.borrow_mut();
        let usable = held.as_mut().filter(|set| set.is_usable(&settings.jwks_url, now_ms));
        let replaced = if let Some(set) = usable {
            set.replace(new, now_ms)
        } else {
            *held = Some(CachedSet::new(new, &settings.jwks_url));
            Replaced::Changed
        };
        if replaced == Replaced::Changed {
            self.generation.set(self.generation.get().wrapping_add(1));
        }
        replaced
    }

    /// Takes the set of the store over. Whether this renews the set of this isolate: one that is
    /// due in the store is used, but not fresher than it is.
    fn take_stored(&self, settings: &Settings, stored: StoredSet, now_ms: i64) -> bool {
        let is_due = is_due_in_store(&stored, self.jitter_seed, now_ms);
        let checked_at_ms = if is_due { stored.fetched_at_ms } else { now_ms };
        let new = NewSet { stored, source: KeySource::Store, checked_at_ms, fetch: None };
        let replaced = self.take(settings, new, now_ms);
        !is_due && replaced != Replaced::Older
    }
}

/// The set in the store, if it is usable. "Nothing there" and "could not look" have the same result
/// here and only here: Clerk is asked next, and a note says which it was.
async fn stored_set<P: Platform>(
    settings: &Settings,
    ctx: &RequestContext<'_, P>,
) -> Option<StoredSet> {
    if !settings.has_store {
        return None;
    }
    let name = stored_set::name(settings);
    read_entry("keys", &name, ctx, |text| StoredSet::parse(text, ctx.now_ms)).await
}
