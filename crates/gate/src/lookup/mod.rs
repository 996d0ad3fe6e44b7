//! Looks up what the session token lacks: the user's public metadata, in memory, in the store, or
//! by a call of Clerk's Backend API.
//!
//! Each call could be avoided by one more claim in the session token, and the log says so. That a
//! user has no metadata is kept like the metadata itself, for `LOOKUP_TTL_SECONDS` and not longer,
//! so that a role that was taken away does not count after that time.
//!
//! At most one call per request. An expired entry is not used, also when Clerk cannot be reached.
//! An answer that cannot be parsed is an error, not "no role".

pub(crate) mod cache;
pub(crate) mod lookup_error;
pub(crate) mod user_answer;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::clerk_api::ClerkApiError;
use crate::clerk_api::breaker::Breaker;
use crate::context::{BackgroundTask, RequestContext};
use crate::limits::{
    ANSWER_BYTES_MAX, LOOKUP_KEPT_BYTES_MAX, LOOKUP_TIMEOUT_MS, STORE_KEEP_SECONDS_MIN,
};
use crate::lookup::cache::{CachedMetadata, MetadataCache};
use crate::lookup::user_answer::UserAnswerError;
use crate::platform::{ClerkMethod, ClerkRequest, Platform};
use crate::secret::Secret;
use crate::settings::Settings;
use crate::store::read_entry;

pub use crate::lookup::lookup_error::{LookupError, LookupFailed};

/// The look-ups of one isolate, for one configuration.
#[derive(Debug, Default)]
pub struct Lookups {
    cache: RefCell<MetadataCache>,
    breaker: Breaker,
    count: Cell<u64>,
    failures: Cell<u64>,
    has_noted_no_secret: Cell<bool>,
}

/// The result of a look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookedUp {
    /// The user's public metadata, an object.
    Found(Rc<Value>),
    /// There is no such user, or the user has no public metadata.
    Absent,
    /// Without `CLERK_SECRET_KEY` nothing can be looked up.
    NotConfigured,
}

/// What the health answer says about look-ups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupsStatus {
    /// Calls made by this isolate.
    pub count: u64,
    /// How many of them failed.
    pub failures: u64,
}

impl Lookups {
    /// The public metadata of the user whose id is the `sub` of a verified token.
    ///
    /// # Errors
    /// [`LookupFailed`] if the metadata is not known.
    pub async fn public_metadata<P: Platform>(
        &self,
        settings: &Settings,
        user_id: &str,
        ctx: &RequestContext<'_, P>,
    ) -> Result<LookedUp, LookupFailed> {
        let Some(secret) = &settings.secret_key else {
            self.note_no_secret(ctx);
            return Ok(LookedUp::NotConfigured);
        };
        if !user_answer::is_user_id(user_id) {
            ctx.note("lookup: none made, because the token's `sub` is not a Clerk user id");
            return Ok(LookedUp::Absent);
        }
        let name = cache::name(settings, user_id);
        let ttl = settings.lookup_ttl_seconds;
        if let Some(entry) = self.cache.borrow().get(&name, ttl, ctx.now_ms) {
            return Ok(entry.into());
        }
        if let Some(entry) = stored_metadata(settings, &name, ctx).await {
            self.cache.borrow_mut().put(name, &entry, ctx.now_ms);
            return Ok(entry.into());
        }
        let metadata = self.call(settings, secret, user_id, ctx).await?;
        let entry = CachedMetadata { metadata: metadata.map(Rc::new), fetched_at_ms: ctx.now_ms };
        self.keep(settings, name, &entry, ctx);
        Ok(entry.into())
    }

    /// Keeps an entry in memory, and behind the response in the store.
    fn keep<P>(
        &self,
        settings: &Settings,
        name: String,
        entry: &CachedMetadata,
        ctx: &RequestContext<'_, P>,
    ) {
        let ttl = settings.lookup_ttl_seconds;
        if settings.has_store && ttl > 0 {
            let (name, text) = (name.clone(), entry.to_text());
            let keep_seconds = ttl.max(STORE_KEEP_SECONDS_MIN);
            if text.len() <= LOOKUP_KEPT_BYTES_MAX {
                ctx.defer(BackgroundTask::Store { name, text, keep_seconds });
            }
        }
        self.cache.borrow_mut().put(name, entry, ctx.now_ms);
    }

