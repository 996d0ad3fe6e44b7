//! From a look at a token to a session, by way of a key.

use crate::context::Turn;
use crate::keys::find::{Found, NoKey};
use crate::platform::Platform;
use crate::session::inspected_token::Look;
use crate::session::{Desk, Fault};
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::error::Flaw;
use clerk_edge_token::policy::Policy;
use clerk_edge_token::session::Session;
use clerk_edge_token::unverified::Unbelieved;
use clerk_edge_token::verifiable::Presented;
use clerk_edge_token::verified::Signed;

/// What a key says of a token: a signed one, or why not.
pub(super) type Verdict<T> = Result<Result<T, Flaw>, Fault>;

/// Asks for a session, for us and now.
pub(super) async fn admitted<P: Platform>(
    desk: &Desk<'_, P::Key>,
    look: Look,
    policy: &Policy,
    origin: &dyn Fn() -> Option<String>,
    turn: &Turn<'_, P>,
) -> Verdict<(Session, Signed)> {
    let signed = match signed(desk, look, turn).await? {
        Ok(signed) => signed,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let session = signed.admit(policy, origin, turn.now_ms);
    if session.as_ref().is_err_and(|flaw| *flaw == Flaw::Expired) {
        desk.remembered.forget(&signed);
    }
    Ok(session.map(|session| (session, signed)))
}

/// Asks a key. A token that was asked about before is not asked about again while the set that it
/// was accepted by still serves.
pub(super) async fn signed<P: Platform>(
    desk: &Desk<'_, P::Key>,
    look: Look,
    turn: &Turn<'_, P>,
) -> Verdict<Signed> {
    match look {
        Look::Signed(signed) if desk.keys.still_serve(desk.settings, turn) => Ok(Ok(signed)),
        Look::Signed(signed) => match Unbelieved::read(signed.text()) {
            Ok(token) => verified(desk, &token, turn).await,
            Err(_) => Ok(Err(Flaw::Invalid)),
        },
        Look::Unreadable(_) => Ok(Err(Flaw::Invalid)),
        Look::Unbelieved(token) => verified(desk, &token, turn).await,
    }
}

/// The key is looked for first, then come type and algorithm: where both are wrong, the SDK names
/// the key.
async fn verified<P: Platform>(
    desk: &Desk<'_, P::Key>,
    token: &Unbelieved,
    turn: &Turn<'_, P>,
) -> Verdict<Signed> {
    let key_id = match token.kind().and_then(|()| token.key_id()) {
        Ok(key_id) => key_id,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let presented = token.present();
    let algorithm = presented.as_ref().map_or(Algorithm::Rs256, Presented::algorithm);
    let found = desk.keys.find(desk.settings, key_id.as_deref(), algorithm, turn).await;
    let Found { key, generation } = match (found, &presented) {
        (Err(NoKey::Unavailable { retry_after_seconds }), _) => {
            return Err(Fault::KeysUnavailable { retry_after_seconds });
        }
        (Err(NoKey::Unknown), _) => return Ok(Err(Flaw::KeyIdMismatch)),
        (_, Err(flaw)) => return Ok(Err(*flaw)),
        (Err(NoKey::Unfit), Ok(_)) => return Ok(Err(Flaw::VerificationFailed)),
        (Ok(found), Ok(_)) => found,
    };
    let verdict = match presented {
        Ok(presented) => presented.verify(&key, turn.platform).await,
        Err(flaw) => Err(flaw),
    };
    if let Ok(signed) = &verdict {
        desk.remembered.keep(signed, generation);
    }
    Ok(verdict)
}
