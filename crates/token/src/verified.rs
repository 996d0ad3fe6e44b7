//! A token that the instance's key covers: the issuer said this, at some time, to somebody.
//!
//! It is not yet a session: whether it is meant for us and for now is asked anew each time, in
//! [`VerifiedToken::admit`]. So a signed token can be remembered, and a session cannot.

use std::rc::Rc;

use crate::algorithm::Algorithm;
use crate::claims;
use crate::claims::Claims;
use crate::error::TokenError;
use crate::policy::Policy;
use crate::session::Session;
use crate::signature_accepted::SignatureAccepted;

/// Holding one means: the key covers exactly these bytes.
#[derive(Clone, Debug)]
pub struct VerifiedToken {
    text: Rc<str>,
    claims: Rc<Claims>,
}

impl VerifiedToken {
    pub(super) fn attested(
        text: Rc<str>,
        algorithm: Algorithm,
        evidence: &SignatureAccepted<'_>,
        claims: Rc<Claims>,
    ) -> Result<Self, TokenError> {
        match evidence.covers(&text, algorithm) {
            Ok(()) => Ok(Self { text, claims }),
            Err(_) => Err(TokenError::InvalidSignature),
        }
    }

    /// The token as it came.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same, for whoever keeps it.
    #[must_use]
    pub fn shared_text(&self) -> Rc<str> {
        Rc::clone(&self.text)
    }

    /// What the issuer said, not yet held against time and place.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The cookies that a handshake's token wants to be set; empty where it names none. A list
    /// with anything but texts is no list.
    #[must_use]
    pub fn handshake(&self) -> Option<Vec<String>> {
        let Some(list) = self.claims.value("handshake").and_then(serde_json::Value::as_array)
        else {
            return Some(Vec::new());
        };
        claims::texts(list)
    }

    /// The last stage: for us, from our issuer, now. `origin` is that of the request; it is asked
    /// only where an issuer is a path.
    ///
    /// # Errors
    /// The first [`TokenError`] in the order of Clerk's SDK: `sub`, `aud`, `azp`, `iss`, `exp`,
    /// `nbf`, `iat`.
    pub fn admit(
        &self,
        policy: &Policy,
        origin: &dyn Fn() -> Option<String>,
        now_ms: i64,
    ) -> Result<Session, TokenError> {
        Session::admit(&self.claims, policy, origin, now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_reads_otherwise_than_what_was_covered_is_not_signed() {
        // `{"alg":"RS256"}.{"sub":"u"}` with the signature bytes `a`.
        let message = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0";
        let signed = |covered: &str, signature: &[u8], algorithm| {
            let evidence = SignatureAccepted::assertion(covered.as_bytes(), signature);
            let claims = Rc::new(Claims::new(serde_json::Map::new()));
            let text = format!("{message}.YQ").into();
            VerifiedToken::attested(text, algorithm, &evidence, claims).map(|_| ())
        };
        assert_eq!(signed(message, b"a", Algorithm::Rs256), Ok(()));
        let refused = Err(TokenError::InvalidSignature);
        assert_eq!(signed("eyJhbGciOiJSUzI1NiJ9.e30", b"a", Algorithm::Rs256), refused);
        assert_eq!(signed(message, b"b", Algorithm::Rs256), refused);
        assert_eq!(signed(message, b"a", Algorithm::Rs384), refused);
    }
}
