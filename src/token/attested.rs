//! The second opinion of `jwt-compact` on a signature that the platform accepted.
//!
//! `WebCrypto` answers asynchronously and jwt-compact asks synchronously. So the platform is asked
//! first, and jwt-compact is given an algorithm whose verifying key is the evidence of that
//! answer: the very bytes that were accepted. The library then parses the token by itself and
//! must arrive at the same algorithm, the same message and the same signature, or the token is
//! refused. Two readings of one text that must not differ.
//!
//! Where the library cannot read a text that Clerk's SDK reads (padding, two members of one name,
//! odd times), it has no opinion, and the evidence stands alone. Nothing can be signed here.

use std::borrow::Cow;
use std::convert::Infallible;

use jwt_compact::{AlgorithmExt, AlgorithmSignature, Empty, UntrustedToken, ValidationError};

use super::Algorithm;

/// Holding one means: the platform said that the key covers this message with this signature.
pub(super) struct Evidence {
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// The two readings of a token differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disagreement;

impl Evidence {
    /// The only origin of evidence: call it where the platform has just said yes.
    pub(super) fn assertion(message: &[u8], signature: &[u8]) -> Self {
        Self { message: message.to_vec(), signature: signature.to_vec() }
    }

    /// Whether jwt-compact, reading the text by itself, asks for what was attested.
    pub(super) fn covers(&self, text: &str, algorithm: Algorithm) -> Result<(), Disagreement> {
        // Padding after the signature changes neither message nor signature.
        let Ok(token) = UntrustedToken::new(text.trim_end_matches('=')) else {
            return Ok(());
        };
        match Attested(algorithm).validator::<Empty>(self).validate(&token) {
            Ok(_) | Err(ValidationError::MalformedClaims(_)) => Ok(()),
            Err(_) => Err(Disagreement),
        }
    }
}

struct Attested(Algorithm);

impl jwt_compact::Algorithm for Attested {
    type SigningKey = Infallible;
    type VerifyingKey = Evidence;
    type Signature = Plain;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.0.name())
    }

    fn sign(&self, key: &Infallible, _message: &[u8]) -> Plain {
        match *key {}
    }

    fn verify_signature(&self, signature: &Plain, evidence: &Evidence, message: &[u8]) -> bool {
        signature.0 == evidence.signature && message == evidence.message
    }
}

/// A signature as plain bytes; what it means is the platform's business.
struct Plain(Vec<u8>);

impl AlgorithmSignature for Plain {
    fn try_from_slice(bytes: &[u8]) -> anyhow::Result<Self> {
        Ok(Self(bytes.to_vec()))
    }

    fn as_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"alg":"RS256"}.{"sub":"u"}` with the signature bytes `a`.
    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.YQ";
    const MESSAGE: &[u8] = b"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0";

    #[test]
    fn evidence_is_bound_to_its_bytes_and_its_algorithm() {
        let evidence = Evidence::assertion(MESSAGE, b"a");
        assert_eq!(evidence.covers(TOKEN, Algorithm::Rs256), Ok(()));
        assert_eq!(evidence.covers(&format!("{TOKEN}=="), Algorithm::Rs256), Ok(()));
        assert_eq!(evidence.covers(TOKEN, Algorithm::Rs384), Err(Disagreement));
        let other = Evidence::assertion(b"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ2In0", b"a");
        assert_eq!(other.covers(TOKEN, Algorithm::Rs256), Err(Disagreement));
        let other = Evidence::assertion(MESSAGE, b"b");
        assert_eq!(other.covers(TOKEN, Algorithm::Rs256), Err(Disagreement));
    }

    #[test]
    fn a_text_that_the_library_cannot_read_has_no_second_opinion() {
        // Two `alg`: the library refuses the header, JavaScript takes the last.
        let evidence = Evidence::assertion(b"anything", b"a");
        let twice = "eyJhbGciOiJSUzI1NiIsImFsZyI6IlJTMjU2In0.e30.YQ";
        assert_eq!(evidence.covers(twice, Algorithm::Rs256), Ok(()));
    }
}
