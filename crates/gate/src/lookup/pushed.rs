//! What webhooks push, and how it counts beside a token.
//!
//! The store is the only way from the isolate that receives a webhook to all others. So the first
//! request of a new token reads it there, and a read that fails leaves what the token says.

use clerk_edge_token::session::Session;

use crate::context::RequestContext;
use crate::limits::{FINDING_TIMEOUT_MS, KEYS_TIMEOUT_MS};
use crate::lookup::cache::{self, Finding, name, newer};
use crate::lookup::{Lookups, keep_seconds, user_answer};
use crate::platform::{Platform, StoreFailed};
use crate::settings::Settings;

impl Lookups {
    /// What is known of the user of a session, apart from its token.
    pub(crate) async fn beside_token<P: Platform>(
        &self,
        settings: &Settings,
        session: &Session,
        ctx: &RequestContext<'_, P>,
    ) -> Option<Finding> {
        let user_id = Some(session.subject()).filter(|id| user_answer::is_user_id(id))?;
        let issued_at = session.issued_at_seconds().unwrap_or(i64::MIN);
        let seconds = settings.memory_ttl_seconds();
        let known = self.cache.borrow().read_for(user_id, issued_at, seconds, ctx.now_ms);
        if let Some(finding) = known {
            return finding;
        }
        let stored = load(settings, user_id, FINDING_TIMEOUT_MS, ctx).await;
        let stored = stored.unwrap_or_else(|_| {
            ctx.note("lookup: CLERK_CACHE could not be read in time, so the token's claims count");
            None
        });
        self.cache.borrow_mut().put_read(user_id, stored, issued_at, ctx.now_ms)
    }

    /// The latest finding of a user, in memory or in the store.
    ///
    /// # Errors
    /// [`StoreFailed`] if the store cannot be read.
    pub(crate) async fn latest<P: Platform>(
        &self,
        settings: &Settings,
        user_id: &str,
        ctx: &RequestContext<'_, P>,
    ) -> Result<Option<Finding>, StoreFailed> {
        let stored = load(settings, user_id, KEYS_TIMEOUT_MS, ctx).await?;
        Ok(newer(self.cache.borrow().latest(user_id), stored))
    }

    /// Keeps what a webhook says in memory and in the store.
    ///
    /// # Errors
    /// [`StoreFailed`] if the store cannot be written.
    pub(crate) async fn push<P: Platform>(
        &self,
        settings: &Settings,
        user_id: &str,
        finding: &Finding,
        ctx: &RequestContext<'_, P>,
    ) -> Result<(), StoreFailed> {
        self.cache.borrow_mut().put(user_id, finding, ctx.now_ms);
        if !settings.has_store {
            return Ok(());
        }
        let name = name(settings, user_id);
        ctx.platform.store(&name, &finding.to_text(), keep_seconds(settings)).await
    }
}

/// Writes an entry unless the store has a newer one.
pub(crate) async fn store_unless_older<P: Platform>(
    name: &str,
    text: &str,
    keep_seconds: u32,
    ctx: &RequestContext<'_, P>,
) -> Result<(), StoreFailed> {
    let stored = ctx.platform.load(name, KEYS_TIMEOUT_MS).await?;
    let stored = stored.and_then(|stored| Finding::parse(&stored).ok());
    if let (Some(stored), Ok(finding)) = (stored, Finding::parse(text))
        && finding.is_older_than(&stored)
    {
        return Ok(());
    }
    ctx.platform.store(name, text, keep_seconds).await
}

/// The entry of the store, whatever its age. One that cannot be understood is as good as none.
async fn load<P: Platform>(
    settings: &Settings,
    user_id: &str,
    timeout_ms: u32,
    ctx: &RequestContext<'_, P>,
) -> Result<Option<Finding>, StoreFailed> {
    if !settings.has_store {
        return Ok(None);
    }
    let Some(text) = ctx.platform.load(&cache::name(settings, user_id), timeout_ms).await? else {
        return Ok(None);
    };
    let parsed = Finding::parse(&text);
    if let Err(why) = &parsed {
        ctx.note(format!("lookup: the entry in CLERK_CACHE is ignored: {why}"));
    }
    Ok(parsed.ok())
}
