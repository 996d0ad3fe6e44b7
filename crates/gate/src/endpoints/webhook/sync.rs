//! The site behind `SYNC_URL`: it is sent the event and answers with public metadata.

use clerk_edge_rules::code::Code;
use serde_json::{Map, Value};

use crate::early_response::EarlyResponse;
use crate::endpoints::webhook::{RETRY_SECONDS, Webhook, signature};
use crate::limits::{SYNC_BYTES_MAX, SYNC_TIMEOUT_MS};
use crate::platform::{ClerkCallError, ClerkMethod, ClerkRequest, ClerkResponse, Platform};
use crate::settings::webhooks::SyncSite;

impl<K, P> Webhook<'_, K, P>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
{
    /// The metadata that the site answers; empty where it has nothing to merge.
    pub(super) async fn ask_site(
        &self,
        site: &SyncSite,
    ) -> Result<Map<String, Value>, EarlyResponse> {
        let now = self.ctx.now_seconds();
        let signed = signature::headers(&site.secret, &self.id, now, &self.body);
        let mut headers = signed.ok_or(EarlyResponse::code(Code::Internal))?;
        headers.push(("content-type", "application/json".to_owned()));
        let call = ClerkRequest {
            method: ClerkMethod::Post,
            url: site.url.clone(),
            secret: None,
            headers,
            body: Some(self.body.clone()),
            timeout_ms: SYNC_TIMEOUT_MS,
            bytes_max: SYNC_BYTES_MAX,
        };
        let answer = self.ctx.platform.call(&call).await;
        read(answer).map_err(|why| {
            self.ctx.note(format!("webhook: the site behind SYNC_URL {why}"));
            EarlyResponse::unavailable(Code::WebhookUnfinished, RETRY_SECONDS)
        })
    }
}

/// The metadata in an answer, or why there is none.
fn read(answer: Result<ClerkResponse, ClerkCallError>) -> Result<Map<String, Value>, String> {
    let response = answer.map_err(|error| match error {
        ClerkCallError::Unreachable => "cannot be reached".to_owned(),
        ClerkCallError::TimedOut => "did not answer in time".to_owned(),
        ClerkCallError::TooLarge => "answered more than 64 kB".to_owned(),
    })?;
    match response.status {
        204 => Ok(Map::new()),
        200..=299 => match serde_json::from_slice(&response.body) {
            Ok(Value::Object(metadata)) => Ok(metadata),
            _ => Err("did not answer with a JSON object".to_owned()),
        },
        status => Err(format!("answered {status}")),
    }
}
