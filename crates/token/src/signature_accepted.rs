//! The evidence that a key covers a token, and its second reading.
//!
//! The platform is asked about a message and a signature that our own reader took out of a text.
//! Its yes becomes [`SignatureAccepted`], which is compared with what jwt-compact reads in the same
//! text; where the two differ, the token is refused.

use clerk_edge_jws::second_reading::{ReadingsDiffer, SecondReading};

use crate::algorithm::Algorithm;

/// Holding one means: the platform said that the key covers this message with this signature.
pub(super) struct SignatureAccepted<'a> {
    message: &'a [u8],
    signature: &'a [u8],
}

impl<'a> SignatureAccepted<'a> {
    /// The only origin of evidence: call it where the platform has just said yes.
    pub(super) fn assertion(message: &'a [u8], signature: &'a [u8]) -> Self {
        Self { message, signature }
    }

    /// Whether jwt-compact, reading the text by itself, asks for what was attested.
    pub(super) fn covers(&self, text: &str, algorithm: Algorithm) -> Result<(), ReadingsDiffer> {
        let Self { message, signature } = *self;
        SecondReading { algorithm: algorithm.name(), message, signature }.check(text)
    }
}
