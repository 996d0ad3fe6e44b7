//! Claims that the session token lacks: the user's public metadata, from memory, the store, or
//! Clerk's Backend API.
//!
//! Every call is one that a line in the session token's template would save, and the log says so
//! each time. That a user has no metadata is kept as well as the metadata itself, for as long as
//! the operator says and not longer: a role that was taken away is gone by then.
//!
//! It refuses to call twice for one request, to use what is too old because Clerk cannot be
//! reached, and to take an answer that it does not understand for "the user has no role".

pub mod cache;
pub mod user_answer;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::Value;

use crate::context::{BackgroundTask, RequestContext};
use crate::limits::{
    ANSWER_BYTES_MAX, LOOKUP_KEPT_BYTES_MAX, LOOKUP_TIMEOUT_MS, STORE_KEEP_SECONDS_MIN,
};
use crate::platform::{ClerkCallError, ClerkRequest, Platform};
use crate::secret::Secret;
use crate::settings::Settings;

use crate::clerk_api::breaker::Breaker;
use crate::lookup::cache::{CachedMetadata, MetadataCache};

/// One isolate's look-ups, for one configuration.
#[derive(Debug, Default)]
pub struct Lookups {
    kept: RefCell<MetadataCache>,
    breaker: Breaker,
    count: Cell<u64>,
    failures: Cell<u64>,
    said_unconfigured: Cell<bool>,
}

/// What a look-up came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookedUp {
    /// The user's public metadata, an object.
    Found(Rc<Value>),
    /// There is no such user, or one without metadata.
    Absent,
    /// Without `CLERK_SECRET_KEY` nothing can be looked up.
    NotConfigured,
}

/// Nobody could look: what the user's metadata says is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupFailed {
    /// What went wrong.
    pub why: LookupError,
    /// When it is worth asking again; at least 1.
    pub retry_after_seconds: u32,
}

/// What went wrong with a look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupError {
    /// The API did not answer, or not in time, or too much.
    Silent(ClerkCallError),
    /// The API refuses the secret key.
    SecretRefused,
    /// Too many calls; the API said when to come back.
    RateLimited,
    /// Another status than any that has a meaning here.
    Status(u16),
    /// An answer that is no user, or not the one that was asked for.
    NotUnderstood,
    /// After failures the API is left alone for a while.
    Resting,
    /// This request has called already.
    AskedAlready,
}

/// What the health answer says about look-ups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupsStatus {
    /// Calls made by this isolate.
    pub count: u64,
    /// Those of them that came to nothing.
    pub failures: u64,
}

impl Lookups {
    /// Nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A user's public metadata. The id is the subject of a token that was accepted.
    ///
    /// # Errors
    /// [`LookupFailed`] where nobody could look.
    pub async fn public_metadata<P: Platform>(
        &self,
        settings: &Settings,
        user_id: &str,
        ctx: &RequestContext<'_, P>,
    ) -> Result<LookedUp, LookupFailed> {
        let Some(secret) = &settings.secret_key else {
            self.say_unconfigured(ctx);
            return Ok(LookedUp::NotConfigured);
        };
        if !user_answer::is_user_id(user_id) {
            ctx.note("lookup: the token's subject has not the form of a user id; none is asked");
            return Ok(LookedUp::Absent);
        }
        let name = cache::name(settings, user_id);
        let ttl = settings.lookup_ttl_seconds;
        if let Some(finding) = self.kept.borrow().get(&name, ttl, ctx.now_ms) {
            return Ok(finding.into());
        }
        if let Some(finding) = look_in_store(settings, &name, ctx).await {
            self.kept.borrow_mut().put(name, &finding, ctx.now_ms);
            return Ok(finding.into());
        }
        let metadata = self.call(settings, secret, user_id, ctx).await?;
        let finding = CachedMetadata { metadata: metadata.map(Rc::new), fetched_at_ms: ctx.now_ms };
        if settings.has_store && ttl > 0 {
            let (name, text) = (name.clone(), finding.to_text());
            let keep_seconds = ttl.max(STORE_KEEP_SECONDS_MIN);
            if text.len() <= LOOKUP_KEPT_BYTES_MAX {
                ctx.defer(BackgroundTask::Store { name, text, keep_seconds });
            }
        }
        self.kept.borrow_mut().put(name, &finding, ctx.now_ms);
        Ok(finding.into())
    }

