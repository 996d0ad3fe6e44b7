//! The instance's public keys: what one is, and (below) how the right one is found.

mod pem;

pub use pem::PemUnfit;

use crate::token::Algorithm;

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
