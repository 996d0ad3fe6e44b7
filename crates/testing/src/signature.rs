//! Imported keys and the signatures that the fake platform accepts.

use base64ct::{Base64UrlUnpadded, Encoding};
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::KeyError;
use clerk_edge_token::key::PublicKey;
use rsa::sha2::{Digest, Sha256, Sha384, Sha512};
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};

/// Which signatures are valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signatures {
    /// Those of [`fake_signature`]. Any number can be a modulus.
    #[default]
    Fake,
    /// Those of RSA, as [`crate::mint`] makes them.
    Rsa,
}

/// A key and the one algorithm it was imported for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The modulus, in base64url.
    pub modulus: String,
    /// The exponent, in base64url.
    pub exponent: String,
    /// The algorithm.
    pub algorithm: Algorithm,
}

impl Imported {
    /// Imports a key.
    ///
    /// # Errors
    /// [`KeyError`] if it is not an RSA key, or not for this algorithm. With
    /// [`Signatures::Fake`] every key is imported.
    pub fn new(
        signatures: Signatures,
        key: &PublicKey,
        algorithm: Algorithm,
    ) -> Result<Self, KeyError> {
        let (modulus, exponent) = (key.modulus().to_owned(), key.exponent().to_owned());
        let imported = Self { modulus, exponent, algorithm };
        if signatures == Signatures::Rsa {
            if key.algorithm().is_some_and(|only| only != algorithm) {
                return Err(KeyError);
            }
            imported.rsa()?;
        }
        Ok(imported)
    }

    /// Whether the signature is valid.
    pub fn accepts(&self, signatures: Signatures, message: &[u8], signature: &[u8]) -> bool {
        if signatures == Signatures::Fake {
            return signature == fake_signature(&self.modulus, self.algorithm, message);
        }
        let Ok(key) = self.rsa() else { return false };
        let verified = match self.algorithm {
            Algorithm::Rs256 => {
                key.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature)
            }
            Algorithm::Rs384 => {
                key.verify(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(message), signature)
            }
            Algorithm::Rs512 => {
                key.verify(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(message), signature)
            }
        };
        verified.is_ok()
    }

    fn rsa(&self) -> Result<RsaPublicKey, KeyError> {
        let number = |text: &str| {
            let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| KeyError)?;
            Ok(BigUint::from_bytes_be(&bytes))
        };
        RsaPublicKey::new(number(&self.modulus)?, number(&self.exponent)?).map_err(|_| KeyError)
    }
}

/// A signature without cryptography: different for every key, algorithm and message.
pub fn fake_signature(modulus: &str, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let mut hash = sha1_smol::Sha1::new();
    hash.update(modulus.as_bytes());
    hash.update(algorithm.name().as_bytes());
    hash.update(message);
    hash.digest().bytes().to_vec()
}
