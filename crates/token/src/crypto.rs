//! The signature checks that the host does: WebCrypto in Workers and Node, `rsa` in tests.

use crate::algorithm::Algorithm;
use crate::key::PublicKey;

/// Imports keys and checks signatures. Futures are bound to the request that made them and are
/// never kept for another.
#[expect(async_fn_in_trait, reason = "one thread; nothing here is ever sent to another")]
pub trait Crypto {
    /// A public key as the host's cryptography holds it, imported once for one algorithm.
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

/// The host's cryptography gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifierFailed;
