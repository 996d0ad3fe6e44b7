//! Machine tokens that are JWTs, verified with the instance's keys. Revocation cannot be seen in
//! them.
//!
//! As in Clerk's SDK every fault but a wrong category has one reason.

use std::rc::Rc;

use clerk_edge_rules::caller_kind::CallerKind;
use clerk_edge_rules::code::Code;
use clerk_edge_token::error::TokenError;
use clerk_edge_token::machine::{AudienceWanted, MachineClaims, VerifiedMachineToken};
use clerk_edge_token::unverified::{MachineTokenKind, UnverifiedToken};

use crate::context::RequestContext;
use crate::keys::Keys;
use crate::keys::no_key::NoKey;
use crate::machine::{MachineError, MachineIdentity};
use crate::platform::Platform;
use crate::settings::Settings;

/// What the token says, where the instance's key has signed it and it is meant for this site now.
pub(crate) async fn verified<P: Platform>(
    keys: &Keys<P::Key>,
    settings: &Settings,
    token: &UnverifiedToken,
    (audience, origin): (AudienceWanted<'_>, &dyn Fn() -> Option<String>),
    ctx: &RequestContext<'_, P>,
) -> Result<Rc<MachineIdentity>, MachineError> {
    let verified = signed(keys, settings, token, ctx).await?;
    let claims = verified.admit(&settings.session_policy, audience, origin, ctx.now_ms);
    claims.map(|claims| Rc::new(identity(&claims))).map_err(|_| FAILED)
}

async fn signed<P: Platform>(
    keys: &Keys<P::Key>,
    settings: &Settings,
    token: &UnverifiedToken,
    ctx: &RequestContext<'_, P>,
) -> Result<VerifiedMachineToken, MachineError> {
    let presented = token.check_machine().map_err(MachineError::Refused)?;
    let key_id = token.key_id().map_err(|_| FAILED)?;
    let found = keys.find(settings, key_id.as_deref(), presented.algorithm(), ctx).await;
    let found = found.map_err(|missing| match missing {
        NoKey::Unavailable(why) => {
            MachineError::unavailable(Code::KeysUnavailable, why.retry_after_seconds)
        }
        NoKey::Unknown | NoKey::Unfit => FAILED,
    })?;
    presented.verify(&found.key, ctx.platform).await.map_err(|_| FAILED)
}

fn identity(claims: &MachineClaims) -> MachineIdentity {
    let client_id = Some(claims.client_id()).filter(|id| !id.is_empty()).map(str::to_owned);
    let (kind, client_id) = match claims.kind() {
        MachineTokenKind::M2m => (CallerKind::Machine, None),
        MachineTokenKind::OAuth => (CallerKind::OAuth, client_id),
    };
    MachineIdentity {
        kind,
        id: claims.id().to_owned(),
        subject: claims.subject().to_owned(),
        client_id,
        scopes: claims.scopes(),
        claims: claims.custom(),
        audience: None,
        expires_ms: None,
    }
}

const FAILED: MachineError = MachineError::Refused(TokenError::VerificationFailed);
