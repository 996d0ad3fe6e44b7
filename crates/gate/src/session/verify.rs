//! Verifies a token and checks its claims against the policy.

use crate::clerk_api::failed_nonces::FailedNonces;
use crate::context::RequestContext;
use crate::keys::{FoundKey, Keys, KeysUnavailable, NoKey};
use crate::platform::Platform;
use crate::settings::Settings;
use crate::settings::organization_sync::WantedOrganization;
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::claims::Claims;
use clerk_edge_token::error::TokenError;
use clerk_edge_token::policy::Policy;
use clerk_edge_token::session::Session;
use clerk_edge_token::unverified::{DecodeError, UnverifiedToken};
use clerk_edge_token::verifiable::VerifiableToken;
use clerk_edge_token::verified::VerifiedToken;
use clerk_edge_token::verified_cache::VerifiedCache;

/// What is needed to authenticate a request.
#[derive(Debug)]
pub struct SessionVerifier<'a, K> {
    /// The configuration.
    pub settings: &'a Settings,
    /// The instance's keys.
    pub keys: &'a Keys<K>,
    /// Tokens that were verified before.
    pub remembered: &'a VerifiedCache,
    /// Nonces that failed before.
    pub nonces: &'a FailedNonces,
    /// The organization that the rule needs.
    pub activate: Option<&'a WantedOrganization<'a>>,
}

/// A token before its signature is verified by this request.
#[derive(Clone, Debug)]
pub(super) enum InspectedToken {
    /// A token that an earlier request has verified.
    Verified(VerifiedToken),
    /// A token that is decoded and not verified.
    Unverified(UnverifiedToken),
    /// A text that cannot be decoded as a token.
    Undecodable(DecodeError),
}

/// The outer error means that no key could be fetched; the inner one is the token's.
pub(super) type Verification<T> = Result<Result<T, TokenError>, KeysUnavailable>;

impl InspectedToken {
    /// Its claims, verified or not.
    pub(super) fn claims(&self) -> Option<&Claims> {
        match self {
            Self::Verified(token) => Some(token.claims()),
            Self::Unverified(token) => Some(token.claims()),
            Self::Undecodable(_) => None,
        }
    }
}

impl<K: Clone + 'static> SessionVerifier<'_, K> {
    /// Decodes a token, or finds that it was verified before.
    pub(super) fn inspect(&self, text: &str) -> InspectedToken {
        if let Some(token) = self.remembered.find(text, self.keys.generation()) {
            return InspectedToken::Verified(token);
        }
        match UnverifiedToken::read(text) {
            Ok(token) => InspectedToken::Unverified(token),
            Err(error) => InspectedToken::Undecodable(error),
        }
    }

    /// Verifies a session token for this site and this time.
    pub(super) async fn verify_session<P: Platform<Key = K>>(
        &self,
        token: InspectedToken,
        policy: &Policy,
        origin: &dyn Fn() -> Option<String>,
        ctx: &RequestContext<'_, P>,
    ) -> Verification<(Session, VerifiedToken)> {
        let token = match self.verify(token, ctx).await? {
            Ok(token) => token,
            Err(error) => return Ok(Err(error)),
        };
        let session = token.admit(policy, origin, ctx.now_ms);
        if session.as_ref().is_err_and(|error| *error == TokenError::Expired) {
            self.remembered.forget(&token);
        }
        Ok(session.map(|session| (session, token)))
    }

    /// Verifies the signature. A token that was verified before is not verified again while the
    /// same keys are valid.
    pub(super) async fn verify<P: Platform<Key = K>>(
        &self,
        token: InspectedToken,
        ctx: &RequestContext<'_, P>,
    ) -> Verification<VerifiedToken> {
        match token {
            InspectedToken::Verified(token) if self.keys.are_still_valid(self.settings, ctx) => {
                Ok(Ok(token))
            }
            InspectedToken::Verified(token) => match UnverifiedToken::read(token.text()) {
                Ok(token) => self.verify_signature(&token, ctx).await,
                Err(_) => Ok(Err(TokenError::Invalid)),
            },
            InspectedToken::Undecodable(_) => Ok(Err(TokenError::Invalid)),
            InspectedToken::Unverified(token) => self.verify_signature(&token, ctx).await,
        }
    }

    /// The key is searched before type and algorithm are checked: if both are wrong, Clerk's SDK
    /// names the key.
    async fn verify_signature<P: Platform<Key = K>>(
        &self,
        token: &UnverifiedToken,
        ctx: &RequestContext<'_, P>,
    ) -> Verification<VerifiedToken> {
        let key_id = match token.check_kind().and_then(|()| token.key_id()) {
            Ok(key_id) => key_id,
            Err(error) => return Ok(Err(error)),
        };
        let verifiable = token.check();
        let algorithm = verifiable.as_ref().map_or(Algorithm::Rs256, VerifiableToken::algorithm);
        let found = self.keys.find(self.settings, key_id.as_deref(), algorithm, ctx).await;
        let (FoundKey { key, generation }, verifiable) = match (found, verifiable) {
            (Err(NoKey::Unavailable(unavailable)), _) => return Err(unavailable),
            (Err(NoKey::Unknown), _) => return Ok(Err(TokenError::KeyIdMismatch)),
            (_, Err(error)) => return Ok(Err(error)),
            (Err(NoKey::Unfit), Ok(_)) => return Ok(Err(TokenError::VerificationFailed)),
            (Ok(found), Ok(verifiable)) => (found, verifiable),
        };
        let verified = verifiable.verify(&key, ctx.platform).await;
        if let Ok(token) = &verified {
            self.remembered.keep(token, generation);
        }
        Ok(verified)
    }
}
