//! `/.clerk-edge/webhook`: what Clerk says of a change, on the day it happens.
//!
//! No rule applies here: whoever has the signing secret may deliver. A delivery is done as a whole
//! or answered with an error, and then Svix delivers it again; so everything done here may be done
//! twice. Each other file has one part of the work.

pub(crate) mod event;
pub(crate) mod merge;
pub(crate) mod metadata;
pub(crate) mod signature;
pub(crate) mod sync;

use clerk_edge_http::incoming::{BodyError, Incoming};
use clerk_edge_rules::code::Code;
use serde_json::json;

use crate::answer::Answer;
use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::endpoints::webhook::event::{Event, UserEvent};
use crate::endpoints::webhook::signature::Delivery;
use crate::gate::Gate;
use crate::limits::WEBHOOK_BODY_BYTES_MAX;
use crate::lookup::cache::Finding;
use crate::platform::{Platform, StoreFailed};
use crate::settings::Settings;

/// One delivery, with what is needed to do it.
pub(super) struct Webhook<'a, K, P> {
    gate: &'a Gate<K>,
    settings: &'a Settings,
    ctx: &'a RequestContext<'a, P>,
    /// Its id, the same for each attempt.
    id: String,
    /// The event as it was sent.
    body: String,
}

/// What was done, by name.
type Done = Vec<&'static str>;

/// The answer to a delivery.
pub(crate) async fn answer<K, P, R>(
    gate: &Gate<K>,
    settings: &Settings,
    request: &R,
    ctx: &RequestContext<'_, P>,
) -> EarlyResponse
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let (id, body) = match signed(settings, request, ctx.now_seconds()).await {
        Ok(signed) => signed,
        Err(code) => return EarlyResponse::code(code),
    };
    let Some(event) = Event::parse(&body) else {
        return EarlyResponse::code(Code::WebhookSignature);
    };
    let Event { name, user_event } = event;
    let Some(user_event) = user_event else {
        return EarlyResponse::endpoint(Answer::new(204));
    };
    if gate.deliveries.is_done(&id, ctx.now_ms) {
        return done(&name, &[]);
    }
    let webhook = Webhook { gate, settings, ctx, id, body };
    match webhook.act(&user_event).await {
        Ok(did) => {
            gate.deliveries.add(&webhook.id, ctx.now_ms);
            done(&name, &did)
        }
        Err(response) => {
            let code = response.code_of_refusal().map_or("", Code::as_str);
            ctx.note(format!("webhook: {name} is not done ({code}); it will be delivered again"));
            response
        }
    }
}

/// The id and the body of a delivery, if one of the secrets signed it. Nothing of the body is read
/// before its signature is verified, and none of it where the headers cannot be right.
async fn signed<R: Incoming>(
    settings: &Settings,
    request: &R,
    now_seconds: i64,
) -> Result<(String, String), Code> {
    let delivery = Delivery::read(request, now_seconds).ok_or(Code::WebhookSignature)?;
    let body = request.body(WEBHOOK_BODY_BYTES_MAX).await.map_err(|error| match error {
        BodyError::TooLarge => Code::TooLarge,
        BodyError::Unreadable => Code::WebhookSignature,
    })?;
    if !delivery.is_signed(&settings.webhooks.signing_secrets, &body) {
        return Err(Code::WebhookSignature);
    }
    let body = String::from_utf8(body).map_err(|_| Code::WebhookSignature)?;
    Ok((delivery.id, body))
}

fn done(event: &str, did: &[&str]) -> EarlyResponse {
    let body = json!({ "event": event, "did": did });
    EarlyResponse::endpoint(Answer::json(200, body.to_string()))
}

impl<K, P> Webhook<'_, K, P>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
{
    async fn act(&self, event: &UserEvent) -> Result<Done, EarlyResponse> {
        match event {
            UserEvent::Nobody => Ok(Vec::new()),
            UserEvent::Deleted { user_id } => {
                self.keep(user_id, &Finding::deleted(self.ctx.now_ms)).await
            }
            UserEvent::Changed(user) => {
                let now_ms = self.ctx.now_ms;
                let finding = Finding::pushed(user.metadata.clone(), user.updated_at_ms, now_ms);
                let latest = self.gate.lookups.latest(self.settings, &user.id, self.ctx).await;
                let latest = latest.map_err(unfinished)?;
                if latest.as_ref().is_some_and(|latest| latest.is_deleted) {
                    return Ok(Vec::new());
                }
                let is_older = latest.is_some_and(|latest| finding.is_older_than(&latest));
                let mut did = Vec::new();
                if !is_older {
                    did = self.keep(&user.id, &finding).await?;
                }
                did.extend(self.write_metadata(user, is_older).await?);
                Ok(did)
            }
        }
    }

    /// Keeps a finding for all isolates.
    async fn keep(&self, user_id: &str, finding: &Finding) -> Result<Done, EarlyResponse> {
        let pushed = self.gate.lookups.push(self.settings, user_id, finding, self.ctx).await;
        pushed.map_err(unfinished)?;
        Ok(if self.settings.has_store { vec![FINDING] } else { Vec::new() })
    }
}

/// The store failed, so the event has to be delivered again.
fn unfinished(StoreFailed: StoreFailed) -> EarlyResponse {
    EarlyResponse::unavailable(Code::WebhookUnfinished, RETRY_SECONDS)
}

/// `CLERK_CACHE` has the finding.
const FINDING: &str = "finding";
/// Svix waits 5 seconds before the second attempt.
const RETRY_SECONDS: u32 = 5;
