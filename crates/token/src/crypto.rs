//! The port for signatures: what the host's cryptography does, WebCrypto in Workers and Node and
//! the crate `rsa` in tests. Which key is used for which token is decided elsewhere.

use crate::algorithm::Algorithm;
use crate::key::PublicKey;

/// Imports keys and verifies signatures. A future belongs to the request that made it and is never
/// kept for another.
#[expect(async_fn_in_trait, reason = "there is one thread, so no future has to be `Send`")]
pub trait Crypto {
    /// A public key that was imported for one algorithm.
    type Key: Clone + 'static;

    /// Imports a key for one algorithm.
    async fn import(&self, key: &PublicKey, algorithm: Algorithm) -> Result<Self::Key, KeyError>;

    /// Whether `signature` is a valid signature of `message` by `key`.
    async fn verify(
        &self,
        key: &Self::Key,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, VerifierFailed>;
}

/// The key cannot be imported, or not for this algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyError;

/// The host's cryptography failed, so nothing is known about the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifierFailed;
