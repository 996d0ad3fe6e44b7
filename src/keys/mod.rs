//! The instance's public keys: what one is, and how the right one is found.
//!
//! A key comes from `CLERK_JWT_KEY` ([`PublicKey::from_pem`]) or from a key set of the instance
//! ([`KeySet`]), fetched or stored; both go through the same parser, because the store is as much
//! a trust anchor as the network. [`Keys`] decides when to ask whom.
//!
//! It refuses to take a key from a token, to ask at an address from a token, and to keep anything
//! but values between requests: a fetch belongs to the request that began it.

mod asking;
mod der;
mod find;
mod jwks;
mod memory;
mod pem;
mod record;
mod rsa;
mod source;
mod supply;

use crate::token::Algorithm;

pub use find::{Found, Keys, KeysStatus, KeysUnavailable, NoKey};
pub use jwks::{KeySet, SetEntry, SetUnusable};
pub use pem::PemUnfit;

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
