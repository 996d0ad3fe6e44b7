//! A second reading of a token by `jwt-compact`, after the platform has verified its signature.
//!
//! The library splits the token and reads algorithm and signature by itself. They must be those
//! that were verified, and the message must be all that comes before the signature; otherwise two
//! parsers read one text differently, and the token is refused.
//!
//! The claims are left out of what it gets: it would decode them, compare nothing in them, and take
//! most of its time for it. If jwt-compact cannot parse a token that Clerk's SDK parses (padding,
//! duplicate members), this check is skipped.

use jwt_compact::UntrustedToken;

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
        let mut parts = text.trim_end_matches('=').splitn(3, '.');
        let (Some(header), Some(claims), Some(signature)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Ok(());
        };
        let without_claims = [header, "", signature].join(".");
        let Ok(token) = UntrustedToken::new(&without_claims) else {
            return Ok(());
        };
        let is_message = || match self.message.split_at_checked(header.len()) {
            Some((first, [b'.', rest @ ..])) => {
                bytes_equal(first, header.as_bytes()) && bytes_equal(rest, claims.as_bytes())
            }
            _ => false,
        };
        let is_same = token.algorithm() == self.algorithm
            && bytes_equal(token.signature_bytes(), self.signature)
            && is_message();
        if is_same { Ok(()) } else { Err(ReadingsDiffer) }
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
