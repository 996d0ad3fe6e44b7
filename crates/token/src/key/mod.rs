//! Public keys, and the parsers for the texts that hold them: a JWK set or PEM.
//!
//! Fetched sets and stored sets go through the same parser, because the store is trusted no more
//! than the network. Finding the key of a token belongs in the gate.

pub mod der;
pub mod jwks;
pub mod pem;
pub mod rsa;

use crate::algorithm::Algorithm;

/// An RSA public key for signatures, of 2048 to 8192 bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    modulus: String,
    exponent: String,
    algorithm: Option<Algorithm>,
}

impl PublicKey {
    /// The modulus, base64url without padding.
    #[must_use]
    pub fn modulus(&self) -> &str {
        &self.modulus
    }

    /// The exponent, base64url without padding.
    #[must_use]
    pub fn exponent(&self) -> &str {
        &self.exponent
    }

    /// The only algorithm that the key may be used with, if its set names one.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }
}
