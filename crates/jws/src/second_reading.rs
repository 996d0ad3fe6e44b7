//! A second reading of a token by `jwt-compact`, after the platform has verified its signature.
//!
//! `WebCrypto` answers asynchronously and jwt-compact asks synchronously. So the platform verifies
//! first, and jwt-compact gets an algorithm whose verifying key is exactly the bytes that were
//! verified. The library parses the token by itself and must find the same algorithm, the same
//! message and the same signature; otherwise two parsers read one text differently, and the token
//! is refused.
//!
//! If jwt-compact cannot parse a token that Clerk's SDK parses (padding, duplicate members, odd
//! times), this check is skipped. Nothing can be signed here.

use std::borrow::Cow;
use std::convert::Infallible;

use jwt_compact::{Algorithm, AlgorithmExt, AlgorithmSignature, Empty};
use jwt_compact::{UntrustedToken, ValidationError};

use crate::equal::bytes_equal;

/// What the platform has verified, as the first parser took it out of the token.
#[derive(Clone, Copy, Debug)]
pub struct SecondReading<'a> {
    /// The JOSE name of the algorithm.
    pub algorithm: &'static str,
    /// The bytes that are signed.
    pub message: &'a [u8],
    /// The signature over them.
    pub signature: &'a [u8],
}

/// The two readings of a token differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadingsDiffer;

impl SecondReading<'_> {
    /// Parses `text` with jwt-compact and compares algorithm, message and signature.
    ///
    /// # Errors
    /// [`ReadingsDiffer`] if jwt-compact can parse the text and finds something else in it.
    pub fn check(&self, text: &str) -> Result<(), ReadingsDiffer> {
        // Padding after the signature changes neither message nor signature.
        let Ok(token) = UntrustedToken::new(text.trim_end_matches('=')) else {
            return Ok(());
        };
        let verified =
            VerifiedBytes { message: self.message.into(), signature: self.signature.into() };
        match NamedAlgorithm(self.algorithm).validator::<Empty>(&verified).validate(&token) {
            Ok(_) | Err(ValidationError::MalformedClaims(_)) => Ok(()),
            Err(_) => Err(ReadingsDiffer),
        }
    }
}

/// An algorithm by its JOSE name.
struct NamedAlgorithm(&'static str);

/// The verified bytes. jwt-compact's trait requires that a key owns its data.
struct VerifiedBytes {
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Algorithm for NamedAlgorithm {
    type SigningKey = Infallible;
    type VerifyingKey = VerifiedBytes;
    type Signature = RawSignature;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.0)
    }

    fn sign(&self, key: &Infallible, _message: &[u8]) -> RawSignature {
        match *key {}
    }

    fn verify_signature(
        &self,
        signature: &RawSignature,
        verified: &VerifiedBytes,
        message: &[u8],
    ) -> bool {
        bytes_equal(&signature.0, &verified.signature) && bytes_equal(message, &verified.message)
    }
}

/// A signature as bytes. Only the platform interprets them.
struct RawSignature(Vec<u8>);

impl AlgorithmSignature for RawSignature {
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
    const READ: SecondReading<'_> = SecondReading {
        algorithm: "RS256",
        message: b"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0",
        signature: b"a",
    };

    #[test]
    fn algorithm_message_and_signature_must_be_those_that_were_verified() {
        assert_eq!(READ.check(TOKEN), Ok(()));
        let padded = format!("{TOKEN}==");
        assert_eq!(READ.check(&padded), Ok(()));
        assert_eq!(SecondReading { algorithm: "RS384", ..READ }.check(TOKEN), Err(ReadingsDiffer));
        let message = b"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ2In0";
        assert_eq!(SecondReading { message, ..READ }.check(TOKEN), Err(ReadingsDiffer));
        assert_eq!(SecondReading { message, ..READ }.check(&padded), Err(ReadingsDiffer));
        assert_eq!(SecondReading { signature: b"b", ..READ }.check(TOKEN), Err(ReadingsDiffer));
    }

    #[test]
    fn a_token_that_jwt_compact_cannot_parse_passes() {
        // Two `alg`: jwt-compact refuses the header, JavaScript takes the last.
        let twice = "eyJhbGciOiJSUzI1NiIsImFsZyI6IlJTMjU2In0.e30.YQ";
        assert_eq!(SecondReading { message: b"anything", ..READ }.check(twice), Ok(()));
    }
}
