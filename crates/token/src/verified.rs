//! The third stage: a token that the instance's key has signed.
//!
//! It is not a session yet: [`VerifiedToken::admit`] checks for each request whether it is meant
//! for this site and valid now. So a verified token can be cached, and a session cannot.
//!
//! The platform verifies a message and a signature that our parser took out of a text. That is
//! recorded as `SignatureAccepted` and compared with what jwt-compact parses from the same text;
//! if the two differ, the token is refused.

use std::rc::Rc;

use clerk_edge_jws::second_reading::{ReadingsDiffer, SecondReading};
use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::claims;
use crate::claims::Claims;
use crate::error::TokenError;
use crate::policy::Policy;
use crate::session::{self, Session};

/// A token whose signature is valid for a key of the instance.
#[derive(Clone, Debug)]
pub struct VerifiedToken {
    text: Rc<str>,
    claims: Rc<Claims>,
}

/// The message and the signature that the platform has verified with a key.
pub(super) struct SignatureAccepted<'a> {
    message: &'a [u8],
    signature: &'a [u8],
}

impl<'a> SignatureAccepted<'a> {
    /// Call this only right after the platform has verified the signature.
    pub(super) fn new(message: &'a [u8], signature: &'a [u8]) -> Self {
        Self { message, signature }
    }

    /// Whether jwt-compact finds the same in the text; see [`SecondReading::check`].
    fn check(&self, text: &str, algorithm: Algorithm) -> Result<(), ReadingsDiffer> {
        let Self { message, signature } = *self;
        SecondReading { algorithm: algorithm.name(), message, signature }.check(text)
    }
}

impl VerifiedToken {
    pub(super) fn new(
        text: Rc<str>,
        algorithm: Algorithm,
        accepted: &SignatureAccepted<'_>,
        claims: Rc<Claims>,
    ) -> Result<Self, TokenError> {
        match accepted.check(&text, algorithm) {
            Ok(()) => Ok(Self { text, claims }),
            Err(_) => Err(TokenError::InvalidSignature),
        }
    }

    /// The text of the token, as it was sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same text, shared instead of copied.
    #[must_use]
    pub fn shared_text(&self) -> Rc<str> {
        Rc::clone(&self.text)
    }

    /// Its claims: the issuer made them, but they may be expired or meant for another site.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The same, for whoever keeps it.
    #[must_use]
    pub fn shared_claims(&self) -> Rc<Claims> {
        Rc::clone(&self.claims)
    }

    /// The cookies that a handshake token asks to set; empty if it names none. `None` if the list
    /// holds anything but texts.
    #[must_use]
    pub fn handshake(&self) -> Option<Vec<String>> {
        let Some(list) = self.claims.value("handshake").and_then(Value::as_array) else {
            return Some(Vec::new());
        };
        claims::texts(list)
    }

    /// The last stage: a session for this site, from an accepted issuer, now. `origin` returns the
    /// request's origin; it is called only if an issuer is a path.
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

    /// Whether it is a session's of this site, or was one until it ended. Whoever uses this asks
    /// Clerk about the session before anything is done for it.
    ///
    /// # Errors
    /// As [`Self::admit`], but [`TokenError::Expired`] only where the end is not even a date.
    pub fn admit_ended(
        &self,
        policy: &Policy,
        origin: &dyn Fn() -> Option<String>,
        now_ms: i64,
    ) -> Result<(), TokenError> {
        match self.admit(policy, origin, now_ms) {
            Err(TokenError::Expired) => {
                let end = self.claims.value("exp").and_then(session::date_ms_of);
                let before = end.map_or(i64::MIN, |end| end.saturating_sub(1)).min(now_ms);
                self.admit(policy, origin, before).map(|_| ())
            }
            other => other.map(|_| ()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_other_contents_than_were_verified_is_refused() {
        // `{"alg":"RS256"}.{"sub":"u"}` with the signature bytes `a`.
        let message = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0";
        let verified = |covered: &str, signature: &[u8], algorithm| {
            let accepted = SignatureAccepted::new(covered.as_bytes(), signature);
            let claims = Rc::new(Claims::new(serde_json::Map::new()));
            let text = format!("{message}.YQ").into();
            VerifiedToken::new(text, algorithm, &accepted, claims).map(|_| ())
        };
        assert_eq!(verified(message, b"a", Algorithm::Rs256), Ok(()));
        let refused = Err(TokenError::InvalidSignature);
        assert_eq!(verified("eyJhbGciOiJSUzI1NiJ9.e30", b"a", Algorithm::Rs256), refused);
        assert_eq!(verified(message, b"b", Algorithm::Rs256), refused);
        assert_eq!(verified(message, b"a", Algorithm::Rs384), refused);
    }
}
