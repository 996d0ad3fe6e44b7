//! A public key, and the texts that it is read from: a JWK set or PEM.
//!
//! Sets that were fetched and sets that were stored go through the same parser, because the store
//! is as much a trust anchor as the network.

pub mod der;
pub mod jwks;
pub mod pem;
pub mod rsa;

use crate::algorithm::Algorithm;

/// Holding one means: an RSA public key of 2048 bits or more, meant for signatures.
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

    /// The one algorithm that the key is meant for, where its set says so.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }
}
