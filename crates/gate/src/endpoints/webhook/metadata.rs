//! What an event writes into the user's public metadata: `NEW_USER_METADATA`, and what the site
//! behind `SYNC_URL` answers.
//!
//! Nothing is written that is there already: the event may be hours old, so Clerk is asked what the
//! metadata is now before anything is written.

use clerk_edge_rules::code::Code;
use serde_json::{Map, Value};

use crate::clerk_api::backend::{BackendApi, BackendError};
use crate::early_response::EarlyResponse;
use crate::endpoints::webhook::event::ChangedUser;
use crate::endpoints::webhook::merge::{absent, changes, overlay};
use crate::endpoints::webhook::{Done, Webhook};
use crate::platform::Platform;

impl<K, P> Webhook<'_, K, P>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
{
    /// Asks the site, and writes what is to be written. An older event is not sent to the site.
    pub(super) async fn write_metadata(
        &self,
        user: &ChangedUser,
        is_older: bool,
    ) -> Result<Done, EarlyResponse> {
        let webhooks = &self.settings.webhooks;
        let mut did = Vec::new();
        let mut from_site = Map::new();
        if let Some(site) = webhooks.sync.as_ref().filter(|_| !is_older) {
            from_site = self.ask_site(site).await?;
            did.push(SYNC);
        }
        let fills = user.is_new && !webhooks.new_user_metadata.is_empty();
        if !fills && changes(&from_site, &user.metadata).is_empty() {
            return Ok(did);
        }
        let for_new = if user.is_new { webhooks.new_user_metadata.clone() } else { Map::new() };
        if self.write(&user.id, &for_new, &from_site).await? {
            did.push(METADATA);
        }
        Ok(did)
    }

    /// Whether anything had to be written.
    async fn write(
        &self,
        user_id: &str,
        for_new: &Map<String, Value>,
        from_site: &Map<String, Value>,
    ) -> Result<bool, EarlyResponse> {
        let Some(secret) = &self.settings.secret_key else {
            return Err(EarlyResponse::code(Code::NotConfigured));
        };
        let (platform, api_url) = (self.ctx.platform, self.settings.api_url.as_str());
        let api = BackendApi { platform, api_url, secret };
        let there = api.public_metadata(user_id).await.map_err(|error| self.failed(error))?;
        let mut wanted = absent(for_new, &there.metadata);
        overlay(&mut wanted, from_site);
        let changes = changes(&wanted, &there.metadata);
        if changes.is_empty() {
            return Ok(false);
        }
        let written = api.merge_public_metadata(user_id, &changes).await;
        let written = written.map_err(|error| self.failed(error))?;
        self.gate.lookups.learn(self.settings, user_id, written, self.ctx);
        Ok(true)
    }

    fn failed(&self, error: BackendError) -> EarlyResponse {
        if let BackendError::Refused(codes) = &error {
            let codes = codes.join(", ");
            self.ctx.note(format!("webhook: Clerk's API refuses a call ({codes})"));
        }
        EarlyResponse::of_clerk(error)
    }
}

/// The site was asked.
const SYNC: &str = "sync";
/// Public metadata was written.
const METADATA: &str = "metadata";
