//! The second stage: a session token by its category, with an algorithm of the table and without
//! critical extensions. Its signature is not verified yet; [`VerifiableToken::verify`] does that.

use std::rc::Rc;

use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::claims::Claims;
use crate::crypto::Crypto;
use crate::error::TokenError;
use crate::unverified::UnverifiedToken;
use crate::verified::{SignatureAccepted, VerifiedToken};

/// A session token whose header permits verification. Nothing in it is verified yet.
#[derive(Clone, Debug)]
pub struct VerifiableToken {
    text: Rc<str>,
    algorithm: Algorithm,
    claims: Rc<Claims>,
    signature: Vec<u8>,
}

impl UnverifiedToken {
    /// The next stage: a session token with an algorithm of the table.
    ///
    /// # Errors
    /// The first [`TokenError`] of kind, `crit`, `typ` and `alg`.
    pub fn check(&self) -> Result<VerifiableToken, TokenError> {
        self.check_kind()?;
        VerifiableToken::of(self)
    }
}

impl VerifiableToken {
    fn of(token: &UnverifiedToken) -> Result<Self, TokenError> {
        Self::of_type(token, &["JWT"])
    }

    /// With one of these types. A header without `typ` counts as `JWT`.
    pub(crate) fn of_type(token: &UnverifiedToken, types: &[&str]) -> Result<Self, TokenError> {
        // RFC 7515, 4.1.11: critical extensions must be understood, and none is implemented here.
        if token.header("crit").is_some() {
            return Err(TokenError::Invalid);
        }
        if !matches!(token.header("typ"), None | Some(Value::String(_))) {
            return Err(TokenError::Invalid);
        }
        if token.header("typ").and_then(Value::as_str).is_some_and(|typ| !types.contains(&typ)) {
            return Err(TokenError::Invalid);
        }
        let name = token.header("alg").and_then(Value::as_str).unwrap_or_default();
        let algorithm = Algorithm::named(name).ok_or(TokenError::InvalidAlgorithm)?;
        Ok(Self {
            text: Rc::clone(token.text()),
            algorithm,
            claims: token.shared_claims(),
            signature: token.signature().to_vec(),
        })
    }

    /// The algorithm that its header names.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The next stage: verifies the signature with this key.
    ///
    /// # Errors
    /// [`TokenError::InvalidSignature`] if it is not valid, [`TokenError::VerificationFailed`] if
    /// the host's cryptography failed.
    pub async fn verify<C: Crypto>(
        self,
        key: &C::Key,
        crypto: &C,
    ) -> Result<VerifiedToken, TokenError> {
        let text = self.text;
        let message = text.rsplit_once('.').map_or("", |(message, _)| message).as_bytes();
        match crypto.verify(key, message, &self.signature).await {
            Ok(true) => {}
            Ok(false) => return Err(TokenError::InvalidSignature),
            Err(_) => return Err(TokenError::VerificationFailed),
        }
        let accepted = SignatureAccepted::new(message, &self.signature);
        VerifiedToken::new(Rc::clone(&text), self.algorithm, &accepted, self.claims)
    }
}
