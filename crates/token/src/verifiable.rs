//! A token of a kind that we take: a session's by category, `JWT` by type, with a row in the
//! table of algorithms and without critical extensions. Still not believed.

use std::rc::Rc;

use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::claims::Claims;
use crate::crypto::Crypto;
use crate::error::TokenError;
use crate::signature_accepted::SignatureAccepted;
use crate::unverified::UnverifiedToken;
use crate::verified::VerifiedToken;

/// Holding one means: it may be worth asking a key.
#[derive(Clone, Debug)]
pub struct VerifiableToken {
    text: Rc<str>,
    algorithm: Algorithm,
    claims: Rc<Claims>,
    signature: Vec<u8>,
}

impl VerifiableToken {
    pub(super) fn of(token: &UnverifiedToken) -> Result<Self, TokenError> {
        // RFC 7515, 4.1.11: what is critical must be understood, and we understand no extension.
        if token.header("crit").is_some() {
            return Err(TokenError::Invalid);
        }
        if !matches!(token.header("typ"), None | Some(Value::String(_))) {
            return Err(TokenError::Invalid);
        }
        if token.header("typ").and_then(Value::as_str).is_some_and(|typ| typ != "JWT") {
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

    /// The row that it asks for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Asks the key whether it covers exactly these bytes.
    ///
    /// # Errors
    /// [`TokenError::InvalidSignature`] where it is not, [`TokenError::VerificationFailed`] where
    /// the platform did not answer.
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
        let evidence = SignatureAccepted::assertion(message, &self.signature);
        VerifiedToken::attested(Rc::clone(&text), self.algorithm, &evidence, self.claims)
    }
}