    /// Calls made, and how many of them came to nothing.
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
            ctx.note(format!("lookup: none is made for another {retry_after_seconds} s"));
            return Err(LookupFailed { why: LookupError::Resting, retry_after_seconds });
        }
        ctx.count_lookup();
        ctx.note(ADVICE);
        self.count.set(self.count.get().saturating_add(1));
        let call = ClerkRequest {
            url: format!("{}/v1/users/{user_id}", settings.api_url),
            secret: Some(secret.clone()),
            body: None,
            timeout_ms: LOOKUP_TIMEOUT_MS,
            bytes_max: ANSWER_BYTES_MAX,
        };
        let answer = match ctx.platform.call(&call).await {
            Ok(reply) => user_answer::read(&reply, user_id),
            Err(failed) => Err(user_answer::UserAnswerError::from(LookupError::Silent(failed))),
        };
        match answer {
            Ok(user) => {
                self.breaker.succeeded();
                if user.is_unknown() {
                    ctx.note(UNKNOWN_USER);
                }
                Ok(user.into_metadata())
            }
            Err(unusable) => Err(self.failed(unusable, ctx)),
        }
    }

    fn failed<P>(
        &self,
        unusable: user_answer::UserAnswerError,
        ctx: &RequestContext<'_, P>,
    ) -> LookupFailed {
        self.failures.set(self.failures.get().saturating_add(1));
        ctx.note(format!("lookup: it failed: {}", unusable.why));
        if unusable.why != LookupError::RateLimited {
            self.breaker.failed(ctx.now_ms);
        }
        if let Some(seconds) = unusable.retry_after_seconds {
            self.breaker.rest(seconds, ctx.now_ms);
        }
        let retry_after_seconds = self.breaker.retry_after_seconds(ctx.now_ms);
        LookupFailed { why: unusable.why, retry_after_seconds }
    }

    fn say_unconfigured<P>(&self, ctx: &RequestContext<'_, P>) {
        if !self.said_unconfigured.replace(true) {
            ctx.note(
                "lookup: a claim that the token lacks cannot be looked up without \
                 CLERK_SECRET_KEY; it counts as absent",
            );
        }
    }
}

impl From<CachedMetadata> for LookedUp {
    fn from(finding: CachedMetadata) -> Self {
        finding.metadata.map_or(Self::Absent, Self::Found)
    }
}

impl std::fmt::Display for LookupError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Silent(ClerkCallError::Unreachable) => "the API cannot be reached",
            Self::Silent(ClerkCallError::TimedOut) => "the API did not answer in time",
            Self::Silent(ClerkCallError::TooLarge) => "the answer is too large",
            Self::SecretRefused => {
                "the API refuses CLERK_SECRET_KEY; take the secret of the instance that \
                 CLERK_PUBLISHABLE_KEY names"
            }
            Self::RateLimited => "too many calls; the API wants to be left alone for a while",
            Self::Status(status) => return write!(f, "the API answered {status}"),
            Self::NotUnderstood => "the answer is not the user that was asked for",
            Self::Resting => "the API is left alone for a while",
            Self::AskedAlready => "this request has called already",
        })
    }
}

/// What the store holds, if it is fresh. A store that fails is no reason to fail: the API knows.
async fn look_in_store<P: Platform>(
    settings: &Settings,
    name: &str,
    ctx: &RequestContext<'_, P>,
) -> Option<CachedMetadata> {
    if !settings.has_store || settings.lookup_ttl_seconds == 0 {
        return None;
    }
    let Ok(text) = ctx.platform.load(name).await else {
        ctx.note("lookup: the KV namespace could not be read; going on to Clerk");
        return None;
    };
    let Some(finding) = CachedMetadata::parse(&text?) else {
        ctx.note("lookup: what the KV namespace holds has another form; passed over");
        return None;
    };
    finding.is_fresh(settings.lookup_ttl_seconds, ctx.now_ms).then_some(finding)
}

/// Said with every call: how to make it the last one.
const ADVICE: &str = "lookup: a claim was looked up because the session token lacks it; to end \
     these calls, add this to the session token's claims (Clerk Dashboard, Sessions, Customize \
     session token): {\"metadata\": \"{{user.public_metadata}}\"}";
/// Said where the API does not know the subject of a token that was accepted.
const UNKNOWN_USER: &str = "lookup: the API does not know the user of an accepted token: the user \
     was deleted, or CLERK_SECRET_KEY belongs to another instance than CLERK_PUBLISHABLE_KEY";
