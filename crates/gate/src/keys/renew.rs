//! How key sets come into memory: from the store, from Clerk, in the foreground and as a chore.
//!
//! Of two sets the newer stays: within the isolate the one whose fetch began later, between the
//! isolate and the store the one with the later stamp. The stamp is the moment at which the asking
//! request came, which is never later than the moment at which Clerk answered. The store has no
//! way to compare before it writes, so a writer compares with what it has itself seen; two isolates
//! that fetch within the same seconds may overwrite each other with sets that are as young.
//!
//! It refuses to write a set that is older than what it holds, and to take "nobody answered" for
//! "there are no keys".

use crate::context::{BackgroundTask, KeySource, RequestContext};
use crate::keys::cached_set::{CachedSet, NewSet, Replaced};
use crate::keys::fetch;
use crate::keys::fetch_permit::FetchResult;
use crate::keys::find::{Keys, KeysStatus, KeysUnavailable};
use crate::keys::stored_set;
use crate::keys::stored_set::StoredSet;
use crate::limits::{KEYS_COOL_DOWN_SECONDS, KEYS_STALE_SECONDS};
use crate::platform::Platform;
use crate::settings::Settings;

/// No source gave a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NobodyAnswered;

impl<K: Clone + 'static> Keys<K> {
    /// The task [`BackgroundTask::RenewKeys`]: renews the set from the store if its set is fresh,
    /// else from Clerk. Writes the store itself, since it runs after the answer.
    pub async fn renew<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) {
        if settings.jwt_key.is_some() {
            return;
        }
        if let Some(stored) = look_in_store(settings, ctx).await
            && self.take_stored(settings, stored, ctx.now_ms)
        {
            return;
        }
        if let Ok(Some(BackgroundTask::Store { name, text, keep_seconds })) =
            self.fetch(settings, ctx).await
            && ctx.platform.store(&name, &text, keep_seconds).await.is_err()
        {
            ctx.note("keys: the KV namespace could not be written");
        }
    }

    /// Makes sure that some key can be had; for the health answer.
    ///
    /// # Errors
    /// [`KeysUnavailable`] where there is none and nobody could be asked.
    pub async fn warm<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) -> Result<KeysStatus, KeysUnavailable> {
        let has_some = || self.status(settings, ctx.now_ms).count > 0;
        if !has_some() && !self.read_store(settings, ctx).await {
            let leave = self.asking.for_any(None, ctx.now_ms)?;
            let fetched = self.fetch(settings, ctx).await;
            self.asking.ended(
                leave,
                if fetched.is_ok() { FetchResult::Found } else { FetchResult::Failed },
            );
            if let Ok(Some(chore)) = fetched {
                ctx.defer(chore);
            }
        }
        if has_some() {
            return Ok(self.status(settings, ctx.now_ms));
        }
        Err(KeysUnavailable { retry_after_seconds: self.asking.retry_after_seconds(ctx.now_ms) })
    }

    /// What is held now, without asking anybody.
    #[must_use]
    pub fn status(&self, settings: &Settings, now_ms: i64) -> KeysStatus {
        if settings.jwt_key.is_some() {
            return KeysStatus { source: Some(KeySource::Binding), age_seconds: None, count: 1 };
        }
        let held = self.held.borrow();
        let held = held.as_ref().filter(|held| held.serves(&settings.jwks_url, now_ms));
        KeysStatus {
            source: held.map(CachedSet::source),
            age_seconds: held.map(|held| held.age_seconds(now_ms)),
            count: held.map_or(0, |held| held.record().set.count()),
        }
    }

    /// Whether the store had a set that serves.
    pub(super) async fn read_store<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) -> bool {
        let Some(stored) = look_in_store(settings, ctx).await else { return false };
        ctx.note_key_source(KeySource::Store);
        self.take_stored(settings, stored, ctx.now_ms);
        true
    }

    /// One request leaves the chore, and for a while no other does: it may fail, or be cancelled.
    pub(super) fn leave_renewal<P>(&self, ctx: &RequestContext<'_, P>) {
        let pause_ms = KEYS_COOL_DOWN_SECONDS.saturating_mul(1_000);
        let is_left = self
            .renewal_left_ms
            .get()
            .is_some_and(|at| ctx.now_ms.saturating_sub(at).saturating_abs() < pause_ms);
        if !is_left {
            self.renewal_left_ms.set(Some(ctx.now_ms));
            ctx.defer(BackgroundTask::RenewKeys);
        }
    }

    /// Asks Clerk and takes over what came. `Ok(None)`: something came, but there is nothing to
    /// write, since what is held is newer or there is no store.
    pub(super) async fn fetch<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) -> Result<Option<BackgroundTask>, NobodyAnswered> {
        let fetch = self.fetches.get().wrapping_add(1);
        self.fetches.set(fetch);
        let (set, source) = fetch::fetch(settings, ctx).await.ok_or(NobodyAnswered)?;
        let record = StoredSet { set, fetched_at_ms: ctx.now_ms };
        let chore = settings.has_store.then(|| BackgroundTask::Store {
            name: stored_set::name(settings),
            text: record.to_text(),
            keep_seconds: u32::try_from(KEYS_STALE_SECONDS).unwrap_or(u32::MAX),
        });
        ctx.note_key_source(source);
        let offer = NewSet { record, source, made_sure_ms: ctx.now_ms, fetch: Some(fetch) };
        let taken = self.take(settings, offer, ctx.now_ms);
        Ok(chore.filter(|_| taken != Replaced::Older))
    }

    /// Takes a set over, unless it is older than the one that is held.
    fn take(&self, settings: &Settings, offer: NewSet, now_ms: i64) -> Replaced {
        let mut held = self.held.borrow_mut();
        let serving = held.as_mut().filter(|held| held.serves(&settings.jwks_url, now_ms));
        let taken = if let Some(held) = serving {
            held.take(offer, now_ms)
        } else {
            *held = Some(CachedSet::new(offer, &settings.jwks_url));
            Replaced::Changed
        };
        if taken == Replaced::Changed {
            self.generation.set(self.generation.get().wrapping_add(1));
        }
        taken
    }

    /// Takes over what the store holds, and says whether that makes sure of it: if it is due
    /// itself, it serves, but is as old as it is.
    fn take_stored(&self, settings: &Settings, stored: StoredSet, now_ms: i64) -> bool {
        let is_due = stored.is_due(self.spread, now_ms);
        let made_sure_ms = if is_due { stored.fetched_at_ms } else { now_ms };
        let offer = NewSet { record: stored, source: KeySource::Store, made_sure_ms, fetch: None };
        let taken = self.take(settings, offer, now_ms);
        !is_due && taken != Replaced::Older
    }
}

/// What the store holds, if it serves. That nothing is there and that nobody could look come to
/// the same here and only here: Clerk is asked next, and the log says which it was.
async fn look_in_store<P: Platform>(
    settings: &Settings,
    ctx: &RequestContext<'_, P>,
) -> Option<StoredSet> {
    if !settings.has_store {
        return None;
    }
    let Ok(text) = ctx.platform.load(&stored_set::name(settings)).await else {
        ctx.note("keys: the KV namespace could not be read; going on to Clerk");
        return None;
    };
    match StoredSet::parse(&text?) {
        Ok(record) if record.serves(ctx.now_ms) => Some(record),
        Ok(_) => {
            ctx.note("keys: the set in the KV namespace is more than a day away; passed over");
            None
        }
        Err(why) => {
            ctx.note(format!("keys: the set in the KV namespace was passed over: {why}"));
            None
        }
    }
}
