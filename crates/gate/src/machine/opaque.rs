//! Opaque tokens: Clerk's Backend API is asked about each, unless this isolate knows the answer.
//!
//! The tokens are kept by their SHA-256 alone. While one request asks, others with the same token
//! wait for its value; no promise is shared, since a platform cancels promises with the request
//! that made them. Tokens that this isolate has not seen accepted are limited by their refusals.

use std::rc::Rc;

use clerk_edge_rules::caller_kind::CallerKind;
use clerk_edge_rules::code::Code;
use clerk_edge_token::error::TokenError;
use clerk_edge_token::machine::{AudienceWanted, oauth_audience_fits};
use serde_json::json;

use crate::context::RequestContext;
use crate::limits::{MACHINE_ANSWER_BYTES_MAX, MACHINE_TIMEOUT_MS, OPAQUE_TOKEN_BYTES_MAX};
use crate::machine::opaque_answer;
use crate::machine::seen::{Seen, Turn, token_hash};
use crate::machine::{MachineError, MachineIdentity};
use crate::platform::{ClerkMethod, ClerkRequest, Platform};
use crate::secret::Secret;
use crate::settings::Settings;

/// A token that Clerk is to be asked about.
pub(crate) struct Call<'a> {
    pub(crate) kind: CallerKind,
    pub(crate) token: &'a str,
    pub(crate) settings: &'a Settings,
    /// The client's address; empty where it is not known.
    pub(crate) address: &'a str,
}

/// What Clerk says of the token, where it was made for this site.
pub(crate) async fn verified<P: Platform>(
    seen: &Seen,
    call: &Call<'_>,
    audience: AudienceWanted<'_>,
    ctx: &RequestContext<'_, P>,
) -> Result<Rc<MachineIdentity>, MachineError> {
    if !is_plausible(call.token) {
        return Err(MachineError::INVALID);
    }
    let identity = remembered_or_asked(seen, call, ctx).await?;
    let policy = &call.settings.session_policy;
    let meant = call.kind != CallerKind::OAuth
        || oauth_audience_fits(identity.audience.as_ref(), audience, policy);
    meant.then_some(identity).ok_or(MachineError::Refused(TokenError::VerificationFailed))
}

async fn remembered_or_asked<P: Platform>(
    seen: &Seen,
    call: &Call<'_>,
    ctx: &RequestContext<'_, P>,
) -> Result<Rc<MachineIdentity>, MachineError> {
    if call.secret().is_none() {
        let kind = call.kind.as_str();
        ctx.note(format!("machines: without CLERK_SECRET_KEY no {kind} can be verified"));
        return Err(MachineError::unavailable(Code::NotConfigured, RETRY_UNCONFIGURED_SECONDS));
    }
    let hash = token_hash(&call.settings.instance.publishable_key, call.kind, call.token);
    if let Some(remembered) = seen.remembered(&hash, ctx.now_ms) {
        return remembered;
    }
    if let Turn::Wait = seen.turn(&hash, ctx.now_ms) {
        for _ in 0..WAITS_MAX {
            ctx.platform.pause(WAIT_MS).await;
            if let Some(landed) = seen.landed(&hash) {
                return landed;
            }
        }
        // Whoever asked is gone.
        seen.take_over(&hash, ctx.now_ms);
    }
    let outcome = limited(seen, &hash, call, ctx).await;
    seen.land(hash, &outcome, call.settings.machines.ttl_seconds, ctx.now_ms);
    outcome
}

/// Asks, unless too many unknown tokens were refused lately.
async fn limited<P: Platform>(
    seen: &Seen,
    hash: &[u8; 32],
    call: &Call<'_>,
    ctx: &RequestContext<'_, P>,
) -> Result<Rc<MachineIdentity>, MachineError> {
    if seen.was_accepted(hash, ctx.now_ms) {
        return ask(call, ctx).await;
    }
    let Some(attempt) = seen.limits.attempt(call.address, ctx.now_ms) else {
        return Err(MachineError::unavailable(Code::RateLimited, RETRY_LIMITED_SECONDS));
    };
    let outcome = ask(call, ctx).await;
    match outcome {
        Err(MachineError::Refused(_)) => seen.limits.failed(attempt),
        _ => seen.limits.ended(attempt),
    }
    outcome
}

async fn ask<P: Platform>(
    call: &Call<'_>,
    ctx: &RequestContext<'_, P>,
) -> Result<Rc<MachineIdentity>, MachineError> {
    let (path, field) = match call.kind {
        CallerKind::Machine => ("m2m_tokens/verify", "token"),
        CallerKind::OAuth => ("oauth_applications/access_tokens/verify", "access_token"),
        CallerKind::ApiKey | CallerKind::Session => ("api_keys/verify", "secret"),
    };
    let request = ClerkRequest {
        method: ClerkMethod::Post,
        url: format!("{}/{path}", call.settings.api_url),
        secret: call.secret().cloned(),
        body: Some(json!({ field: call.token }).to_string()),
        timeout_ms: MACHINE_TIMEOUT_MS,
        bytes_max: MACHINE_ANSWER_BYTES_MAX,
    };
    let Ok(answer) = ctx.platform.call(&request).await else {
        ctx.note("machines: Clerk's Backend API gave no answer about a token");
        return Err(MachineError::UNKNOWN);
    };
    let outcome = opaque_answer::read(call.kind, &answer, ctx.now_ms);
    if matches!(outcome, Err(MachineError::Unavailable { .. })) {
        let status = answer.status;
        let kind = call.kind.as_str();
        let why = if matches!(status, 401 | 403) { ": it refuses the secret key" } else { "" };
        ctx.note(format!("machines: Clerk answered {status} about a token of kind {kind}{why}"));
    }
    outcome.map(Rc::new)
}

impl<'a> Call<'a> {
    /// The secret with which Clerk is asked about this kind of token.
    fn secret(&self) -> Option<&'a Secret> {
        self.settings.machines.secret_for(self.kind, self.settings.secret_key.as_ref())
    }
}

/// Clerk's own are a prefix and letters, digits, `_` and `-`. Nothing else is worth a call.
fn is_plausible(token: &str) -> bool {
    let secret = token.split_once('_').map_or("", |(_, secret)| secret);
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'.' && byte != b',';
    !secret.is_empty() && token.len() <= OPAQUE_TOKEN_BYTES_MAX && token.bytes().all(plain)
}

const WAIT_MS: u32 = 10;
/// A little longer than a call may take.
const WAITS_MAX: u32 = MACHINE_TIMEOUT_MS / WAIT_MS + 50;
const RETRY_LIMITED_SECONDS: u32 = 10;
const RETRY_UNCONFIGURED_SECONDS: u32 = 60;
