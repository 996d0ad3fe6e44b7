//! The second opinion of `jwt-compact` on a signature that the platform accepted.
//!
//! `WebCrypto` answers asynchronously and jwt-compact asks synchronously. So the platform is asked
//! first, and jwt-compact is given an algorithm whose verifying key is the very bytes that were
//! accepted. The library then parses the token by itself and must arrive at the same algorithm,
//! the same message and the same signature. Two readings of one text that must not differ.
//!
//! Where the library cannot read a text that Clerk's SDK reads (padding, two members of one name,
//! odd times), it has no opinion. Nothing can be signed here.

use std::borrow::Cow;
use std::convert::Infallible;

use jwt_compact::{Algorithm, AlgorithmExt, AlgorithmSignature, Empty};
use jwt_compact::{UntrustedToken, ValidationError};

use crate::equal::is_same;

/// What a platform said yes to, in the words of the first reader.
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
    /// Whether jwt-compact, reading the text by itself, asks for what was attested.
    ///
    /// # Errors
    /// [`ReadingsDiffer`] where it asks for anything else.
    pub fn holds(&self, text: &str) -> Result<(), ReadingsDiffer> {
        // Padding after the signature changes neither message nor signature.
        let Ok(token) = UntrustedToken::new(text.trim_end_matches('=')) else {
            return Ok(());
        };
        let accepted = Accepted { message: self.message.into(), signature: self.signature.into() };
        match NamedAlgorithm(self.algorithm).validator::<Empty>(&accepted).validate(&token) {
            Ok(_) | Err(ValidationError::MalformedClaims(_)) => Ok(()),
            Err(_) => Err(ReadingsDiffer),
        }
    }
}

/// A row of the core's table of algorithms, by its name.
struct NamedAlgorithm(&'static str);

/// The accepted bytes, as the trait wants a key: owned.
struct Accepted {
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Algorithm for NamedAlgorithm {
    type SigningKey = Infallible;
    type VerifyingKey = Accepted;
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
        accepted: &Accepted,
        message: &[u8],
    ) -> bool {
        is_same(&signature.0, &accepted.signature) && is_same(message, &accepted.message)
    }
}

/// A signature as plain bytes; what it means is the platform's business.
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
    const ATTESTED: SecondReading<'_> = SecondReading {
        algorithm: "RS256",
        message: b"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0",
        signature: b"a",
    };

    #[test]
    fn what_was_attested_is_bound_to_its_bytes_and_its_algorithm() {
        assert_eq!(ATTESTED.holds(TOKEN), Ok(()));
        let padded = format!("{TOKEN}==");
        assert_eq!(ATTESTED.holds(&padded), Ok(()));
        assert_eq!(
            SecondReading { algorithm: "RS384", ..ATTESTED }.holds(TOKEN),
            Err(ReadingsDiffer)
        );
        let message = b"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ2In0";
        assert_eq!(SecondReading { message, ..ATTESTED }.holds(TOKEN), Err(ReadingsDiffer));
        assert_eq!(SecondReading { message, ..ATTESTED }.holds(&padded), Err(ReadingsDiffer));
        assert_eq!(SecondReading { signature: b"b", ..ATTESTED }.holds(TOKEN), Err(ReadingsDiffer));
    }

    #[test]
    fn a_text_that_the_library_cannot_read_has_no_second_opinion() {
        // Two `alg`: the library refuses the header, JavaScript takes the last.
        let twice = "eyJhbGciOiJSUzI1NiIsImFsZyI6IlJTMjU2In0.e30.YQ";
        assert_eq!(SecondReading { message: b"anything", ..ATTESTED }.holds(twice), Ok(()));
    }
}