    /// Takes what Clerk's answer to a write says of the user's public metadata.
    pub(crate) fn learn<P>(
        &self,
        settings: &Settings,
        user_id: &str,
        metadata: Map<String, Value>,
        ctx: &RequestContext<'_, P>,
    ) {
        let metadata = (!metadata.is_empty()).then(|| Rc::new(Value::Object(metadata)));
        let name = cache::name(settings, user_id);
        self.keep(settings, name, &CachedMetadata { metadata, fetched_at_ms: ctx.now_ms }, ctx);
    }

    /// Calls made, and how many of them failed.
    #[must_use]
    pub fn status(&self) -> LookupsStatus {
        LookupsStatus { count: self.count.get(), failures: self.failures.get() }
    }

    async fn call<P: Platform>(
        &self,
        settings: &Settings,
        secret: &Secret,
        user_id: &str,
        ctx: &RequestContext<'_, P>,
    ) -> Result<Option<Value>, LookupFailed> {
        if ctx.lookups() > 0 {
            return Err(LookupFailed { why: LookupError::AskedAlready, retry_after_seconds: 1 });
        }
        if let Err(retry_after_seconds) = self.breaker.may_call(ctx.now_ms) {
            ctx.note(format!("lookup: paused for {retry_after_seconds} s after failures"));
            return Err(LookupFailed { why: LookupError::Paused, retry_after_seconds });
        }
        ctx.count_lookup();
        ctx.note(format!(
            "lookup: a claim was looked up because the session token lacks it. \
             {ADD_TO_SESSION_TOKEN} {{\"metadata\": \"{{{{user.public_metadata}}}}\"}}"
        ));
        self.count.set(self.count.get().saturating_add(1));
        let call = ClerkRequest {
            method: ClerkMethod::Get,
            url: format!("{}/v1/users/{user_id}", settings.api_url),
            secret: Some(secret.clone()),
            body: None,
            timeout_ms: LOOKUP_TIMEOUT_MS,
            bytes_max: ANSWER_BYTES_MAX,
        };
        let answer = match ctx.platform.call(&call).await {
            Ok(response) => user_answer::read(&response, user_id),
            Err(error) => Err(LookupError::Clerk(ClerkApiError::NoAnswer(error)).into()),
        };
        match answer {
            Ok(user) => {
                self.breaker.succeeded();
                if user.is_unknown() {
                    ctx.note(UNKNOWN_USER);
                }
                Ok(user.into_metadata())
            }
            Err(error) => Err(self.failed(error, ctx)),
        }
    }

    fn failed<P>(&self, error: UserAnswerError, ctx: &RequestContext<'_, P>) -> LookupFailed {
        self.failures.set(self.failures.get().saturating_add(1));
        ctx.note(format!("lookup: failed: {}", error.why));
        if error.why != LookupError::Clerk(ClerkApiError::RateLimited) {
            self.breaker.failed(ctx.now_ms);
        }
        if let Some(seconds) = error.retry_after_seconds {
            self.breaker.pause(seconds, ctx.now_ms);
        }
        let retry_after_seconds = self.breaker.retry_after_seconds(ctx.now_ms);
        LookupFailed { why: error.why, retry_after_seconds }
    }

    fn note_no_secret<P>(&self, ctx: &RequestContext<'_, P>) {
        if !self.has_noted_no_secret.replace(true) {
            ctx.note(
                "lookup: without CLERK_SECRET_KEY a claim that the session token lacks cannot be \
                 looked up; it counts as absent",
            );
        }
    }
}

impl From<CachedMetadata> for LookedUp {
    fn from(entry: CachedMetadata) -> Self {
        entry.metadata.map_or(Self::Absent, Self::Found)
    }
}

/// A fresh entry of the store. If the store cannot be read, the API is asked.
async fn stored_metadata<P: Platform>(
    settings: &Settings,
    name: &str,
    ctx: &RequestContext<'_, P>,
) -> Option<CachedMetadata> {
    if !settings.has_store || settings.lookup_ttl_seconds == 0 {
        return None;
    }
    let entry = read_entry("lookup", name, ctx, CachedMetadata::parse).await;
    entry.filter(|entry| entry.is_fresh(settings.lookup_ttl_seconds, ctx.now_ms))
}

/// What makes look-ups needless. The claim to add follows this sentence.
pub(crate) const ADD_TO_SESSION_TOKEN: &str = "To avoid look-ups, add this claim to the session \
     token (Clerk Dashboard, Sessions, Customize session token):";
/// The API does not know the `sub` of a verified token.
const UNKNOWN_USER: &str = "lookup: the API does not know the user of a verified token: the user \
     was deleted, or CLERK_SECRET_KEY belongs to another instance than CLERK_PUBLISHABLE_KEY";
