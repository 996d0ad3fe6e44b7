//! A token of a kind that we take: a session's by category, `JWT` by type, with a row in the
//! table of algorithms and without critical extensions. Still not believed.

use std::rc::Rc;

use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::claims::Claims;
use crate::crypto::Crypto;
use crate::error::Flaw;
use crate::signature_accepted::Evidence;
use crate::unverified::Unbelieved;
use crate::verified::Signed;

/// Holding one means: it may be worth asking a key.
#[derive(Clone, Debug)]
pub struct Presented {
    text: Rc<str>,
    algorithm: Algorithm,
    claims: Rc<Claims>,
    signature: Vec<u8>,
}

impl Presented {
    pub(super) fn of(token: &Unbelieved) -> Result<Self, Flaw> {
        // RFC 7515, 4.1.11: what is critical must be understood, and we understand no extension.
        if token.header("crit").is_some() {
            return Err(Flaw::Invalid);
        }
        if !matches!(token.header("typ"), None | Some(Value::String(_))) {
            return Err(Flaw::Invalid);
        }
        if token.header("typ").and_then(Value::as_str).is_some_and(|typ| typ != "JWT") {
            return Err(Flaw::Invalid);
        }
        let name = token.header("alg").and_then(Value::as_str).unwrap_or_default();
        let algorithm = Algorithm::named(name).ok_or(Flaw::InvalidAlgorithm)?;
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
    /// [`Flaw::InvalidSignature`] where it does not, [`Flaw::VerificationFailed`] where the
    /// platform gave no answer.
    pub async fn verify<C: Crypto>(self, key: &C::Key, crypto: &C) -> Result<Signed, Flaw> {
        let text = self.text;
        let message = text.rsplit_once('.').map_or("", |(message, _)| message).as_bytes();
        match crypto.verify(key, message, &self.signature).await {
            Ok(true) => {}
            Ok(false) => return Err(Flaw::InvalidSignature),
            Err(_) => return Err(Flaw::VerificationFailed),
        }
        let evidence = Evidence::assertion(message, &self.signature);
        Signed::attested(Rc::clone(&text), self.algorithm, &evidence, self.claims)
    }
}
