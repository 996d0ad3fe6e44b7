//! From a look at a token to a session, by way of a key.

use crate::context::RequestContext;
use crate::keys::find::{FoundKey, NoKey};
use crate::platform::Platform;
use crate::session::inspected_token::InspectedToken;
use crate::session::{KeysUnavailableFault, SessionVerifier};
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::error::TokenError;
use clerk_edge_token::policy::Policy;
use clerk_edge_token::session::Session;
use clerk_edge_token::unverified::UnverifiedToken;
use clerk_edge_token::verifiable::VerifiableToken;
use clerk_edge_token::verified::VerifiedToken;

/// What a key says of a token: a signed one, or why not.
pub(super) type Verdict<T> = Result<Result<T, TokenError>, KeysUnavailableFault>;

/// Asks for a session, for us and now.
pub(super) async fn admitted<P: Platform>(
    verifier: &SessionVerifier<'_, P::Key>,
    look: InspectedToken,
    policy: &Policy,
    origin: &dyn Fn() -> Option<String>,
    ctx: &RequestContext<'_, P>,
) -> Verdict<(Session, VerifiedToken)> {
    let signed = match signed(verifier, look, ctx).await? {
        Ok(signed) => signed,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let session = signed.admit(policy, origin, ctx.now_ms);
    if session.as_ref().is_err_and(|flaw| *flaw == TokenError::Expired) {
        verifier.remembered.forget(&signed);
    }
    Ok(session.map(|session| (session, signed)))
}

/// Asks a key. A token that was asked about before is not asked about again while the set that it
/// was accepted by still serves.
pub(super) async fn signed<P: Platform>(
    verifier: &SessionVerifier<'_, P::Key>,
    look: InspectedToken,
    ctx: &RequestContext<'_, P>,
) -> Verdict<VerifiedToken> {
    match look {
        InspectedToken::Verified(signed) if verifier.keys.still_serve(verifier.settings, ctx) => {
            Ok(Ok(signed))
        }
        InspectedToken::Verified(signed) => match UnverifiedToken::read(signed.text()) {
            Ok(token) => verified(verifier, &token, ctx).await,
            Err(_) => Ok(Err(TokenError::Invalid)),
        },
        InspectedToken::Undecodable(_) => Ok(Err(TokenError::Invalid)),
        InspectedToken::Unverified(token) => verified(verifier, &token, ctx).await,
    }
}

/// The key is looked for first, then come type and algorithm: where both are wrong, the SDK names
/// the key.
async fn verified<P: Platform>(
    verifier: &SessionVerifier<'_, P::Key>,
    token: &UnverifiedToken,
    ctx: &RequestContext<'_, P>,
) -> Verdict<VerifiedToken> {
    let key_id = match token.check_kind().and_then(|()| token.key_id()) {
        Ok(key_id) => key_id,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let verifiable = token.check();
    let algorithm = verifiable.as_ref().map_or(Algorithm::Rs256, VerifiableToken::algorithm);
    let found = verifier.keys.find(verifier.settings, key_id.as_deref(), algorithm, ctx).await;
    let FoundKey { key, generation } = match (found, &verifiable) {
        (Err(NoKey::Unavailable { retry_after_seconds }), _) => {
            return Err(KeysUnavailableFault::KeysUnavailable { retry_after_seconds });
        }
        (Err(NoKey::Unknown), _) => return Ok(Err(TokenError::KeyIdMismatch)),
        (_, Err(flaw)) => return Ok(Err(*flaw)),
        (Err(NoKey::Unfit), Ok(_)) => return Ok(Err(TokenError::VerificationFailed)),
        (Ok(found), Ok(_)) => found,
    };
    let verdict = match verifiable {
        Ok(verifiable) => verifiable.verify(&key, ctx.platform).await,
        Err(flaw) => Err(flaw),
    };
    if let Ok(signed) = &verdict {
        verifier.remembered.keep(signed, generation);
    }
    Ok(verdict)
}
